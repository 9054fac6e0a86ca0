# SPDX-License-Identifier: Apache-2.0
"""Stereo sequences with exact geometry, the same in every run: one gallery, six ways to move."""
import dataclasses

import numpy as np

import render
from render import Ball, Box, Camera, Placed, Scene

SIZE, FRAMES = 256, 16
NOISE_METRES = 2.0  # as in plugin/geometry.h


def gallery(ball_at=(0.2, -0.5, -1.6), light=(0.8, 1.0, 0.3)):
    one = lambda *c: np.array([c] * 6, float)
    cube = np.array([(0.8, 0.1, 0.1), (0.1, 0.7, 0.15), (0.1, 0.2, 0.8), (0.8, 0.7, 0.1), (0.7, 0.7, 0.7), (0.6, 0.1, 0.6)])
    walls = np.array([(0.35, 0.4, 0.45), (0.35, 0.4, 0.45), (0.8, 0.8, 0.8), (0.3, 0.25, 0.2), (0.5, 0.55, 0.6), (0.5, 0.55, 0.6)])
    objects = [
        Placed(Box((3.0, 1.5, 3.5), walls, 0, 0.5, True), np.array([0, 0.1, 0])),
        Placed(Box((3.0, 0.02, 3.5), one(0.45, 0.35, 0.25), 1, 0.5), np.array([0, -1.38, 0])),
        Placed(Box((0.18, 0.18, 0.18), cube), np.array([-0.75, -0.45, -1.7]), 0.5),
        Placed(Box((0.18, 0.18, 0.18), cube), np.array([0.85, -0.2, -1.9]), -0.4),
        Placed(Box((0.3, 0.5, 0.3), one(0.55, 0.4, 0.3), 2, 0.12), np.array([-1.5, -0.9, -2.6])),
        Placed(Box((0.25, 0.25, 0.25), one(0.15, 0.5, 0.55)), np.array([1.6, -1.1, -2.3]), 0.8),
        Placed(Ball(0.25, np.array([0.85, 0.45, 0.1])), np.array(ball_at)),
        Placed(Ball(0.3, np.array([0.2, 0.35, 0.7]), 1, 0.2), np.array([-0.2, -1.0, -2.8])),
        Placed(Box((0.5, 0.28, 0.01), one(0.9, 0.9, 0.85), 4), np.array([0.05, 0.35, -1.7]), -0.1),
        Placed(Box((0.45, 0.6, 0.02), one(0.6, 0.15, 0.15), 3, 0.5), np.array([-2.9, 0.2, -1.5]), np.pi / 2),
    ]
    text = render.text_picture(["EXIT  MENU", "SCORE 120", "Press A"])
    return Scene(objects, np.array(light, float), 0.4, text)


def camera(at=(0, 0, 0.4), yaw=0.0, pitch=-0.08):
    return Camera(np.array(at, float), render.turn_matrix(yaw, pitch))


def moments():
    """name -> function of the frame number: scene, head."""
    rng = np.random.default_rng(11)
    shake = rng.normal(0, 0.0006, (FRAMES, 2))  # about a tenth of a pixel at 256 pixels
    return {
        "still": lambda t: (gallery(), camera(yaw=shake[t, 0], pitch=-0.08 + shake[t, 1])),
        "turn": lambda t: (gallery(), camera(yaw=0.15 - 0.006 * t)),
        "walk": lambda t: (gallery(), camera(at=(0.02 * t - 0.16, 0, 0.4 - 0.01 * t))),
        "ball": lambda t: (gallery(ball_at=(-0.5 + 0.05 * t, -0.4 + 0.02 * t, -1.5)), camera()),
        "light": lambda t: (gallery(light=(1.2 * np.cos(0.2 * t), 1.0, 1.2 * np.sin(0.2 * t) - 0.8)), camera()),
        "fast": lambda t: (gallery(), camera(yaw=0.4 - 0.05 * t)),
    }


@dataclasses.dataclass
class Frame:
    scene: object
    eyes: list   # cameras
    views: list  # render.View
    maps: list   # noise maps


def noise_map(cam, middle, w, h, density):
    """As plugin/geometry.c makes it."""
    sx, sy = (cam.right - cam.left) * 4 / w, (cam.down - cam.up) * 4 / h
    m = cam.turn @ np.array([[sx, 0, cam.left + sx / 2], [0, sy, cam.up + sy / 2], [0, 0, -1]])
    m[:, 2] += (cam.at - middle) / NOISE_METRES
    limits = np.array([1 << 18, 1 << 18, 1 << 29])
    scale = (limits / np.maximum(np.abs(m), 1e-12)).min()
    return (*(int(v) for v in np.rint(m * min(scale, 1 << 29)).flatten()), density)


def make(name, size=SIZE, frames=FRAMES):
    out = []
    for t in range(frames):
        scene, head = moments()[name](t)
        eyes = render.eyes(head)
        density = round(0.9 * np.pi / 4 * size / 4 / 2)  # geometry_noise_density
        out.append(Frame(scene, eyes, [render.render(scene, e, size, size) for e in eyes],
                         [noise_map(e, head.at, size, size, density) for e in eyes]))
    return out
