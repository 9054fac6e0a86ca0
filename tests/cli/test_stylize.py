# SPDX-License-Identifier: Apache-2.0
"""artem stylize: kinds of pictures, options, and everything that can be wrong."""
import json
import os
import random
import resource
import signal
import struct
import subprocess
import zlib

from helpers import ARTEM, CommandTest, artfile, chunk, decode_png, jpeg, main, png, write_models


def colour_rows(width, height, channels, seed=5):
    rng = random.Random(seed)
    return [bytes(rng.randrange(256) for _ in range(width * channels)) for _ in range(height)]


class Stylize(CommandTest):
    def setUp(self):
        super().setUp()
        self.style = write_models(self.models)

    def paint(self, source, target, *options, **more):
        return self.artem("stylize", source, self.path(target), "--style", "sea", *options, **more)

    def test_folder(self):
        names = ["a.png", "b.png", "c.png"]
        for i, name in enumerate(names):
            self.write(name, png(20 + i, 16, 2, 8, colour_rows(20 + i, 16, 3)))
        folder = self.path("out/painted")
        os.mkdir(self.path("out"))
        out = self.artem("stylize", *map(self.path, names), "--out-dir", folder, "--style", "sea")
        self.assertRegex(out, r"^3 of 3 pictures in .*/out/painted, \d+\.\d s\n$")
        for i, name in enumerate(names):  # as one by one: nothing of a picture is left for the next
            self.paint(self.path(name), "alone.png")
            with open(self.path("alone.png"), "rb") as one, open(os.path.join(folder, name), "rb") as other:
                self.assertEqual(one.read(), other.read())
        self.write("bad.png", "no picture")
        out = json.loads(self.artem("stylize", self.path("a.png"), self.path("bad.png"), self.path("c.png"), "--out-dir", folder,
                                    "--style", "sea", "--json", status=1, error="bad.png: not a PNG"))
        self.assertEqual([os.path.basename(p["in"]) for p in out["pictures"]], ["a.png", "c.png"])
        self.assertEqual((out["style"], out["pictures"][0]["width"], out["pictures"][0]["style_height"]), ("sea", 20, 16))
        self.artem("stylize", self.path("a.png"), folder + "/a.png", "--out-dir", folder, "--style", "sea", status=1,
                   error="have one name")
        self.artem("stylize", "--out-dir", folder, "--style", "sea", status=2, error="expected pictures")
        self.artem("stylize", self.path("a.png"), "--out-dir", self.path("new/one/two"), "--style", "sea")
        self.assertEqual(os.listdir(self.path("new/one/two")), ["a.png"])
        # Before anything is read or painted.
        self.artem("stylize", self.path("bad.png"), self.path("none/a.png"), "--style", "sea", status=1, error="none/a.png: cannot be written")
        shown = self.terminal("stylize", *map(self.path, names), "--out-dir", folder, "--style", "sea", width=60)
        self.assertIn("[##########                    ] 2 of 3: b.png", shown)
        self.assertIn("\r\x1b[K3 of 3 pictures", shown)
        self.assertLessEqual(max(len(part) for part in shown.split("\r\x1b[K")[:-1]), 60)

    def test_strength_zero_is_the_original(self):
        grey = colour_rows(30, 20, 1)
        rgb, rgba = colour_rows(30, 20, 3), colour_rows(30, 20, 4)
        palette = bytes(range(48))
        indices = [bytes(b % 16 for b in row) for row in grey]
        cases = {
            "rgb": (png(30, 20, 2, 8, rgb), rgb),
            "rgba": (png(30, 20, 6, 8, rgba), rgba),
            "grey": (png(30, 20, 0, 8, grey), [bytes(b for g in row for b in (g, g, g)) for row in grey]),
            "palette": (png(30, 20, 3, 8, indices, chunk(b"PLTE", palette)),
                        [b"".join(palette[3 * i:3 * i + 3] for i in row) for row in indices]),
            "deep": (png(30, 20, 2, 16, [bytes(b for v in row for b in (v, v)) for row in rgb]), rgb),
            "grey_alpha": (png(30, 20, 4, 8, [bytes(b for g in row for b in (g, 255 - g)) for row in grey]),
                           [bytes(b for g in row for b in (g, g, g, 255 - g)) for row in grey]),
        }
        for name, (data, expected) in cases.items():
            with self.subTest(name=name):
                self.paint(self.write(name + ".png", data), "out.png", "--strength", "0")
                width, height, channels, rows = decode_png(self.path("out.png"))
                self.assertEqual((width, height, channels), (30, 20, len(expected[0]) // 30))
                self.assertEqual(rows, expected)

    def test_blend(self):
        write_models(self.models, (("sea", ""), ("sky", "")))
        source = self.write("in.png", png(40, 24, 2, 8, colour_rows(40, 24, 3)))
        out = self.paint(source, "half.png", "--blend-style", "sky", "--blend", "0.5")
        self.assertIn("blend    128/256 of sky\n", out)
        self.artem("stylize", source, self.path("x.png"), "--style", "sea", "--blend", "0.5", status=2, error="--blend needs --blend-style")
        self.artem("stylize", source, self.path("x.png"), "--style", "sea", "--blend-style", "none", status=1, error="none.artstyle")

    def test_painting(self):
        source = self.write("in.png", png(100, 60, 6, 8, colour_rows(100, 60, 4)))
        out = self.paint(source, "a.png", "--resolution", "64", "--threads", "1")
        self.assertRegex(out, r'^style    sea: The "Sea"\npicture  100 x 60, painted at 64 x 36\n'
                              r"time     network \d+\.\d ms, in all \d+\.\d ms\nmemory   \d+\.\d MiB at most, the network \d+\.\d\d MiB\n$")
        painted, original = decode_png(self.path("a.png"))[3], decode_png(source)[3]
        self.assertNotEqual(painted, original)
        self.assertEqual([row[3::4] for row in painted], [row[3::4] for row in original])
        self.paint(source, "b.png", "--resolution", "64", "--threads", "2")
        with open(self.path("a.png"), "rb") as a, open(self.path("b.png"), "rb") as b:
            self.assertEqual(a.read(), b.read())
        self.paint(source, "c.png", "--resolution", "64", "--keep-color", "1")
        self.assertNotEqual(decode_png(self.path("c.png"))[3], painted)
        self.paint(source, "d.png", "--resolution", "64", "--keep-text", "1")
        self.assertNotEqual(decode_png(self.path("d.png"))[3], painted)
        self.paint(source, "in.png", "--resolution", "64")  # over the input
        self.assertEqual(decode_png(source)[3], painted)
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(oct(os.stat(source).st_mode & 0o777), oct(0o666 & ~mask))

    def test_devices(self):
        source = self.write("in.png", png(400, 300, 2, 8, colour_rows(400, 300, 3)))
        self.paint(source, "one.png", "--resolution", "400", "--threads", "1", "--backend", "cpu")
        out = self.paint(source, "two.png", "--resolution", "400", "--devices", "cpu:0,cpu:1")
        self.assertRegex(out, r"\ndevices  cpu:0 \d+ %, cpu:1 \d+ %\n")
        with open(self.path("one.png"), "rb") as one, open(self.path("two.png"), "rb") as two:
            self.assertEqual(one.read(), two.read())
        out = json.loads(self.paint(source, "two.png", "--resolution", "400", "--devices", "cpu:0,cpu:1", "--json"))
        devices = out["pictures"][0]["devices"]
        self.assertEqual([(d["device"], d["failed"]) for d in devices], [("cpu:0", False), ("cpu:1", False)])
        self.assertEqual(sum(d["cells"] for d in devices), 100 * 75)
        self.assertNotIn("devices", json.loads(self.paint(source, "two.png", "--backend", "cpu", "--json"))["pictures"][0])
        for bad, error in (("cpu:0,", "''"), ("gpu:0", "'gpu:0' is none of"), ("cpu:0,cpu:0", "cpu:0 is named twice")):
            self.artem("stylize", source, self.path("x.png"), "--style", "sea", "--devices", bad, status=2, error=error)
        self.artem("stylize", source, self.path("x.png"), "--style", "sea", "--devices", "cpu:0,vulkan:63", status=1, lines=3,
                   error="device vulkan:63 cannot be used")
        self.assertFalse(os.path.exists(self.path("x.png")))

    def test_jpeg(self):
        for kind in ("rgb", "gray"):
            source = self.write(kind + ".jpg", jpeg(kind, 64, 48))
            self.paint(source, "out.png", "--strength", "0")
            width, height, channels, rows = decode_png(self.path("out.png"))
            self.assertEqual((width, height, channels), (64, 48, 3))
            for x, y in ((5, 5), (32, 24), (60, 40)):
                red, green, _ = rows[y][3 * x:3 * x + 3]
                self.assertAlmostEqual(red, x * 255 // 64, delta=8)
                self.assertAlmostEqual(green, (y * 255 // 48) if kind == "rgb" else red, delta=8)
        self.paint(source, "again.JPEG", "--strength", "0")
        self.paint(self.path("again.JPEG"), "twice.png", "--strength", "0")
        for a, b in zip(decode_png(self.path("twice.png"))[3], rows):
            self.assertLessEqual(max(abs(x - y) for x, y in zip(a, b)), 6)
        cmyk = self.write("cmyk.jpg", jpeg("cmyk", 64, 48))
        self.paint(cmyk, "out.png", status=1, error="cmyk.jpg: a CMYK picture")

    def test_smallest(self):
        source = self.write("in.png", png(4, 4, 2, 8, colour_rows(4, 4, 3)))
        self.assertIn("painted at 4 x 4", self.paint(source, "out.png"))
        for width, height in ((3, 4), (4, 3), (1, 1)):
            source = self.write("in.png", png(width, height, 2, 8, colour_rows(width, height, 3)))
            self.paint(source, "out.png", status=1, error=f"{width} x {height} is too small")

    def test_long_and_thin(self):
        source = self.write("in.png", png(40000, 8, 0, 8, [bytes(40000)] * 8))
        self.paint(source, "out.png", "--resolution", "2048", status=1, error="too many for --resolution 2048")
        self.assertIn("painted at 64 x 4", self.paint(source, "out.png", "--resolution", "64"))

    def test_usage(self):
        source = self.write("in.png", png(8, 8, 2, 8, colour_rows(8, 8, 3)))
        out = self.path("out.png")
        for words, error in (
            ([], "expected two pictures"), ([source], "expected two pictures"), ([source, out, out], "expected two pictures"),
            ([source, out], "--style is missing"),
            ([source, out, "--style", "../x"], "--style: expected a name"),
            ([source, out, "--style", "sea", "--strength", "2"], "--strength: expected a number from 0 to 1, got '2'"),
            ([source, out, "--style", "sea", "--keep-color", "x"], "--keep-color: expected a number"),
            ([source, out, "--style", "sea", "--resolution", "10"], "--resolution: expected a whole number from 64 to 2048"),
            ([source, out, "--style", "sea", "--threads", "-1"], "--threads: expected a whole number"),
            ([source, out, "--style"], "requires an argument"),
            ([source, out, "--speed", "1"], "--speed"),
        ):
            with self.subTest(words=words):
                self.artem("stylize", *words, status=2, error=error)
        self.assertFalse(os.path.exists(out))

    def test_missing_things(self):
        source = self.write("in.png", png(8, 8, 2, 8, colour_rows(8, 8, 3)))
        self.artem("stylize", source, self.path("o.png"), "--style", "no_such", status=1, error="no_such.artstyle: not found")
        self.paint(self.path("none.png"), "o.png", status=1, error="none.png: No such file")
        self.paint(self.folder, "o.png", status=1, error="is a folder")
        self.paint("/dev/null", "o.png", status=1, error="not a PNG or JPEG")
        artfile.write_style(os.path.join(self.models, "sea.artstyle"), dict(self.style, name="sea", title="", network_id=1))
        self.paint(source, "o.png", status=1, error="style sea was made for another network", lines=2)
        self.assertFalse(os.path.exists(self.path("o.png")))

    def test_damaged_pictures(self):
        good = png(64, 64, 2, 8, colour_rows(64, 64, 3))
        photo = jpeg("rgb", 64, 64)
        cases = [(b"", "not a PNG"), (b"hello, world", "not a PNG"), (good[:8], ""), (good[:40], ""), (good[:len(good) // 2], ""),
                 (photo[:4], "not a PNG"), (photo[:20], ""), (photo[:len(photo) // 2], "Premature end"), (photo[:-40], "")]
        for at in (30, 60, len(good) // 2):
            damaged = bytearray(good)
            damaged[at] ^= 255
            cases.append((bytes(damaged), ""))
        for i, (data, error) in enumerate(cases):
            with self.subTest(i=i, size=len(data)):
                self.paint(self.write("bad.png", data), "o.png", status=1, error=error)
                self.assertFalse(os.path.exists(self.path("o.png")))

    def test_bombs(self):
        for width, height in ((100000, 100000), (4097, 4096), (0x7FFFFFFF, 1)):
            header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
            data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
            self.paint(self.write("bomb.png", data), "o.png", status=1, error="bomb.png: ")
        photo = bytearray(jpeg("rgb", 64, 64))
        at = photo.index(b"\xff\xc0") + 5
        photo[at:at + 4] = struct.pack(">HH", 60000, 60000)
        self.paint(self.write("bomb.jpg", bytes(photo)), "o.png", status=1, error="60000 x 60000 pixels; at most 67108864 (2^26)")

    def test_output(self):
        source = self.write("in.png", png(8, 8, 2, 8, colour_rows(8, 8, 3)))
        self.paint(source, "o.gif", status=1, error="must end in .png")
        self.paint(source, "none/o.png", status=1, error="No such file")
        os.mkdir(self.path("folder.png"))
        self.paint(source, "folder.png", status=1, error="not a regular file")
        if os.path.exists("/dev/full"):
            os.symlink("/dev/full", self.path("full.png"))
            self.paint(source, "full.png", status=1, error="not a regular file")
        self.write("target.png", "old")
        os.symlink("target.png", self.path("link.png"))
        self.paint(source, "link.png")
        self.assertTrue(os.path.islink(self.path("link.png")))
        self.assertEqual(decode_png(self.path("target.png"))[:2], (8, 8))
        self.assertEqual([name for name in os.listdir(self.folder) if name.count(".") > 1], [])

    def test_a_folder_keeps_what_is_read(self):
        data = png(8, 8, 2, 8, colour_rows(8, 8, 3))
        source, other = self.write("in.png", data), self.write("other.png", data)
        os.mkdir(self.path("links"))
        os.symlink("../in.png", self.path("links/in.png"))
        for folder in (self.folder, self.path("links")):
            self.artem("stylize", other, source, "--out-dir", folder, "--style", "sea", status=1, error="is what is read")
        with open(source, "rb") as one, open(other, "rb") as two:
            self.assertEqual([one.read(), two.read()], [data, data])

    def test_unchanged_on_failure(self):
        out = self.write("o.png", "precious")
        self.paint(self.write("bad.png", b"\x89PNG\r\n\x1a\nxxxxxxxxxxxx"), "o.png", status=1)
        with open(out) as file:
            self.assertEqual(file.read(), "precious")

    def test_longest_name(self):
        self.paint(self.write("in.png", png(8, 8, 2, 8, colour_rows(8, 8, 3))), "n" * 251 + ".png")
        self.assertEqual(decode_png(self.path("n" * 251 + ".png"))[:2], (8, 8))

    def test_nothing_is_left_of_what_is_interrupted(self):
        source = self.write("in.png", png(200, 200, 2, 8, colour_rows(200, 200, 3)))
        os.mkdir(self.path("out"))
        try:
            os.close(os.open(self.path("out"), os.O_TMPFILE | os.O_WRONLY))
        except OSError as error:
            self.skipTest(f"this file system has no files without a name ({error})")
        limit = (8192, 8192)  # the picture's file has more, and its writer dies where the ninth KiB begins
        done = subprocess.run([ARTEM, "stylize", source, self.path("out/o.png"), "--style", "sea"], env=self.environment,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        self.assertEqual(done.returncode, -signal.SIGXFSZ)
        self.assertEqual(os.listdir(self.path("out")), [])


if __name__ == "__main__":
    main()
