# SPDX-License-Identifier: Apache-2.0
"""artem stylize on another machine paints the same bytes as on this one. Usage: test_stylize.py ARTEM ARTFILE-FOLDER none MODELS
COMMAND..., where COMMAND runs the other machine's artem."""
import glob
import os
import random
import re
import subprocess
import sys

from helpers import ARTEM, CommandTest, decode_png, main, png

MODELS, OTHER = sys.argv[4], sys.argv[5:]
STYLES = sorted(os.path.basename(path)[:-len(".artstyle")] for path in glob.glob(os.path.join(MODELS, "*.artstyle")))


def picture(width, height):
    """Colours that flow, with edges and noise, and alpha."""
    rng = random.Random(5)
    return png(width, height, 6, 8, [b"".join(
        bytes((x * 255 // width, 255 if (x // 13 + y // 9) % 2 else y * 255 // height, rng.randrange(256), 255 - x % 7)) for x in range(width))
        for y in range(height)])


class Stylize(CommandTest):
    def setUp(self):
        super().setUp()
        self.environment["ARTEM_MODELS"] = MODELS
        self.write("in.png", picture(90, 70))
        self.write("wide.png", picture(150, 41))
        self.write("small.png", picture(64, 64))

    def stylize(self, command, name, *arguments, **environment):
        done = subprocess.run([*command, "stylize", "--backend", "cpu", *arguments], capture_output=True, text=True, timeout=300,
                              env={**self.environment, **environment})
        self.assertEqual((done.returncode, done.stderr), (0, ""), f"{command} {arguments}")
        return done.stdout

    def check(self, name, *options, kernels):
        outs = self.path("here.png"), self.path("there.png")
        self.stylize([ARTEM], name, self.path(name), outs[0], *options)
        self.stylize(OTHER, name, self.path(name), outs[1], *options, ARTEM_CPU=kernels)
        here, there = map(decode_png, outs)
        self.assertEqual(here, there, f"{name} {options} with the kernels {kernels}")
        self.assertNotEqual(here[3], decode_png(self.path(name))[3] if name.endswith(".png") else None)

    def test_every_style(self):
        self.assertGreaterEqual(len(STYLES), 3)
        for i, style in enumerate(STYLES):
            self.check("in.png", "--style", style, "--resolution", "64", kernels="neon" if i % 3 else "c")

    def test_options(self):
        """Blends, the composite's options, several threads, a JPEG file."""
        a, b, c = STYLES[:3]
        for kernels in "c", "neon":
            self.check("wide.png", "--style", a, "--blend-style", b, "--blend", "0.3", "--resolution", "96", "--threads", "3", "--strength",
                       "0.8", "--keep-color", "0.5", "--keep-text", "0.7", kernels=kernels)
        os.symlink(os.path.join(MODELS, a + ".thumb.jpg"), self.path("in.jpg"))
        self.check("in.jpg", "--style", c, "--resolution", "64", kernels="neon")

    def test_memory_of_the_smallest(self):
        found = []
        for command in [ARTEM], OTHER:
            out = self.stylize(command, "small.png", self.path("small.png"), self.path("out.png"), "--style", STYLES[0], "--resolution", "64",
                               "--threads", "1")
            match = re.search(r"memory +([\d.]+) MiB at most, the network ([\d.]+)", out)
            self.assertTrue(match, out)
            found.append([float(v) for v in match.groups()])
        (peak, here), (_, there) = found
        print(f"\nmemory: {peak} MiB at most, {here} MiB of it the network; on the other machine the network {there} MiB")
        self.assertLess(0, here)
        self.assertEqual(here, there)


main()
