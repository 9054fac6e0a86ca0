# SPDX-License-Identifier: Apache-2.0
"""artem lab optimize against the same objective and method in PyTorch, with the same weights, of a random network. Usage: test_lab.py ARTEM
MODELS-FOLDER"""
import os
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file

sys.path.insert(0, os.path.join(sys.argv[2], "train"))
import optimise  # noqa: E402

ARTEM = os.path.abspath(sys.argv[1])
LAYERS = ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1")
CHANNELS = (64, 64, 128, 128, 256)
CONTENT, STYLE = "conv2_2", ("conv1_1", "conv2_1", "conv3_1")

torch.set_num_threads(2)


def random_weights():
    rng, tensors, inputs = np.random.default_rng(1), {}, 3
    for name, outputs in zip(LAYERS, CHANNELS, strict=True):
        tensors[name + ".weight"] = (rng.standard_normal((outputs, inputs, 3, 3)) * (2 / (9 * inputs)) ** 0.5).astype(np.float32)
        tensors[name + ".bias"] = (rng.standard_normal(outputs) * 0.1).astype(np.float32)
        inputs = outputs
    return tensors


class Lab(unittest.TestCase):
    def test_as_good_as_pytorch(self):
        """After 300 iterations the loss is within 2 % of PyTorch's, or below it."""
        rng = np.random.default_rng(2)
        with tempfile.TemporaryDirectory() as folder:
            path = lambda name: os.path.join(folder, name)  # noqa: E731
            weights = random_weights()
            save_file(weights, path("vgg.safetensors"))
            pictures = []
            for name in ("content.png", "style.png"):
                small = rng.integers(0, 256, (5, 6, 3), dtype=np.uint8)
                Image.fromarray(small).resize((32, 28), Image.BICUBIC).save(path(name))
                pictures.append(torch.from_numpy(np.array(Image.open(path(name)))).permute(2, 0, 1)[None].float() / 255)
            done = subprocess.run([ARTEM, "lab", "optimize", path("content.png"), path("style.png"), "-o", path("out.png"), "--size", "32",
                                   "--weights", path("vgg.safetensors"), "--content-layers", CONTENT, "--style-layers", ",".join(STYLE),
                                   "--threads", "2", "--iterations", "300", "--curve", path("curve.csv")], capture_output=True, text=True)
            if "is not installed" in done.stderr:
                self.skipTest(done.stderr)
            self.assertEqual(done.returncode, 0, done.stderr)
            ours = np.loadtxt(path("curve.csv"), delimiter=",", skiprows=1)
            objective = optimise.Objective({k: torch.from_numpy(v) for k, v in weights.items()}, *pictures, (CONTENT,), STYLE)
            theirs = optimise.minimise(objective, pictures[0], 300)
        print(f"\nstart {ours[0, 3]:.6f}, PyTorch {theirs[0]:.6f}; after 300 iterations {ours[-1, 3]:.6f}, PyTorch {theirs[-1]:.6f}")
        self.assertAlmostEqual(ours[0, 3] / theirs[0], 1, 5)  # the same objective
        self.assertLess(ours[-1, 3], 1.02 * theirs[-1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
