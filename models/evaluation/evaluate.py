# SPDX-License-Identifier: Apache-2.0
"""Measures the shipped styles: how close they come to the paintings, what is left of the world, how still they stand.

    models/evaluate --photos UNSEEN-PHOTOS --paintings PAINTINGS [--teacher CHECKPOINT] [--gatys] --out out/evaluation

Prints a table and writes index.html with pictures, and results.json. What needs photos, paintings or a teacher is left out without
them. Teacher and Gatys are dear, so their numbers are kept in models/evaluation/reference.json, and used only for the same pictures, painting and weights."""
import argparse
import hashlib
import json
import os
import pathlib
import sys
import time

import numpy as np
import torch
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "train"))

import engine  # noqa: E402
import gatys  # noqa: E402
import library  # noqa: E402
import losses  # noqa: E402
import measures  # noqa: E402
import objective  # noqa: E402
import pictures  # noqa: E402
import report  # noqa: E402
import scenes  # noqa: E402
import sequences  # noqa: E402
import vgg as weights  # noqa: E402

GATYS_SIZE, GATYS_ITERATIONS = 192, 300
SIZES, LOSS_SIZE_MAX = (256, 512, 1024, 2048), 512  # above, VGG takes minutes


def arguments():
    p = argparse.ArgumentParser(prog="evaluate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--models", default=str(HERE.parent), help="folder of the network and the styles (%(default)s)")
    p.add_argument("--artem", default=str(HERE.parent.parent / "build/bin/artem"), help="the artem command (%(default)s)")
    p.add_argument("--photos", help="folder of photos that training has not seen")
    p.add_argument("--paintings", help="folder with the paintings of styles.csv")
    p.add_argument("--vgg", help="VGG-16 weights (fetched if not given)")
    p.add_argument("--teacher", help="checkpoint of the float teacher: measure it and keep its numbers")
    p.add_argument("--gatys", action="store_true", help="run Gatys' optimisation and keep its numbers")
    p.add_argument("--style", action="append", help="only this style (may be repeated)")
    p.add_argument("--quick", action="store_true", help="fewer pictures and frames: to see that all works")
    p.add_argument("--out", default="out/evaluation")
    p.add_argument("--threads", type=int, default=0)
    return p.parse_args()


def digest(*paths):
    h = hashlib.sha256()
    for p in paths:
        h.update(pathlib.Path(p).read_bytes())
    return h.hexdigest()[:16]


class Kept:
    """reference.json: numbers that are not measured anew each time. Each says by a digest what it was measured on, and is only used for the
    same."""

    def __init__(self, path):
        self.path = path
        self.values = json.loads(path.read_text()) if path.exists() else {}

    def get(self, kind, name, on):
        value = self.values.get(kind, {}).get(name)
        return value if value and value["on"] == on else None

    def put(self, kind, name, on, value):
        self.values.setdefault(kind, {})[name] = dict(value, on=on)
        self.path.write_text(json.dumps(self.values, indent=1, sort_keys=True) + "\n")


def digest_of(*parts):
    h = hashlib.sha256(repr(sorted(objective.CONTENT.items())).encode() + repr(objective.STYLE).encode())
    for p in parts:
        h.update(p if isinstance(p, bytes) else np.ascontiguousarray(p).tobytes())
    return h.hexdigest()[:16]


class Material:
    """What is painted: photos, frames as apps draw them, and the sequences."""

    def __init__(self, a):
        self.photos = pictures.load_squares(a.photos, 256) if a.photos else None
        self.flat = scenes.many(3 if a.quick else 8, seed=77)[:, :256, :256]
        if a.quick and self.photos is not None:
            self.photos = self.photos[-4:]
        names = ["still", "turn"] if a.quick else list(sequences.moments())
        self.sequences = {n: sequences.make(n, frames=10 if a.quick else sequences.FRAMES) for n in names}
        rendered = np.stack([s[-1].views[0].rgb for s in self.sequences.values()])
        self.stills = [s for s in (self.photos, self.flat, rendered) if s is not None]

    def all(self):
        return [p for s in self.stills for p in s]


