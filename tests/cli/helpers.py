# SPDX-License-Identifier: Apache-2.0
"""For the tests of the artem command: random models, PNG files, calls. Usage of the tests: TEST.py ARTEM ARTFILE-FOLDER MAKE-JPEG."""
import fcntl
import os
import pty
import random
import select
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
import zlib

ARTEM, MAKE_JPEG = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[3])
sys.path.insert(0, sys.argv[2])
import artfile  # noqa: E402


def random_arrays(rng, arrays):
    return {key: [rng.randint(*limits) for _ in range(artfile._count(shape))] for key, _, shape, limits in arrays}


def random_norm(rng):
    return dict(random_arrays(rng, artfile.NORM_ARRAYS), mean=[rng.randint(-1000000, 1000000) for _ in range(128)],
                square=[rng.randint(1 << 30, 1 << 32) for _ in range(128)])


def write_models(folder, styles=(("sea", 'The "Sea"'),)):
    """Valid files with random content, so that the tests do not depend on the trained models."""
    rng = random.Random(3)
    network = dict(random_arrays(rng, artfile.NETWORK_ARRAYS), adapt=8, enc_shift=7)
    network_id = artfile.write_network(os.path.join(folder, "artem.artnet"), network)
    fields = dict(random_arrays(rng, artfile.DECODER_ARRAYS), network_id=network_id, d0_shift=7, d1_shift=7, d2_shift=7,
                  norms=[random_norm(rng) for _ in range(11)],
                  units=[random_arrays(rng, artfile.UNIT_ARRAYS) for _ in range(10)])
    for name, title in styles:
        artfile.write_style(os.path.join(folder, name + ".artstyle"), dict(fields, name=name, title=title))
    return fields


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, colour, depth, rows, more=b""):
    """colour: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA; rows: bytes per row."""
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)) + more
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def decode_png(path):
    """(width, height, channels, rows) of an 8-bit RGB or RGBA file without interlacing."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", data, at + 8)
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    channels = {2: 3, 6: 4}[colour]
    assert depth == 8
    flat, rows, above = zlib.decompress(packed), [], bytearray(width * channels)
    for y in range(height):
        line = flat[y * (width * channels + 1):(y + 1) * (width * channels + 1)]
        row = bytearray(line[1:])
        for i in range(len(row)):
            a, b = row[i - channels] if i >= channels else 0, above[i]
            c = above[i - channels] if i >= channels else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + (0, a, b, (a + b) // 2, paeth)[line[0]]) & 255
        rows.append(bytes(row))
        above = row
    return width, height, channels, rows


def jpeg(kind, width, height):
    return subprocess.run([MAKE_JPEG, kind, str(width), str(height)], capture_output=True, check=True).stdout


# Without a Vulkan driver, which tests of commands have no need of: drivers keep memory that leak checkers find.
NO_DRIVER = {"VK_DRIVER_FILES": "/nonexistent", "VK_ICD_FILENAMES": "/nonexistent"}
os.environ.update(NO_DRIVER)


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        self.models = self.path("models")
        os.mkdir(self.models)
        self.environment = {"PATH": os.environ.get("PATH", ""), "HOME": self.folder, "ARTEM_MODELS": self.models,
                            "XDG_DATA_DIRS": "/nonexistent", "LC_ALL": "C.UTF-8", **NO_DRIVER}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def tearDown(self):
        self.temporary.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb" if isinstance(data, bytes) else "w") as file:
            file.write(data)
        return self.path(name)

    def artem(self, *arguments, status=0, error=None, lines=None, **environment):
        """Calls artem; on failure there is one line on standard error, which contains `error`."""
        done = subprocess.run([ARTEM, *arguments], capture_output=True, text=True, timeout=600,
                              env={**self.environment, **environment})
        self.assertEqual(done.returncode, status, done.stderr)
        if error is not None:
            self.assertIn(error, done.stderr)
            self.assertEqual(done.stderr.count("\n"), lines or 1, done.stderr)
        elif status == 0 and lines is None:
            self.assertEqual(done.stderr, "")
        return done.stdout

    def terminal(self, *arguments, width=100, status=0, answer=b"", **environment):
        """Calls artem on a terminal, which says `answer` when it is asked what it is; returns what it was sent."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, width, width * 8, 30 * 17))
        before = termios.tcgetattr(slave)
        process = subprocess.Popen([ARTEM, *arguments], stdin=slave, stdout=slave, stderr=slave,
                                   env={**self.environment, "TERM": "xterm-256color", **environment})
        output = b""
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.05)[0]:
                output += os.read(master, 65536)
            if answer and b"\x1b[c" in output:
                os.write(master, answer)
                answer = b""
        self.assertEqual(process.returncode, status, output)
        self.assertEqual(termios.tcgetattr(slave), before)  # as it was
        os.close(slave)
        os.close(master)
        return output.decode()


def main():
    unittest.main(module="__main__", argv=sys.argv[:1])
