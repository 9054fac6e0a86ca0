# SPDX-License-Identifier: Apache-2.0
"""What `artem lab optimize` minimises (docs/lab.md), in PyTorch and with its L-BFGS: the lab is held against it."""
import numpy as np
import torch
import torch.nn.functional as F

import vgg
from losses import MEAN_BGR

MARGIN = 16  # mirrored pixels around the picture
CONTENT_LAYERS, STYLE_LAYERS = ("conv4_2",), ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
FACTORS = 1, 10, 0.2  # of content, style and variation
HOLD = 10000  # what a mean square of 1 outside 0..1 adds to what L-BFGS minimises: there pixels have no other gradient
VGG_LAYERS = tuple(vgg.names())


def load_weights(path):
    from safetensors.numpy import load_file

    return {k: torch.from_numpy(v.astype(np.float32)) for k, v in load_file(path).items() if k.startswith("conv")}


class Objective:
    """Of pictures 1,3,H,W. content and style: layer names."""

    def __init__(self, weights, picture, painting, content=CONTENT_LAYERS, style=STYLE_LAYERS, factors=FACTORS):
        self.weights, self.factors, self.content, self.style = weights, factors, content, style
        self.layers = VGG_LAYERS[:1 + max(VGG_LAYERS.index(name) for name in (*content, *style))]
        self.mean = torch.tensor(MEAN_BGR, device=picture.device).view(1, 3, 1, 1)
        with torch.no_grad():
            self.grams = {k: self.gram(v) for k, v in self.features(painting).items() if k in style}
            self.wanted = {k: v.clone() for k, v in self.features(picture).items() if k in content}

    def features(self, x):
        height, width = x.shape[2:]
        x = F.pad(x, (MARGIN,) * 4, mode="reflect").flip(1) * 255 - self.mean
        out, level = {}, 0
        for i, name in enumerate(self.layers):
            if i and name[4] != self.layers[i - 1][4]:
                x, level = F.max_pool2d(x, 2), level + 1
            x = F.relu(F.conv2d(x, self.weights[name + ".weight"], self.weights[name + ".bias"], padding=1))
            m = MARGIN >> level
            out[name] = x[:, :, m:m + (height >> level), m:m + (width >> level)]
        return out

    @staticmethod
    def gram(f):
        f = f[0].flatten(1)
        return f @ f.t() / f.numel()

    def __call__(self, y):
        shown = y.clamp(0, 1)
        f = self.features(shown)
        content = sum((f[k] - p).square().mean() / (p.square().mean() + 1e-3) for k, p in self.wanted.items())
        style = sum((self.gram(f[k]) - a).square().sum() / a.square().sum() for k, a in self.grams.items())
        variation = (shown[..., 1:] - shown[..., :-1]).square().mean() + (shown[..., 1:, :] - shown[..., :-1, :]).square().mean()
        return self.factors[0] * content + self.factors[1] * style + self.factors[2] * variation


def minimise(objective, start, iterations, evaluated=lambda: None):
    """What was minimised before each iteration, and the loss after the last. Calls evaluated() after every evaluation of value and gradient."""
    y, curve = start.clone().requires_grad_(), []

    def closure():
        optimiser.zero_grad()
        value = objective(y) + HOLD * (y - y.detach().clamp(0, 1)).square().mean()
        value.backward()
        y.grad = y.grad.contiguous()  # what L-BFGS flattens
        evaluated()
        return value

    optimiser = torch.optim.LBFGS([y], max_iter=1, max_eval=25, history_size=20, line_search_fn="strong_wolfe")
    for _ in range(iterations):
        curve.append(optimiser.step(closure).item())
    with torch.no_grad():
        return curve + [objective(y).item()]
