# SPDX-License-Identifier: Apache-2.0
"""The integer pipeline of docs/arithmetic.md, byte for byte what the C code computes. Convolutions run in float64, which is exact for
these ranges; everything else is int64. Parameter dictionaries use the field names of runtime/include/artem/model.h."""
import numpy as np
import torch
import torch.nn.functional as F

CHANNELS, UNITS, NOISE = 128, 10, 16


def divr(a, b):
    """Rounded quotient for b > 0, halves upwards (a may be negative)."""
    return (2 * a + b) // (2 * b)


def rsh(a, n):
    return (a + (1 << (n - 1))) >> n if n else a


def sat16(a):
    return np.clip(a, -32768, 32767)


def mulhrs(a, b):
    return (a * b + (1 << 14)) >> 15


def isqrt(v):
    """floor(sqrt(v)) for int64 v >= 0: float estimate, then corrected exactly."""
    r = np.floor(np.sqrt(v.astype(np.float64))).astype(np.int64)
    r = np.where(r * r > v, r - 1, r)
    return np.where((r + 1) * (r + 1) <= v, r + 1, r)


# ---- section 3: scaling -------------------------------------------------------------------------------------------------------
def overlaps(full, small):
    """Matrix a(x, i): overlap of output x with input i, rows sum to `full`."""
    x, i = np.arange(small)[:, None], np.arange(full)[None]
    return np.maximum(np.minimum((x + 1) * full, (i + 1) * small) - np.maximum(x * full, i * small), 0)


