# SPDX-License-Identifier: Apache-2.0
"""Measures the choices behind the network: trains variants of it for the same steps on the same pictures, from nothing, and prints what each
loses and costs as a table.

    python choices.py --paintings PAINTINGS --photos PHOTOS --unseen UNSEEN-PHOTOS [--steps 400]

Short trainings tell the variants apart, not how good they become."""
import argparse
import dataclasses
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import data
import library
import losses
import network
import noise
import objective
import pictures
import scenes
import train
import vgg as weights

STYLES = ("great_wave", "starry_night")


class Shuffled(network.Network):
    """Decoder: one convolution to 4 x 4 pixels of each cell, instead of three with doubling between."""

    def __init__(self, styles, channels, units, adapt):
        super().__init__(styles, channels, units, adapt)
        self.last = nn.Parameter(network.kaiming(48, channels, 3, 3).repeat(styles, 1, 1, 1, 1))
        self.last_bias = nn.Parameter(torch.zeros(styles, 48))

    def forward(self, pixels, v, style, group=None):
        style = torch.full((len(pixels),), style) if isinstance(style, int) else style
        x = self.features(pixels, v, style, group)
        u = self.codes(network.activate(x * self.dec_gain[style][:, :, None, None] + self.dec_bias[style][:, :, None, None]))
        return torch.sigmoid(F.pixel_shuffle(self.decode("last", u, style), 4))


class Blurred(network.Network):
    """Stem: the picture is low-passed before it is folded into channels, so that a shift by a pixel changes them less."""

    def features(self, pixels, v, style, group=None):
        k = torch.tensor([1.0, 2.0, 1.0]) / 4
        k = (k[:, None] * k).expand(3, 1, 3, 3)
        return super().features(F.conv2d(F.pad(pixels, (1,) * 4, mode="replicate"), k, groups=3), v, style, group)


class Pooled(network.Network):
    """Stem: 2 x 2 pixels are averaged before folding: 12 channels instead of 48, and details only in the decoder's last convolution."""

    def features(self, pixels, v, style, group=None):
        pooled = F.interpolate(F.avg_pool2d(pixels, 2), scale_factor=2, mode="bilinear", align_corners=False)
        return super().features(pooled, v, style, group)


@dataclasses.dataclass
class Variant:
    name: str
    units: int = network.UNITS
    channels: int = network.CHANNELS
    adapt: int = network.ADAPT
    kind: type = network.Network

    def cost(self):
        """Thousands of products per pixel: binary, int8."""
        c = self.channels
        decoder = c * 48 / 16 if self.kind is Shuffled else c * 32 / 16 + 32 * 12 / 4 + 16 * 3
        stem = 28 if self.kind is Pooled else 64
        return 9 * self.units * c * c / 16e3, 9 * (stem * c / 16 + decoder) / 1e3


VARIANTS = (
    Variant("as shipped: 10 units, 128 channels"), Variant("6 units", units=6), Variant("8 units", units=8), Variant("12 units", units=12),
    Variant("96 channels", channels=96), Variant("160 channels", channels=160),
    Variant("statistics: calibration only", adapt=0), Variant("statistics: the frame's own only", adapt=16),
    Variant("decoder: pixel shuffle", kind=Shuffled), Variant("stem: blurred", kind=Blurred), Variant("stem: pooled", kind=Pooled),
)


def optimise(a, net, vgg, targets, batches):
    opt = torch.optim.Adam(net.parameters(), lr=a.rate)
    step_of = train.Step(a, vgg, targets, net, None, batches, len(STYLES))
    for step in range(a.steps):
        progress = step / a.steps
        net.quantise_stream = progress >= 0.6
        train.descend(opt, objective.total(step_of.terms(step)), a.rate, progress, step, 50)


def grid(y):
    """How much stronger the spectrum is at multiples of a quarter of the sampling frequency than around them."""
    s = losses.spectrum(y)
    n = s.shape[1]
    at = [(u, v) for u in (0, n // 4, n // 2, 3 * n // 4) for v in (0, n // 4, n // 2) if (u, v) != (0, 0)]
    near = losses.around(s)
    return float(np.mean([(s[:, u, v] / near[:, u, v]).mean().item() for u, v in at]))


def measure(net, vgg, targets, x):
    """Means over styles and pictures: content, style, shimmer (two views a pixel apart, both slightly noisy), grid."""
    net.eval()
    out = []
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for s in range(len(STYLES)):
            for p in x:
                views = torch.stack((p[:, :-4, :-4], p[:, 1:-3, 1:-3]))
                views = (views + torch.randn(views.shape, generator=generator) / 255).clamp(0, 1)
                v = noise.fresh(views[:1], generator).expand(2, -1, -1, -1)
                y = net(views, v, s, torch.zeros(2, dtype=torch.long))
                content, style = objective.perceptual(vgg, targets, torch.tensor([s]), views[:1], y[:1])
                moved = (y[0, :, 9:-8, 9:-8] - y[1, :, 8:-9, 8:-9]).square().mean().sqrt()
                out.append((content.item(), style.item(), moved.item(), grid(y[:1])))
    return np.mean(out, 0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--paintings", required=True)
    p.add_argument("--photos", required=True)
    p.add_argument("--unseen", required=True, help="photos to measure on")
    p.add_argument("--vgg")
    p.add_argument("--steps", type=int, default=400)
    p.add_argument("--crop", type=int, default=128)
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--far", type=int, default=0)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--bfloat16", action="store_true")
    p.add_argument("--only", type=int, help="number of the only variant to train")
    a = p.parse_args()
    a.device = "cpu"
    torch.set_flush_denormal(True)
    vgg = losses.Vgg(weights.find(a.vgg), torch.bfloat16 if a.bfloat16 else torch.float32)
    targets = objective.style_targets(vgg, [pictures.load(library.painting(a.paintings, n), 256) for n in STYLES])
    batches = data.Batches(pictures.load_squares(a.photos, data.SIZE), scenes.many(600), 1)
    unseen = torch.tensor(pictures.load_squares(a.unseen, 260)).permute(0, 3, 1, 2).float() / 255
    print("| variant | content | style | total | shimmer | grid | binary, int8 kMAC per pixel |\n|---|---|---|---|---|---|---|", flush=True)
    for i, variant in enumerate(VARIANTS):
        if a.only not in (None, i):
            continue
        torch.manual_seed(1)
        start = time.time()
        net = variant.kind(len(STYLES), variant.channels, variant.units, variant.adapt)
        optimise(a, net, vgg, targets, batches)
        content, style, shimmer, lattice = measure(net, vgg, targets, unseen)
        binary, byte = variant.cost()
        print(f"| {variant.name} | {content:.3f} | {style:.3f} | {content + objective.STYLE * style:.2f} | {shimmer:.4f} | {lattice:.2f} | "
              f"{binary:.1f}, {byte:.1f} |", flush=True)
        if a.only is not None:
            print(f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
