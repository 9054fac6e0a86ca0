# SPDX-License-Identifier: Apache-2.0
"""Trains one network for several paintings together: the float teacher (--teacher), then the binary network (--distil TEACHER).
Resumable: started again with the same --out it goes on from the checkpoint, to the same result.

    python train.py --teacher --paintings PAINTINGS --photos PHOTOS --out teacher --steps 6000
    python train.py --distil teacher/checkpoint.pt --paintings PAINTINGS --photos PHOTOS --out binary --steps 12000

On several GPUs: torchrun --nproc-per-node=N train.py ... (every process takes batches of its own)."""
import argparse
import json
import os
import pathlib
import time

import numpy as np
import torch
import torch.distributed as dist

import checkpoints
import data
import library
import losses
import network
import noise
import objective
import pictures
import scenes
import shipped
import vgg as weights


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--paintings", help="folder with the paintings of ../styles.csv: trains all of them")
    p.add_argument("--style", action="append", default=[], metavar="NAME=PICTURE", help="a style (may be repeated)")
    p.add_argument("--photos", help="folder of photos; without it only generated scenes")
    p.add_argument("--frames", help="folder of rendered frames (render.py), used beside the generated scenes")
    p.add_argument("--vgg", help="VGG-16 weights (fetched if not given)")
    p.add_argument("--out", required=True, help="folder of checkpoints, log and previews")
    p.add_argument("--teacher", action="store_true", help="train the float network")
    p.add_argument("--distil", metavar="CHECKPOINT", help="start from this teacher and follow its pictures")
    p.add_argument("--start", metavar="FROM", help="start from a checkpoint, or from the shipped files of a folder, to train on from there")
    p.add_argument("--steps", type=int, default=12000)
    p.add_argument("--stop-after", type=int, metavar="STEP", help="stop there; started again without it, training goes on to --steps")
    p.add_argument("--crop", type=int, default=160)
    p.add_argument("--far", type=int, default=32, metavar="PIXELS",
                   help="half of the moved views move by up to so much, which forbids patterns along the border (%(default)s; 0: none)")
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--rate", type=float, default=1.2e-3)
    p.add_argument("--channels", type=int, default=network.CHANNELS)
    p.add_argument("--units", type=int, default=network.UNITS)
    p.add_argument("--adapt", type=int, default=network.ADAPT)
    p.add_argument("--style-size", type=int, default=256, help="shorter side at which the painting is seen: the size of the strokes")
    p.add_argument("--weight", action="append", default=[], metavar="TERM=NUMBER", help="overrides a weight of objective.py")
    p.add_argument("--quantise-from", type=float, default=0.6, help="share of the steps after which the integer pipeline is simulated")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--bfloat16", action="store_true", help="VGG in bfloat16: faster on CPUs with AVX512-BF16 or AMX, and on GPUs")
    p.add_argument("--probe", action="append", default=[], help="picture for the previews (may be repeated)")
    a = p.parse_args()
    a.style = [item.split("=", 1) for item in a.style]
    if a.paintings:
        a.style += [(n, library.painting(a.paintings, n)) for n in library.entries()]
    if a.far < 0 or a.crop + a.far > data.SIZE or a.far > a.crop // 2:
        p.error(f"--far: at most half of --crop, and {data.SIZE} with it")
    if not a.style or any(len(s) != 2 for s in a.style):
        p.error("--paintings, or --style NAME=PICTURE at least once")
    return a


