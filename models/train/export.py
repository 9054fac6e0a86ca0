# SPDX-License-Identifier: Apache-2.0
"""Turns a checkpoint into the shipped integer files: weights and steps are rounded, then every range and statistic is calibrated, layer
by layer, on the integer network itself.

    python export.py --checkpoint binary/checkpoint.pt --photos PHOTOS --out ..
"""
import argparse
import pathlib

import numpy as np
import torch

import artfile
import checkpoints
import data
import intsim
import library
import pictures
import render
import scenes

WEIGHT_MAX = 64  # |w| of int8 layers: no pair of uint8*int8 products leaves int16
# PyTorch's pixel_unshuffle orders channels colour-major; the pipeline orders them pixel-major.
ENCODER_ORDER = [k * 16 + p for p in range(16) for k in range(3)] + list(range(48, 64))


def quantise_rows(w):
    """Per output channel: int8 weights out,3,3,in and the step of each channel."""
    step = np.maximum(np.abs(w).max((1, 2, 3)), 1e-8) / WEIGHT_MAX
    return np.rint(w.transpose(0, 2, 3, 1) / step[:, None, None, None]).astype(np.int64), step


def clip16(v):
    return np.clip(np.rint(v), -32767, 32767).astype(np.int64)


def requantisation(acc, factor):
    """Shift and multipliers so that mulhrs(acc >> shift, M) = acc * factor per output channel. The shift brings the calibration's largest
    sums into int16, unless M would then leave int16: sums that saturate there lie far beyond what the next step keeps anyway."""
    top, shift = np.abs(acc).max((0, 1, 2)), 0
    while (int(top.max()) >> shift) > 32000 and 32768 * 2 ** (shift + 1) * factor.max() <= 32767:
        shift += 1
    mul = clip16(32768.0 * 2 ** shift * factor)
    if (32768 * 2 ** shift * factor).max() > 32767 or ((top >> shift > 32767) & (mul < 8192)).any():
        print(f"warning: requantisation loses range (shift {shift}, factors up to {factor.max():.3g}, sums up to {top.max()})")
    return shift, mul


def code_scale(real):
    """Codes per unit of an activation: its largest values reach 255, from the zero point 32 on; what is below zero has an eighth of it."""
    return 223 / max(np.quantile(real, 0.9998), 1e-3)


def chunked(f, u, size=8):
    return np.concatenate([f(u[i:i + size]) for i in range(0, len(u), size)])


