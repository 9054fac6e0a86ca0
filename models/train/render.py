# SPDX-License-Identifier: Apache-2.0
"""A small deterministic ray caster: rooms with boxes, balls and a text panel as a VR app shows them, with exact depth and, for every
pixel, the place on its object, from which motion, disparity and occlusion follow without estimation.

    python render.py --out FRAMES --count 300        # frames for training"""
import argparse
import dataclasses
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

EYE_DISTANCE = 0.063
FAR = 1e6


@dataclasses.dataclass
class Box:
    """Axis-aligned in its own frame; `inside` makes it a room that is seen from within."""
    half: tuple
    colours: np.ndarray          # 6 faces: -x +x -y +y -z +z
    texture: int = 0             # 0 flat, 1 checks, 2 stripes, 3 soft gradient, 4 the scene's text
    scale: float = 0.5           # metres of a check
    inside: bool = False


@dataclasses.dataclass
class Ball:
    radius: float
    colour: np.ndarray
    texture: int = 0
    scale: float = 0.2


@dataclasses.dataclass
class Placed:
    """An object at a place, turned about the vertical axis."""
    shape: object
    at: np.ndarray
    yaw: float = 0.0


@dataclasses.dataclass
class Scene:
    objects: list                # Placed
    light: np.ndarray
    ambient: float = 0.35
    text: np.ndarray = None      # grey picture 0..1


@dataclasses.dataclass
class Camera:
    at: np.ndarray
    turn: np.ndarray             # 3x3: camera to world; the camera looks along -z, y is up
    left: float = -1.0           # tangents of the edges
    right: float = 1.0
    up: float = 1.0
    down: float = -1.0


@dataclasses.dataclass
class View:
    rgb: np.ndarray              # h,w,3 uint8
    depth: np.ndarray            # along the viewing axis, metres
    obj: np.ndarray              # index of the object, -1 for none
    local: np.ndarray            # h,w,3: the place in the object's own frame
    edge: np.ndarray             # bool: within 2 pixels of a change of object


def yaw_matrix(a):
    c, s = np.cos(a), np.sin(a)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def turn_matrix(yaw, pitch=0.0, roll=0.0):
    c, s = np.cos(pitch), np.sin(pitch)
    r, q = np.cos(roll), np.sin(roll)
    return yaw_matrix(yaw) @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) @ np.array([[r, -q, 0], [q, r, 0], [0, 0, 1]])


def eyes(camera, distance=EYE_DISTANCE):
    side = camera.turn @ np.array([distance / 2, 0, 0])
    return [dataclasses.replace(camera, at=camera.at - side), dataclasses.replace(camera, at=camera.at + side)]


def rays(camera, w, h, dx=0.5, dy=0.5):
    x = camera.left + (np.arange(w) + dx) / w * (camera.right - camera.left)
    y = camera.up + (np.arange(h) + dy) / h * (camera.down - camera.up)
    d = np.stack(np.broadcast_arrays(x[None, :], y[:, None], -1.0), -1)
    return d.reshape(-1, 3) @ camera.turn.T


def candidates(shape, o, d):
    """Which rays come near enough that hit_box or hit_ball could say yes: near its bounding sphere, and a little more."""
    if isinstance(shape, Box) and shape.inside:
        return slice(None)
    radius = np.linalg.norm(shape.half) if isinstance(shape, Box) else shape.radius
    along, length = d @ o, np.einsum("ij,ij->i", d, d)
    return np.flatnonzero((o @ o - (1.001 * radius) ** 2) * length < along * along)


