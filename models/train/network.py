# SPDX-License-Identifier: Apache-2.0
"""The style network in float, with the structure of docs/arithmetic.md: replicated borders, {0,1} activations, +-1 weights, pooled
normalisation. intsim.py holds the same network in integers. With binary=False it is the float teacher: the same topology and the same
parameters, but ReLU instead of the step and real weights.

A batch may mix styles (one index per picture) and frames: pictures with the same group index count as views of one frame and share
their normalisation statistics, as the two eyes do at run time."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS, UNITS = 128, 10
STREAM_STEP = 1.0 / 8.0  # the int8 stream of the trunk counts eighths
ADAPT = 8                # a of arithmetic.md section 7, in sixteenths
LEAK = 1.0 / 8.0         # slope of the decoder's activations below zero; plain ReLU lost three channels of four in training
NOISE_CHANNELS = 16
DECODER = (("d0", 32), ("d1", 12), ("d2", 3))


class Step(torch.autograd.Function):
    """1 where x > 0, else 0; triangular straight-through gradient, which is largest at the threshold."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * (1 - x.abs()).clamp(min=0)


class SignWeight(torch.autograd.Function):
    """+-1 weights; identity gradient while the latent weight is inside +-1.5."""

    @staticmethod
    def forward(ctx, w):
        ctx.save_for_backward(w)
        return torch.where(w > 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, grad):
        (w,) = ctx.saved_tensors
        return grad * (w.abs() <= 1.5)


class RoundStream(torch.autograd.Function):
    """The int8 stream: steps of 1/8, saturated; straight-through gradient."""

    @staticmethod
    def forward(ctx, x):
        return (x / STREAM_STEP + 0.5).floor().clamp(-128, 127) * STREAM_STEP

    @staticmethod
    def backward(ctx, grad):
        return grad


class RoundCodes(torch.autograd.Function):
    """A decoder tensor as uint8 codes, 223 of them above zero; the largest value of the batch sets the step, as calibration does."""

    @staticmethod
    def forward(ctx, x):
        step = x.amax().clamp(min=1e-3) / 223
        return (x / step).round() * step

    @staticmethod
    def backward(ctx, grad):
        return grad


def group_mean(v, group):
    """v: pictures x channels. The mean over each picture's group, for every picture."""
    if group is None:
        return v
    same = (group[:, None] == group[None]).to(v.dtype)
    return (same / same.sum(1, keepdim=True)) @ v


class PooledNorm(nn.Module):
    """Normalises by moments pooled from this frame and from running averages (one set per style): flat frames keep their colours
    apart, which plain instance normalisation would not allow. Gain and bias are per style."""

    def __init__(self, styles, channels, gain, adapt):
        super().__init__()
        self.gain = nn.Parameter(torch.full((styles, channels), gain))
        self.bias = nn.Parameter(torch.zeros(styles, channels))
        self.register_buffer("mean", torch.zeros(styles, channels))
        self.register_buffer("square", torch.zeros(styles, channels))
        self.register_buffer("seen", torch.zeros(styles))
        self.momentum, self.share = 0.03, adapt / 16.0

    def update(self, mean, square, style):
        for s in style.unique().tolist():
            m = 1.0 if self.seen[s] == 0 else max(self.momentum, 1.0 / (1.0 + self.seen[s].item()))
            self.mean[s] += m * (mean[style == s].mean(0) - self.mean[s])
            self.square[s] += m * (square[style == s].mean(0) - self.square[s])
            self.seen[s] += 1

    def forward(self, y, style, group):
        mean, square = group_mean(y.mean((2, 3)), group), group_mean(y.square().mean((2, 3)), group)
        if self.training:
            with torch.no_grad():
                self.update(mean, square, style)
        a = self.share
        mean = (1 - a) * self.mean[style] + a * mean
        square = (1 - a) * self.square[style] + a * square
        scale = self.gain[style] * torch.rsqrt((square - mean * mean).clamp(min=1e-4))
        shift = self.bias[style] - mean * scale
        return y * scale[:, :, None, None] + shift[:, :, None, None]


