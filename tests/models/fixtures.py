# SPDX-License-Identifier: Apache-2.0
"""What the tests share. The first two arguments of each test are the artem command and the models folder. VGG's weights are random: what is
tested is the machinery, not the looks."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ARTEM, MODELS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
for folder in ("train", "evaluation"):
    sys.path.insert(0, str(MODELS / folder))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402

import vgg  # noqa: E402

torch.set_num_threads(2)


def random_vgg(path):
    rng = np.random.default_rng(1)
    tensors, channels = {}, 3
    for name in vgg.names():
        out = min(64 << (int(name[4]) - 1), 512)
        scale = (2.0 / (9 * channels)) ** 0.5 / (50 if channels == 3 else 1)
        tensors[name + ".weight"] = rng.normal(0, scale, (out, channels, 3, 3)).astype(np.float16)
        tensors[name + ".bias"] = np.zeros(out, np.float16)
        channels = out
    save_file(tensors, path)


class Folder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def run_python(self, script, *arguments, status=0):
        done = subprocess.run([sys.executable, str(MODELS / script), *map(str, arguments)], capture_output=True, text=True,
                              env=dict(os.environ, XDG_CACHE_HOME=str(self.folder / "cache")))
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr


def library_name():
    return sorted(MODELS.glob("*.artstyle"))[0].stem


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
