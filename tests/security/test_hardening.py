# SPDX-License-Identifier: Apache-2.0
"""usage: test_hardening.py FILE...: reads the headers of what is shipped: position independent, relocations read-only once they are made, all
of them made when loaded, no executable stack, no text relocations, stack protector and checked functions of the C library in use."""
import re
import shutil
import subprocess
import sys


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments], capture_output=True, text=True, check=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def faults(path):
    header, segments, dynamic = readelf("-h", path), readelf("-l", path), readelf("-d", path)
    symbols = set(re.findall(r"UND (\w+)", readelf("--dyn-syms", path)))
    stack = re.search(r"GNU_STACK(?:\s+0x\w+){5}\s+([RWE ]+?)\s+0x", segments)
    if not re.search(r"Type:\s+DYN", header):
        yield "not position independent"
    if "GNU_RELRO" not in segments:
        yield "no read-only relocations"
    if not re.search(r"BIND_NOW|FLAGS_1.*NOW", dynamic):
        yield "symbols are bound late"
    if stack is None or "E" in stack[1]:
        yield "an executable stack"
    if "TEXTREL" in dynamic:
        yield "relocations in its text"
    if re.search(r"LOAD(?:\s+0x\w+){5}\s+RWE", segments):
        yield "memory that is writable and executable"
    if "__stack_chk_fail" not in symbols:
        yield "no stack protector"
    if not any(name.endswith("_chk") for name in symbols):
        yield "no checked functions (_FORTIFY_SOURCE)"
    if re.search(r"\((?:RPATH|RUNPATH)\)", dynamic):
        yield "a path to libraries of its own"


def main():
    if shutil.which("readelf") is None:
        print("skipped: there is no readelf")
        sys.exit(77)
    found = {path: list(faults(path)) for path in sys.argv[1:]}
    for path, complaints in found.items():
        print(path + ":", ", ".join(complaints) or "hardened")
    sys.exit(any(found.values()))


main()
