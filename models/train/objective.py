# SPDX-License-Identifier: Apache-2.0
"""What training minimises, and what evaluation reports: the weights live here and nowhere else."""
import dataclasses

import torch
import torch.nn.functional as F

import losses

CONTENT = {"conv2_2": 0.5, "conv3_3": 1.5}
STYLE = 10.0
WEIGHTS = {"content": 1.0, "style": STYLE, "contrast": 400.0, "lattice": 10000.0, "spectrum": 40.0, "variation": 0.2, "stability": 400.0, "teacher": 15.0}
MIRROR = 8  # pixels mirrored around a picture before VGG: its own zero padding would otherwise reward a painted frame


def mirror(x):
    return F.pad(x, (MIRROR,) * 4, mode="reflect")


@dataclasses.dataclass
class Targets:
    """What pictures are compared with, for every style."""
    grams: dict  # layer -> styles,C,C
    spectra: torch.Tensor  # styles,n,n/2+1


def style_targets(vgg, paintings):
    with torch.no_grad():
        features = [vgg(p) for p in paintings]
        spectra = torch.cat([losses.spectrum(p) for p in paintings])
    return Targets({k: torch.cat([losses.gram(f[k]) for f in features]) for k in losses.STYLE_LAYERS}, spectra)


def perceptual(vgg, targets, style, x, y):
    """Content and style loss, one value per picture. x: originals, y: painted, B,3,h,w; style: B indices."""
    with torch.no_grad():
        original = vgg(mirror(x), "conv3_3")
    f = vgg(mirror(y))
    content = losses.content_loss(f, {k: (w, original[k]) for k, w in CONTENT.items()})
    return content, losses.style_loss(f, {k: g[style] for k, g in targets.grams.items()})


def picture_terms(vgg, targets, style, x, y):
    """The terms that need no second view, each a scalar."""
    content, styled = perceptual(vgg, targets, style, x, y)
    return {"content": content.mean(), "style": styled.mean(),
            "contrast": sum(losses.contrast_loss(x, y, size=size) for size in (8, 2, 1)),
            "lattice": losses.lattice_loss(y, 4) + losses.lattice_loss(y, 8),
            "spectrum": losses.spectrum_loss(x, y, targets.spectra[style]), "variation": losses.total_variation(y)}


def total(terms):
    return sum(WEIGHTS[k] * v for k, v in terms.items())


def override(items):
    """Sets weights given as TERM=NUMBER. Raises ValueError for what is none."""
    for item in items:
        name, _, value = item.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if name not in WEIGHTS or not 0 <= number < float("inf"):
            raise ValueError(f"--weight {item}: TERM=NUMBER, from 0; the terms are {', '.join(WEIGHTS)}")
        WEIGHTS[name] = number