def check_input(a, models, names):
    """What can be wrong is said before the work. Returns the paths of the photos that can be read."""
    if not os.access(a.artem, os.X_OK):
        raise SystemExit(f"{a.artem}: no artem command there; build the project, or name it with --artem")
    for name in names:
        if not (models / f"{name}.artstyle").exists():
            raise SystemExit(f"{models}: no style {name}")
        if a.paintings and not library.painting(a.paintings, name).exists():
            raise SystemExit(f"{library.painting(a.paintings, name)}: the painting of {name} is missing")
    if (a.gatys or a.teacher) and not (a.photos and a.paintings):
        print("without --photos and --paintings, Gatys' optimisation and the teacher's losses are left out")
    return pictures.list_readable(a.photos) if a.photos else []


def as_tensor(p):
    return torch.tensor(np.stack(p)).permute(0, 3, 1, 2).float() / 255


def measure_losses(vgg, targets, style, source, painted):
    rows = []
    with torch.no_grad():
        for x, y in zip(source, painted):
            c, s = objective.perceptual(vgg, targets, torch.tensor([style]), as_tensor([x]), as_tensor([y]))
            rows.append((c.item(), s.item()))
    content, styled = np.mean(rows, 0)
    return {"content": float(content), "style": float(styled), "total": float(content + objective.STYLE * styled)}


def motion_of(frames, painted):
    shift = measures.stereo(frames, painted)
    return {"t1": measures.temporal(frames, painted, 1), "t8": measures.temporal(frames, painted, 8), "stereo": shift[0], "disparity": shift[1],
            "disparity_off": shift[2]}


def measure_motion(material, painter):
    out = {}
    for name, frames in material.sequences.items():
        painter.restart()
        for f in frames[:1] * painter.settling:  # as after the first tenths of a second
            painter.frame([v.rgb for v in f.views], f.maps)
        out[name] = motion_of(frames, [painter.frame([v.rgb for v in f.views], f.maps) for f in frames])
    return out


def measure_stills(material, painter):
    source = material.all()
    painted = [painter.frame([p], exact=True)[0] for p in source]
    out = {"grid": float(np.median([measures.grid_energy(p) for p in painted]))}
    for i, sigma in ((1, 1.0), (2, 2.0)):
        edges = [e for e in (measures.edge_agreement(s, p, sigma) for s, p in zip(source, painted)) if e]
        out[f"edges_{i}"], out[f"recall_{i}"] = (float(v) for v in np.mean(edges, 0))
    return painted, out


def measure(a, material, painter, vgg, targets, style, painting, gatys_photo):
    painted, out = measure_stills(material, painter)
    if vgg is not None:
        out["stills"] = measure_losses(vgg, targets, style, material.all(), painted)
        if material.photos is not None:
            n = len(material.photos)
            out["photos"] = measure_losses(vgg, targets, style, material.photos, painted[:n])
            out["anchor"] = measure_losses(vgg, targets, style, [gatys_photo], painter.frame([gatys_photo], exact=True))
        out["wasserstein"] = measures.sliced_wasserstein([painting], painted)
    out["motion"] = measure_motion(material, painter)
    return painted, out


