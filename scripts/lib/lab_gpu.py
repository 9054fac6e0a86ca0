# SPDX-License-Identifier: Apache-2.0
"""artem lab optimize on a CUDA device beside the processor: evaluations of VGG-16's loss and gradient, and whether the losses agree.
usage: lab_gpu.py ARTEM [DEVICE [SIZE...]]"""
import array
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
CHANNELS = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512)
NAMES = ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3", "conv5_1")
LIMIT = 1e-4


def write_weights(path):
    """Of VGG-16's shapes, random: speed and agreement do not depend on them."""
    rng, header, data, inputs, end = random.Random(1), {}, [], 3, 0
    for name, outputs in zip(NAMES, CHANNELS):
        scale = (6 / (9 * inputs)) ** 0.5
        for kind, shape, count in (("weight", [outputs, inputs, 3, 3], outputs * inputs * 9), ("bias", [outputs], outputs)):
            data.append(array.array("f", ((2 * rng.random() - 1) * scale for _ in range(count))).tobytes())
            header[f"{name}.{kind}"] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + 4 * count]}
            end += 4 * count
        inputs = outputs
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def optimise(artem, folder, weights, size, options):
    curve = os.path.join(folder, "curve.csv")
    done = subprocess.run([artem, "lab", "optimize", os.path.join(ROOT, "docs", "viewer.png"), os.path.join(ROOT, "models", "starry_night.preview.jpg"),
                           "-o", os.path.join(folder, "out.png"), "--size", str(size), "--style-size", str(min(size, 512)), "--weights", weights,
                           "--fresh", "--method", "adam", "--iterations", "6", "--curve", curve, *options], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{size} pixels, {' '.join(options) or 'processors'}: {done.stderr.strip()}")
    with open(curve) as file:
        rows = [line.split(",") for line in file.read().split()[1:]]
    return float(re.search(r"^evaluations \d+, each ([\d.]+) ms", done.stdout, re.M).group(1)), float(rows[0][3]), float(rows[-1][3])


def main():
    artem, device, sizes = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "cuda:0", [int(s) for s in sys.argv[3:]] or [192, 512]
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "artem", "vgg16.safetensors")
    agree = True
    with tempfile.TemporaryDirectory() as folder:
        weights = cache if os.path.exists(cache) else os.path.join(folder, "vgg.safetensors")
        if weights != cache:
            write_weights(weights)
        print("artem lab optimize, " + ("VGG-16" if weights == cache else "random weights of VGG-16's shapes") + ": loss and gradient, milliseconds by the clock")
        print(f"{'pixels':>7}{'processors':>12}{device:>10}{'times':>8}{'loss at start':>16}{'differs by':>12}{'after 6 steps':>15}{'by':>10}")
        for size in sizes:
            gpu, gpu_first, gpu_last = optimise(artem, folder, weights, size, ("--devices", device))
            cpu, first, last = optimise(artem, folder, weights, size, ())
            differences = abs(gpu_first / first - 1), abs(gpu_last / last - 1)
            agree = agree and max(differences) < LIMIT
            print(f"{size:>7}{cpu:12.1f}{gpu:10.2f}{cpu / gpu:8.1f}{first:16.6g}{differences[0]:12.1e}{last:15.6g}{differences[1]:10.1e}")
    print(f"losses agree within {LIMIT}" if agree else f"WRONG: losses differ by more than {LIMIT}")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