def scale(picture, w, h):
    """picture: H,W,3 uint8."""
    H, W, _ = picture.shape
    a, b = overlaps(W, w).astype(np.int64), overlaps(H, h).astype(np.int64)
    s = np.einsum("yj,jik->yik", b, picture.astype(np.int64))
    s = np.einsum("xi,yik->yxk", a, s)
    return ((s + ((W * H) >> 1)) // (W * H)).astype(np.uint8)


def style_size(W, H, longer):
    w = longer if W >= H else divr(longer * W, H)
    h = longer if H >= W else divr(longer * H, W)
    return max(min(w, W) // 4 * 4, 4), max(min(h, H) // 4 * 4, 4)


# ---- section 4: encoder input -------------------------------------------------------------------------------------------------
PLANAR, NOISE_WEIGHTS = (0,) * 10, np.array([256, 255, 251, 245, 237, 226, 213, 198, 181, 162, 142, 121, 98, 74, 50, 25, 0])


def planar(ox, oy):
    """The noise map (m, then the density) with its origin at a point of the plane."""
    return (0, 0, ox, 0, 0, oy, 0, 0, 0, 0)


def noise_bytes(x, y, face=0):
    """x, y, face: int arrays of one shape; returns shape + (16,), 0..255."""
    out = []
    m = np.uint64(0xFFFFFFFF)
    ux, uy = (np.asarray(v).astype(np.int64) & 0xFFFFFFFF for v in (x, y))
    for k in 4 * np.asarray(face, np.int64) + np.arange(4).reshape((4,) + (1,) * np.ndim(face)):
        h = ((ux * 0x9E3779B1) & 0xFFFFFFFF) ^ ((uy * 0x85EBCA77) & 0xFFFFFFFF) ^ ((k * 0xC2B2AE3D) & 0xFFFFFFFF)
        h = h.astype(np.uint64)
        h ^= h >> np.uint64(16)
        h = (h * np.uint64(0x7FEB352D)) & m
        h ^= h >> np.uint64(15)
        h = (h * np.uint64(0x846CA68B)) & m
        h ^= h >> np.uint64(16)
        out += [(h >> np.uint64(8 * j)) & np.uint64(255) for j in range(4)]
    return np.stack(out, -1).astype(np.int64)


def quotient(a, b):
    """a / b towards zero, for b > 0."""
    return np.sign(a) * (np.abs(a) // b)


def place(minor, major, density):
    one = 1 << 15
    u = quotient(minor * one, major)
    v = u * u // one
    f = quotient(u * (41721 - v * (11950 - v * 2997 // one) // one), one)
    return (f + one) * 16 * density // one


def noise(noise_map, X, Y):
    """The noise of cells X, Y (int arrays of one shape), shape + (16,), -128..127."""
    m, density = np.asarray(noise_map[:9], np.int64).reshape(3, 3), int(noise_map[9])
    if density == 0:
        return noise_bytes(X + m[0, 2], Y + m[1, 2]) - 128
    d = np.stack([row[0] * X + row[1] * Y + row[2] for row in m])
    size = np.abs(d)
    axis = np.where((size[2] >= size[0]) & (size[2] >= size[1]), 2, np.where(size[1] >= size[0], 1, 0))
    pick = lambda v, k: np.take_along_axis(v, k[None], 0)[0]
    major, face = np.maximum(pick(size, axis), 1), 1 + 2 * axis + (pick(d, axis) < 0)
    p, q = (place(pick(d, (axis + k) % 3), major, density) for k in (1, 2))
    total = 0
    for dy in (0, 1):
        for dx in (0, 1):
            w = NOISE_WEIGHTS[16 - p % 16 if dx else p % 16] * NOISE_WEIGHTS[16 - q % 16 if dy else q % 16]
            total = total + w[..., None] * (noise_bytes(p // 16 + dx, q // 16 + dy, face) - 128)
    return np.clip((total + (1 << 15)) >> 16, -128, 127)


def encoder_input(picture, noise_map=PLANAR):
    """picture: h,w,3 uint8 -> qh,qw,64 int64."""
    h, w, _ = picture.shape
    cells = picture.reshape(h // 4, 4, w // 4, 4, 3).transpose(0, 2, 1, 3, 4).astype(np.int64)  # Y, X, dy, dx, k
    spread = (cells.max((2, 3)) - cells.min((2, 3))).max(-1)
    amp = np.maximum(0, 32 - spread)[..., None]
    Y, X = np.mgrid[0:h // 4, 0:w // 4]
    u = 128 + ((noise(noise_map, X, Y) * amp) >> 7)
    return np.concatenate((cells.reshape(h // 4, w // 4, 48), u), -1)


# ---- sections 5 and 6 ---------------------------------------------------------------------------------------------------------
def conv(u, weights):
    """u: views,h,w,in int64; weights: out,3,3,in. Exact: in floats as long as no sum can pass their 24 bits. Borders are replicated."""
    largest = np.abs(u).max(initial=0) * np.abs(weights).reshape(len(weights), -1).sum(1).max()
    kind = torch.float32 if largest < 1 << 24 else torch.float64
    x = torch.from_numpy(np.ascontiguousarray(u.transpose(0, 3, 1, 2))).to(kind)
    x = F.pad(x, (1, 1, 1, 1), mode="replicate")
    w = torch.from_numpy(np.ascontiguousarray(weights.transpose(0, 3, 1, 2))).to(kind)
    return F.conv2d(x, w).numpy().transpose(0, 2, 3, 1).astype(np.int64)


def trunk_weights(bits):
    """bits: 128,9,16 uint8 -> +-1 weights 128,3,3,128."""
    b = np.unpackbits(np.asarray(bits, np.uint8).reshape(128, 9, 16), axis=-1, bitorder="little")
    return b.reshape(128, 3, 3, 128).astype(np.int64) * 2 - 1


def double(u):
    """views,h,w,c -> views,2h,2w,c"""
    for axis in (1, 2):  # the sum of products is separable; only the rounding is not, so it comes last
        n = u.shape[axis]
        prev = np.take(u, np.maximum(np.arange(n) - 1, 0), axis)
        nxt = np.take(u, np.minimum(np.arange(n) + 1, n - 1), axis)
        even, odd = 3 * u + prev, 3 * u + nxt
        u = np.stack((even, odd), axis + 1).reshape(u.shape[:axis] + (2 * n,) + u.shape[axis + 1:])
    return (u + 8) >> 4


def requantise(acc, shift, mul, bias):
    s = sat16(rsh(acc, shift))
    return sat16(mulhrs(s, np.asarray(mul, np.int64)) + np.asarray(bias, np.int64))


def activate(z, bits):
    """Leaky ReLU on z, `bits` fraction bits dropped, around the zero point 32."""
    return np.clip(rsh(np.where(z > 0, z, z >> 3), bits) + 32, 0, 255)


# ---- section 7 ----------------------------------------------------------------------------------------------------------------
def moments(s):
    """Frame moments in 1/256 over all cells of all views."""
    n = s.shape[0] * s.shape[1] * s.shape[2]
    return divr(256 * s.sum((0, 1, 2)), n), divr(256 * (s * s).sum((0, 1, 2)), n)


def deviation(mean, square, cal_mean, cal_square, adapt):
    """Pooled mean and deviation, both in 1/65536."""
    mp = ((16 - adapt) * cal_mean + adapt * mean) >> 4
    ep = ((16 - adapt) * cal_square + adapt * square) >> 4
    v = np.maximum(ep - ((mp * mp) >> 16), 1)
    vc = np.maximum(cal_square - ((cal_mean * cal_mean) >> 16), 1)
    v = np.clip(v, np.maximum(vc >> 4, 1), np.minimum(16 * vc, 1 << 46))
    v = np.minimum(v, (1 << 46) - 1)
    return mp, np.maximum(isqrt(v << 16), 1)


def gains(mp, d, gain, bias, p):
    a = np.clip(divr(np.asarray(gain, np.int64) << (26 - p), d), -32767, 32767)
    return a, sat16(np.asarray(bias, np.int64) - rsh(mp * a, 31 - p))


class Engine:
    """State and frames as the C engine has them. network, style: dictionaries of arrays."""

    def __init__(self, network, style):
        self.net, self.style = network, style
        self.units = [trunk_weights(b) for b in np.asarray(network["trunk_bits"], np.uint8).reshape(UNITS, 128, 9, 16)]
        self.enc = np.asarray(network["enc_weights"], np.int64).reshape(128, 3, 3, 64)
        self.lut = np.asarray(network["lut"], np.uint8)
        self.restart()

    def restart(self):
        self.mean = [np.asarray(n["mean"], np.int64).copy() for n in self.style["norms"]]
        self.square = [np.asarray(n["square"], np.int64).copy() for n in self.style["norms"]]
        self.cuts = 0

    def _affine(self, layer, p, mean, square):
        n = self.style["norms"][layer]
        mp, d = deviation(mean, square, np.asarray(n["mean"], np.int64), np.asarray(n["square"], np.int64), self.net["adapt"])
        return gains(mp, d, n["gain"], n["bias"], p) + (d,)

    def _pass(self, u, exact):
        """Runs encoder and trunk. Returns the stream, the frame's moments per layer, blank and cut."""
        seen, blank = [], False

        def normalise(layer, s, p):
            nonlocal blank
            m, e = moments(s)
            seen.append((m, e))
            if layer == 0:
                n = self.style["norms"][0]
                cm, cs = np.asarray(n["mean"], np.int64), np.asarray(n["square"], np.int64)
                vf = np.maximum(256 * e - m * m, 0).sum()
                blank = bool(64 * vf < np.maximum(cs - ((cm * cm) >> 16), 1).sum())
            if exact and not blank:
                self.mean[layer], self.square[layer] = 256 * m, 256 * e
            return self._affine(layer, p, self.mean[layer], self.square[layer])

        s = sat16(rsh(conv(u - 128, self.enc), self.net["enc_shift"]))
        a, b, d = normalise(0, s, 0)
        moved, all_d = int(np.abs(256 * seen[0][0] - self.mean[0]).sum()), int(d.sum())
        if not exact and not blank and moved > all_d:
            return None, None, blank, True
        self.pace = 1 if moved > all_d // 8 else 2 if moved > all_d // 16 else 3
        x = np.clip(rsh(sat16(mulhrs(s, a) + b), 4), -128, 127)
        for k in range(UNITS):
            unit = self.style["units"][k]
            t, P, C = (np.asarray(unit[f], np.int64) for f in ("threshold", "slope", "shift"))
            s = conv((x > t).astype(np.int64), self.units[k])
            a, b, _ = normalise(1 + k, s, 4)
            z = sat16(mulhrs(16 * s, a) + b)
            r = np.where(z > 0, z, mulhrs(z, P))
            y = sat16(r + C)
            x = np.clip(x + (sat16(y + 8) >> 4), -128, 127)
        return x, seen, blank, False

    def frame(self, pictures, maps=None, exact=False):
        """pictures: list of h,w,3 uint8; maps: their noise maps. Returns a list of the same."""
        maps = maps or [PLANAR] * len(pictures)
        u = np.stack([encoder_input(p, m) for p, m in zip(pictures, maps)])
        x, seen, blank, cut = self._pass(u, exact)
        if cut:
            self.cuts += 1
            exact = True
            x, seen, blank, _ = self._pass(u, True)
        if not exact and not blank:
            for layer, (m, e) in enumerate(seen):
                self.mean[layer] = self.mean[layer] + ((m * 256 - self.mean[layer]) >> self.pace)
                self.square[layer] = self.square[layer] + ((e * 256 - self.square[layer]) >> self.pace)
        return list(self.decode(x, np.stack(pictures)))

    def decode(self, x, pictures, tap=None):
        st = self.style
        arr = lambda name, *shape: np.asarray(st[name], np.int64).reshape(shape)
        u = activate(sat16(mulhrs(256 * x, arr("dec_gain", 128)) + arr("dec_bias", 128)), 0)
        acc = conv(u, arr("d0_weights", 32, 3, 3, 128))
        u = activate(requantise(acc, st["d0_shift"], st["d0_mul"], st["d0_bias"]), 4)
        acc = conv(double(u), arr("d1_weights", 12, 3, 3, 32))
        u = activate(requantise(acc, st["d1_shift"], st["d1_mul"], st["d1_bias"]), 4)
        u = double(u)
        rgb = pictures.astype(np.int64)
        u = np.concatenate((u, rgb, np.zeros_like(rgb[..., :1])), -1)
        acc = conv(u, arr("d2_weights", 3, 3, 3, 16))
        z = requantise(acc, st["d2_shift"], st["d2_mul"], st["d2_bias"])
        return self.lut[np.clip((z + 4096) >> 3, 0, 1023)]


# ---- section 8 ----------------------------------------------------------------------------------------------------------------
def composite(original, engine_in, engine_out, strength, keep):
    """original: H,W,4; engine_in, engine_out: h,w,3. Returns H,W,4."""
    H, W, _ = original.shape
    h, w, _ = engine_in.shape
    o = original[..., :3].astype(np.int64)
    px = ((2 * np.arange(W, dtype=np.int64) + 1) * w * 64) // W - 64
    py = ((2 * np.arange(H, dtype=np.int64) + 1) * h * 64) // H - 64
    num, den = np.zeros((H, W, 3), np.int64), np.zeros((H, W, 1), np.int64)
    for dy in (0, 1):
        for dx in (0, 1):
            ix, iy = np.clip((px >> 7) + dx, 0, w - 1), np.clip((py >> 7) + dy, 0, h - 1)
            fx, fy = px & 127, py & 127
            ws = (fy if dy else 128 - fy)[:, None] * (fx if dx else 128 - fx)[None]
            d = np.abs(o - engine_in[iy][:, ix].astype(np.int64)).sum(-1)
            k = ((ws * (65536 // (64 + d * d) + 1)) >> 8) + (ws > 0)
            num += k[..., None] * engine_out[iy][:, ix].astype(np.int64)
            den += k[..., None]
    s = (num + (den >> 1)) // den
    luma = lambda c: ((77 * c[..., 0] + 150 * c[..., 1] + 29 * c[..., 2] + 128) >> 8)[..., None]
    t = np.clip(s + rsh(keep * ((o - luma(o)) - (s - luma(s))), 8), 0, 255)
    out = o + rsh(strength * (t - o), 8)
    return np.concatenate((out, original[..., 3:].astype(np.int64)), -1).astype(np.uint8)


# ---- section 7a ---------------------------------------------------------------------------------------------------------------
def blend(a, b, t):
    """The style between a (t = 0) and b (t = 256): dictionaries of arrays, as artfile reads them."""
    mix = lambda x, y: divr(np.asarray(x, np.int64) * (256 - t) + np.asarray(y, np.int64) * t, 256)
    out = {k: a[k] for k in ("name", "title", "network_id")}
    out["norms"], out["units"] = [], []
    for p, q in zip(a["norms"], b["norms"]):
        n = {k: mix(p[k], q[k]) for k in p}
        n["square"] = np.maximum(n["square"], ((n["mean"] * n["mean"]) >> 16) + 1)
        out["norms"].append(n)
    out["units"] = [{k: mix(p[k], q[k]) for k in p} for p, q in zip(a["units"], b["units"])]
    for k in ("dec_gain", "dec_bias", "d0_bias", "d1_bias", "d2_bias"):
        out[k] = mix(a[k], b[k])
    for layer in ("d0", "d1", "d2"):
        effects = []
        for s in (a, b):
            w = np.asarray(s[layer + "_weights"], np.int64)
            m = np.asarray(s[layer + "_mul"], np.int64).reshape(-1, 1, 1, 1)
            effects.append(w.reshape(len(m), 3, 3, -1) * m * 2 ** (15 - s[layer + "_shift"]))
        e = effects[0] * (256 - t) + effects[1] * t
        top = np.abs(e).max((1, 2, 3))
        shift = max(a[layer + "_shift"], b[layer + "_shift"])
        while shift > 0 and divr(int(top.max()) << shift, 1 << 29) > 32767:
            shift -= 1
        out[layer + "_shift"] = shift
        out[layer + "_mul"] = np.minimum(divr(top << shift, 1 << 29), 32767)
        high = top[:, None, None, None]
        out[layer + "_weights"] = np.where(high > 0, divr(64 * e, np.maximum(high, 1)), 0)
    return out
