# SPDX-License-Identifier: Apache-2.0
"""Results as a table of text and as a page with the pictures."""
import html as escape

import numpy as np
from PIL import Image

import gatys

SHOWN = 12  # pictures of each style on the page


def save_pictures(out, name, source, painted):
    """Two rows, originals above: every n-th picture."""
    pick = np.linspace(0, len(source) - 1, min(SHOWN, len(source))).astype(int)
    rows = [np.concatenate([s[i] for i in pick], 1) for s in (source, painted)]
    Image.fromarray(np.concatenate(rows)).save(out / "pictures" / f"{name}.png")


def _ratio(a, b):
    return a / b if a is not None and b else None


def _number(v, digits=3):
    return "-" if v is None else f"{v:.{digits}f}"


def _get(row, *keys):
    for k in keys:
        row = row.get(k) if isinstance(row, dict) else None
    return row


def _motion(row, key):
    values = [m[key] for n, m in (_get(row, "motion") or {}).items() if n != "still" and m[key] is not None]
    return float(np.mean(values)) if values else None


def rows_of(results):
    """One dict of numbers a style, in the order of the columns."""
    plain = results["input"]
    for name, r in results["styles"].items():
        teacher = r.get("teacher") or {}
        curve = _get(r, "gatys", "curve")


        def equals(v):
            if not curve or v is None:
                return None
            after = gatys.equal_after(curve, v)
            return len(curve) if after is None else after

        yield {
            "style": name,
            "content": _get(r, "stills", "content"), "style loss": _get(r, "stills", "style"), "total": _get(r, "stills", "total"),
            "teacher": _get(teacher, "stills", "total"), "ratio": _ratio(_get(r, "stills", "total"), _get(teacher, "stills", "total")),
            "= Gatys": equals(_get(r, "anchor", "total")), "teacher = Gatys": equals(_get(teacher, "anchor", "total")),
            "edges": r["edges_1"], "edges t.": teacher.get("edges_1"), "edges 2": r["edges_2"], "edges 2 t.": teacher.get("edges_2"),
            "recall": r["recall_1"], "grid": r["grid"], "grid in": plain["grid"], "grid t.": teacher.get("grid"),
            "still": _get(r, "motion", "still", "t1"), "still in": _get(plain, "motion", "still", "t1"),
            "still t.": _get(teacher, "motion", "still", "t1"),
            "t-1": _motion(r, "t1"), "t-1 in": _motion(plain, "t1"), "t-1 t.": _motion(teacher, "t1"),
            "t-8": _motion(r, "t8"), "t-8 in": _motion(plain, "t8"), "t-8 t.": _motion(teacher, "t8"),
            "eyes": _motion(r, "stereo"), "eyes in": _motion(plain, "stereo"), "eyes t.": _motion(teacher, "stereo"),
            "disp.": _motion(r, "disparity"), "disp. in": _motion(plain, "disparity"), "off": _motion(r, "disparity_off"),
            "SWD": r.get("wasserstein"), "SWD t.": teacher.get("wasserstein"), "SSIM": teacher.get("ssim"), "FLIP": teacher.get("flip"),
        }


GROUPS = (
    ("losses over all stills; t. and teacher: the float teacher; = Gatys: after how many iterations of Gatys' optimisation the loss is the same (301: not within 300)",
     ("content", "style loss", "total", "teacher", "ratio", "= Gatys", "teacher = Gatys", "SWD", "SWD t.", "SSIM", "FLIP")),
    ("legibility: F1 of Canny edges at two scales, share of the input's edges that are found again; spectrum at a grid of 4 pixels (1: no grid)",
     ("edges", "edges t.", "edges 2", "edges 2 t.", "recall", "grid", "grid in", "grid t.")),
    ("stillness: warped RMSE of sRGB values in 0..1, in: the input's own. still: a head at rest; the others: mean of the moving sequences",
     ("still", "still in", "still t.", "t-1", "t-1 in", "t-1 t.", "t-8", "t-8 in", "t-8 t.")),
    ("stereo: RMSE between the eyes along exact disparity; mean shift that a matcher sees (pixels), share of blocks off by more than one",
     ("eyes", "eyes in", "eyes t.", "disp.", "disp. in", "off")),
)


def _cell(key, v):
    if v is None:
        return "-"
    return str(v) if isinstance(v, int) else _number(v, 4 if abs(v) < 0.1 else 3)


def table(results):
    rows = list(rows_of(results))
    out = []
    width = max(len(r["style"]) for r in rows) + 2
    for title, keys in GROUPS:
        out.append(title)
        out.append("".ljust(width) + "".join(k.rjust(max(9, len(k) + 2)) for k in keys))
        for r in rows:
            out.append(r["style"].ljust(width) + "".join(_cell(k, r[k]).rjust(max(9, len(k) + 2)) for k in keys))
        means = {k: [r[k] for r in rows if r[k] is not None] for k in keys}
        out.append("median".ljust(width) + "".join((_cell(k, float(np.median(means[k]))) if means[k] else "-").rjust(max(9, len(k) + 2))
                                                   for k in keys))
        out.append("")
    return "\n".join(out)


def html(out, results, text):
    parts = ["<!doctype html><meta charset=utf-8><title>Styles</title>",
             "<style>body{font:15px sans-serif;margin:2em}img{max-width:100%}pre{overflow-x:auto;background:#f4f4f4;padding:1em}</style>",
             "<h1>Styles, measured</h1>", f"<pre>{escape.escape(text)}</pre>"]
    for name in results["styles"]:
        parts.append(f"<h2>{escape.escape(name)}</h2><p>Originals, and what the integer network makes of them.</p>"
                     f"<img src='pictures/{name}.png'>")
        if (out / "pictures" / f"{name}.teacher.png").exists():
            parts.append(f"<p>The float teacher.</p><img src='pictures/{name}.teacher.png'>")
        if (out / "pictures" / f"{name}.gatys.png").exists():
            parts.append(f"<p>Gatys' optimisation.</p><img style='width:25%' src='pictures/{name}.gatys.png'>")
    (out / "index.html").write_text("\n".join(parts) + "\n")
