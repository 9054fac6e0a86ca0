# SPDX-License-Identifier: Apache-2.0
"""Pictures on their way from a photo, or from noise, to the style of another picture, by the gradients of the network in training. An
optimisation leaves what photos look like within a few steps; the network has to be right where its own gradients lead."""
import torch
import torch.nn as nn

import losses
from optimise import CONTENT_LAYERS, FACTORS, STYLE_LAYERS

(CONTENT_LAYER,) = CONTENT_LAYERS
NOISE_SHARE = 0.25                # of the pictures that start from noise
RATE, DECAYS = 0.03, (0.9, 0.99)  # Adam's, which moves them


class Pool(nn.Module):
    """Slots are replaced after LIFE steps, one after the other. All is in buffers, and so in checkpoints."""

    def __init__(self, slots, life, crop, channels, seed):
        super().__init__()
        self.slots, self.life, self.seed = slots, life, seed
        side = crop >> 3
        self.register_buffer("age", torch.full((slots,), life))
        for name, shape in (("picture", (3, crop, crop)), ("first", (3, crop, crop)), ("second", (3, crop, crop)),
                            ("content", (channels[CONTENT_LAYER], side, side)),
                            *((f"gram_{k}", (channels[k], channels[k])) for k in STYLE_LAYERS)):
            self.register_buffer(name, torch.zeros(slots, *shape))

    def empty(self, slot):
        return bool(self.age[slot] >= self.life)

    def begin(self, slot, step, content, style, features, at):
        """A new picture in the slot, from two of a batch: `at` are their places in `features`."""
        generator = torch.Generator().manual_seed(self.seed * 1000003 + step)
        noise = torch.rand(content.shape, generator=generator)
        self.picture[slot] = noise if torch.rand((), generator=generator) < NOISE_SHARE else content
        self.first[slot], self.second[slot] = 0, 0
        self.age[slot] = 0
        self.content[slot] = features[CONTENT_LAYER][at[0]]
        for k in STYLE_LAYERS:
            getattr(self, f"gram_{k}")[slot] = losses.gram(features[k][at[1]:at[1] + 1])[0]

    def loss(self, slots, features, picture):
        """What these slots' pictures are moved to minimise, that of artem lab optimize. features: theirs."""
        content = losses.content_loss(features, {CONTENT_LAYER: (1.0, self.content[slots])})
        style = losses.style_loss(features, {k: getattr(self, f"gram_{k}")[slots] for k in STYLE_LAYERS})
        return (FACTORS[0] * content + FACTORS[1] * style).mean() + FACTORS[2] * losses.total_variation(picture)

    def move(self, slots, gradient):
        """One step of Adam for each picture."""
        for slot, g in zip(slots, gradient, strict=True):
            self.age[slot] += 1
            t = int(self.age[slot])
            self.first[slot].lerp_(g, 1 - DECAYS[0])
            self.second[slot].lerp_(g * g, 1 - DECAYS[1])
            step = self.first[slot] / (1 - DECAYS[0] ** t) / ((self.second[slot] / (1 - DECAYS[1] ** t)).sqrt() + 1e-12)
            self.picture[slot] = (self.picture[slot] - RATE * step).clamp(0, 1)