def styles_of(step, batch, styles):
    """One for each picture of the batch, as different as there are; each is the first one, which the moved view is of, equally often."""
    return [(step + i * max(1, styles // batch)) % styles for i in range(batch)]


class Step:
    """One training step: its pictures, its forward passes and its terms."""

    def __init__(self, a, vgg, targets, net, teacher, batches, styles, rank=0, ranks=1):
        self.a, self.vgg, self.targets, self.net, self.teacher, self.batches = a, vgg, targets, net, teacher, batches
        self.styles, self.rank, self.ranks = styles, rank, ranks

    def terms(self, step):
        a = self.a
        stream = step * self.ranks + self.rank
        rng = self.batches.rng(stream)
        generator = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        wide = self.batches.next(rng, a.batch, a.crop + a.far)
        x = wide[..., :a.crop, :a.crop].contiguous(memory_format=torch.channels_last)
        style = torch.tensor(styles_of(step + self.rank, a.batch, self.styles))
        cells = a.crop // 4
        grid, at = noise.lattice(a.batch, cells, generator), noise.positions(a.batch, cells, cells, generator)
        v = noise.gated(x, noise.sample(grid, at))
        # a moved view of the first picture, with the noise moved along, slightly noisy as rendered frames are
        shift = rng.integers(0, a.far + 1, 2) if a.far and rng.random() < 0.5 else None
        if shift is None:
            flow = data.flow(rng, a.crop)
            moved = losses.warp(x[:1], flow)
            coarse = torch.nn.functional.avg_pool2d(flow.permute(0, 3, 1, 2), 4).permute(0, 2, 3, 1) / 4
            at = losses.warp(at[:1].permute(0, 3, 1, 2), coarse).permute(0, 2, 3, 1)
        else:  # so far that the border of each view lies inside the other
            dy, dx = (int(v) for v in shift)
            flow = torch.zeros(0)
            moved = wide[:1, :, dy:dy + a.crop, dx:dx + a.crop]
            at = at[:1] + (at[:1, :, 1:2] - at[:1, :, :1]) * (dx / 4) + (at[:1, 1:2] - at[:1, :1]) * (dy / 4)
        moved = moved + torch.randn(moved.shape, generator=generator) * (rng.uniform(0, 2) / 255)
        moved = (moved.clamp(0, 1) * 255).round() / 255
        v = torch.cat((v, noise.gated(moved, noise.sample(grid[:1], at))))
        both = torch.cat((x, moved)).contiguous(memory_format=torch.channels_last).to(a.device)
        v, style, flow = v.to(a.device), style.to(a.device), flow.to(a.device)
        styles = torch.cat((style, style[:1]))
        group = torch.cat((torch.arange(a.batch), torch.zeros(1, dtype=torch.long))).to(a.device)
        y = self.net(both, v, styles, group)
        x, painted = both[:a.batch], y[:a.batch]
        terms = objective.picture_terms(self.vgg, self.targets, style, x, painted)
        if shift is None:
            terms["stability"] = losses.stability_loss(y[:1], y[a.batch:], flow)
        else:
            terms["stability"] = (y[a.batch:, :, :a.crop - dy, :a.crop - dx] - y[:1, :, dy:, dx:]).square().mean()
        if self.teacher is not None:
            with torch.no_grad():
                shown = self.teacher(both, v, styles, group)
            terms["teacher"] = (y - shown).square().mean()
        return terms


def descend(opt, loss, rate, progress, step, warm_up):
    """One step of the optimiser, whose rate rises over the first steps and then falls to the end; returns the loss."""
    for g in opt.param_groups:
        g["lr"] = rate * min(1, (step + 1) / warm_up) * max(1 - progress, 0.01)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for g in opt.param_groups for p in g["params"]], 5.0)
    opt.step()
    return loss


def preview(path, net, probes, styles):
    net.eval()
    rows = [probes]
    with torch.no_grad():
        v = noise.fresh(probes, torch.Generator().manual_seed(1))
        rows += [net(probes, v, s) for s in range(styles)]
    net.train()
    pictures.save_rows(path, rows)


def start_of(place, names, device):
    """The network of a checkpoint (with its latent weights), or of a folder of shipped files."""
    if not os.path.isdir(place):
        net, known, _ = checkpoints.load(place, device)
        if list(known) != list(names):
            raise SystemExit(f"{place} was trained for {', '.join(known)}, not {', '.join(names)}")
        return net
    folder = pathlib.Path(place)
    return shipped.load(folder / "artem.artnet", [folder / f"{n}.artstyle" for n in names])[0]


def main():
    a = arguments()
    try:
        objective.override(a.weight)
    except ValueError as error:
        raise SystemExit(f"train: {error}") from None
    if a.threads:
        torch.set_num_threads(a.threads)
    rank, ranks = 0, int(os.environ.get("WORLD_SIZE", 1))
    if ranks > 1:
        dist.init_process_group("nccl" if a.device == "cuda" else "gloo")
        rank = dist.get_rank()
        if a.device == "cuda":
            torch.cuda.set_device(rank % torch.cuda.device_count())
            a.device = f"cuda:{rank % torch.cuda.device_count()}"
    torch.set_flush_denormal(True)
    torch.set_default_device("cpu")
    torch.manual_seed(a.seed)
    out = pathlib.Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    names, paths = zip(*a.style)
    vgg = losses.Vgg(weights.find(a.vgg), torch.bfloat16 if a.bfloat16 else torch.float32, a.device)
    targets = objective.style_targets(vgg, [pictures.load(p, a.style_size).to(a.device) for p in paths])

    generated = scenes.many(600)
    if a.frames:
        generated = np.concatenate((generated, pictures.load_squares(a.frames, data.SIZE)))
    photos = pictures.load_squares(a.photos, data.SIZE) if a.photos else None
    batches = data.Batches(photos, generated, a.seed)
    probes = [torch.tensor(g[i][:256, :256].copy()).permute(2, 0, 1)[None].float() / 255
              for g in (photos, generated) if g is not None for i in (-1, -2)]
    probes = torch.cat(probes + [pictures.load(p, 256)[..., :256, :256] for p in a.probe]).to(a.device)

    net = network.Network(len(names), a.channels, a.units, a.adapt, binary=not a.teacher).to(a.device)
    teacher = None
    if a.distil:
        teacher = start_of(a.distil, names, a.device)
        checkpoints.from_teacher(net, teacher)
        teacher.eval()
    if a.start:
        net.load_state_dict(start_of(a.start, names, a.device).state_dict())
    opt = torch.optim.Adam(net.parameters(), lr=a.rate)
    run = checkpoints.Run(out, net, opt, list(names), {"channels": a.channels, "units": a.units, "adapt": a.adapt, "binary": not a.teacher})
    run.resume()
    model = net if ranks == 1 else torch.nn.parallel.DistributedDataParallel(net, find_unused_parameters=True, broadcast_buffers=True)
    step_of = Step(a, vgg, targets, model, teacher, batches, len(names), rank, ranks)

    log = open(out / "log.jsonl", "a", buffering=1) if rank == 0 else None
    began, first, seen = time.time(), run.step, []
    last = min(a.steps, a.stop_after or a.steps)
    for step in range(run.step, last):
        progress = step / a.steps
        net.quantise_stream = not a.teacher and progress >= a.quantise_from
        terms = step_of.terms(step)
        loss = descend(opt, objective.total(terms), a.rate, progress, step, 50)
        run.step = step + 1
        seen.append([loss.item()] + [v.item() for v in terms.values()])
        if (run.step % 50 == 0 or run.step == last) and rank == 0:
            means = dict(zip(["total", *terms], (round(float(v), 6) for v in np.mean(seen, 0))))
            seen = []
            log.write(json.dumps({"step": run.step, "seconds": round(time.time() - began, 1), **means}) + "\n")
            left = (time.time() - began) / (run.step - first) * (a.steps - run.step)
            print(f"step {run.step}/{a.steps}  " + "  ".join(f"{k} {v:.4g}" for k, v in means.items()) + f"  {left / 60:.0f} min left",
                  flush=True)
        if rank == 0 and (run.step % 250 == 0 or run.step == last):
            run.save()
        if rank == 0 and (run.step % 500 == 0 or run.step == last):
            preview(out / "preview.png", net, probes, len(names))
    if ranks > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