class Unit(nn.Module):
    """x + RPReLU(norm(convolution of step(x - t))), binary or float."""

    def __init__(self, styles, c, adapt, binary):
        super().__init__()
        self.binary = binary
        self.weight = nn.Parameter(torch.randn(c, c, 3, 3) * (0.3 if binary else 0.03))
        self.norm = PooledNorm(styles, c, 0.5, adapt)
        self.threshold = nn.Parameter(torch.zeros(styles, c))
        self.slope = nn.Parameter(torch.full((styles, c), 0.25))
        self.shift = nn.Parameter(torch.zeros(styles, c))

    def forward(self, x, style, group):
        a = x - self.threshold[style][:, :, None, None]
        if self.binary:
            y = conv_replicate(Step.apply(a), SignWeight.apply(self.weight))
        else:
            y = conv_replicate(F.relu(a), self.weight)
        z = self.norm(y, style, group)
        r = torch.maximum(z, z * self.slope[style].clamp(-0.999, 0.999)[:, :, None, None])
        return x + r + self.shift[style][:, :, None, None]


def conv_replicate(x, weight, bias=None):
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), weight, bias)


def activate(x):
    return F.leaky_relu(x, LEAK)


def double(x):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def kaiming(*shape):
    w = torch.empty(*shape)
    nn.init.kaiming_uniform_(w, a=math.sqrt(5))
    return w


class Network(nn.Module):
    def __init__(self, styles, channels=CHANNELS, units=UNITS, adapt=ADAPT, binary=True):
        super().__init__()
        c = channels
        self.encoder = nn.Parameter(kaiming(c, 48 + NOISE_CHANNELS, 3, 3))
        self.encoder_norm = PooledNorm(styles, c, 1.0, adapt)
        self.units = nn.ModuleList(Unit(styles, c, adapt, binary) for _ in range(units))
        self.dec_gain = nn.Parameter(torch.full((styles, c), 0.5))
        self.dec_bias = nn.Parameter(torch.zeros(styles, c))
        inputs = c
        for name, o in DECODER:
            w = kaiming(o, inputs + (3 if name == "d2" else 0), 3, 3) * (2 if name == "d2" else 1)
            setattr(self, name, nn.Parameter(w.repeat(styles, 1, 1, 1, 1)))
            setattr(self, name + "_bias", nn.Parameter(torch.zeros(styles, o)))
            inputs = o
        self.quantise_stream = False

    def stream(self, x):
        return RoundStream.apply(x) if self.quantise_stream else x

    def codes(self, x):
        return RoundCodes.apply(x) if self.quantise_stream else x

    def features(self, pixels, noise, style, group=None):
        cells = torch.cat((F.pixel_unshuffle(pixels - 128.0 / 255, 4), noise), 1)
        x = self.stream(self.encoder_norm(conv_replicate(cells, self.encoder), style, group))
        for unit in self.units:
            x = self.stream(unit(x, style, group))
        return x

    def decode(self, name, x, style):
        w, b = getattr(self, name), getattr(self, name + "_bias")
        return torch.cat([conv_replicate(x[i:i + 1], w[s], b[s]) for i, s in enumerate(style.tolist())])

    def forward(self, pixels, noise, style, group=None):
        """pixels: B,3,h,w in 0..1; noise: B,16,h/4,w/4 as noise.gated gives it; style: B indices, or one for all; group: None or B frame
        indices. Returns B,3,h,w in 0..1."""
        if isinstance(style, int):
            style = torch.full((len(pixels),), style)
        x = self.features(pixels, noise, style, group)
        u = self.codes(activate(x * self.dec_gain[style][:, :, None, None] + self.dec_bias[style][:, :, None, None]))
        u = self.codes(activate(self.decode("d0", u, style)))
        u = self.codes(activate(self.decode("d1", double(u), style)))
        u = torch.cat((double(u), pixels - 0.5), 1)
        return torch.sigmoid(self.decode("d2", u, style))
