# SPDX-License-Identifier: Apache-2.0
"""A binary VGG-16 to start training from: thresholds that tell most of each channel, then signs, gains, biases and skips by least squares on
pictures, one layer after the other, each on what the binary ones before it deliver."""
import torch
import torch.nn.functional as F

import losses
import xnor_network

THRESHOLDS = (0.25, 0.5, 1.0, 1.5, 2.0)  # of a channel, as shares of its mean
LATENT = 0.3                             # deviation of the latent weights
PLACES = 16384                           # at most, that a layer is fitted on
PRIOR = 1.0                              # how much the float weights count, where a layer has as many inputs as places to be fitted on
HELD_OUT = 4                             # one place of so many is for gains, biases and skips, on pictures the signs were not fitted on
ROUNDS = 4                               # of the fit: what is wanted below zero depends on what is got
BLOCK, PASSES = 128, 2                   # of the search for signs in each


def power_of_two(v):
    return torch.exp2(torch.log2(v).round())


def rows(f):
    """B,C,h,w -> places,C."""
    return f.permute(0, 2, 3, 1).flatten(0, 2)


def deviations(f):
    """Per channel; channels that hardly ever fire count as if they had a tenth of the others'."""
    std = rows(f).std(0)
    return std.clamp(min=float(std.median()) / 10 + 1e-6)


def choose_thresholds(x):
    """Per channel, the threshold whose bit correlates best with the value, and the step that the bit stands for."""
    mean, best = x.mean(0), None
    for share in THRESHOLDS:
        t = share * mean
        above = x > t
        p = above.float().mean(0)
        step = (x * above).mean(0) / p.clamp(min=1e-6) - (x * ~above).mean(0) / (1 - p).clamp(min=1e-6)
        explained = p * (1 - p) * step.square()
        if best is None:
            best = [explained, t, step]
        else:
            better = explained > best[0]
            best = [torch.where(better, new, old) for new, old in zip((explained, t, step), best, strict=True)]
    return best[1], best[2].clamp(min=1e-3)


def best_gain(signs, square, cross):
    """Of the sums, for each output: what makes them fit best."""
    product = signs @ square
    return ((signs * cross).sum(1) / (signs * product).sum(1).clamp(min=1e-9)).clamp(min=1e-4), product


def search_signs(square, cross, signs, passes=PASSES):
    """Minimises |target - gain * signs . bits|^2 by turning one sign after the other, for all outputs at once. square: mean of bits bits',
    cross: outputs, mean of target * bits."""
    diagonal = square.diagonal()
    for _ in range(passes):
        gain, product = best_gain(signs, square, cross)
        slope = gain[:, None] * product - cross  # half the gradient
        for begin in range(0, square.shape[0], BLOCK):
            span = slice(begin, begin + BLOCK)
            own, block = slope[:, span].clone(), square[span, span]
            change = torch.zeros_like(own)
            for k in range(own.shape[1]):
                turned = -2 * gain * signs[:, begin + k]
                d = turned * (2 * turned * own[:, k] + turned * turned * diagonal[begin + k] < 0)
                change[:, k] = d
                own += d[:, None] * block[k]
            signs[:, span] *= torch.where(change != 0, -1.0, 1.0)
            slope += change @ square[span]
    return signs


def fit_scales(sums, x, target):
    """Per channel, gain, bias and skip (None without x) of the best gain * sums + bias + skip * x. All: places, channels."""
    columns = torch.stack([v.t() for v in ((sums,) if x is None else (sums, x))] + [torch.ones_like(sums.t())], 2)
    scale = columns.square().mean(1).sqrt().clamp(min=1e-6)[:, None]
    columns, y = columns / scale, target.t()[:, :, None]
    square = columns.transpose(1, 2) @ columns / columns.shape[1] + 1e-4 * torch.eye(columns.shape[2])
    found = torch.linalg.solve(square, columns.transpose(1, 2) @ y / columns.shape[1])[:, :, 0] / scale[:, 0]
    return found[:, 0], found[:, -1], None if x is None else found[:, 1]


def towards(wanted, got):
    """What a value before the ReLU is to be: as wanted after it; where that is nothing, anything below zero is as good."""
    return torch.where(wanted > 0, wanted, got.clamp(max=0))


