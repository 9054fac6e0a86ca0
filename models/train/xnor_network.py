# SPDX-License-Identifier: Apache-2.0
"""VGG-16 with binary convolutions: conv1_1 in float, all others with {0,1} activations and +-1 weights. Features are held divided by a
unit per channel, a power of two near their deviation in float VGG: all parameters are then of order one, as Adam wants them, and are
scaled back without rounding."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

import losses
import network

BINARY = losses.LAYERS[1:]
WINDOW = 1.0  # of the activations' straight-through estimators, in deviations
REACH = 4     # how many windows far gradients pass in training, where narrow ones starve channels


class Binarise(torch.autograd.Function):
    """1 where x > threshold, else 0. Straight-through gradient: the slope of a ramp of the same height over threshold +- window, out to `reach`
    windows."""

    @staticmethod
    def forward(ctx, x, threshold, window, reach):
        threshold, window = per_channel(threshold), per_channel(window)
        ctx.save_for_backward((x - threshold).abs() < reach * window, window)
        return (x > threshold).to(x.dtype)

    @staticmethod
    def backward(ctx, grad):
        inside, window = ctx.saved_tensors
        grad = grad * inside / (2 * window)
        return grad, -grad.sum((0, 2, 3)), None, None


class Rectify(torch.autograd.Function):
    """ReLU, but a tenth of the gradient passes below zero, so that channels that a step leaves below zero everywhere can come back."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x > 0)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        (above,) = ctx.saved_tensors
        return torch.where(above, grad, 0.1 * grad)


def per_channel(v):
    return v.view(1, -1, 1, 1)


class Layer(nn.Module):
    """alpha * conv(x > threshold, +-1) + bias + skip * x, before its ReLU. What is trained is alpha / scale, of order one."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, 3, 3))  # latent: what counts is the sign
        self.scale = 2.0 ** round(math.log2((9 * inputs) ** -0.5))
        self.gain = nn.Parameter(torch.ones(outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.threshold = nn.Parameter(torch.zeros(inputs))
        self.skip = nn.Parameter(torch.zeros(outputs)) if inputs == outputs else None
        self.register_buffer("window", torch.ones(inputs))

    def alpha(self):
        return self.gain * self.scale

    def sums(self, x, dtype=torch.float32):
        """Whole numbers; in bfloat16 those above 256 are rounded."""
        bits = Binarise.apply(x, self.threshold, self.window, REACH if self.training else 1)
        signs = network.SignWeight.apply(self.weight)
        signs = signs.to(dtype).contiguous(memory_format=torch.channels_last)
        return F.conv2d(bits.to(dtype), signs, padding=1).to(x.dtype)

    def forward(self, x, dtype=torch.float32):
        y = self.sums(x, dtype) * per_channel(self.alpha()) + per_channel(self.bias)
        return y if self.skip is None else y + x * per_channel(self.skip)


class XnorVgg(nn.Module):
    """Called like losses.Vgg, with the same result: features in VGG's own scale by layer. Its gradients are those of the packed file in eval()
    only."""

    def __init__(self, vgg, dtype=torch.float32):
        super().__init__()
        self.dtype = dtype
        w, b = (v.float() for v in vgg.params["conv1_1"])
        self.register_buffer("mean", vgg.mean)
        self.register_buffer("first_weight", w)
        self.register_buffer("first_bias", b)
        self.layers, inputs = nn.ModuleDict(), len(b)
        self.register_buffer("unit_conv1_1", torch.ones(inputs))
        for name, _ in BINARY:
            outputs = len(vgg.params[name][1])
            self.layers[name] = Layer(inputs, outputs)
            self.register_buffer("unit_" + name, torch.ones(outputs))
            inputs = outputs

    def unit(self, name):
        return getattr(self, "unit_" + name)

    def first(self, x):
        x = (x.flip(1) * 255 - self.mean).contiguous(memory_format=torch.channels_last)
        return F.relu(F.conv2d(x, self.first_weight, self.first_bias, padding=1)) / per_channel(self.unit("conv1_1"))

    def scaled(self, x, last="conv5_1"):
        """Features divided by their units."""
        x, pool, out = self.first(x), losses.LAYERS[0][1], {}
        rectify = Rectify.apply if self.training else F.relu
        out["conv1_1"] = x
        for name, following in BINARY:
            if last in out:
                break
            x = rectify(self.layers[name](F.max_pool2d(x, 2) if pool else x, self.dtype))
            out[name], pool = x, following
        return out

    def forward(self, x, last="conv5_1"):
        return {k: v * per_channel(self.unit(k)) for k, v in self.scaled(x, last).items()}
