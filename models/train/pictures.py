# SPDX-License-Identifier: Apache-2.0
"""Reads pictures of any kind that people have lying about, and writes previews."""
import pathlib

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

SQUARES_MAX = 4000  # a gigabyte at 288 x 288
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


def read(path):
    """An RGB PIL picture of any file that Pillow knows: turned as its EXIF says, transparency over white, first frame of many. ValueError where it
    is none."""
    try:
        with Image.open(path) as img:
            img = ImageOps.exif_transpose(img)
            if img.mode in ("RGBA", "LA", "PA") or "transparency" in img.info:
                img = img.convert("RGBA")
                white = Image.new("RGBA", img.size, (255, 255, 255, 255))
                img = Image.alpha_composite(white, img)
            elif img.mode.startswith("I"):  # 16 bits and more
                img = Image.fromarray((np.asarray(img, np.float64) / 257).clip(0, 255).astype(np.uint8))
            return img.convert("RGB")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path}: not a picture that can be read ({error})") from None


def tensor(img):
    return torch.tensor(np.asarray(img).copy()).permute(2, 0, 1)[None].float() / 255


ASPECT_MAX = 4  # of a painting: what is longer is cut to its middle


def trim(img, aspect):
    """The middle of a picture that is longer than `aspect` times its other side."""
    w, h = min(img.width, aspect * img.height), min(img.height, aspect * img.width)
    x, y = (img.width - w) // 2, (img.height - h) // 2
    return img if (w, h) == img.size else img.crop((x, y, x + w, y + h))


def resize(img, shorter):
    s = shorter / min(img.size)
    return img if s == 1 else img.resize((max(shorter, round(img.width * s)), max(shorter, round(img.height * s))), Image.LANCZOS)


def load(path, shorter=None):
    """RGB float tensor 1,3,h,w in 0..1; with `shorter`, scaled so that the shorter side has it."""
    img = read(path)
    return tensor(resize(trim(img, ASPECT_MAX), shorter) if shorter else img)


def list_pictures(folder):
    """Paths by their names, at most SQUARES_MAX."""
    try:
        paths = sorted(p for p in pathlib.Path(folder).iterdir() if p.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise SystemExit(f"{folder}: {error.strerror}") from None
    return paths[::max(1, -(-len(paths) // SQUARES_MAX))]


def list_readable(folder):
    """Those that load_squares returns, in its order."""
    out = []
    for path in list_pictures(folder):
        try:
            read(path)
            out.append(path)
        except ValueError:
            pass
    return out


def load_squares(folder, size):
    """The pictures of the folder, at most SQUARES_MAX of them, scaled and cropped to the middle size x size. Files that are no pictures are
    left out, with a line."""
    out = []
    for path in list_pictures(folder):
        try:
            out.append(np.asarray(resize(trim(read(path), 1), size)))
        except ValueError as error:
            print(f"left out: {error}")
    if not out:
        raise SystemExit(f"{folder}: no pictures")
    return np.stack(out)


def save_rows(path, rows):
    """rows: list of tensors B,3,h,w in 0..1; each becomes a row of the picture."""
    rows = [torch.cat([r[i] for i in range(r.shape[0])], 2) for r in rows]
    img = (torch.cat(rows, 1).permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().cpu().numpy()
    Image.fromarray(img).save(path)
