# SPDX-License-Identifier: Apache-2.0
"""Trains a new style for the shipped network: only its own parameters, 75 KB; the encoder and the trunk's bits stay as they are.

    models/artem-train --style my.jpg --photos DIR

It starts from the shipped style that is nearest to the painting. Interrupted and started again with the same options it goes on to the same
result. The style is written to --out as NAME.artstyle, where `artem stylize --style NAME` finds it, with a preview NAME.preview.png beside
it."""
import argparse
import hashlib
import os
import pathlib
import re
import time

import numpy as np
import torch

import artfile
import checkpoints
import data
import export
import losses
import noise
import objective
import pictures
import scenes
import shipped
import train
import vgg as weights

MODELS = pathlib.Path(__file__).resolve().parent.parent


def user_folder():
    base = os.environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(base):  # the XDG specification has relative paths ignored
        base = os.path.join(os.path.expanduser("~"), ".local", "share")
    return pathlib.Path(base) / "artem" / "models"


def arguments():
    p = argparse.ArgumentParser(prog="artem-train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--style", required=True, metavar="PICTURE", help="the painting")
    p.add_argument("--photos", metavar="DIR", help="photos to learn on, some hundreds; without it generated scenes only, which is worse on photos")
    p.add_argument("--name", help="of the style (from the file's name)")
    p.add_argument("--title", help="shown by artem styles (the name)")
    p.add_argument("--out", default=str(user_folder()), help="folder for the style (%(default)s)")
    p.add_argument("--models", default=str(MODELS), help="folder of the network and of styles to start from (%(default)s)")
    p.add_argument("--vgg", metavar="FILE", help="VGG-16 weights (fetched once if not given)")
    p.add_argument("--work", metavar="DIR", help="folder of checkpoints (in the cache folder, by the name)")
    p.add_argument("--steps", type=int, default=600)
    p.add_argument("--crop", type=int, default=160)
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--style-size", type=int, default=256, help="shorter side at which the painting is seen: the size of the strokes (%(default)s)")
    p.add_argument("--style-weight", type=float, default=objective.STYLE, help="more is more painting and less picture (%(default)s)")
    p.add_argument("--contrast", type=float, default=objective.WEIGHTS["contrast"],
                   help="more keeps apart what differs in the picture: text, small things (%(default)s)")
    p.add_argument("--stability", type=float, default=objective.WEIGHTS["stability"],
                   help="more stands stiller while the head moves (%(default)s)")
    p.add_argument("--weight", action="append", default=[], metavar="TERM=NUMBER", help="overrides another weight of objective.py (may be repeated)")
    p.add_argument("--bfloat16", action="store_true", help="VGG in bfloat16: faster on CPUs with AVX512-BF16 or AMX")
    p.add_argument("--start", metavar="NAME", help="start from this style (the one that is nearest)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    if a.steps < 1 or a.batch < 1 or a.crop < 64 or a.crop > data.SIZE or a.crop % 8:
        p.error("--steps and --batch are at least 1, --crop a multiple of 8 from 64 to 288")
    if not 64 <= a.style_size <= 1024:
        p.error("--style-size: 64 to 1024")
    a.name = a.name or re.sub(r"[^A-Za-z0-9_-]+", "_", pathlib.Path(a.style).stem).strip("_")[:63]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}", a.name):
        p.error(f"--name {a.name!r}: 1 to 63 of A-Z a-z 0-9 _ -")
    try:
        artfile._text({"title": a.title or a.name}, "title", 128)
    except ValueError as error:
        p.error(f"--{error}")
    return a


def nearest_start(net, styles, vgg, targets, probes):
    """Which of the styles comes nearest to the painting as it is."""
    net.eval()
    v = noise.fresh(probes, torch.Generator().manual_seed(1))
    zeros = torch.zeros(len(probes), dtype=torch.long)
    with torch.no_grad():
        loss = [objective.perceptual(vgg, targets, zeros, probes, net(probes, v, s))[1].mean().item() for s in range(len(styles))]
    return int(np.argmin(loss))


