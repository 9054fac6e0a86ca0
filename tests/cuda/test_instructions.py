#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: test_instructions.py KIND FATBIN CHIPS [FOLDER...]

Disassembles the fatbin and looks for the instructions that each chip's kernels are written for: that they are native,
and that the compiler has put none of its own substitutes in their place. KIND: network or bench. CHIPS: those that must be in it, with commas.
FOLDER: where to look for cuobjdump and nvdisasm besides PATH. Exit status 77, with a reason, where they are not found.
"""
import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77

BYTES = {name: r"IMMA\.16832\.U8\.S8" for name in ("encoder", "encoder_part", "d0", "d1", "d2")}
BYTES_75 = {name: r"IMMA\.8816\.U8\.S8" for name in ("encoder", "encoder_part", "d0", "d1", "d2")}


def unit(form, instruction):  # and its twin for parts of views
    return {f"unit_{form}": instruction, f"unit_{form}_part": instruction}


WGMMA = {
    **unit("wgmma", r"BGMMA\.64x64x256\.AND\.POPC"), "d0_wgmma": r"IGMMA\.64x32x32\.U8\.S8",
    "encoder_wgmma": r"IGMMA\.64x64x32\.U8\.S8", "encoder_wgmma_part": r"IGMMA\.64x64x32\.U8\.S8",
}
AND = unit("and", r"BMMA\.168256\.AND\.POPC")
NETWORK = {
    "75": {**BYTES_75, **unit("xor", r"BMMA\.88128\.XOR\.POPC")},
    "80": {**BYTES, **AND},
    "86": {**BYTES, **AND},
    "87": {**BYTES, **AND},
    "89": {**BYTES, **AND},
    "90": {**BYTES, **AND},
    "90a": {**BYTES, **AND, **WGMMA},
    "100": {**BYTES, **unit("int8", r"IMMA\.16832\.U8\.U8")},
    "110": {**BYTES, **unit("int8", r"IMMA\.16832\.U8\.U8")},
    "120": {**BYTES, **unit("int8", r"IMMA\.16832\.U8\.U8")},
}
NETWORK["120f"] = {**NETWORK["120"], **unit("fp4", r"OMMA\.SF\.16864\.F32\.E2M1\.E2M1\.E8")}
BENCH_XOR = {f"tensor_{what}": r"BMMA\.88128\.XOR\.POPC" for what in ("gemm", "conv")}
BENCH_AND = {f"tensor_{what}": r"BMMA\.168256\.AND\.POPC" for what in ("gemm", "conv")}
BENCH = {
    "75": BENCH_XOR, "80": BENCH_AND, "86": BENCH_AND, "87": BENCH_AND, "89": BENCH_AND, "90": BENCH_AND,
    "90a": {**BENCH_AND, "wgmma_gemm": r"BGMMA\.64x128x256\.AND\.POPC"}, "100": {}, "110": {}, "120": {}, "120f": {},
}
# Functions that every chip has, those that count bits, and those with matrix instructions.
KINDS = {
    "network": ({"input", "encoder", "encoder_part", "unit_popcount", "unit_popcount_part", "d0", "d1", "d2"},
                {"unit_popcount", "unit_popcount_part"}, NETWORK, "artem_cuda_"),
    "bench": ({"pack", "quantise", "naive_gemm", "naive_conv", "tiled_gemm", "tiled_conv", "popcount_gemm", "popcount_conv"},
              {"popcount_gemm"}, BENCH, "artem_bench_"),
}
MATRIX = re.compile(r"\b(?:[A-Z]*MMA|MOVM)\b[.A-Z0-9a-z]*")
failures = []


def check(holds, message):
    if not holds:
        failures.append(message)
        print("failed:", message)


def find_tool(name, folders):
    for folder in folders:
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK):
            return path
    return shutil.which(name)


def functions_of(cuobjdump, fatbin, prefix, environment):
    """{chip: {function: [instruction, ...]}}"""
    chips, functions, instructions = {}, {}, []
    text = subprocess.run([cuobjdump, "-sass", fatbin], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    for line in text.stdout.splitlines():
        if match := re.match(r"\s*arch = sm_(\w+)", line):
            functions = chips.setdefault(match[1], {})
        elif match := re.match(rf"\s*Function : {prefix}(\w+)", line):
            instructions = functions.setdefault(match[1], [])
        elif match := re.match(r"\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?\w+\s+)?([A-Z][\w.]*)", line):
            instructions.append(match[1])
    return {chip: functions for chip, functions in chips.items() if functions}  # PTX has none


def check_chip(kind, chip, functions, symbols):
    everywhere, counting, native_of, _ = KINDS[kind]
    native = native_of[chip]
    expected = everywhere | set(native)
    check(set(functions) == expected, f"sm_{chip} has the kernels {sorted(functions)}, not {sorted(expected)}")
    for name, instructions in functions.items():
        matrix = [i for i in instructions if MATRIX.fullmatch(i)]
        wanted = native.get(name)
        if wanted is None:
            check(not matrix, f"sm_{chip} {name}: {sorted(set(matrix))}")
            continue
        right = [i for i in matrix if re.match(wanted, i)]
        check(right, f"sm_{chip} {name}: no {wanted}")
        check(len(right) == len(matrix), f"sm_{chip} {name}: {sorted(set(matrix) - set(right))} besides {wanted}")
        print(f"sm_{chip} {name}: {len(right)} of {right[0] if right else wanted} in {len(instructions)} instructions")
    for name in counting:
        check("POPC" in functions.get(name, []), f"sm_{chip} {name}: no POPC")
    # The compiler's substitutes are functions of its own with such names.
    check("_mma_" not in symbols, f"sm_{chip}: a matrix instruction that the chip has not")


def main():
    kind, fatbin, wanted, folders = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4:]
    cuobjdump, nvdisasm = (find_tool(name, folders) for name in ("cuobjdump", "nvdisasm"))
    if cuobjdump is None or nvdisasm is None:
        print("skipped: no cuobjdump and nvdisasm here (scripts/setup fetches them)")
        return SKIPPED
    environment = {**os.environ, "PATH": os.path.dirname(nvdisasm) + os.pathsep + os.environ.get("PATH", "")}
    chips = functions_of(cuobjdump, fatbin, KINDS[kind][3], environment)
    check(sorted(chips) == sorted(wanted), f"the fatbin is for {sorted(chips)}, not for {sorted(wanted)}")
    symbols = subprocess.run([cuobjdump, "-symbols", fatbin], check=True, stdout=subprocess.PIPE, text=True,
                             env=environment).stdout
    parts = re.split(r"\n\s*arch = sm_(\w+)", symbols)
    by_chip = dict(zip(parts[1::2], parts[2::2]))
    for chip in wanted:
        check_chip(kind, chip, chips.get(chip, {}), by_chip.get(chip, "_mma_"))
    ptx = subprocess.run([cuobjdump, "-lptx", fatbin], check=True, stdout=subprocess.PIPE, text=True, env=environment)
    check("ptx" in ptx.stdout, "the fatbin has no PTX for chips to come")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