def calibration_pictures(photos, count, size=256):
    """A third generated scenes, the rest photos, as in training."""
    rng = np.random.default_rng(99)
    n = count // 3
    pics = [scenes.scene(rng, data.SIZE)[:size, :size] for _ in range(n)]
    if photos is None:
        pics += [scenes.scene(rng, data.SIZE)[:size, :size] for _ in range(count - n)]
    else:
        pics += [photos[i * len(photos) // (count - n)][:size, :size] for i in range(count - n)]
    return np.stack(pics)


def calibration_maps(count, size):
    """Noise maps as live frames have them: a view of 90 degrees turned anywhere; every fourth one as stills have."""
    rng = np.random.default_rng(98)
    maps = []
    for i in range(count):
        turn = render.turn_matrix(rng.uniform(0, 2 * np.pi), rng.uniform(-0.8, 0.8), rng.normal(0, 0.1))
        m = turn @ np.array([[8 / size, 0, -1 + 4 / size], [0, -8 / size, 1 - 4 / size], [0, 0, -1]]) * (1 << 17)
        maps.append(intsim.PLANAR if i % 4 == 3 else (*(int(v) for v in np.rint(m).flatten()), max(round(0.9 * np.pi / 4 * size / 8), 1)))
    return maps


def encoder_inputs(pictures):
    return np.stack([intsim.encoder_input(p, m) for p, m in zip(pictures, calibration_maps(len(pictures), pictures.shape[2]))])


def affine_layer(s, norm, p, adapt):
    """Calibrates one normalised layer on s (pictures,h,w,c), then returns z for every picture as exact mode computes it."""
    m, e = zip(*(intsim.moments(s[i:i + 1]) for i in range(len(s))))
    norm["mean"] = np.rint(np.mean(m, 0) * 256).astype(np.int64)
    norm["square"] = np.rint(np.mean(e, 0) * 256).astype(np.int64)
    z = np.empty_like(s)
    for i in range(len(s)):
        mp, d = intsim.deviation(256 * m[i], 256 * e[i], norm["mean"], norm["square"], adapt)
        a, b = intsim.gains(mp, d, norm["gain"], norm["bias"], p)
        z[i] = intsim.sat16(intsim.mulhrs(s[i] << p, a) + b)
    return z


def export_network(net, pictures):
    w, _ = quantise_rows(net.encoder.detach().numpy()[:, ENCODER_ORDER])
    acc = chunked(lambda v: intsim.conv(v - 128, w), encoder_inputs(pictures))
    top, shift = np.quantile(np.abs(acc), 0.99999), 0  # a few saturated sums do no harm
    while top / 2 ** shift > 32000:
        shift += 1
    bits = np.stack([np.packbits((k.weight.detach().numpy().transpose(0, 2, 3, 1) > 0).reshape(128, 9, 128), axis=-1, bitorder="little")
                     for k in net.units])
    i = np.arange(1024)
    lut = np.rint(255 / (1 + np.exp(-(i - 511.5) / 64))).astype(np.uint8)
    return {"adapt": round(net.encoder_norm.share * 16), "enc_shift": shift, "enc_weights": w.astype(np.int8), "trunk_bits": bits, "lut": lut}


def export_style(net, params, s, name, title, pictures):
    f = lambda t: t.detach()[s].numpy().astype(np.float64)
    norm = lambda n: {"gain": clip16(f(n.gain) * 4096), "bias": clip16(f(n.bias) * 128)}
    st = {"name": name, "title": title, "norms": [norm(net.encoder_norm)] + [norm(k.norm) for k in net.units]}
    st["units"] = [{"threshold": np.clip(np.floor(f(k.threshold) * 8), -128, 127).astype(np.int64), "slope": clip16(f(k.slope) * 32768),
                    "shift": clip16(f(k.shift) * 128)} for k in net.units]
    # encoder and trunk, layer by layer over all calibration pictures
    enc = params["enc_weights"].astype(np.int64)
    acc = chunked(lambda v: intsim.conv(v - 128, enc), encoder_inputs(pictures))
    z = affine_layer(intsim.sat16(intsim.rsh(acc, params["enc_shift"])), st["norms"][0], 0, params["adapt"])
    x = np.clip(intsim.rsh(z, 4), -128, 127)
    for k in range(intsim.UNITS):
        unit = st["units"][k]
        w = intsim.trunk_weights(params["trunk_bits"][k])
        y = chunked(lambda v: intsim.conv((v > unit["threshold"]).astype(np.int64), w), x)
        z = affine_layer(y, st["norms"][1 + k], 4, params["adapt"])
        r = intsim.sat16(np.where(z > 0, z, intsim.mulhrs(z, unit["slope"])) + unit["shift"])
        x = np.clip(x + (intsim.sat16(r + 8) >> 4), -128, 127)
    # decoder: each activation's step from its largest values
    g, b = f(net.dec_gain), f(net.dec_bias)
    scale = code_scale(x * (g / 8) + b)
    st["dec_gain"], st["dec_bias"] = clip16(g / 8 * scale * 128), clip16(b * scale)
    u = intsim.activate(intsim.sat16(intsim.mulhrs(256 * x, st["dec_gain"]) + st["dec_bias"]), 0)
    for layer in ("d0", "d1"):
        w, step = quantise_rows(f(getattr(net, layer)))
        # The zero point of the inputs is folded into the bias, which replicated borders make exact.
        bias = f(getattr(net, layer + "_bias")) - 32 * w.sum((1, 2, 3)) * step / scale
        acc = chunked(lambda v: intsim.conv(v, w), u)
        out_scale = code_scale(acc * (step / scale) + bias)
        shift, mul = requantisation(acc, 16 * out_scale * step / scale)
        st.update({layer + "_weights": w.astype(np.int8), layer + "_shift": shift, layer + "_mul": mul,
                   layer + "_bias": clip16(16 * out_scale * bias)})
        u = intsim.activate(intsim.requantise(acc, shift, mul, st[layer + "_bias"]), 4)
        u, scale = chunked(intsim.double, u), out_scale
    w = f(net.d2)  # 3,15,3,3: features, then R G B, in units of one code value each
    w = np.concatenate((w[:, :12] / scale, w[:, 12:] / 255, np.zeros((3, 1, 3, 3))), 1)
    w, step = quantise_rows(w)
    bias = f(net.d2_bias) - (127.5 * w[..., 12:15].sum((1, 2, 3)) + 32 * w[..., :12].sum((1, 2, 3))) * step
    full = np.concatenate((u, pictures.astype(np.int64), np.zeros(u.shape[:3] + (1,), np.int64)), -1)
    acc = chunked(lambda v: intsim.conv(v, w), full)
    shift, mul = requantisation(acc, 512 * step)
    st.update({"d2_weights": w.astype(np.int8), "d2_shift": shift, "d2_mul": mul, "d2_bias": clip16(512 * bias)})
    for key in ("d0_bias", "d1_bias", "d2_bias", "dec_gain", "dec_bias"):
        if np.abs(st[key]).max() >= 32767:
            print(f"warning: {name}: {key} saturates")
    return st


def compare(net, params, st, s, pictures):
    """PSNR in dB of the integer network against the float one it was made from."""
    x = torch.tensor(pictures).permute(0, 3, 1, 2).float() / 255
    u = torch.tensor(np.stack([intsim.encoder_input(q)[..., 48:] for q in pictures])).permute(0, 3, 1, 2)
    net.eval()
    with torch.no_grad():
        want = net(x, (u - 128).float() / 255, s).permute(0, 2, 3, 1).numpy() * 255
    engine = intsim.Engine(params, st)
    got = np.concatenate([engine.frame([q], exact=True) for q in pictures])
    return np.round(10 * np.log10(255 ** 2 / ((got - want) ** 2).mean((1, 2, 3))), 1)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--checkpoint", required=True)
    p.add_argument("--photos", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--pictures", type=int, default=48, help="calibration pictures")
    a = p.parse_args()
    net, names, step = checkpoints.load(a.checkpoint)
    net.quantise_stream = True
    net.eval()
    titles = {n: e["title"] for n, e in library.entries().items()}
    calibration = calibration_pictures(pictures.load_squares(a.photos, data.SIZE), a.pictures)
    out = pathlib.Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    params = export_network(net, calibration)
    params["id"] = artfile.write_network(out / "artem.artnet", params)
    for s, name in enumerate(names):
        st = export_style(net, params, s, name, titles.get(name, name), calibration)
        st["network_id"] = params["id"]
        artfile.write_style(out / f"{name}.artstyle", st)
        print(f"{name}: integer against float, PSNR dB: {compare(net, params, st, s, calibration[[0, 1, -2, -1]])}", flush=True)


if __name__ == "__main__":
    main()
