# SPDX-License-Identifier: Apache-2.0
"""artem styles on terminals of several kinds, which the test plays: what they were asked, and the pictures that they would show."""
import base64
import json
import os
import pty
import re

from helpers import ARTEM, CommandTest, decode_png, main, png, write_models

KITTY, SIXEL, PLAIN = b"\x1b_Gi=31;OK\x1b\\\x1b[?62;22c", b"\x1b[?62;4;22c", b"\x1b[?62;22;44c"
RED, BLUE = (255, 0, 0), (0, 51, 255)


class Thumbnails(CommandTest):
    def setUp(self):
        super().setUp()
        write_models(self.models, (("aa_sea", "The Sea"), ("bb_sky", "The Sky")))
        self.environment["XDG_DATA_DIRS"] = "/nonexistent"
        # Left half red, right half blue; PNG inside, as pictures are known by their content.
        rows = [bytes(RED * 48 + BLUE * 48)] * 96
        self.rgba = b"".join(bytes(RED + (255,)) * 48 + bytes(BLUE + (255,)) * 48 for _ in range(96))
        self.write("models/aa_sea.thumb.jpg", png(96, 96, 2, 8, rows))

    def styles(self, answer, *options, **environment):
        out = self.terminal("styles", *options, answer=answer, **environment)
        self.assertIn(f"{'bb_sky':24} {76304:8}  The Sky", out)  # has no picture
        return out

    def test_kitty(self):
        out = self.styles(KITTY)
        pieces = re.findall(r"\x1b_G([^;\x1b]*);([^\x1b]*)\x1b\\", out.split("aa_sea")[0])
        self.assertEqual(pieces[0][0], "i=31,s=1,v=1,a=q,t=d,f=24")  # the question
        self.assertEqual(pieces[1][0], "a=T,q=2,C=1,f=32,s=96,v=96,c=12,r=6,m=1")
        self.assertEqual([p[0] for p in pieces[2:]], ["m=1"] * (len(pieces) - 3) + ["m=0"])
        self.assertLessEqual(max(len(p[1]) for p in pieces), 4096)
        self.assertEqual(b"".join(base64.b64decode(p[1]) for p in pieces[1:]), self.rgba)
        self.assertIn("\x1b[15Gaa_sea", out)  # beside it

    def test_iterm2(self):
        out = self.styles(PLAIN, TERM_PROGRAM="iTerm.app")
        data = re.search(r"\x1b\]1337;File=inline=1;size=(\d+);width=12;height=6;preserveAspectRatio=1:([^\a]*)\a", out)
        file = base64.b64decode(data[2])
        self.assertEqual(len(file), int(data[1]))
        width, height, channels, rows = decode_png(self.write("shown.png", file))
        self.assertEqual((width, height, rows[0][:3], rows[95][-3:]), (96, 96, bytes(RED), bytes(BLUE)))

    def test_sixel(self):
        out = self.styles(SIXEL)
        raster, body = re.search(r'\x1bP0;1;0q"1;1;(\d+;\d+)(.*?)\x1b\\', out, re.S).groups()
        self.assertEqual(raster, "96;96")  # six rows of 17 pixels: what fits in multiples of six
        palette, pixels, colour, x, y = {}, {}, None, 0, 0
        for token in re.findall(r"#\d+;2;\d+;\d+;\d+|#\d+|!\d+[?-~]|[?-~]|[$-]", body):
            if token[0] == "#" and ";" in token:
                number, _, *values = map(int, token[1:].split(";"))
                palette[number] = tuple(v * 255 // 100 for v in values)
            elif token[0] == "#":
                colour = int(token[1:])
            elif token == "$":
                x = 0
            elif token == "-":
                x, y = 0, y + 6
            else:
                count = int(token[1:-1]) if token[0] == "!" else 1
                for i in range(count):
                    for bit in range(6):
                        if (ord(token[-1]) - 63) >> bit & 1:
                            self.assertNotIn((x + i, y + bit), pixels)
                            pixels[x + i, y + bit] = palette[colour]
                x += count
        self.assertEqual(len(pixels), 96 * 96)
        self.assertEqual({pixels[x, y] for x in range(48) for y in range(96)}, {RED})
        self.assertEqual({pixels[x, y] for x in range(48, 96) for y in range(96)}, {BLUE})

    def test_blocks(self):
        out = self.styles(PLAIN, COLORTERM="truecolor").split("aa_sea")[0]
        cells = re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+)m\x1b\[48;2;(\d+);(\d+);(\d+)m\u2580", out)
        self.assertEqual(len(cells), 72)
        self.assertEqual([tuple(map(int, c)) for c in cells[:12]], [RED * 2] * 6 + [BLUE * 2] * 6)
        self.assertEqual(out.count("\x1b[0m"), 6)

    def test_none(self):
        for answer, options, environment in ((PLAIN, (), {}), (b"", (), {}), (KITTY, ("--thumbnails", "none"), {}), (b"", (), {"TERM": "dumb"})):
            out = self.styles(answer, *options, **environment)
            self.assertIn(f"{'aa_sea':24} {76304:8}  The Sea", out)
        # Not where there is no terminal, whatever the environment says; but where it was asked for.
        self.assertNotIn("\x1b", self.artem("styles", COLORTERM="truecolor", TERM_PROGRAM="iTerm.app"))
        self.assertIn("\x1b_Ga=T", self.artem("styles", "--thumbnails", "kitty"))
        self.artem("styles", "--thumbnails", "ascii", status=2, error="expected auto, kitty")

    def test_in_the_background(self):
        """artem styles & in a shell with jobs: it is not stopped, and asks nothing."""
        shell, master = pty.fork()
        if shell == 0:
            job = os.fork()
            if job == 0:
                os.setpgid(0, 0)
                os.execve(ARTEM, [ARTEM, "styles"], {**self.environment, "TERM": "xterm-256color"})
            os._exit(0 if os.waitpid(job, os.WUNTRACED)[1] == 0 else 1)
        out = b""
        try:
            while data := os.read(master, 65536):
                out += data
        except OSError:  # Linux' end of file
            pass
        os.close(master)
        self.assertEqual(os.waitpid(shell, 0)[1], 0, out)
        self.assertIn(b"aa_sea", out)
        self.assertNotIn(b"\x1b", out)

    def test_sheet(self):
        out = self.artem("styles", "--sheet", self.path("all.png"))
        self.assertRegex(out, r"all.png: \d+ styles\n")
        width, _, channels, rows = decode_png(self.path("all.png"))
        pixel = lambda x, y: rows[y][channels * x:channels * x + 3]
        self.assertEqual((pixel(16, 16), pixel(16 + 191, 16 + 191)), (bytes(RED), bytes(BLUE)))
        ink = sum(pixel(x, y) == bytes((230,) * 3) for x in range(16, 208) for y in range(208, 240))
        self.assertGreater(ink, 100)  # its name
        self.assertEqual(pixel(224, 16), bytes((90,) * 3))  # the frame of one without a picture
        self.artem("styles", "--sheet", self.path("all.gif"), status=1, error="must end in .png")
        self.artem("styles", "--sheet", "x.png", "--json", status=2, error="exclude each other")

    def test_json(self):
        listed = {s["name"]: s for s in json.loads(self.artem("styles", "--json"))["styles"]}
        self.assertEqual(listed["aa_sea"]["thumbnail"], os.path.join(self.models, "aa_sea.thumb.jpg"))
        self.assertNotIn("thumbnail", listed["bb_sky"])


main()
