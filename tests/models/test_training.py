# SPDX-License-Identifier: Apache-2.0
"""Training: resumption, and the way from a picture to a style that the C engine paints with. Usage: test_training.py ARTEM MODELS-FOLDER"""
import os
import subprocess

from fixtures import ARTEM, MODELS, Folder, library_name, main, random_vgg

import numpy as np
import torch
from PIL import Image

import objective
import shipped
import train


class Training(Folder):
    def setUp(self):
        super().setUp()
        random_vgg(self.folder / "vgg.safetensors")
        rng = np.random.default_rng(6)
        (self.folder / "photos").mkdir()
        for i in range(3):
            Image.fromarray(rng.integers(0, 256, (40 + i, 60, 3)).astype(np.uint8)).resize((300, 290)).save(self.folder / f"photos/{i}.png")
        Image.fromarray(rng.integers(0, 256, (9, 12, 3)).astype(np.uint8)).save(self.folder / "My painting.png")

    def train(self, out, *more):
        return self.run_python("train/train.py", "--style", f"mine={self.folder}/My painting.png", "--photos", self.folder / "photos", "--vgg",
                               self.folder / "vgg.safetensors", "--out", self.folder / out, "--crop", "64", "--batch", "1", "--style-size", "64",
                               "--device", "cpu", *more)

    def checkpoint(self, out):
        return torch.load(self.folder / out / "checkpoint.pt", weights_only=True)

    def test_styles_of_batches(self):
        for styles, batch in ((1, 2), (2, 2), (9, 2), (10, 2), (10, 4), (3, 8)):
            steps = [train.styles_of(step, batch, styles) for step in range(5 * styles)]
            self.assertEqual([sum(step[0] == s for step in steps) for s in range(styles)], [5] * styles)
            self.assertTrue(all(len(set(step)) == min(batch, styles) for step in steps), (styles, batch))

    def test_resumption(self):
        """Interrupted training goes on to the same result, bit by bit."""
        self.train("teacher", "--teacher", "--steps", "2")
        distil = ("--distil", self.folder / "teacher/checkpoint.pt", "--steps", "4", "--threads", "1", "--quantise-from", "0.5")
        distil += ("--far", "16")
        self.train("whole", *distil)
        self.train("parts", *distil, "--stop-after", "2")
        self.assertEqual(self.checkpoint("parts")["step"], 2)
        out = self.train("parts", *distil)
        self.assertIn("step 4/4", out)
        whole, parts = self.checkpoint("whole"), self.checkpoint("parts")
        self.assertEqual(parts["step"], 4)
        for key, value in whole["net"].items():
            self.assertTrue(torch.equal(value, parts["net"][key]), key)
        self.assertIn("choose another folder", self.train_fails("parts", "--teacher", "--steps", "4"))

    def test_training_on(self):
        """From the shipped files on: the first step is as good as the shipped network, not as a new one."""
        style = library_name()
        out = self.run_python("train/train.py", "--style", f"{style}={self.folder}/My painting.png", "--photos", self.folder / "photos", "--vgg",
                              self.folder / "vgg.safetensors", "--out", self.folder / "on", "--crop", "64", "--batch", "1", "--style-size", "64",
                              "--device", "cpu", "--start", MODELS, "--steps", "1")
        self.assertIn("step 1/1", out)
        net, _, _ = shipped.load(MODELS / "artem.artnet", [MODELS / f"{style}.artstyle"])
        signs = self.checkpoint("on")["net"]["units.0.weight"] > 0
        self.assertGreater((signs == (net.units[0].weight > 0)).float().mean().item(), 0.999)

    def train_fails(self, out, *more):
        return self.run_python("train/train.py", "--style", f"mine={self.folder}/My painting.png", "--vgg", self.folder / "vgg.safetensors",
                               "--out", self.folder / out, "--device", "cpu", *more, status=1)

    def test_new_style(self):
        """From a picture to a style that the C engine takes."""
        common = ("--photos", self.folder / "photos", "--vgg", self.folder / "vgg.safetensors", "--out", self.folder / "models", "--crop", "64",
                  "--batch", "1", "--style-size", "64", "--steps", "3")
        out = self.run_python("train/new_style.py", "--style", self.folder / "My painting.png", *common)
        self.assertIn("step 3/3", out)
        os.symlink(MODELS / "artem.artnet", self.folder / "models/artem.artnet")
        Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(self.folder / "in.png")
        done = subprocess.run([ARTEM, "stylize", str(self.folder / "in.png"), str(self.folder / "out.png"), "--style", "My_painting"],
                              env=dict(os.environ, ARTEM_MODELS=str(self.folder / "models")), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("My_painting", done.stdout)
        (self.folder / "bad.jpg").write_bytes(b"none")
        self.assertIn("not a picture", self.run_python("train/new_style.py", "--style", self.folder / "bad.jpg", *common, status=1))
        self.assertIn("--name", self.run_python("train/new_style.py", "--style", self.folder / "bad.jpg", "--name", "a/b", status=2))
        failed = self.run_python("train/new_style.py", "--style", self.folder / "My painting.png", "--weight", "lattices=1", *common, status=1)
        self.assertIn("artem-train: --weight lattices=1: ", failed)
        for wrong in ("lattices=1", "lattice", "lattice=-1", "lattice=much", "lattice=nan", "lattice=inf"):
            with self.assertRaisesRegex(ValueError, f"--weight {wrong}: "):
                objective.override([wrong])


if __name__ == "__main__":
    main()