def line(scales, sums, x):
    """Before the ReLU, by what fit_scales() gives."""
    alpha, bias, skip = scales
    return sums * alpha + bias + (0 if x is None else x * skip)


def fit_rectified(sums, x, wanted):
    """fit_scales() for what is left after the ReLU."""
    target = wanted
    for _ in range(10):
        scales = fit_scales(sums, x, target)
        target = towards(wanted, line(scales, sums, x))
    return scales


def windows_of(f, at):
    """The 3 x 3 places around, as the columns of a convolution: places, 9 C in the order of ky, kx, C."""
    f = F.pad(f, (1, 1, 1, 1))
    h, w = f.shape[2] - 2, f.shape[3] - 2
    return torch.cat([rows(f[:, :, y:y + h, x:x + w])[at] for y in range(3) for x in range(3)], 1)


def start_layer(layer, x, weight, features, generator):
    """x: the layer's input; weight: that of float VGG, in units; features: what is wanted, after the ReLU. Returns the share of their
    variance that is left."""
    flat, wanted = rows(x), rows(features)
    threshold, step = choose_thresholds(flat)
    layer.threshold.copy_(threshold)
    layer.window.copy_(xnor_network.WINDOW * deviations(x))
    # places of a picture are alike: those held out are of other pictures
    begin = len(flat) // len(x) * max(1, len(x) // HELD_OUT)
    held = torch.randperm(begin, generator=generator)[:PLACES]
    at = torch.randperm(len(flat) - begin, generator=generator)[:PLACES] + begin
    above = (x > threshold.view(1, -1, 1, 1)).float()
    float_weight = (weight * step.view(1, -1, 1, 1)).permute(0, 2, 3, 1).flatten(1)
    signs = torch.where(float_weight > 0, 1.0, -1.0)
    has_skip = layer.skip is not None
    bits, own = windows_of(above, at), flat[at] if has_skip else None
    centred = bits - bits.mean(0)
    square = centred.t() @ centred / len(at)
    prior = PRIOR * len(square) / len(at) * float(square.diagonal().mean())
    square += prior * torch.eye(len(square))
    for _ in range(ROUNDS):
        sums = bits @ signs.t()
        alpha, bias, skip = fit_rectified(sums, own, wanted[at])
        rest = bias + (own * skip if has_skip else 0)
        rest = towards(wanted[at], sums * alpha + rest) - rest  # what is left for the sums
        signs = search_signs(square, (rest - rest.mean(0)).t() @ centred / len(at) + prior * float_weight, signs)
    sums, own = windows_of(above, held) @ signs.t(), flat[held] if has_skip else None
    alpha, bias, skip = scales = fit_rectified(sums, own, wanted[held])
    got, wanted = line(scales, sums, own).clamp(min=0), wanted[held]
    latent = (float_weight / float_weight.std(1, keepdim=True).clamp(min=1e-8) * LATENT).abs().clamp(0.02, 1.2) * signs
    layer.weight.copy_(latent.view(len(latent), 3, 3, -1).permute(0, 3, 1, 2))
    layer.gain.copy_(alpha / layer.scale)
    layer.bias.copy_(bias)
    if skip is not None:
        layer.skip.copy_(skip)
    return ((got - wanted).square().mean(0) / wanted.var(0, unbiased=False).clamp(min=1e-9)).clamp(max=1).mean().item()


@torch.no_grad()
def start(net, vgg, pictures, seed=1):
    """pictures: B,3,h,w, two at least. Yields each layer with the share of its features' variance that is left to learn."""
    generator = torch.Generator().manual_seed(seed)
    features = vgg(pictures, "conv5_1")
    for name, f in features.items():
        net.unit(name).copy_(power_of_two(deviations(f.float())))
    x = net.first(pictures)
    previous, pool = "conv1_1", losses.LAYERS[0][1]
    for name, following in xnor_network.BINARY:
        if pool:
            x = F.max_pool2d(x, 2)
        layer = net.layers[name]
        u, v = net.unit(previous).view(1, -1, 1, 1), net.unit(name)
        w = vgg.params[name][0].float()
        yield name, start_layer(layer, x, w * u / v.view(-1, 1, 1, 1), features.pop(name).float() / v.view(1, -1, 1, 1), generator)
        x = F.relu(layer(x, net.dtype))
        previous, pool = name, following
