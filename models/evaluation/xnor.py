# SPDX-License-Identifier: Apache-2.0
"""How near a binary VGG-16 comes to the float one: features layer by layer, and how much of the style loss, as float VGG sees it, an optimisation
of the picture with the binary one removes. The objective is that of artem lab optimize.

    models/evaluate-vgg --network FILE [--network FILE ...] --photos DIR --paintings DIR"""
import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "train"))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import losses  # noqa: E402
import optimise  # noqa: E402
import pictures  # noqa: E402
import vgg as weights  # noqa: E402
import xnor_file  # noqa: E402
import xnor_network  # noqa: E402

LAST = "conv5_1"


class Objective(optimise.Objective):
    """By the features of a network that is called like losses.Vgg."""

    def __init__(self, net, picture, painting):
        self.net = net
        super().__init__({}, picture, painting)

    def features(self, x):
        height, width = x.shape[2:]
        m, out = optimise.MARGIN, {}
        for name, f in self.net(F.pad(x, (m,) * 4, mode="reflect"), LAST).items():
            level = int(name[4]) - 1
            out[name] = f.float()[:, :, m >> level:(m + height) >> level, m >> level:(m + width) >> level]
        return out

    def style_losses(self, picture):
        """By layer."""
        with torch.no_grad():
            f = self.features(picture)
            return {k: ((self.gram(f[k]) - a).square().sum() / a.square().sum()).item() for k, a in self.grams.items()}


def paint(objective, start, iterations, rate=0.02, watch=None):
    """Adam, as artem lab optimize --method adam. watch(iteration, picture) is called on the way. Returns the picture."""
    y = start.contiguous().clone().requires_grad_()
    opt = torch.optim.Adam([y], lr=rate)
    for i in range(iterations):
        (y.grad,) = torch.autograd.grad(objective(y), y)
        opt.step()
        with torch.no_grad():
            y.clamp_(0, 1)
        if watch is not None:
            watch(i + 1, y.detach())
    return y.detach()


@torch.no_grad()
def similarity(net, vgg, x):
    """Layer -> (mean cosine of the features of a place, less their means; relative error of the Gram matrix), over the pictures."""
    out = {}
    got, wanted = net(x), vgg(x, LAST)
    for name, t in wanted.items():
        mean = t.mean((0, 2, 3), keepdim=True)
        f, g = got[name], t
        cosine = F.cosine_similarity(f - mean, g - mean, dim=1).mean().item()
        a, b = losses.gram(f), losses.gram(g)
        out[name] = cosine, ((a - b).square().sum((1, 2)) / b.square().sum((1, 2))).mean().item()
    return out


def arguments():
    p = argparse.ArgumentParser(prog="evaluate-vgg", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--network", action="append", default=[], metavar="FILE", help="packed file of a binary VGG-16 (may be repeated)")
    p.add_argument("--photos", required=True, metavar="DIR", help="photos that it was not trained on")
    p.add_argument("--paintings", required=True, metavar="DIR")
    p.add_argument("--pairs", type=int, default=3, help="how many photos and paintings, the first of each by name (%(default)s)")
    p.add_argument("--size", type=int, default=192, help="pixels (%(default)s)")
    p.add_argument("--iterations", type=int, default=200)
    p.add_argument("--rate", type=float, default=0.02, help="Adam's (%(default)s)")
    p.add_argument("--window", type=float, default=1.0, help="factor on the windows of the file (%(default)s)")
    p.add_argument("--float", action="store_true", help="optimise with float VGG too")
    p.add_argument("--vgg", metavar="FILE")
    p.add_argument("--out", metavar="DIR", help="folder for the pictures")
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--bfloat16", action="store_true")
    return p.parse_args()


def removed(a, name, net, vgg, pairs):
    for i, (content, painting) in enumerate(pairs):
        measure = Objective(vgg, content, painting).style_losses
        starts = measure(content)
        start = sum(starts.values())
        said = []

        def watch(iteration, picture, said=said, start=start, measure=measure):
            if iteration in (a.iterations // 4, a.iterations // 2, a.iterations):
                said.append(f"{100 * (1 - sum(measure(picture).values()) / start):.1f} % after {iteration}")

        y = paint(Objective(net, content, painting), content, a.iterations, a.rate, watch)
        ends = measure(y)
        print(f"{name}, pair {i + 1}: of the style loss of {start:.3f}, removed: {', '.join(said)}; by layer "
              + ", ".join(f"{k} {starts[k]:.2f} to {ends[k]:.3f}" for k in starts), flush=True)
        if a.out:
            pictures.save_rows(pathlib.Path(a.out) / f"{name}-{i + 1}.png", [torch.cat((content, y))])


def main():
    a = arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    vgg = losses.Vgg(weights.find(a.vgg))
    quick = losses.Vgg(weights.find(a.vgg), torch.bfloat16) if a.bfloat16 else vgg
    if a.out:
        pathlib.Path(a.out).mkdir(parents=True, exist_ok=True)
    photos = torch.tensor(pictures.load_squares(a.photos, a.size)).permute(0, 3, 1, 2).float() / 255
    pairs = list(zip(photos[:a.pairs].split(1), [pictures.load(p, a.size) for p in pictures.list_pictures(a.paintings)[:a.pairs]], strict=False))
    for path in a.network:
        net = xnor_file.read(path, xnor_network.XnorVgg(vgg, quick.dtype))
        net.requires_grad_(False)
        for name, layer in net.layers.items():
            layer.window *= a.window
        for k, (cosine, gram) in similarity(net, vgg, photos[:8, :, :96, :96]).items():
            print(f"{pathlib.Path(path).stem} {k}: cosine {cosine:.3f}, Gram matrix off by {gram:.3f}")
        removed(a, pathlib.Path(path).stem, net, vgg, pairs)
    if a.float:
        removed(a, "float", quick, vgg, pairs)


if __name__ == "__main__":
    main()