def run_shape(a, models, painting, photos):
    """Everything that the result depends on, so that only the same run is gone on with."""
    shape = {"painting": painting.numpy().tobytes(), "photos": photos.tobytes() if photos is not None else b"",
             "network": (models / "artem.artnet").read_bytes()}
    shape = {k: hashlib.sha256(v).hexdigest()[:16] for k, v in shape.items()}
    shape.update({k: getattr(a, k) for k in ("style_size", "style_weight", "contrast", "stability", "weight", "bfloat16", "start", "steps", "crop",
                                                 "batch", "rate", "seed")})
    shape["all"] = hashlib.sha256(repr(sorted(shape.items())).encode()).hexdigest()[:8]
    return shape


def freeze_trunk(net):
    net.encoder.requires_grad_(False)
    for unit in net.units:
        unit.weight.requires_grad_(False)
    return [p for p in net.parameters() if p.requires_grad]


def optimise(a, net, vgg, targets, batches, run):
    step_of = train.Step(a, vgg, targets, net, None, batches, 1)
    net.train()
    began, first = time.time(), run.step
    seen = []
    for step in range(run.step, a.steps):
        terms = step_of.terms(step)
        loss = train.descend(run.opt, objective.total(terms), a.rate, step / a.steps, step, 20)
        run.step = step + 1
        seen.append([loss.item(), terms["content"].item(), terms["style"].item()])
        if run.step % 20 == 0 or run.step == a.steps:
            total, content, style = np.mean(seen, 0)
            seen = []
            left = (time.time() - began) / (run.step - first) * (a.steps - run.step)
            print(f"step {run.step}/{a.steps}  total {total:.3f}  content {content:.3f}  style {style:.4f}  {left / 60:.1f} min left", flush=True)
        if run.step % 100 == 0 or run.step == a.steps:
            run.save()


def main():
    a = arguments()
    began = time.time()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(a.seed)
    a.device, a.far = "cpu", min(32, data.SIZE - a.crop, a.crop // 2)
    models, out = pathlib.Path(a.models), pathlib.Path(a.out)
    starts = sorted(p for p in models.glob("*.artstyle") if p.stem == (a.start or p.stem) and (a.start or p.stem != a.name))
    if not starts:
        raise SystemExit(f"artem-train: {models}: no style to start from")
    if (models / f"{a.name}.artstyle").exists() and out.resolve() != models.resolve():
        print(f"{a.name}: is also a shipped style; the new one takes its place for you (--name gives it another name)")
    objective.WEIGHTS.update(style=a.style_weight, contrast=a.contrast, stability=a.stability)
    try:
        objective.override(a.weight)
        painting = pictures.load(a.style, a.style_size)
        photos = pictures.load_squares(a.photos, data.SIZE) if a.photos else None
        net, network_fields, styles = shipped.load(models / "artem.artnet", starts)
    except (ValueError, OSError) as error:
        raise SystemExit(f"artem-train: {error}") from None
    shape = run_shape(a, models, painting, photos)
    work = pathlib.Path(a.work) if a.work else weights.default_path().parent / "train" / f"{a.name}-{shape['all']}"
    work.mkdir(parents=True, exist_ok=True)
    out.mkdir(parents=True, exist_ok=True)

    vgg = losses.Vgg(weights.find(a.vgg), torch.bfloat16 if a.bfloat16 else torch.float32)
    batches = data.Batches(photos, scenes.many(200), a.seed)
    targets = objective.style_targets(vgg, [painting])
    probes = batches.next(np.random.default_rng(0), 3, a.crop)

    start = nearest_start(net, styles, vgg, targets, probes) if len(starts) > 1 else 0
    print(f"{a.name}: starting from {starts[start].stem}", flush=True)
    net, _, _ = shipped.load(models / "artem.artnet", starts[start:start + 1])
    opt = torch.optim.Adam(freeze_trunk(net), lr=a.rate)
    run = checkpoints.Run(work, net, opt, [a.name], dict(shape, start=starts[start].stem))
    run.resume()
    optimise(a, net, vgg, targets, batches, run)

    print("calibrating the integers ...", flush=True)
    net.eval()
    calibration = export.calibration_pictures(photos, 24)
    st = export.export_style(net, network_fields, 0, a.name, a.title or a.name, calibration)
    st["network_id"] = network_fields["id"]
    path = out / f"{a.name}.artstyle"
    artfile.write_style(path, st)
    train.preview(out / f"{a.name}.preview.png", net, probes, 1)
    run.path.unlink()
    print(f"{path}: integer against float {export.compare(net, network_fields, st, 0, calibration[:2]).mean():.1f} dB; "
          f"{(time.time() - began) / 60:.1f} min in all")


if __name__ == "__main__":
    main()