def hit_box(box, o, d):
    """Distance along d, and the outward normal in the box's frame."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inv = 1.0 / np.where(np.abs(d) < 1e-12, 1e-12, d)
    half = np.asarray(box.half)
    near, far = (-np.sign(inv) * half - o) * inv, (np.sign(inv) * half - o) * inv
    t0, t1 = near.max(1), far.min(1)
    if box.inside:
        axis, t = far.argmin(1), t1
        ok = t1 > 1e-4
    else:
        axis, t = near.argmax(1), t0
        ok = (t0 <= t1) & (t0 > 1e-4)
    sign = -np.sign(np.take_along_axis(d, axis[:, None], 1)[:, 0])
    normal = np.zeros_like(d)
    np.put_along_axis(normal, axis[:, None], sign[:, None], 1)
    return np.where(ok, t, FAR), normal


def hit_ball(ball, o, d):
    b, a, c = (o * d).sum(1), (d * d).sum(1), (o * o).sum(1) - ball.radius ** 2
    disc = b * b - a * c
    t = (-b - np.sqrt(np.maximum(disc, 0))) / a
    t = np.where((disc > 0) & (t > 1e-4), t, FAR)
    return t, (o + t[:, None] * d) / ball.radius


def surface(scene, shape, p, normal):
    """Colour (linear) at local places p with local normals."""
    if isinstance(shape, Ball):
        colour = np.broadcast_to(shape.colour, p.shape).copy()
        u, v = np.arctan2(p[:, 0], p[:, 2]) * shape.radius, p[:, 1]
    else:
        axis = np.abs(normal).argmax(1)
        face = 2 * axis + (np.take_along_axis(normal, axis[:, None], 1)[:, 0] > 0)
        colour = shape.colours[face].copy()
        u = np.where(axis == 0, p[:, 2], p[:, 0])
        v = np.where(axis == 1, p[:, 2], p[:, 1])
    if shape.texture == 1:
        colour *= np.where((np.floor(u / shape.scale) + np.floor(v / shape.scale)) % 2 == 0, 1.0, 0.6)[:, None]
    elif shape.texture == 2:
        colour *= (0.8 + 0.2 * np.sin(2 * np.pi * (u + 0.3 * v) / shape.scale))[:, None]
    elif shape.texture == 3:
        colour *= np.clip(0.75 + 0.25 * v / max(shape.scale, 1e-3), 0.4, 1.0)[:, None]
    elif shape.texture == 4 and scene.text is not None:
        h, w = scene.text.shape
        front = np.abs(normal[:, 2]) > 0.5
        x = np.clip((u / shape.half[0] * 0.5 + 0.5) * w, 0, w - 1).astype(int)
        y = np.clip((0.5 - v / shape.half[1] * 0.5) * h, 0, h - 1).astype(int)
        ink = np.where(front, scene.text[y, x], 0.0)[:, None]
        colour = colour * (1 - ink) + (1 - np.round(colour.mean(1, keepdims=True))) * ink
    return colour


def trace(scene, o, d):
    best = np.full(len(d), FAR)
    obj = np.full(len(d), -1)
    local, normal = np.zeros_like(d), np.zeros_like(d)
    for i, placed in enumerate(scene.objects):
        m = yaw_matrix(placed.yaw)
        lo, ld = (o - placed.at) @ m, d @ m
        some = candidates(placed.shape, lo, ld)
        ld = ld[some]
        lo = np.broadcast_to(lo, ld.shape)
        t, n = hit_box(placed.shape, lo, ld) if isinstance(placed.shape, Box) else hit_ball(placed.shape, lo, ld)
        closer = t < best[some]
        mine = np.arange(len(d))[some][closer]
        best[mine], obj[mine], normal[mine] = t[closer], i, n[closer]
        local[mine] = lo[closer] + t[closer, None] * ld[closer]
    return best, obj, local, normal


def shade(scene, o, d, best, obj, local, normal):
    rgb = np.zeros_like(d)
    for i, placed in enumerate(scene.objects):
        mine = obj == i
        if not mine.any():
            continue
        world = o + best[mine, None] * d[mine]
        to = scene.light - world
        cos = np.maximum(((normal[mine] @ yaw_matrix(placed.yaw).T) * to).sum(1) / np.maximum(np.linalg.norm(to, axis=1), 1e-6), 0)
        rgb[mine] = surface(scene, placed.shape, local[mine], normal[mine]) * (scene.ambient + (1 - scene.ambient) * cos)[:, None]
    return rgb


def encode(linear):
    x = np.clip(linear, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(x, 1 / 2.4) - 0.055)


def render(scene, camera, w, h, samples=2):
    """samples x samples rays a pixel for the colours, the middle ray for everything else."""
    d = rays(camera, w, h)
    best, obj, local, _ = trace(scene, camera.at, d)
    depth = np.where(obj >= 0, best, FAR).reshape(h, w)  # the ray's z is -1 in camera space, so t is the depth
    total = 0
    for j in range(samples):
        for i in range(samples):
            s = rays(camera, w, h, (i + 0.5) / samples, (j + 0.5) / samples)
            total = total + shade(scene, camera.at, s, *trace(scene, camera.at, s))
    rgb = (encode(total / samples ** 2) * 255 + 0.5).astype(np.uint8).reshape(h, w, 3)
    obj = obj.reshape(h, w)
    edge = np.zeros((h, w), bool)
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            y, x = np.clip(np.arange(h) + dy, 0, h - 1), np.clip(np.arange(w) + dx, 0, w - 1)
            edge |= obj[y][:, x] != obj
    return View(rgb, depth, obj, local.reshape(h, w, 3), edge)


def correspond(scene, view, camera, other_scene, other_view, other_camera):
    """Where each pixel of `view` is in `other_view` (another time, another eye): flow h,w,2 in pixels, and a mask of the pixels that are seen in
    both and lie clear of silhouettes."""
    h, w = view.depth.shape
    world = np.zeros((h, w, 3))
    for i, placed in enumerate(other_scene.objects):
        mine = view.obj == i
        world[mine] = view.local[mine] @ yaw_matrix(placed.yaw).T + placed.at
    p = (world - other_camera.at) @ other_camera.turn
    z = np.maximum(-p[..., 2], 1e-6)
    x = (p[..., 0] / z - other_camera.left) / (other_camera.right - other_camera.left) * w - 0.5
    y = (p[..., 1] / z - other_camera.up) / (other_camera.down - other_camera.up) * h - 0.5
    inside = (x >= 0) & (x <= w - 1) & (y >= 0) & (y <= h - 1) & (p[..., 2] < 0) & (view.obj >= 0)
    xi, yi = np.clip(np.rint(x), 0, w - 1).astype(int), np.clip(np.rint(y), 0, h - 1).astype(int)
    there = other_view.depth[yi, xi]
    seen = inside & (other_view.obj[yi, xi] == view.obj) & (np.abs(there - z) < 0.03 * z + 0.02)
    mask = seen & ~view.edge & ~other_view.edge[yi, xi]
    grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), -1)
    return np.stack((x, y), -1) - grid, mask


# ---- scenes -------------------------------------------------------------------------------------------------------------------
def text_picture(lines, size=(256, 160)):
    img = Image.new("L", size, 0)
    draw = ImageDraw.Draw(img)
    try:
        font = ImageFont.load_default(size=size[1] // (len(lines) + 1))
    except TypeError:  # Pillow before 10.1 has one size only
        font = ImageFont.load_default()
    for i, line in enumerate(lines):
        draw.text((size[0] // 16, size[1] // 16 + i * size[1] // (len(lines) + 0.4)), line, fill=255, font=font)
    return np.asarray(img, float) / 255


def random_colour(rng):
    kind = rng.random()
    if kind < 0.3:
        return np.array([rng.random() < 0.5 for _ in range(3)], float) * rng.uniform(0.4, 0.9) + 0.03
    if kind < 0.55:
        return np.full(3, rng.uniform(0.03, 0.9))
    return rng.uniform(0.03, 0.9, 3)


WORDS = "START MENU SCORE LEVEL HELLO OPTIONS READY PRESS TRIGGER NORTH SAVE EXIT 120 42 7:30".split()


def random_scene(rng):
    """A room as a simple app builds it, and a camera in it."""
    room = np.array([rng.uniform(2, 6), rng.uniform(1.3, 2.5), rng.uniform(2, 6)])
    walls = np.stack([random_colour(rng)] * 6) if rng.random() < 0.4 else np.stack([random_colour(rng) for _ in range(6)])
    objects = [Placed(Box(tuple(room), walls, int(rng.choice([0, 0, 1, 2, 3])), rng.uniform(0.2, 1.0), True), np.array([0, room[1] - 1.6, 0]))]
    for _ in range(int(rng.integers(3, 12))):
        at = np.array([rng.uniform(-0.8, 0.8) * room[0], rng.uniform(-1.2, 0.6), rng.uniform(-0.9, -0.15) * room[2]])
        if rng.random() < 0.65:
            colours = np.stack([random_colour(rng)] * 6) if rng.random() < 0.5 else np.stack([random_colour(rng) for _ in range(6)])
            shape = Box(tuple(rng.uniform(0.05, 0.5, 3)), colours, int(rng.choice([0, 0, 0, 1, 2])), rng.uniform(0.05, 0.3))
        else:
            shape = Ball(rng.uniform(0.08, 0.45), random_colour(rng), int(rng.choice([0, 0, 1, 2])), rng.uniform(0.05, 0.3))
        objects.append(Placed(shape, at, rng.uniform(0, np.pi)))
    text = text_picture([" ".join(rng.choice(WORDS, 2)) for _ in range(int(rng.integers(2, 5)))])
    if rng.random() < 0.6:
        panel = Box((rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.5), 0.01), np.stack([random_colour(rng)] * 6), 4)
        objects.append(Placed(panel, np.array([rng.uniform(-0.6, 0.6), rng.uniform(-0.3, 0.4), -rng.uniform(0.8, 1.9)]), rng.uniform(-0.4, 0.4)))
    light = np.array([rng.uniform(-1, 1), rng.uniform(0.4, 1.5), rng.uniform(-1, 1)])
    camera = Camera(np.array([rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.2), rng.uniform(-0.2, 0.5)]),
                    turn_matrix(rng.uniform(-0.5, 0.5), rng.uniform(-0.25, 0.15), rng.normal(0, 0.05)))
    return Scene(objects, light, rng.uniform(0.15, 0.6), text), camera


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--count", type=int, default=300)
    p.add_argument("--size", type=int, default=288)
    p.add_argument("--seed", type=int, default=5)
    a = p.parse_args()
    out = pathlib.Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    for i in range(a.count):
        scene, camera = random_scene(np.random.default_rng([a.seed, i]))
        Image.fromarray(render(scene, camera, a.size, a.size).rgb).save(out / f"{i:04}.png")
        if (i + 1) % 25 == 0:
            print(f"{i + 1} of {a.count} frames", flush=True)


if __name__ == "__main__":
    main()
