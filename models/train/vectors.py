# SPDX-License-Identifier: Apache-2.0
"""Writes tests/vectors: inputs and the bytes that the integer simulation makes of them. The C code must give the same.

    python vectors.py --models .. --out ../../tests/vectors
"""
import argparse
import os
import pathlib
import struct

import numpy as np

import artfile
import intsim
import scenes


def random_network(rng, extreme):
    """Random weights; extreme: whole output channels at +64, -64 or alternating, trunk channels all +1, all -1 or striped."""
    w = rng.integers(-64, 65, (128, 3, 3, 64))
    bits = rng.integers(0, 256, (10, 128, 9, 16))
    if extreme:
        w[0::4], w[1::4] = 64, -64
        w[2::4, :, :, 0::2], w[2::4, :, :, 1::2] = 64, -64
        w[3::4] = 0
        bits[:, 0::4], bits[:, 1::4], bits[:, 2::4] = 255, 0, 0x55
        bits[:, 3::4] = 0x0F
    i = np.arange(1024)
    return {"adapt": 16 if extreme else 8, "enc_shift": 7 if extreme else 6, "enc_weights": w.astype(np.int8),
            "trunk_bits": bits.astype(np.uint8), "lut": np.rint(255 / (1 + np.exp(-(i - 511.5) / 64))).astype(np.uint8)}


def random_style(rng, name, network_id, extreme):
    def i16(scale, n):
        v = rng.normal(0, scale, n)
        if extreme:  # every fourth value at a bound
            v[0::8], v[4::8] = 32767, -32767
        return np.clip(np.rint(v), -32767, 32767).astype(np.int64)

    def norm(deviation):
        d = np.full(128, deviation) * rng.uniform(0.3, 3, 128)
        mean = np.rint(rng.normal(0, deviation, 128) * 65536).astype(np.int64)
        square = np.rint(d * d * 65536).astype(np.int64) + ((mean * mean) >> 16) + 2
        return {"gain": i16(3000, 128), "bias": i16(60, 128), "mean": mean, "square": square}

    def unit():
        t = rng.integers(-30, 31, 128)
        if extreme:
            t[0::16], t[8::16] = 127, -128
        return {"threshold": t, "slope": i16(9000, 128), "shift": i16(30, 128)}

    st = {"name": name, "title": f"test vector {name}", "network_id": network_id, "norms": [norm(1500)] + [norm(30) for _ in range(10)],
          "units": [unit() for _ in range(10)], "dec_gain": i16(300, 128), "dec_bias": i16(30, 128)}
    for layer, o, c, mul in (("d0", 32, 128, 3000), ("d1", 12, 32, 9000), ("d2", 3, 16, 12000)):
        w = rng.integers(-64, 65, (o, 3, 3, c))
        if extreme:
            w[0], w[1] = 64, -64
        st.update({f"{layer}_weights": w.astype(np.int8), f"{layer}_shift": 3 if extreme else 5, f"{layer}_mul": i16(mul, o),
                   f"{layer}_bias": i16(500, o)})
    return st


def write_frames(path, engine, width, height, frames):
    """frames: list of (exact, [(noise map, picture), ...])."""
    with open(path, "wb") as f:
        f.write(struct.pack("<5I", 0x46565441, width, height, len(frames[0][1]), len(frames)))
        for exact, views in frames:
            out = engine.frame([p for _, p in views], [m for m, _ in views], exact)
            f.write(struct.pack("<I", exact))
            for noise_map, _ in views:
                f.write(struct.pack("<10i", *noise_map))
            f.write(b"".join(p.astype(np.uint8).tobytes() for _, p in views))
            f.write(b"".join(np.ascontiguousarray(o, np.uint8).tobytes() for o in out))


def random_map(rng, directional):
    if not directional:
        return intsim.planar(*(int(v) for v in rng.integers(-99, 99, 2)))
    m = rng.integers(-(1 << 18), (1 << 18) + 1, 9)
    m[2::3] <<= 6
    return (*(int(v) for v in m), int(rng.integers(1, 200)))


