# SPDX-License-Identifier: Apache-2.0
"""For the tests of artem lab: weights and pictures of random values, and calls."""
import json
import random
import struct
import subprocess

from helpers import ARTEM, CommandTest, png

LAYERS = (("conv1_1", 3, 64), ("conv1_2", 64, 64), ("conv2_1", 64, 128), ("conv2_2", 128, 128))
OPTIONS = ("--content-layers", "conv2_1", "--style-layers", "conv1_1,conv2_2:2", "--threads", "1")


def write_weights(path, gain=1):
    rng, header, data = random.Random(1), {}, b""
    for name, inputs, outputs in LAYERS:
        scale = gain * (6 / (9 * inputs)) ** 0.5
        for kind, shape in (("weight", [outputs, inputs, 3, 3]), ("bias", [outputs])):
            count = outputs * inputs * 9 if kind == "weight" else outputs
            tensor = struct.pack(f"<{count}e", *(rng.uniform(-scale, scale) for _ in range(count)))
            header[f"{name}.{kind}"] = {"dtype": "F16", "shape": shape, "data_offsets": [len(data), len(data) + len(tensor)]}
            data += tensor
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def picture(width, height, seed):
    rng = random.Random(seed)
    colours = [bytes(rng.randrange(256) for _ in range(3)) for _ in range(16)]
    return png(width, height, 2, 8, [b"".join(colours[x // 9 + 4 * (y // 11) & 15] for x in range(width)) for y in range(height)])


class LabTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.weights = self.path("vgg.safetensors")
        write_weights(self.weights)
        for name, size, seed in (("content.png", (60, 50), 1), ("style.png", (70, 48), 2)):
            with open(self.path(name), "wb") as file:
                file.write(picture(*size, seed))

    def lab(self, *arguments):
        return subprocess.run([ARTEM, "lab", *arguments], capture_output=True, text=True, timeout=600, env=self.environment)
