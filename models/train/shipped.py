# SPDX-License-Identifier: Apache-2.0
"""Shipped files back into a float network: the inverse of export.py, up to rounding. What is trained on from there keeps the trunk's bits."""
import numpy as np
import torch

import artfile
import export
import network

CODES = 64.0  # codes per unit of a decoder activation; any number gives the same picture
LATENT = 0.3  # size of the latent weights behind the bits


def _tensor(a):
    return torch.tensor(np.asarray(a, np.float64)).float()


def _set_norm(norm, s, params, factor):
    """factor: units of the float network per unit of the integers' s."""
    norm.gain.data[s], norm.bias.data[s] = _tensor(params["gain"]) / 4096, _tensor(params["bias"]) / 128
    norm.mean[s] = _tensor(params["mean"]) / 65536 * factor
    norm.square[s] = _tensor(params["square"]) / 65536 * factor ** 2
    norm.seen[s] = 1000


def _set_decoder(net, s, style):
    net.dec_gain.data[s], net.dec_bias.data[s] = _tensor(style["dec_gain"]) * (8 / 128 / CODES), _tensor(style["dec_bias"]) / CODES
    for layer, inputs in (("d0", 128), ("d1", 32), ("d2", 16)):
        w = np.asarray(style[layer + "_weights"], np.float64).reshape(-1, 3, 3, inputs)
        k = np.asarray(style[layer + "_mul"], np.float64) / 32768 / 2 ** style[layer + "_shift"]
        bias = np.asarray(style[layer + "_bias"], np.float64)
        if layer == "d2":
            bias = (bias + k * (32 * w[..., :12].sum((1, 2, 3)) + 127.5 * w[..., 12:15].sum((1, 2, 3)))) / 512
            w = np.concatenate((w[..., :12] * CODES, w[..., 12:15] * 255), -1) * k[:, None, None, None] / 512
        else:
            bias = (bias + k * 32 * w.sum((1, 2, 3))) / 16 / CODES
            w = w * k[:, None, None, None] / 16
        getattr(net, layer).data[s] = _tensor(w.transpose(0, 3, 1, 2))
        getattr(net, layer + "_bias").data[s] = _tensor(bias)


def load(network_path, style_paths):
    """Returns network (float, ready to train), its fields and the styles' fields."""
    fields, styles = artfile.read_network(network_path), [artfile.read_style(p) for p in style_paths]
    for style, path in zip(styles, style_paths):
        if style["network_id"] != fields["id"]:
            raise ValueError(f"{path}: made for another network than {network_path}")
    net = network.Network(len(styles), adapt=fields["adapt"])
    w = np.asarray(fields["enc_weights"], np.float64).reshape(128, 3, 3, 64).transpose(0, 3, 1, 2)
    scale = 255 / 2 ** fields["enc_shift"] / 2000  # brings the encoder's sums near 1
    net.encoder.data = _tensor(w[:, np.argsort(export.ENCODER_ORDER)] * scale)
    bits = np.unpackbits(np.asarray(fields["trunk_bits"], np.uint8).reshape(10, 128, 9, 16), axis=-1, bitorder="little")
    for k, unit in enumerate(net.units):
        signs = bits[k].reshape(128, 3, 3, 128).transpose(0, 3, 1, 2).astype(np.float64) * 2 - 1
        unit.weight.data = _tensor(signs * LATENT)
    for s, style in enumerate(styles):
        _set_norm(net.encoder_norm, s, style["norms"][0], 1 / 2000)
        for k, unit in enumerate(net.units):
            _set_norm(unit.norm, s, style["norms"][1 + k], 1.0)
            p = style["units"][k]
            unit.threshold.data[s] = (_tensor(p["threshold"]) + 0.5) / 8
            unit.slope.data[s], unit.shift.data[s] = _tensor(p["slope"]) / 32768, _tensor(p["shift"]) / 128
        _set_decoder(net, s, style)
    net.quantise_stream = True
    return net, fields, styles
