# SPDX-License-Identifier: Apache-2.0
"""Numbers for pictures (h,w,3 uint8). None of them looks at VGG."""
import numpy as np
from scipy import ndimage
from skimage import feature, metrics

import render

LUMA = np.array([0.299, 0.587, 0.114])


def sample(picture, flow):
    """picture at each pixel's place plus flow (h,w,2), bilinear, in 0..1."""
    h, w = picture.shape[:2]
    y, x = np.mgrid[0:h, 0:w]
    at = [y + flow[..., 1], x + flow[..., 0]]
    return np.stack([ndimage.map_coordinates(picture[..., k] / 255.0, at, order=1, mode="nearest") for k in range(3)], -1)


def warped_error(picture, other, flow, mask):
    """Root of the mean squared difference between the picture and the other one brought over, where both show the same."""
    d = ((picture / 255.0 - sample(other, flow)) ** 2).mean(-1)[mask]
    return float(d.mean()) if mask.any() else 0.0, int(mask.sum())


def temporal(frames, painted, lag):
    """frames: sequences.Frame; painted: for each frame the pictures of both eyes. Over all frames and eyes."""
    total = count = 0
    for t in range(lag, len(frames)):
        for e in range(2):
            now, then = frames[t], frames[t - lag]
            flow, mask = render.correspond(now.scene, now.views[e], now.eyes[e], then.scene, then.views[e], then.eyes[e])
            error, n = warped_error(painted[t][e], painted[t - lag][e], flow, mask)
            total, count = total + error * n, count + n
    return float(np.sqrt(total / count))


def stereo(frames, painted, every=4):
    """Root mean square difference between the eyes along exact disparity, and by how much a matcher sees surfaces shifted (pixels):
    mean, which is wrong depth, and the share of blocks that are off by more than one pixel."""
    total = count = 0
    offsets = []
    for t in range(0, len(frames), every):
        f = frames[t]
        flow, mask = render.correspond(f.scene, f.views[0], f.eyes[0], f.scene, f.views[1], f.eyes[1])
        error, n = warped_error(painted[t][0], painted[t][1], flow, mask)
        total, count = total + error * n, count + n
        offsets += block_offsets(painted[t][0], painted[t][1], flow, mask)
    offsets = np.array(offsets)
    if not count or not len(offsets):
        return None, None, None
    return float(np.sqrt(total / count)), float(offsets.mean()), float((np.abs(offsets) > 1).mean())


def block_offsets(left, right, flow, mask, block=16, reach=4.0, step=0.5):
    """For each block with enough to see, the horizontal shift beyond the exact disparity at which the eyes match best."""
    shifts = np.arange(-reach, reach + step / 2, step)
    errors = []
    for s in shifts:
        e = ((left / 255.0 - sample(right, flow + np.array([s, 0.0]))) ** 2).mean(-1)
        errors.append(np.where(mask, e, 0))
    luma = left @ LUMA / 255
    out = []
    for y in range(0, left.shape[0] - block + 1, block):
        for x in range(0, left.shape[1] - block + 1, block):
            area = (slice(y, y + block), slice(x, x + block))
            if mask[area].mean() > 0.8 and np.abs(np.diff(luma[area], axis=1)).mean() > 0.01:
                out.append(float(shifts[int(np.argmin([e[area].sum() for e in errors]))]))
    return out


def edge_agreement(source, painted, sigma):
    """F1 of the Canny edges of two pictures, a pixel of tolerance, and the share of the source's edges that are found again. None where the
    source has no edges."""
    a, b = (feature.canny(p @ LUMA / 255, sigma, 0.06, 0.15) for p in (source, painted))
    near = np.ones((3, 3), bool)
    if not a.any():
        return None
    if not b.any():
        return 0.0, 0.0
    precision = (b & ndimage.binary_dilation(a, near)).sum() / b.sum()
    recall = (a & ndimage.binary_dilation(b, near)).sum() / a.sum()
    return float(2 * precision * recall / max(precision + recall, 1e-9)), float(recall)


def grid_energy(picture):
    """How much stronger the spectrum is at the frequencies of a grid of 4 (and 2) pixels than around them; about 1: no grid."""
    g = picture @ LUMA
    h, w = (s // 8 * 8 for s in g.shape)
    g = g[:h, :w] - g.mean()
    total = np.abs(np.fft.fft2(g * np.hanning(h)[:, None] * np.hanning(w)[None])) ** 2
    marks = np.zeros((h, w), bool)
    around = np.zeros((h, w), bool)
    for j in range(4):
        for i in range(4):
            if i or j:
                y, x = j * h // 4, i * w // 4
                marks[y, x] = True
                for dy in range(-6, 7):
                    for dx in range(-6, 7):
                        if max(abs(dy), abs(dx)) >= 3:
                            around[(y + dy) % h, (x + dx) % w] = True
    return float(total[marks].mean() / max(total[around].mean(), 1e-9))


def similarity(a, b):
    return float(metrics.structural_similarity(a, b, channel_axis=2))


def flip(reference, test):
    import flip_evaluator

    return float(flip_evaluator.evaluate(reference.astype(np.float32) / 255, test.astype(np.float32) / 255, "LDR")[1])


def patches(picture, count, size=7):
    """The same places in pictures of one size, so that a set has no distance from itself."""
    rng = np.random.default_rng(3)
    h, w = picture.shape[:2]
    y, x = rng.integers(0, h - size + 1, count), rng.integers(0, w - size + 1, count)
    return np.stack([picture[j:j + size, i:i + size].ravel() for j, i in zip(y, x)])


def sliced_wasserstein(a, b, levels=3, count=20000, directions=128):
    """Distance between the distributions of small patches of two sets of pictures on the levels of a Laplacian pyramid, in 0..1 of colour."""
    rng = np.random.default_rng(3)
    a, b = ([p / 255.0 for p in s] for s in (a, b))
    out = []
    for level in range(levels):
        smooth = [[ndimage.gaussian_filter(p, (1.5, 1.5, 0)) for p in s] for s in (a, b)]
        bands = [[p - q for p, q in zip(s, t)] if level < levels - 1 else s for s, t in zip((a, b), smooth)]
        sets = [np.concatenate([patches(p, max(1, count // len(s))) for p in s]) for s in bands]
        n = min(map(len, sets))
        d = rng.normal(size=(sets[0].shape[1], directions))
        d /= np.linalg.norm(d, axis=0)
        x, y = (np.sort(s[:n] @ d, 0) for s in sets)
        out.append(np.abs(x - y).mean())
        a, b = ([p[::2, ::2] for p in s] for s in smooth)
    return float(np.mean(out))
