# SPDX-License-Identifier: Apache-2.0
"""The style network in float, with the structure of docs/arithmetic.md: replicated borders, {0,1} activations, +-1 weights, pooled
normalisation. intsim.py holds the same network in integers."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS, UNITS, NOISE_CHANNELS = 128, 10, 16
STREAM_STEP = 1.0 / 8.0  # the int8 stream of the trunk counts eighths
ADAPT = 12               # a of arithmetic.md section 7, in sixteenths
LEAK = 1.0 / 8.0         # slope of the decoder's activations below zero; plain ReLU lost three channels of four in training


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


class PooledNorm(nn.Module):
    """Normalises by moments pooled from this frame and from running averages (one set per style): flat frames keep their colours
    apart, which plain instance normalisation would not allow. Gain and bias are per style."""

    def __init__(self, styles, channels, gain):
        super().__init__()
        self.gain = nn.Parameter(torch.full((styles, channels), gain))
        self.bias = nn.Parameter(torch.zeros(styles, channels))
        self.register_buffer("mean", torch.zeros(styles, channels))
        self.register_buffer("square", torch.zeros(styles, channels))
        self.register_buffer("seen", torch.zeros(styles))
        self.momentum = 0.03

    def forward(self, y, style):
        mean, square = y.mean((2, 3)), y.square().mean((2, 3))
        if self.training:
            with torch.no_grad():
                m = 1.0 if self.seen[style] == 0 else max(self.momentum, 1.0 / (1.0 + self.seen[style].item()))
                self.mean[style] += m * (mean.mean(0) - self.mean[style])
                self.square[style] += m * (square.mean(0) - self.square[style])
                self.seen[style] += 1
        a = ADAPT / 16.0
        mean = (1 - a) * self.mean[style].clone() + a * mean
        square = (1 - a) * self.square[style].clone() + a * square
        scale = self.gain[style] * torch.rsqrt((square - mean * mean).clamp(min=1e-4))
        shift = self.bias[style] - mean * scale
        return y * scale[:, :, None, None] + shift[:, :, None, None]


class Unit(nn.Module):
    """x + RPReLU(norm(binary convolution of step(x - t)))."""

    def __init__(self, styles, c):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(c, c, 3, 3) * 0.3)
        self.norm = PooledNorm(styles, c, 0.5)
        self.threshold = nn.Parameter(torch.zeros(styles, c))
        self.slope = nn.Parameter(torch.full((styles, c), 0.25))
        self.shift = nn.Parameter(torch.zeros(styles, c))

    def forward(self, x, style):
        a = Step.apply(x - self.threshold[style][:, None, None])
        z = self.norm(conv_replicate(a, SignWeight.apply(self.weight)), style)
        r = torch.where(z > 0, z, z * self.slope[style].clamp(-0.999, 0.999)[:, None, None])
        return x + r + self.shift[style][:, None, None]


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
    def __init__(self, styles):
        super().__init__()
        c = CHANNELS
        self.encoder = nn.Parameter(kaiming(c, 48 + NOISE_CHANNELS, 3, 3))
        self.encoder_norm = PooledNorm(styles, c, 1.0)
        self.units = nn.ModuleList(Unit(styles, c) for _ in range(UNITS))
        self.dec_gain = nn.Parameter(torch.full((styles, c), 0.5))
        self.dec_bias = nn.Parameter(torch.zeros(styles, c))
        for name, o, i in (("d0", 32, c), ("d1", 12, 32), ("d2", 3, 15)):
            w = kaiming(o, i, 3, 3) * (2 if name == "d2" else 1)
            setattr(self, name, nn.Parameter(w.repeat(styles, 1, 1, 1, 1)))
            setattr(self, name + "_bias", nn.Parameter(torch.zeros(styles, o)))
        self.quantise_stream = False

    def stream(self, x):
        return RoundStream.apply(x) if self.quantise_stream else x

    def features(self, pixels, noise, style):
        cells = torch.cat((F.pixel_unshuffle(pixels - 128.0 / 255, 4), noise), 1)
        x = self.stream(self.encoder_norm(conv_replicate(cells, self.encoder), style))
        for unit in self.units:
            x = self.stream(unit(x, style))
        return x

    def forward(self, pixels, noise, style):
        """pixels: B,3,h,w in 0..1; noise: B,16,h/4,w/4 as gated_noise gives it. Returns B,3,h,w in 0..1."""
        x = self.features(pixels, noise, style)
        u = activate(x * self.dec_gain[style][:, None, None] + self.dec_bias[style][:, None, None])
        u = activate(conv_replicate(u, self.d0[style], self.d0_bias[style]))
        u = activate(conv_replicate(double(u), self.d1[style], self.d1_bias[style]))
        u = torch.cat((double(u), pixels - 0.5), 1)
        return torch.sigmoid(conv_replicate(u, self.d2[style], self.d2_bias[style]))


def gated_noise(pixels, generator):
    """Noise channels for training: the amplitude rule of arithmetic.md section 4 with fresh random bytes (a random origin)."""
    code = (pixels * 255).round()
    spread = (F.max_pool2d(code, 4) + F.max_pool2d(-code, 4)).amax(1, keepdim=True)
    amp = (32 - spread).clamp(min=0)
    b, _, h, w = amp.shape
    v = torch.randint(0, 256, (b, NOISE_CHANNELS, h, w), generator=generator).float()
    return ((v - 128) * amp / 128).floor() / 255.0
