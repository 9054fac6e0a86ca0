# SPDX-License-Identifier: Apache-2.0
"""Trains one network for several paintings together. Resumable: started again with the same --out it goes on from the checkpoint.

    python train.py --style great_wave=PAINTINGS/great_wave.jpg --style starry_night=PAINTINGS/starry_night.jpg \\
        --photos PHOTOS --vgg vgg16_features_fp16.safetensors --out work --minutes 90
"""
import argparse
import json
import os
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import data
import losses
import network

CONTENT = {"conv2_2": 0.4, "conv3_3": 1.0}
MIRROR = 8  # pixels mirrored around a picture before VGG: its own zero padding would otherwise reward a painted frame


def mirror(x):
    return F.pad(x, (MIRROR,) * 4, mode="reflect")


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--style", action="append", required=True, metavar="NAME=PICTURE")
    p.add_argument("--photos", required=True)
    p.add_argument("--vgg", required=True)
    p.add_argument("--out", required=True, help="folder of checkpoints, log and previews")
    p.add_argument("--minutes", type=float, default=90, help="training time in all, over every resumption")
    p.add_argument("--crop", type=int, default=160)
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--rate", type=float, default=1.2e-3)
    p.add_argument("--style-size", type=int, default=256, help="shorter side at which the painting is seen: the size of the strokes")
    p.add_argument("--style-weight", type=float, default=10)
    p.add_argument("--contrast-weight", type=float, default=400)
    p.add_argument("--lattice-weight", type=float, default=200)
    p.add_argument("--tv-weight", type=float, default=0.2)
    p.add_argument("--quantise-from", type=float, default=0.5, help="share of the time after which the int8 stream is simulated")
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--bfloat16", action="store_true", help="VGG in bfloat16: faster on CPUs with AVX512-BF16 or AMX")
    p.add_argument("--probe", action="append", default=[], help="picture for the previews (may be repeated)")
    return p.parse_args()


def save_picture(path, rows):
    rows = [torch.cat([r[i] for i in range(r.shape[0])], 2) for r in rows]
    img = (torch.cat(rows, 1).permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().numpy()
    Image.fromarray(img).save(path)


def main():
    a = arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    out = pathlib.Path(a.out)
    out.mkdir(parents=True, exist_ok=True)
    vgg = losses.Vgg(a.vgg, torch.bfloat16 if a.bfloat16 else torch.float32)
    names, grams = [], []
    for item in a.style:
        name, path = item.split("=", 1)
        names.append(name)
        with torch.no_grad():
            f = vgg(data.load_picture(path, a.style_size))
        grams.append({k: losses.gram(f[k]) for k in losses.STYLE_LAYERS})
    photos = data.load_photos(a.photos)
    batches = data.Batches(photos[:-8], seed=time.time_ns())
    probes = [torch.tensor(photos[-8 + i, :256, :256].copy()).permute(2, 0, 1)[None].float() / 255 for i in range(2)]
    probes += [torch.tensor(batches.scenes[i][:256, :256].copy()).permute(2, 0, 1)[None].float() / 255 for i in range(2)]
    probes += [data.load_picture(p, 256)[..., :256, :256] for p in a.probe]
    probes = torch.cat(probes)

    net = network.Network(len(names))
    opt = torch.optim.Adam(net.parameters(), lr=a.rate)
    generator = torch.Generator().manual_seed(int(time.time()))
    step, spent, state = 0, 0.0, out / "checkpoint.pt"
    if state.exists():
        c = torch.load(state, weights_only=True)
        if c["names"] != names:
            raise SystemExit(f"{state} was trained for {c['names']}, not {names}")
        net.load_state_dict(c["net"])
        opt.load_state_dict(c["opt"])
        step, spent = c["step"], c["spent"]

    def checkpoint():
        tmp = state.with_suffix(".tmp")
        torch.save({"net": net.state_dict(), "opt": opt.state_dict(), "step": step, "spent": spent, "names": names}, tmp)
        os.replace(tmp, state)

    def preview():
        net.eval()
        rows = [probes]
        with torch.no_grad():
            noise = network.gated_noise(probes, torch.Generator().manual_seed(1))
            rows += [net(probes, noise, s) for s in range(len(names))]
        net.train()
        save_picture(out / "preview.png", rows)

    log = open(out / "log.jsonl", "a", buffering=1)
    last, sums = time.time(), []
    while spent < a.minutes * 60:
        progress = spent / (a.minutes * 60)
        net.quantise_stream = progress >= a.quantise_from
        for g in opt.param_groups:
            g["lr"] = a.rate * min(1, (step + 1) / 50) * max(1 - progress, 0.01)
        s = step % len(names)
        x = batches.next(a.batch, a.crop)
        y = net(x, network.gated_noise(x, generator), s)
        with torch.no_grad():
            target = vgg(mirror(x), "conv3_3")
        f = vgg(mirror(y))
        lc = losses.content_loss(f, {k: (w, target[k]) for k, w in CONTENT.items()})
        ls = losses.style_loss(f, grams[s])
        lk = losses.contrast_loss(x, y) + losses.contrast_loss(x, y, size=2)
        lg = losses.lattice_loss(y, 4) + losses.lattice_loss(y, 8)
        loss = lc + a.style_weight * ls + a.contrast_weight * lk + a.lattice_weight * lg + a.tv_weight * losses.total_variation(y)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        opt.step()
        step += 1
        sums.append((lc.item(), ls.item(), lk.item(), lg.item()))
        now = time.time()
        spent, last = spent + now - last, now
        if step % 50 == 0:
            c, t, k, g = np.mean(sums, 0)
            sums = []
            log.write(json.dumps({"step": step, "minutes": spent / 60, "content": c, "style": t, "contrast": k, "lattice": g}) + "\n")
            left = a.minutes - spent / 60
            print(f"step {step}  content {c:.3f}  style {t:.4f}  contrast {k:.5f}  lattice {g:.5f}  {left:.0f} min left", flush=True)
            if step % 100 == 0:
                checkpoint()
                preview()
            last = time.time()
    checkpoint()
    preview()


if __name__ == "__main__":
    main()