def eye(yaw, e, w, h):
    """A head that turns, as the layer would describe it: 90 degrees wide, the right eye (e = 1) a little to the side."""
    c, s = np.cos(yaw), np.sin(yaw)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    rays = turn @ np.array([[8 / w, 0, -1 + 4 / w], [0, -8 / h, 1 - 4 / h], [0, 0, -1]])
    rays[0, 2] += 0.03 * e
    return (*(int(v) for v in np.rint(rays * (1 << 18) / 2).flatten()), w // 10)


def link(path, target):
    path.unlink(missing_ok=True)
    path.symlink_to(os.path.relpath(target.resolve(), path.parent.resolve()))


def pattern(rng, kind, h, w):
    y, x = np.mgrid[0:h, 0:w]
    if kind == "noise":
        return rng.integers(0, 256, (h, w, 3)).astype(np.uint8)
    if kind == "checks":
        return (((x + y) % 2) * 255)[..., None].repeat(3, 2).astype(np.uint8)
    if kind == "scene":
        big = scenes.scene(rng, 96)
        return big[:h, :w]
    return np.full((h, w, 3), {"black": 0, "white": 255, "grey": 128}[kind], np.uint8)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--models", required=True)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    out, models = pathlib.Path(a.out), pathlib.Path(a.models)
    rng = np.random.default_rng(7)

    for case, extreme, size, kinds in (("random", False, (24, 16), ("noise", "scene", "scene", "black", "white", "scene")),
                                       ("extremes", True, (20, 12), ("checks", "noise", "white", "black", "scene", "checks")),
                                       ("one_cell", False, (4, 4), ("scene", "noise", "grey"))):
        folder = out / case
        folder.mkdir(parents=True, exist_ok=True)
        if case == "one_cell":  # shares the network of the first case
            link(folder / "network.artnet", out / "random" / "network.artnet")
            net = artfile.read_network(folder / "network.artnet")
        else:
            net = random_network(rng, extreme)
            net["id"] = artfile.write_network(folder / "network.artnet", net)
        st = random_style(rng, case, net["id"], extreme)
        artfile.write_style(folder / "style.artstyle", st)
        views = 2 if case == "random" else 1
        frames = [(int(i % 4 == 3), [(random_map(rng, v % 2 == 0), pattern(rng, k, size[1], size[0])) for v in range(views)])
                  for i, k in enumerate(kinds)]
        engine = intsim.Engine(net, st)
        write_frames(folder / "frames.bin", engine, *size, frames)
        print(folder, "cuts:", engine.cuts)

    for style in sorted(models.glob("*.artstyle")):
        folder = out / f"shipped_{style.stem}"
        folder.mkdir(parents=True, exist_ok=True)
        link(folder / "network.artnet", models / "artem.artnet")
        link(folder / "style.artstyle", style)
        net, st = artfile.read_network(models / "artem.artnet"), artfile.read_style(style)
        w, h = 32, 24
        a0 = pattern(rng, "scene", 96, 96) // 4
        b0 = 255 - a0 // 2
        frames = []
        for i in range(6):  # a dark moving scene, black, a cut to a bright one, a still
            big = a0 if i < 4 else b0
            views = [(intsim.planar(e, 0) if i % 2 else eye(0.1 * i, e, w, h), big[i:i + h, 2 * i + 3 * e:2 * i + 3 * e + w])
                     for e in range(2)]
            if i == 3:
                views = [(o, v * 0) for o, v in views]
            frames.append((int(i == 5), views))
        engine = intsim.Engine(net, st)
        write_frames(folder / "frames.bin", engine, w, h, frames)
        print(folder, "cuts:", engine.cuts)

    (out / "blend").mkdir(exist_ok=True)
    pair = [models / "great_wave.artstyle", models / "starry_night.artstyle"]
    link(out / "blend" / "a.artstyle", pair[0])
    link(out / "blend" / "b.artstyle", pair[1])
    mixed = intsim.blend(*(artfile.read_style(p) for p in pair), 100)
    artfile.write_style(out / "blend" / "100.artstyle", mixed)

    (out / "composite").mkdir(exist_ok=True)
    for i, (W, H, w, h, strength, keep) in enumerate(((37, 23, 16, 8, 256, 0), (37, 23, 16, 8, 100, 200), (24, 16, 24, 16, 256, 0),
                                                      (5, 3, 4, 4, 256, 256), (64, 40, 12, 8, 255, 1))):
        o = rng.integers(0, 256, (H, W, 4)).astype(np.uint8)
        e, s = (rng.integers(0, 256, (h, w, 3)).astype(np.uint8) for _ in range(2))
        if i % 2 == 0:  # a picture that its own reduction resembles, as in life
            o[..., :3] = np.kron(e, np.ones((H // h + 1, W // w + 1, 1)))[:H, :W]
        r = intsim.composite(o, e, s, strength, keep)
        (out / "composite" / f"{i}.bin").write_bytes(struct.pack("<7I", 0x43565441, W, H, w, h, strength, keep) + o.tobytes() + e.tobytes()
                                                     + s.tobytes() + r.tobytes())
    (out / "scale").mkdir(exist_ok=True)
    for i, (W, H, w, h) in enumerate(((37, 23, 16, 8), (64, 64, 16, 16), (3, 2, 4, 4), (50, 7, 48, 4), (19, 40, 8, 20))):
        o = rng.integers(0, 256, (H, W, 3)).astype(np.uint8)
        (out / "scale" / f"{i}.bin").write_bytes(struct.pack("<5I", 0x53565441, W, H, w, h) + o.tobytes() + intsim.scale(o, w, h).tobytes())


if __name__ == "__main__":
    main()
