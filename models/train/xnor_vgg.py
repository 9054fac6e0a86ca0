# SPDX-License-Identifier: Apache-2.0
"""Trains VGG-16 with binary convolutions to have the features of the float one, for `artem lab optimize --network`.

    models/artem-train-vgg --photos DIR

Interrupted and started again with the same options it goes on to the same result. The file is written to --out."""
import argparse
import hashlib
import json
import pathlib
import time

import numpy as np
import torch

import checkpoints
import data
import losses
import pictures
import scenes
import train
import vgg as weights
import xnor_file
import xnor_network
import xnor_pool
import xnor_start
from optimise import CONTENT_LAYERS, STYLE_LAYERS

SCENES = 0.2       # share of generated scenes among the pictures
LOOKED_AT = CONTENT_LAYERS + STYLE_LAYERS  # by optimisations
OTHERS = 0.2       # weight of the layers between them
GRAM = 1.0         # weight of Gram matrices beside features
POOL_LIFE = 100    # steps that a picture of the pool is moved before the next takes its place
SAVE_EVERY = 100
START_CROP = 96    # of the pictures that the start is fitted on; deep layers have few places in smaller ones


def arguments():
    p = argparse.ArgumentParser(prog="artem-train-vgg", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--photos", metavar="DIR", help="photos to learn on, some hundreds; without it generated scenes only")
    p.add_argument("--out", default=str(weights.default_path().with_name("vgg16-xnor.safetensors")), help="(%(default)s)")
    p.add_argument("--vgg", metavar="FILE", help="VGG-16 weights (fetched once if not given)")
    p.add_argument("--work", metavar="DIR", help="folder of checkpoint and log (in the cache folder)")
    p.add_argument("--steps", type=int, default=6000)
    p.add_argument("--stop-after", type=int, metavar="STEP", help="stop there; started again without it, training goes on to --steps")
    p.add_argument("--crop", type=int, default=64)
    p.add_argument("--batch", type=int, default=4, help="pictures a step, half of them painted ones (%(default)s)")
    p.add_argument("--start-pictures", type=int, default=64, help="pictures that the start is fitted on (%(default)s)")
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16: much faster on CPUs with AVX512-BF16 or AMX")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    if a.steps < 0 or a.batch < 4 or a.batch % 2 or a.crop < 32 or a.crop > data.SIZE or a.crop % 16:
        p.error("--batch is an even number from 4, --crop a multiple of 16 from 32 to 288")
    return a


class Step:
    """One step: pictures, features of both networks, the loss, and the next state of the pool."""

    def __init__(self, a, vgg, net, pool, batches):
        self.a, self.vgg, self.net, self.pool, self.batches = a, vgg, net, pool, batches

    def terms(self, step):
        half = self.a.batch // 2
        fresh = self.batches.next(self.batches.rng(step), self.a.batch, self.a.crop)
        slots = [(step * half + i) % self.pool.slots for i in range(half)]
        running = [s for s in slots if not self.pool.empty(s)]
        painted = self.pool.picture[running].clone().requires_grad_(bool(running))
        shown = torch.cat((painted, fresh[:self.a.batch - len(running)])).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            wanted = self.vgg(shown, "conv5_1")
        got = self.net(shown)
        if running:
            n = len(running)
            moved = self.pool.loss(running, {k: f[:n] for k, f in got.items()}, painted)
            (gradient,) = torch.autograd.grad(moved, painted, retain_graph=True)
            with torch.no_grad():
                self.pool.move(running, gradient)
        self.renew(slots, step, shown, got, len(running))
        return self.compare(got, wanted)

    @torch.no_grad()
    def renew(self, slots, step, shown, got, painted):
        ended = [s for s in slots if self.pool.empty(s)]
        if ended:  # one a step, so that their ages differ
            content, style = painted, painted + 1
            self.pool.begin(ended[0], step, shown[content], shown[style], got, (content, style))

    def compare(self, got, wanted):
        """Relative to what is wanted, each picture for itself. Channels count by their size: so they do in Gram matrices."""
        feature = gram = 0
        for name, _ in xnor_network.BINARY:
            f, t, weight = got[name], wanted[name].float(), 1 if name in LOOKED_AT else OTHERS
            energy = t.square().mean((1, 2, 3)).clamp(min=1e-3)
            feature = feature + weight * ((f - t).square().mean((1, 2, 3)) / energy).mean()
            a, b = losses.gram(f), losses.gram(t)
            size = (a.square() + b.square()).sum((1, 2))  # of both, so that a flat picture's loss is no larger than others'
            gram = gram + weight * ((a - b).square().sum((1, 2)) / size.clamp(min=1e-6)).mean()
        return {"feature": feature, "gram": gram}


def run_shape(a, photos, vgg_path):
    """Everything that the result depends on."""
    shape = {"photos": photos.tobytes() if photos is not None else b"", "vgg": pathlib.Path(vgg_path).read_bytes()}
    shape = {k: hashlib.sha256(v).hexdigest()[:16] for k, v in shape.items()}
    shape.update({k: getattr(a, k) for k in ("steps", "crop", "batch", "start_pictures", "rate", "bfloat16", "seed")})
    return shape


def optimise(a, step_of, run, log):
    began, first, seen = time.time(), run.step, []
    last = min(a.steps, a.stop_after or a.steps)
    for step in range(run.step, last):
        terms = step_of.terms(step)
        loss = terms["feature"] + GRAM * terms["gram"]
        train.descend(run.opt, loss, a.rate, step / a.steps, step, 20)
        run.step = step + 1
        seen.append([v.item() for v in terms.values()])
        if run.step % 20 == 0 or run.step == last:
            means = dict(zip(terms, (round(float(v), 5) for v in np.mean(seen, 0)), strict=True))
            seen = []
            seconds = time.time() - began
            log.write(json.dumps({"step": run.step, "seconds": round(seconds, 1), **means}) + "\n")
            left = seconds / (run.step - first) * (a.steps - run.step)
            print(f"step {run.step}/{a.steps}  " + "  ".join(f"{k} {v:.4g}" for k, v in means.items()) + f"  {left / 60:.1f} min left",
                  flush=True)
        if run.step % SAVE_EVERY == 0 or run.step == last:
            run.save()


def main():
    a = arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(a.seed)
    path = weights.find(a.vgg)
    photos = pictures.load_squares(a.photos, data.SIZE) if a.photos else None
    batches = data.Batches(photos, scenes.many(200), a.seed, SCENES)
    vgg = losses.Vgg(path, torch.bfloat16 if a.bfloat16 else torch.float32)
    net = xnor_network.XnorVgg(vgg, vgg.dtype)
    channels = {name: len(net.unit(name)) for name, _ in losses.LAYERS}
    pool = xnor_pool.Pool(a.batch, POOL_LIFE, a.crop, channels, a.seed)
    opt = torch.optim.Adam(net.parameters(), lr=a.rate)
    shape = run_shape(a, photos, path)
    digest = hashlib.sha256(repr(sorted(shape.items())).encode()).hexdigest()[:8]
    work = pathlib.Path(a.work) if a.work else weights.default_path().parent / "train" / f"vgg16-xnor-{digest}"
    work.mkdir(parents=True, exist_ok=True)
    run = checkpoints.Run(work, torch.nn.ModuleDict({"net": net, "pool": pool}), opt, ["vgg16-xnor"], shape)
    if run.path.exists():
        run.resume()
    else:
        print("fitting the start ...", flush=True)
        shown = batches.next(np.random.default_rng([a.seed, 0, 1]), a.start_pictures, max(a.crop, START_CROP))
        for name, left in xnor_start.start(net, vgg, shown, a.seed):
            print(f"{name}: {100 * left:.0f} % of the variance left", flush=True)
        run.save()
    with open(work / "log.jsonl", "a", buffering=1) as log:
        optimise(a, Step(a, vgg, net, pool, batches), run, log)
    if run.step == a.steps:
        xnor_file.write(a.out, net)
        run.path.unlink(missing_ok=True)
        print(f"{a.out}: {pathlib.Path(a.out).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
