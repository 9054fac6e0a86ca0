# SPDX-License-Identifier: Apache-2.0
"""artem lab optimize beside the same objective, weights, start and L-BFGS in PyTorch, in turns, on the same threads: time per evaluation of
value and gradient, and the ratios. "Work" is the time of all processors together, which other programs on the machine change least."""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image

import optimise

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FORMATS = {"PyTorch": torch.contiguous_format, "PyTorch, channels last": torch.channels_last}


def prepare(path, size, out):
    with Image.open(path) as picture:
        scale = size / max(picture.size)
        picture.convert("RGB").resize([max(round(v * scale), 1) for v in picture.size], Image.BOX).save(out)
    return torch.from_numpy(np.array(Image.open(out))).permute(2, 0, 1)[None].float() / 255


def library_folders():
    """Where PyTorch's packages put cuDNN and cuBLAS, which the lab opens as well."""
    root = os.path.join(os.path.dirname(os.path.dirname(torch.__file__)), "nvidia")
    folders = [os.path.join(root, name, "lib") for name in (sorted(os.listdir(root)) if os.path.isdir(root) else ())]
    return os.pathsep.join([f for f in folders if os.path.isdir(f)] + [v for v in (os.environ.get("LD_LIBRARY_PATH"),) if v])


def run_lab(options, folder, device=None):
    curve = os.path.join(folder, "curve.csv")
    done = subprocess.run([options.artem, "lab", "optimize", os.path.join(folder, "photo.png"), os.path.join(folder, "painting.png"), "-o",
                           os.path.join(folder, "out.png"), "--size", str(options.size), "--weights", options.weights, "--fresh",
                           "--threads", str(options.threads), "--iterations", str(options.iterations), "--curve", curve,
                           *(["--devices", device] if device else [])],
                          capture_output=True, text=True, env={**os.environ, "LD_LIBRARY_PATH": library_folders()} if device else None)
    if done.returncode:
        sys.exit(done.stderr)
    points = np.loadtxt(curve, delimiter=",", skiprows=1)
    count, clock, work = re.search(r"^evaluations (\d+), each ([\d.]+) ms, ([\d.]+) ms", done.stdout, re.M).groups()
    return {"clock": float(clock), "work": float(work), "whole": 1e3 * (points[-1, 2] - points[0, 2]) / int(count), "start": points[0, 3],
            "end": points[-1, 3], "evaluations": int(count)}


def run_torch(options, weights, photo, painting, memory_format, device="cpu"):
    """On a GPU in 32-bit floats without TF32, as the lab computes."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    wait = torch.cuda.synchronize if device != "cpu" else lambda: None
    weights, photo, painting = {k: v.to(device) for k, v in weights.items()}, photo.to(device), painting.to(device)
    weights = {k: v.contiguous(memory_format=memory_format) if v.dim() == 4 else v for k, v in weights.items()}
    objective = optimise.Objective(weights, photo, painting)
    begins, ends = [], []

    def now():
        wait()
        return time.perf_counter(), time.process_time()

    def measured(y):
        begins.append(now())
        return objective(y)

    start = now()
    losses = optimise.minimise(measured, photo.contiguous(memory_format=memory_format), options.iterations, lambda: ends.append(now()))
    each = np.array([np.subtract(b, a) for a, b in zip(begins, ends)]) * 1e3  # the last loss has no gradient, and no end
    return {"clock": np.median(each[:, 0]), "work": np.median(each[:, 1]), "whole": 1e3 * (ends[-1][0] - start[0]) / len(ends),
            "start": losses[0], "end": losses[-1], "evaluations": len(ends)}


def main():
    parser = argparse.ArgumentParser(prog="models/bench-lab", description=__doc__)
    parser.add_argument("photo")
    parser.add_argument("painting")
    parser.add_argument("--artem", default=os.path.join(ROOT, "build", "bin", "artem"))
    parser.add_argument("--weights", default=os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "artem",
                                                          "vgg16.safetensors"), help="VGG-16 (where models/fetch-vgg leaves it)")
    parser.add_argument("--size", type=int, default=192, help="pixels along the longer side (192)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--device", metavar="cuda:N", help="also this NVIDIA GPU, by the lab and by PyTorch if it has CUDA; the ratios are the GPU's")
    parser.add_argument("--iterations", type=int, default=6, help="of L-BFGS, in each turn (6)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (3)")
    options = parser.parse_args()
    if not os.path.exists(options.weights):
        parser.error(f"{options.weights} is missing; models/fetch-vgg gets VGG-16's weights")
    torch.set_num_threads(options.threads)
    rows, weights = {}, optimise.load_weights(options.weights)
    with tempfile.TemporaryDirectory() as folder:
        photo = prepare(options.photo, options.size, os.path.join(folder, "photo.png"))
        painting = prepare(options.painting, options.size, os.path.join(folder, "painting.png"))
        for _ in range(options.rounds):
            rows.setdefault("artem lab optimize", []).append(run_lab(options, folder))
            for name, memory_format in FORMATS.items():
                rows.setdefault(name, []).append(run_torch(options, weights, photo, painting, memory_format))
            if options.device:
                rows.setdefault(f"artem lab, {options.device}", []).append(run_lab(options, folder, options.device))
            for name, memory_format in FORMATS.items() if options.device and torch.cuda.is_available() else ():
                rows.setdefault(f"{name}, {options.device}", []).append(run_torch(options, weights, photo, painting, memory_format, options.device))
    print(f"{photo.shape[3]} x {photo.shape[2]} pixels, {options.threads} threads, {options.iterations} iterations, {options.rounds} turns, "
          f"PyTorch {torch.__version__}; milliseconds per evaluation, median of the turns' medians\n")
    print(f"{'':32}{'p50':>9}{'work p50':>10}{'whole':>9}{'evaluations':>13}{'loss at start':>15}{'at end':>10}")
    middle = {name: {key: float(np.median([r[key] for r in turns])) for key in turns[0]} for name, turns in rows.items()}
    for name, r in middle.items():
        print(f"{name:32}{r['clock']:9.1f}{r['work']:10.1f}{r['whole']:9.1f}{r['evaluations']:13.0f}{r['start']:15.5f}{r['end']:10.4f}")
    ours = "artem lab optimize"
    if options.device:
        ours, processors = f"artem lab, {options.device}", middle[ours]
        for key, what in (("start", "at the start"), ("end", "at the end")):
            print(f"\n{what} the loss differs from the processors' by {abs(middle[ours][key] / processors[key] - 1):.1e}", end="")
        print("" if torch.cuda.is_available() else "\nthis PyTorch has no CUDA device", end="\n")
    print(f"\n{ours} is so many times as fast (p50, work, whole):")
    for name in (n for n in middle if n != ours):
        print(f"{name:32}" + "".join(f"{middle[name][key] / middle[ours][key]:9.2f}" for key in ("clock", "work", "whole")))


if __name__ == "__main__":
    main()