def measure_sizes(painter, vgg, targets, style, path):
    """The same picture painted at other resolutions: loss and time."""
    out = {}
    for side in SIZES:
        img = pictures.read(path)
        s = side / max(img.size)
        img = img.resize((round(img.width * s) // 4 * 4, round(img.height * s) // 4 * 4), Image.LANCZOS)
        x = np.asarray(img).copy()
        painter.frame([x], exact=True)
        began = time.time()
        y = painter.frame([x], exact=True)[0]
        out[side] = {"seconds": time.time() - began}
        if side <= LOSS_SIZE_MAX:
            out[side].update(measure_losses(vgg, targets, style, [x], [y]))
    return out


def input_motion(material):
    return {name: motion_of(frames, [[v.rgb for v in f.views] for f in frames]) for name, frames in material.sequences.items()}


def main():
    a = arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    out, models = pathlib.Path(a.out), pathlib.Path(a.models)
    names = a.style or sorted(p.stem for p in models.glob("*.artstyle"))
    if not names:
        raise SystemExit(f"{models}: no styles")
    readable = check_input(a, models, names)
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    print("rendering the sequences ...", flush=True)
    material = Material(a)
    vgg = targets = None
    paintings = {}
    if a.paintings:
        vgg = losses.Vgg(weights.find(a.vgg))
        paintings = {n: pictures.resize(pictures.read(library.painting(a.paintings, n)), 256) for n in names}
        targets = objective.style_targets(vgg, [pictures.tensor(paintings[n]) for n in names])
    kept = Kept(HERE / "reference.json")
    results = {"input": {"motion": input_motion(material), "grid": float(np.median([measures.grid_energy(p) for p in material.all()]))},
               "styles": {}, "weights": {"content": objective.CONTENT, "style": objective.STYLE}}
    anchor_path = anchor = None
    if a.photos:
        anchor_path = readable[-min(3, len(readable))]
        anchor = pictures.load_squares(a.photos, GATYS_SIZE)[-min(3, len(readable))]
    stills = digest_of(*material.all())

    for i, name in enumerate(names):
        began = time.time()
        painting = np.asarray(paintings[name]) if name in paintings else None
        painter = engine.Integer(a.artem, models, name)
        painted, row = measure(a, material, painter, vgg, targets, i, painting, anchor)
        if vgg is not None and anchor_path is not None and not a.quick:
            row["sizes"] = measure_sizes(painter, vgg, targets, i, anchor_path)
        painter.close()
        report.save_pictures(out, name, material.all(), painted)
        if a.teacher:
            teacher = engine.Float(a.teacher, name)
            shown, value = measure(a, material, teacher, vgg, targets, i, painting, anchor)
            value["ssim"] = float(np.mean([measures.similarity(s, p) for s, p in zip(shown, painted)]))
            value["flip"] = float(np.mean([measures.flip(s, p) for s, p in zip(shown, painted)]))
            value["against"] = digest(models / "artem.artnet", models / f"{name}.artstyle")
            report.save_pictures(out, f"{name}.teacher", material.all(), shown)
            if not a.quick and vgg is not None and anchor is not None:
                kept.put("teacher", name, digest_of(stills.encode(), painting), dict(value, checkpoint=digest(a.teacher)))
            row["teacher"] = value
        elif vgg is not None:
            row["teacher"] = kept.get("teacher", name, digest_of(stills.encode(), painting)) or {}
            if row["teacher"].get("against") != digest(models / "artem.artnet", models / f"{name}.artstyle"):
                row["teacher"].pop("ssim", None), row["teacher"].pop("flip", None)
        if a.gatys and vgg is not None and anchor is not None:
            y, curve = gatys.optimise(vgg, targets, i, as_tensor([anchor]), 20 if a.quick else GATYS_ITERATIONS)
            Image.fromarray((y[0].permute(1, 2, 0).numpy() * 255 + 0.5).astype(np.uint8)).save(out / "pictures" / f"{name}.gatys.png")
            value = {"curve": [round(v, 4) for v in curve], "size": GATYS_SIZE, "command": "models/evaluate --gatys"}
            if not a.quick:
                kept.put("gatys", name, digest_of(anchor, painting), value)
            row["gatys"] = value
        elif vgg is not None and anchor is not None:
            row["gatys"] = kept.get("gatys", name, digest_of(anchor, painting)) or {}
        results["styles"][name] = row
        (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        print(f"{name}: {time.time() - began:.0f} s", flush=True)
    text = report.table(results)
    (out / "table.txt").write_text(text)
    report.html(out, results, text)
    print(text)
    print(f"{out}/index.html")


if __name__ == "__main__":
    main()
