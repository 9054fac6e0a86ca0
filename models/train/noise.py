# SPDX-License-Identifier: Apache-2.0
"""Noise channels for training: random bytes on a lattice, sampled anywhere between its points with constant power, and switched off by
detail (arithmetic.md section 4). At run time the lattice is fixed to the world and a view looks at it under some rotation and scale;
training draws such views at random, and warps them as it warps pictures."""
import math

import torch
import torch.nn.functional as F

CHANNELS = 16


def lattice(batch, cells, generator):
    """Random lattices that hold views of up to cells x cells."""
    side = 2 * cells + 8
    return torch.randint(0, 256, (batch, CHANNELS, side, side), generator=generator).float() - 128


def positions(batch, h, w, generator):
    """Where the cells of a view lie on the lattice: B,h,w,2 (x, y). Turned, moved, and scaled by 0.4 to 1.1 lattice steps a cell, as between the
    edge and the middle of a view, a little stretched, as in the corners of the cube."""
    r = torch.rand(batch, 5, generator=generator)[:, :, None, None]
    angle, scale, stretch = (r[:, 0] - 0.5) * math.pi / 2, 1.1 * (0.4 / 1.1) ** r[:, 1], 1.2 ** (r[:, 4] - 0.5)
    y, x = torch.meshgrid(torch.arange(h) - h / 2, torch.arange(w) - w / 2, indexing="ij")
    x, y = x * (scale * stretch), y * (scale / stretch)
    c, s = angle.cos(), angle.sin()
    middle = max(h, w) + 4
    return torch.stack((c * x - s * y + middle + r[:, 2], s * x + c * y + middle + r[:, 3]), -1)


def sample(grid, at):
    """grid: B,C,H,W; at: B,h,w,2. Mixes the four points around with weights whose squares sum to 1, so that the noise is as strong
    between the points as on them."""
    at = at.clamp(min=0)
    at = torch.minimum(at, torch.tensor([grid.shape[3] - 1.001, grid.shape[2] - 1.001]))
    low = at.floor().long()
    f = (at - low) * (math.pi / 2)
    out = 0
    b = torch.arange(len(grid))[:, None, None]
    for dy in (0, 1):
        for dx in (0, 1):
            w = (f[..., 0].sin() if dx else f[..., 0].cos()) * (f[..., 1].sin() if dy else f[..., 1].cos())
            out = out + grid[b, :, low[..., 1] + dy, low[..., 0] + dx] * w[..., None]
    return out.permute(0, 3, 1, 2).round().clamp(-128, 127)


def gated(pixels, v):
    """v: B,16,h/4,w/4 in -128..127. The noise channels as the network sees them: strong where a cell is flat, none where it has detail."""
    code = (pixels * 255).round()
    spread = (F.max_pool2d(code, 4) + F.max_pool2d(-code, 4)).amax(1, keepdim=True)
    return (v * (32 - spread).clamp(min=0) / 128).floor() / 255.0


def fresh(pixels, generator):
    """Noise of an unrelated view for each picture."""
    b, _, h, w = pixels.shape
    h, w = h // 4, w // 4
    v = sample(lattice(b, max(h, w), generator), positions(b, h, w, generator))
    return gated(pixels, v.to(pixels.device))
