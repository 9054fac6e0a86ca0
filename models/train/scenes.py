# SPDX-License-Identifier: Apache-2.0
"""Generated pictures as simple VR apps draw them: flat or softly graded backgrounds (often dark), shaded boxes, polygons, lines,
grids and text, with hard edges. A network trained on photos alone leaves such frames bare."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WORDS = "START MENU SCORE 120 LEVEL 3 HELLO XR OPTIONS fps 90 Press A to continue 00:42 Inventory North 64 %".split()
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))


def colour(rng, dark=False):
    """Saturated, grey, or any; test apps like pure primaries."""
    kind = rng.random()
    if kind < 0.35:
        c = np.array([rng.random() < 0.5 for _ in range(3)], float) * rng.uniform(0.6, 1.0)
    elif kind < 0.6:
        c = np.full(3, rng.random())
    else:
        c = rng.random(3)
    return c * (rng.uniform(0.05, 0.4) if dark else 1.0)


def rgb(c):
    return tuple(int(v) for v in np.clip(c, 0, 1) * 255 + 0.5)


def rotation(rng):
    q = rng.normal(size=4)
    w, x, y, z = q / np.linalg.norm(q)
    return np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
                     [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
                     [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)]])


def background(rng, size):
    a = colour(rng, dark=rng.random() < 0.4)
    if rng.random() < 0.6:
        return np.broadcast_to(a, (size, size, 3)).copy()
    b = np.clip(a + rng.normal(0, 0.25, 3), 0, 1)
    t = np.linspace(0, 1, size)
    if rng.random() < 0.3:  # horizon
        t = (t > rng.uniform(0.3, 0.7)).astype(float)
    ramp = t[:, None, None] if rng.random() < 0.8 else t[None, :, None]
    return np.broadcast_to(a + (b - a) * ramp, (size, size, 3)).copy()


def box(rng, draw, size):
    r = rotation(rng) if rng.random() < 0.7 else np.eye(3)
    scale = rng.uniform(0.04, 0.3)
    centre = np.array([rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(2, 4)])
    points = CORNERS * scale @ r.T + centre
    screen = [(size / 2 + size * 1.2 * p[0] / p[2], size / 2 + size * 1.2 * p[1] / p[2]) for p in points]
    one, per_face = colour(rng), rng.random() < 0.6
    for face in sorted(FACES, key=lambda f: -points[list(f), 2].mean()):
        c = colour(rng) if per_face else one * rng.uniform(0.5, 1.0)
        draw.polygon([screen[i] for i in face], fill=rgb(c))


def scene(rng, size=288):
    up = 1 if rng.random() < 0.4 else 2  # with and without anti-aliasing
    big = size * up
    img = Image.fromarray((np.clip(background(rng, big), 0, 1) * 255 + 0.5).astype(np.uint8))
    draw = ImageDraw.Draw(img)
    if rng.random() < 0.25:  # floor grid
        c, step = rgb(colour(rng)), int(rng.integers(12, 48)) * up
        for k in range(0, big, step):
            draw.line((0, k, big, k), fill=c, width=up)
            draw.line((k, 0, k, big), fill=c, width=up)
    for _ in range(int(rng.integers(1, 9))):
        box(rng, draw, big)
    for _ in range(int(rng.integers(0, 4))):
        n = int(rng.integers(3, 7))
        p = rng.uniform(0, big, 2) + rng.normal(0, rng.uniform(0.03, 0.15) * big, (n, 2))
        kind = rng.random()
        if kind < 0.4:
            draw.polygon([tuple(v) for v in p], fill=rgb(colour(rng)))
        elif kind < 0.7:
            x0, y0 = p.min(0)
            x1, y1 = p.max(0)
            draw.ellipse((x0, y0, x1, y1), fill=rgb(colour(rng)))
        else:
            draw.line([tuple(v) for v in p[:2]], fill=rgb(colour(rng)), width=int(rng.integers(1, 6)) * up)
    for _ in range(int(rng.integers(0, 3))):
        text = " ".join(rng.choice(WORDS, int(rng.integers(1, 4))))
        at = tuple(rng.uniform(0, 0.8 * big, 2))
        if rng.random() < 0.5:
            draw.rectangle((at[0] - 4 * up, at[1] - 4 * up, at[0] + 90 * up, at[1] + 22 * up), fill=rgb(colour(rng)))
        try:
            font = ImageFont.load_default(size=int(rng.integers(10, 26)) * up)
        except TypeError:  # Pillow before 10.1 has one size only
            font = ImageFont.load_default()
        draw.text(at, text, fill=rgb(colour(rng)), font=font)
    img = img.resize((size, size), Image.BOX)
    if rng.random() < 0.1:
        img = img.filter(ImageFilter.GaussianBlur(1))
    return np.asarray(img).copy()


def many(count, size=288, seed=1234):
    rng = np.random.default_rng(seed)
    return np.stack([scene(rng, size) for _ in range(count)])
