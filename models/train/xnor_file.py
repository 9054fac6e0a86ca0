# SPDX-License-Identifier: Apache-2.0
"""The packed file of a binary VGG-16: conv1_1 as in VGG's own file; for each other layer one bit a weight and a few floats a channel."""
import os
import pathlib

import numpy as np
import torch

import xnor_network

DEEP_WINDOW = 0.5  # of blocks 3 to 5, when pictures are optimised, in windows of training: what reaches the picture from there is weak else
METADATA = {"format": "artem vgg16-xnor 1", "variant": "trained"}


def pack(weight):
    """outputs,inputs,3,3 -> outputs, 9 * inputs / 8 bytes: bits of (ky, kx, input), the lowest first; 1 is a weight of +1."""
    bits = (weight > 0).permute(0, 2, 3, 1).flatten(1).numpy()
    return np.packbits(bits, axis=1, bitorder="little")


def unpack(packed):
    """The weights, +-1."""
    bits = np.unpackbits(packed, axis=1, bitorder="little").reshape(len(packed), 3, 3, -1)
    return torch.from_numpy(bits.astype(np.float32) * 2 - 1).permute(0, 3, 1, 2).contiguous()


def tensors(net):
    first = net.first_weight, net.first_bias
    out = dict(zip(("conv1_1.weight", "conv1_1.bias"), (v.numpy() for v in first), strict=True))
    unit = net.unit("conv1_1")
    for name, _ in xnor_network.BINARY:
        layer, own, window = net.layers[name], net.unit(name), DEEP_WINDOW if name[4] > "2" else 1
        out[name + ".bits"] = pack(layer.weight.detach())
        fields = {"alpha": layer.alpha() * own, "bias": layer.bias * own, "threshold": layer.threshold * unit, "window": layer.window * window * unit}
        if layer.skip is not None:
            fields["skip"] = layer.skip * own / unit
        out.update({f"{name}.{k}": v.detach().numpy() for k, v in fields.items()})
        unit = own
    return {k: np.ascontiguousarray(v) for k, v in out.items()}


def write(path, net):
    from safetensors.numpy import save_file

    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    save_file(tensors(net), temporary, metadata=METADATA)
    os.replace(temporary, path)


@torch.no_grad()
def read(path, net):
    """Into a network of the same channels, with units of 1. ValueError where it is no such file."""
    from safetensors import safe_open

    with safe_open(path, "np") as f:
        if (f.metadata() or {}).get("format") != METADATA["format"]:
            raise ValueError(f"{path}: no packed VGG-16")
        raw = {k: f.get_tensor(k) for k in f.keys()}
    net.first_weight.copy_(torch.from_numpy(raw["conv1_1.weight"]))
    net.first_bias.copy_(torch.from_numpy(raw["conv1_1.bias"]))
    net.unit("conv1_1").fill_(1)
    for name, _ in xnor_network.BINARY:
        layer = net.layers[name]
        net.unit(name).fill_(1)
        layer.weight.copy_(unpack(raw[name + ".bits"]))
        layer.gain.copy_(torch.from_numpy(raw[name + ".alpha"]) / layer.scale)
        for field in ("bias", "threshold", "window"):
            getattr(layer, field).copy_(torch.from_numpy(raw[f"{name}.{field}"]))
        if layer.skip is not None:
            skip = raw.get(name + ".skip")
            layer.skip.copy_(torch.zeros_like(layer.skip) if skip is None else torch.from_numpy(skip))
    return net.eval()
