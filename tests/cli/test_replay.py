# SPDX-License-Identifier: Apache-2.0
"""artem replay: a recording made by the library is painted again to the same bytes; a changed one is not."""
import json
import os
import shutil
import struct
import subprocess
import sys
import zlib

from helpers import CommandTest, decode_png, main, write_models

MAKE_RECORDING = os.path.abspath(sys.argv[4])
WIDTH, HEIGHT = 44, 40


def chunks(data):
    """(offset, tag, payload size) of each."""
    at = 16
    while at < len(data):
        tag, size = struct.unpack_from("<4sQ", data, at)
        yield at, tag, size
        at += 16 + size


class Replay(CommandTest):
    def setUp(self):
        super().setUp()
        # The shipped network: with random weights a changed pixel may change nothing.
        shipped = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../models")
        for name in ("artem.artnet", "great_wave.artstyle", "starry_night.artstyle"):
            shutil.copy(os.path.join(shipped, name), self.models)
        self.recording = self.path("walk")
        done = subprocess.run([MAKE_RECORDING, self.recording, "great_wave"], capture_output=True, text=True,
                              env=self.environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.file = os.path.join(self.recording, "session.artrec")
        with open(self.file, "rb") as file:
            self.data = file.read()
        self.frames = [(at, size) for at, tag, size in chunks(self.data) if tag == b"FRAM"]

    def changed(self, at, value, seal=True):
        """A file with the byte at `at` changed; `seal` gives its chunk the right checksum again."""
        data = bytearray(self.data)
        self.assertNotEqual(data[at], value)
        data[at] = value
        for start, _, size in chunks(self.data):
            if seal and start <= at < start + 12 + size:
                struct.pack_into("<I", data, start + 12 + size, zlib.crc32(data[start:start + 12 + size]))
        return self.write("changed.artrec", bytes(data))

    def test_json(self):
        out = json.loads(self.artem("replay", self.recording, "--json"))
        self.assertEqual((out["command"], out["app"], out["frames"], out["pictures"], out["different_frames"], out["whole"]),
                         ("replay", "make_recording", 8, 14, 0, True))
        at, size = self.frames[-1]
        path = self.changed(at + 12 + size - 1, self.data[at + 12 + size - 1] ^ 255)
        out = json.loads(self.artem("replay", path, "--json", status=1))
        self.assertEqual((out["different_frames"], out["different_pictures"]), (1, 1))
        self.artem("replay", path, "--json", "--verbose", status=2, error="exclude each other")

    def test_progress(self):
        out = self.terminal("replay", self.recording)
        self.assertRegex(out, r"\r\x1b\[K\[#+ *\] \d frames")
        self.assertIn("\r\x1b[Kthe recording ended", out)  # what is left on the screen is the report alone
        self.assertIn("8 frames, 14 pictures: equal", out.split("\x1b[K")[-1])

    def test_equal(self):
        out = self.artem("replay", self.recording)
        self.assertEqual(out, "recording of make_recording, Art'Em 1.2.3, backend cpu\n"
                              "the recording ended: record_frames reached\n8 frames, 14 pictures: equal\n")
        self.assertEqual(out, self.artem("replay", self.file, "--threads", "2", "--backend", "cpu"))
        lines = self.artem("replay", self.recording, "--verbose").splitlines()
        self.assertEqual(lines.count("style great_wave"), 2)
        self.assertIn("frame 3: late, 2 pictures, nothing to compare", lines)
        self.assertIn("frame 7: styled, 2 pictures, equal", lines)

    def test_pictures(self):
        out = self.path("pictures")
        self.artem("replay", self.recording, "--out", out)
        names = sorted(os.listdir(out))
        self.assertEqual(len(names), 28)
        self.assertEqual(names[:2], ["frame000000-view0-after.png", "frame000000-view0-before.png"])
        width, height, channels, after = decode_png(os.path.join(out, names[0]))
        self.assertEqual((width, height, channels), (WIDTH, HEIGHT, 3))
        self.assertNotEqual(after, decode_png(os.path.join(out, names[1]))[3])
        self.artem("replay", self.recording, "--out", os.path.join(self.file, "x"), status=2, error="Not a directory")

    def test_blend(self):
        """A blend is made again from its two styles, and both are compared."""
        blended = self.path("blended")
        done = subprocess.run([MAKE_RECORDING, blended, "great_wave", "starry_night", "100"], capture_output=True, text=True,
                              env=self.environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("8 frames, 14 pictures: equal", self.artem("replay", blended))
        with open(os.path.join(blended, "session.artrec"), "rb") as file:
            self.assertNotEqual(file.read(), self.data)
        os.replace(os.path.join(self.models, "great_wave.artstyle"), self.path("models/kept.artstyle"))
        os.rename(os.path.join(self.models, "starry_night.artstyle"), os.path.join(self.models, "great_wave.artstyle"))
        os.rename(self.path("models/kept.artstyle"), os.path.join(self.models, "starry_night.artstyle"))
        self.artem("replay", blended, status=2, error="of checksum")

    def test_changed_picture(self):
        # The first view holds 8-bit linear colours and strength is a half, so every stored byte shows in the result.
        head = 12 + 48 + 2 * 80
        for frame, where in ((0, 0), (0, 3), (2, 1), (4, 997), (7, WIDTH * HEIGHT * 4 - 2)):
            with self.subTest(frame=frame, where=where):
                at = self.frames[frame][0] + head + where
                path = self.changed(at, self.data[at] ^ 0x80)
                out = self.artem("replay", path, status=1)
                self.assertRegex(out, r"frame %d, view 0 \(BGRA8 UNORM\): \d+ of 1760 pixels differ, the first at" % frame)
                self.assertRegex(out.splitlines()[-1], r"^different: \d of 8 frames, \d+ of 14 pictures$")
                self.artem("replay", self.changed(at, self.data[at] ^ 0x80, seal=False), status=2,
                           error=" is damaged: wrong checksum")

    def test_changed_result(self):
        """The exact place and bytes are told."""
        pixel = (12 + 48 + 2 * 80) + WIDTH * HEIGHT * 4 + 4 * (7 * WIDTH + 5)
        at = self.frames[1][0] + pixel
        old = self.data[at:at + 4]
        out = self.artem("replay", self.changed(at + 3, old[3] ^ 1), "--out", self.path("o"), status=1)
        self.assertIn(f"frame 1, view 0 (BGRA8 UNORM): 1 of 1760 pixels differ, the first at (5, 7): recorded "
                      f"{old[:3].hex()}{old[3] ^ 1:02x}, replayed {old.hex()}\n", out)
        self.assertTrue(out.endswith("different: 1 of 8 frames, 1 of 14 pictures\n"))
        self.assertTrue(os.path.exists(self.path("o/frame000001-view0-recorded.png")))
        self.assertFalse(os.path.exists(self.path("o/frame000000-view0-recorded.png")))

    def test_late_frames_count(self):
        """A frame that was not shown still moves the statistics: with other pictures in it the next frame differs."""
        start, size = self.frames[3]
        data = bytearray(self.data)
        at = start + 12 + 48 + 2 * 80
        data[at:start + 12 + size] = bytes(60 * (i // 640 % 5) for i in range(start + 12 + size - at))  # stripes
        struct.pack_into("<I", data, start + 12 + size, zlib.crc32(data[start:start + 12 + size]))
        out = self.artem("replay", self.write("stripes.artrec", bytes(data)), status=1)
        self.assertNotIn("frame 2,", out)
        self.assertIn("frame 4,", out)
        self.assertNotIn("frame 5,", out)  # the statistics had been restarted

    def test_damaged(self):
        for n in (0, 15, 16, 100, len(self.data) // 2, len(self.data) - 1):
            self.artem("replay", self.write("short", self.data[:n]), status=2,
                       error="cut off in chunk" if n >= 16 else "not a recording of Art'Em")
        self.artem("replay", self.path("none"), status=2, error="No such file")
        self.artem("replay", self.models, status=2, error="no session.artrec in it")
        self.artem("replay", "/dev/null", status=2, error="not a regular file")
        version = bytearray(self.data)
        version[8] = 9
        self.artem("replay", self.write("newer", bytes(version)), status=2, error="format version 9")

    def test_other_models(self):
        os.rename(os.path.join(self.models, "great_wave.artstyle"), self.path("away"))
        environment = {"ARTEM_MODELS": self.models}
        write_models(self.models)  # another network, and no style of that name with this network
        self.artem("replay", self.recording, status=2, error="made with the network", **environment)
        shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../models/artem.artnet"), self.models)
        with open(self.path("away"), "rb") as file:
            style = bytearray(file.read())
        style[128] ^= 1  # the title
        struct.pack_into("<I", style, 8, zlib.crc32(style[12:]))
        self.write("models/great_wave.artstyle", bytes(style))
        self.artem("replay", self.recording, status=2, error="made with a style great_wave of checksum")
        header = list(chunks(self.data))[0][0]
        style_at = [at for at, tag, _ in chunks(self.data) if tag == b"STYL"][0]
        self.artem("replay", self.changed(style_at + 12, ord("z")), status=2, error="zreat_wave")
        self.artem("replay", self.changed(header + 12, ord("x")), status=2, error="great_wave")

    def test_usage(self):
        self.artem("replay", status=2, error="expected one folder")
        self.artem("replay", "a", "b", status=2, error="expected one folder")
        self.artem("replay", "a", "--threads", "x", status=2, error="--threads: expected a whole number")
        self.artem("replay", self.recording, "--backend", "abacus", status=2, error="the engine cannot start", lines=2)
        self.assertTrue(self.artem("replay", "--help").startswith("usage: artem replay"))


if __name__ == "__main__":
    main()
