# SPDX-License-Identifier: Apache-2.0
"""Perceptual losses on VGG-16 features (Gatys et al. 2016, Johnson et al. 2016), relative to the target's energy, and a contrast
loss that keeps regions of different colour apart."""
import numpy as np
import torch
import torch.nn.functional as F

LAYERS = (("conv1_1", 0), ("conv1_2", 1), ("conv2_1", 0), ("conv2_2", 1), ("conv3_1", 0), ("conv3_2", 0), ("conv3_3", 1),
          ("conv4_1", 0), ("conv4_2", 0), ("conv4_3", 1), ("conv5_1", 0))
STYLE_LAYERS = ("conv1_2", "conv2_2", "conv3_3", "conv4_3")
MEAN_BGR = (103.939, 116.779, 123.68)


class Vgg:
    """VGG-16 up to relu5_1 from a safetensors file with tensors NAME.weight/NAME.bias (or NAME.w/NAME.b), OIHW, BGR input."""

    def __init__(self, path, dtype=torch.float32, device="cpu"):
        from safetensors.numpy import load_file

        raw = load_file(path)
        self.dtype = dtype
        self.mean = torch.tensor(MEAN_BGR, device=device).view(1, 3, 1, 1)
        self.params = {}
        for name, _ in LAYERS:
            w = next(raw[name + s] for s in (".weight", ".w") if name + s in raw)
            b = next(raw[name + s] for s in (".bias", ".b") if name + s in raw)
            w = torch.tensor(w.astype(np.float32)).to(device, dtype).contiguous(memory_format=torch.channels_last)
            self.params[name] = (w, torch.tensor(b.astype(np.float32)).to(device, dtype))

    def __call__(self, x, last="conv4_3"):
        x = (x.flip(1) * 255 - self.mean).to(self.dtype).contiguous(memory_format=torch.channels_last)
        out = {}
        for name, pool in LAYERS:
            x = F.relu(F.conv2d(x, *self.params[name], padding=1))
            out[name] = x
            if name == last:
                break
            if pool:
                x = F.max_pool2d(x, 2)
        return out


def gram(f):
    """In the features' own precision, which for bfloat16 is off by a thousandth and three times as fast."""
    n = f.shape[1] * f.shape[2] * f.shape[3]
    f = f.permute(0, 2, 3, 1).flatten(1, 2)  # a view of channels-last tensors
    return (f.transpose(1, 2) @ f).float() / n


def style_loss(features, grams):
    """One value per picture; grams: layer -> B,C,C, each picture's target."""
    return sum(((gram(features[k]) - g) ** 2).sum((1, 2)) / (g ** 2).sum((1, 2)) for k, g in grams.items())


def content_loss(features, target):
    """One value per picture."""
    each = lambda t: t.float().square().mean((1, 2, 3))
    return sum(w * each(features[k].float() - t.float()) / (each(t) + 1e-3) for k, (w, t) in target.items())


def total_variation(y):
    return ((y[..., 1:] - y[..., :-1]) ** 2).mean() + ((y[..., 1:, :] - y[..., :-1, :]) ** 2).mean()


def warp(x, flow):
    """Samples x (B,C,h,w) at each pixel's place plus flow (B,h,w,2; x, y in pixels); whole pixels come back exactly."""
    h, w = x.shape[2:]
    y0, x0 = torch.meshgrid(torch.arange(h, device=x.device), torch.arange(w, device=x.device), indexing="ij")
    at = torch.stack((x0, y0), -1) + flow
    grid = at / torch.tensor([(w - 1) / 2, (h - 1) / 2], device=x.device) - 1
    return F.grid_sample(x, grid, mode="bicubic", padding_mode="border", align_corners=True)


def stability_loss(y, y_moved, flow, margin=8):
    """How far the painting of a moved view is from the moved painting: what shimmers when the head moves, and what the two eyes
    would see differently."""
    inside = (slice(None), slice(None), slice(margin, -margin), slice(margin, -margin))
    return (y_moved - warp(y, flow))[inside].square().mean()


def lattice_loss(y, period):
    """Variance of what repeats with the trunk's cells (4 pixels) or pairs of them (8): the mean of each phase over the whole picture. Binary
    trunks like to paint such a grid; paintings have none. Over smaller windows the texture itself counts as a grid."""
    b, c, h, w = y.shape
    rows, columns = h // period, w // period
    phase = y[..., :rows * period, :columns * period].reshape(b, c, rows, period, columns, period).mean((2, 4))
    return (phase - phase.mean((2, 3), keepdim=True)).square().mean()


def luminance(x):
    return (x * torch.tensor((0.299, 0.587, 0.114), device=x.device).view(1, 3, 1, 1)).sum(1)


def spectrum(x, size=64):
    """Power of the luminance per frequency, averaged over windows and divided by the sum: B,size,size/2+1."""
    windows = luminance(x).unfold(1, size, size // 2).unfold(2, size, size // 2)
    hann = torch.hann_window(size, device=x.device)
    windows = (windows - windows.mean((-1, -2), keepdim=True)) * hann[:, None] * hann
    power = torch.fft.rfft2(windows).abs().square().mean((1, 2))
    return power / power.sum((1, 2), keepdim=True).clamp(min=1e-6)


def around(power, radius=3):
    """Mean over the neighbouring frequencies."""
    rows = torch.cat((power[:, -radius:], power, power[:, :radius]), 1)  # these go round
    return F.avg_pool2d(F.pad(rows[:, None], (radius, radius, 0, 0), mode="reflect"), 2 * radius + 1, 1)[:, 0]


def spectrum_loss(x, y, painting):
    """Share of the power at frequencies where it is more than twice what painting and input have there and around there. Networks like to
    hatch all flat areas with one wave; a painter's strokes have many sizes and directions."""
    with torch.no_grad():
        own = torch.maximum(painting, spectrum(x))
        allowed = 2 * torch.maximum(own, around(own))
    return F.relu(spectrum(y) - allowed).sum((1, 2)).mean()


def contrast_loss(x, y, keep=0.5, size=8):
    """Hinge on the mean colours of blocks (8x8: regions; 2x2: edges; 1: thin strokes, text): places that differ in the input must differ in the output by at least `keep` times as
    much, and what is lighter must stay lighter. The colours themselves are free, so the palette stays the painting's."""
    if size > 1:
        x, y = F.avg_pool2d(x, size), F.avg_pool2d(y, size)
    loss, shifts = 0.0, ((0, 1), (1, 0), (0, 2), (2, 0), (2, 2), (0, 4), (4, 0), (4, 4))
    for dy, dx in shifts:
        h, w = x.shape[2] - dy, x.shape[3] - dx
        a, b = (v[..., dy:, dx:] - v[..., :h, :w] for v in (x, y))
        la, lb = luminance(a), luminance(b)
        loss = loss + F.relu(keep * la.abs() - la.sign() * lb).square().mean()
        loss = loss + F.relu(keep * a.square().sum(1).sqrt() - (b.square().sum(1) + 1e-4).sqrt()).square().mean()
    return loss / len(shifts)
