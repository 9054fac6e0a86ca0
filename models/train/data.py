# SPDX-License-Identifier: Apache-2.0
"""Training pictures: photos of a folder and generated scenes, as one uint8 array in memory."""
import pathlib

import numpy as np
import torch
from PIL import Image

import scenes

SIZE = 288


def load_picture(path, size=None):
    """RGB float tensor 1,3,h,w in 0..1; with `size`, scaled so that the shorter side has it."""
    img = Image.open(path).convert("RGB")
    if size:
        s = size / min(img.size)
        img = img.resize((round(img.width * s), round(img.height * s)), Image.LANCZOS)
    return torch.tensor(np.asarray(img).copy()).permute(2, 0, 1)[None].float() / 255


def load_photos(folder):
    """Every picture of the folder, centre-cropped to SIZE x SIZE."""
    out = []
    for path in sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png")):
        img = Image.open(path).convert("RGB")
        s = SIZE / min(img.size)
        if s != 1:
            img = img.resize((max(SIZE, round(img.width * s)), max(SIZE, round(img.height * s))), Image.LANCZOS)
        x, y = (img.width - SIZE) // 2, (img.height - SIZE) // 2
        out.append(np.asarray(img.crop((x, y, x + SIZE, y + SIZE))))
    if not out:
        raise SystemExit(f"{folder}: no pictures")
    return np.stack(out)


class Batches:
    """Random crops. `share` of the pictures are generated scenes; a tenth of the photos is darkened, since apps have dark scenes."""

    def __init__(self, photos, seed, share=0.35, count=600):
        self.rng = np.random.default_rng(seed)
        self.photos, self.share = photos, share
        scene_rng = np.random.default_rng(1234)
        self.scenes = np.stack([scenes.scene(scene_rng, SIZE) for _ in range(count)])

    def next(self, batch, crop):
        out = []
        for _ in range(batch):
            scene = self.rng.random() < self.share
            source = self.scenes if scene else self.photos
            img = source[self.rng.integers(len(source))]
            y, x = self.rng.integers(0, SIZE - crop + 1, 2)
            img = img[y:y + crop, x:x + crop]
            if self.rng.random() < 0.5:
                img = img[:, ::-1]
            img = torch.tensor(np.ascontiguousarray(img)).permute(2, 0, 1).float() / 255
            if not scene and self.rng.random() < 0.1:
                img = img * float(self.rng.uniform(0.2, 0.7))
            out.append(img)
        x = torch.stack(out)
        return ((x * 255).round() / 255).contiguous(memory_format=torch.channels_last)
