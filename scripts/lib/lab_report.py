# SPDX-License-Identifier: Apache-2.0
"""The sections of docs/lab/report.md: each a function that runs what it shows and returns Markdown, or raises Skipped."""
import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ARTEM = os.path.join(ROOT, "build", "bin", "artem")
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"  # Debian's fonts-dejavu-core
JPEG = ("-strip", "-quality", "84")
PAIRS = 6  # the first photos with the first paintings


class Skipped(Exception):
    pass


def run(*command, environment=None):
    print("  " + " ".join(os.path.basename(c) if c.startswith(os.sep) else c for c in command), flush=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    except OSError as why:
        raise Skipped(str(why)) from None
    if done.returncode:
        raise Skipped(next(iter((done.stderr or done.stdout).strip().splitlines()), f"{command[0]}: status {done.returncode}"))
    return done.stdout


def table(head, rows):
    return "\n".join(["| " + " | ".join(r) + " |" for r in (head, ["---"] + ["--:"] * (len(head) - 1), *rows)]) + "\n"


class Report:
    def __init__(self, options, work):
        self.options, self.work, self.artem = options, work, os.path.abspath(options.artem)
        self.photo = self.find(options.photos, options.photo)
        self.painting = self.find(options.paintings, options.painting)
        self.lab_commands = run(self.artem, "lab", "--help").split()

    @staticmethod
    def pictures(folder):
        return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.lower().endswith((".jpg", ".jpeg", ".png"))]

    @classmethod
    def find(cls, folder, name):
        paths = cls.pictures(folder)
        if not paths:
            sys.exit(f"{folder}: no pictures")
        return next((p for p in paths if name and os.path.basename(p).startswith(name)), paths[0])

    def path(self, name):
        return os.path.join(self.work, name)

    def out(self, name):
        return os.path.join(self.options.out, name)

    def optimize(self, name, *options, size, iterations, environment=None, weights=True, pair=None):
        """Runs artem lab optimize; its numbers, and the points of its curve. pair: other pictures than the report's."""
        weights = ("--weights", self.options.weights) if weights and self.options.weights else ()
        text = run(self.artem, "lab", "optimize", *(pair or (self.photo, self.painting)), "-o", self.path(name + ".png"), "--size", str(size), "--iterations",
                   str(iterations), "--curve", self.path(name + ".csv"), "--fresh", *weights, *options, environment=environment)
        with open(self.path(name + ".csv")) as file:
            points = [{k: float(v) if v else None for k, v in row.items()} for row in csv.DictReader(file)]
        count, clock, work = re.search(r"^evaluations (\d+), each ([\d.]+) ms, ([\d.]+) ms", text, re.M).groups()
        return {"text": text, "points": points, "evaluations": int(count), "clock": float(clock), "work": float(work),
                "seconds": points[-1]["seconds"] - points[0]["seconds"]}

    def measure(self, picture, size):
        weights = ("--weights", self.options.weights) if self.options.weights else ()
        text = run(self.artem, "lab", "measure", picture, self.photo, self.painting, "--size", str(size), *weights)
        return {line.split()[0]: float(line.split()[1]) for line in text.splitlines()}

    def grid(self, name, columns, pictures):
        """pictures: titles and paths; all of one size."""
        arguments = [a for title, path in pictures for a in ("-label", title.replace("%", "%%"), path)]
        font = ("-font", FONT) if os.path.exists(FONT) else ()
        run("montage", *font, "-background", "white", "-fill", "#222", "-pointsize", "15", *arguments, "-tile", f"{columns}x", "-geometry", "+4+4",
            *JPEG, self.out(name))

    def scaled(self, path, size, name):
        run("convert", path, "-resize", f"{size}x{size}", self.path(name))
        return self.path(name)


def plot(path, series):
    """Losses over iterations, as SVG. series: title -> (colour, dashes, values)."""
    import math

    width, height, margin = 640, 320, 48
    values = [v for _, _, s in series.values() for v in s if v > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = max(len(s) for _, _, s in series.values()) - 1
    x = lambda i: margin + i * (width - 2 * margin) / last
    y = lambda v: height - margin - (math.log10(v) - low) * (height - 2 * margin) / (high - low)
    text = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
            f'<rect width="{width}" height="{height}" fill="white"/>']
    for decade in range(low, high + 1):
        at = y(10 ** decade)
        text.append(f'<path d="M{margin} {at:.1f}H{width - margin}" stroke="#ddd"/><text x="{margin - 6}" y="{at + 4:.1f}" '
                    f'text-anchor="end">{10 ** decade:g}</text>')
    for i in range(0, last + 1, max(last // 5, 1)):
        text.append(f'<text x="{x(i):.1f}" y="{height - margin + 18}" text-anchor="middle">{i}</text>')
    for k, (title, (colour, dashes, s)) in enumerate(series.items()):
        line = " ".join(f"{x(i):.1f},{y(v):.1f}" for i, v in enumerate(s) if v > 0)
        text.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6" stroke-dasharray="{dashes}" points="{line}"/>'
                    f'<text x="{width - margin - 150}" y="{margin - 30 + 14 * k}" fill="{colour}">{title}</text>')
    with open(path, "w") as file:
        file.write("\n".join(text) + "\n</svg>\n")


def methods(report):
    """Adam and L-BFGS"""
    size, iterations = report.options.size, report.options.iterations
    runs = {name: report.optimize(method, "--method", method, size=size, iterations=iterations)
            for name, method in (("L-BFGS", "lbfgs"), ("Adam", "adam"))}
    colours = {"L-BFGS": "#1f77b4", "Adam": "#d62728"}
    plot(report.out("methods.svg"), {f"{name}, {key}": (colours[name], dashes, [p[key] for p in r["points"]])
                                     for name, r in runs.items() for key, dashes in (("total", "none"), ("content", "5 4"))})
    report.grid("methods.jpg", 3, (("photo", report.scaled(report.photo, size, "photo.png")), ("L-BFGS", report.path("lbfgs.png")),
                                   ("Adam", report.path("adam.png"))))
    rows = []
    for name, r in runs.items():
        first, last = r["points"][0], r["points"][-1]
        rows.append([name, f"{first['total']:.4g}", f"{last['total']:.4g}", f"{last['content']:.4g}", f"{last['style']:.4g}",
                     f"{100 * (1 - last['style'] / first['style']):.1f} %", str(r["evaluations"]), f"{r['work'] / 1e3:.2f} s"])
    return (f"{size} pixels along the longer side, {iterations} iterations from the photo.\n\n"
            + table(["method", "loss at start", "at end", "content", "style", "style removed", "evaluations", "work of each"], rows)
            + "\n![Losses of both methods over the iterations](methods.svg)\n\n![The photo, and what the two made of it](methods.jpg)\n")


def smaller(report):
    """Small, then scaled up"""
    size, iterations = report.options.large, report.options.large_iterations
    photo = report.scaled(report.photo, size, "large.png")
    rows, pictures = [], {"photo": photo}
    for n in (1, 2, 4):
        r = report.optimize(f"down{n}", "--scale-down", str(n), size=size, iterations=iterations)
        path = report.path(f"down{n}.png")
        terms, work = report.measure(path, size), r["work"] * r["evaluations"] / 1e3
        rows.append([f"optimised at 1/{n}" if n > 1 else "optimised at full size", f"{terms['total']:.4g}", f"{terms['content']:.4g}",
                     f"{terms['style']:.4g}", f"{work:.0f} s"])
        pictures[f"optimised at 1/{n}"] = path
    style = os.path.splitext(os.path.basename(report.painting))[0]
    if style in run(report.artem, "styles").split():
        for n in (1, 2, 4):
            path = report.path(f"network{n}.png")
            done = json.loads(run(report.artem, "stylize", photo, path, "--style", style, "--resolution", str(max(size // n, 64)), "--backend", "cpu",
                                  "--json"))["pictures"][0]
            terms = report.measure(path, size)
            rows.append([f"network at {done['style_width']} × {done['style_height']}", f"{terms['total']:.4g}", f"{terms['content']:.4g}",
                         f"{terms['style']:.4g}", f"{done['network_ms'] / 1e3:.3f} s"])
            pictures[f"network at 1/{n}"] = path
    terms = report.measure(photo, size)
    rows.append(["the photo", *(f"{terms[k]:.4g}" for k in ("total", "content", "style")), ""])
    report.grid("smaller.jpg", 4, pictures.items())
    return (f"{size} pixels along the longer side; {iterations} iterations of L-BFGS at each size, then the composite along the photo's edges. "
            "Losses are VGG-16's, in floats, at full size. The time is work of all processors for the optimisation, their waiting for each other "
            "included, and what the network took on the clock. The network was trained with other layers' losses, and has not seen the photo.\n\n"
            + table(["", "loss", "content", "style", "time"], rows) + "\n![Photo, optimised at full size, 1/2 and 1/4, network likewise](smaller.jpg)\n")


def devices(report):
    """Content on a second device"""
    size, iterations, openvino = report.options.size, 6, os.path.join(ROOT, ".tools", "openvino")
    environment = {"ARTEM_OPENVINO": openvino} if os.path.isdir(openvino) and not os.environ.get("ARTEM_OPENVINO") else {}
    rows, first, notes = [], None, []
    for title, options in (("one: all processors", ()), ("content cpu:1, style cpu:0", ("--content-device", "cpu:1", "--style-device", "cpu:0")),
                           ("content openvino:CPU, style cpu:0", ("--content-device", "openvino:CPU", "--style-device", "cpu:0"))):
        try:
            r = report.optimize("device", *options, size=size, iterations=iterations, environment=environment)
        except Skipped as why:
            notes.append(f"{title}: left out ({why}).\n")
            continue
        total = r["points"][-1]["total"]
        first = first or total
        own = re.search(r"^devices +content ([\d.]+) ms, style ([\d.]+) ms", r["text"], re.M)
        rows.append([title, f"{r['clock']:.0f} ms", f"{r['work']:.0f} ms", *(f"{float(v):.0f} ms" for v in (own.groups() if own else ())),
                     *([] if own else ["", ""]), f"{total:.6g}", f"{abs(total / first - 1):.1e}"])
    return (f"{size} pixels, {iterations} iterations; medians of an evaluation's times. Halves of the same processors have more to do than one "
            "device has, since each computes the layers that both need: it is another device that makes this faster.\n\n"
            + table(["devices", "evaluation", "work", "content", "style", "loss at end", "difference"], rows) + "\n" + "".join(notes))


def tiles(report):
    """Frames that several devices share"""
    text = run(report.artem, "bench", "--only", "devices", "--seconds", "0.2")
    return ("`artem bench --only devices`, the binary network on halves of the processors; the bytes are those of one device:\n\n"
            + "".join("    " + line + "\n" if line else "\n" for line in text.rstrip().splitlines()))


def rounded(text):
    try:
        return f"{float(text):.3g}" if "." in text else text
    except ValueError:
        return text


def binarised(report):
    """Binarised VGG-16"""
    missing = [c for c in ("binarize", "inspect") if c not in report.lab_commands]
    if missing:
        raise Skipped("there is no artem lab " + ", ".join(missing))
    size, iterations, weights = report.options.size, report.options.iterations // 2, report.options.weights
    if not weights:
        weights = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "artem", "vgg16.safetensors")
    networks = {}
    for variant, options in (("plain", ()), ("aware", ("--photos", report.options.photos, "--count", "16"))):
        networks[variant] = report.path(variant + ".safetensors")
        run(report.artem, "lab", "binarize", weights, "-o", networks[variant], "--variant", variant, *options)
    if report.options.xnor:
        networks["trained"] = report.options.xnor
    folder, photos = report.path("inspection"), [report.photo] + [
        p for n in sorted(os.listdir(report.options.photos)) if (p := os.path.join(report.options.photos, n)) != report.photo][:5]
    run(report.artem, "lab", "inspect", *photos, "-o", folder, *(a for path in networks.values() for a in ("--network", path)), "--weights", weights)
    with open(os.path.join(folder, "layers.csv")) as file:
        head, *lines = csv.reader(file)
    text = f"{len(photos)} photos.\n\n" + table(head, [[rounded(v) for v in line] for line in lines])
    grid = os.path.join(folder, os.path.splitext(os.path.basename(report.photo))[0] + ".png")
    if os.path.exists(grid):
        run("convert", grid, "-resize", "1200x1200>", *JPEG, report.out("binarised.jpg"))
        text += ("\n![Columns are layers, rows VGG-16 and then " + ", ".join(networks) + ": the channel in which VGG-16's features are largest]"
                 "(binarised.jpg)\n")
    best, kinds = list(networks)[-1], {"adam": "Adam", "lbfgs": "L-BFGS"}
    runs = [("VGG-16", method, ()) for method in kinds] + [
        (f"{best}, {bits} bit{'s' if bits > 1 else ''}", method,
         ("--network", networks[best], "--gradient-bits", str(bits), "--judge", weights))
        for method, some in (("adam", (1, 2, 4, 8, 32)), ("lbfgs", (2, 8, 32))) for bits in some]
    corrected = ("--correct", "5")
    runs.append((f"{best}, 4 bits, `{' '.join(corrected)}`", "adam", ("--network", networks[best], "--gradient-bits", "4", "--judge", weights, *corrected)))
    rows = []
    for title, method, options in runs:
        r = report.optimize("binarised", "--method", method, *options, size=size, iterations=iterations, weights=not options)
        first, last = judged(r) or (r["points"][0]["style"], r["points"][-1]["style"])
        rows.append([title, kinds[method], f"{first:.4g}", f"{last:.4g}", f"{100 * (1 - last / first):.1f} %", f"{r['work']:.0f} ms"])
    return text + (f"\nPainted by them, {size} pixels, {iterations} iterations, gradients of so many bits (32: floats); style losses by VGG-16 in "
                   "floats:\n\n" + table(["network", "method", "style at start", "at end", "removed", "work of an evaluation"], rows))


def judged(result):
    """Style losses by VGG-16 in floats, of the start and of the result; None where VGG-16 itself has painted."""
    found = re.search(r"^judged +([\d.e+-]+), from ([\d.e+-]+)", result["text"], re.M)
    return found and (float(found[2]), float(found[1]))


def pairs(report):
    """Pairs of pictures"""
    if not report.options.xnor:
        raise Skipped("there is no trained network (--xnor)")
    size, iterations, common = 128, 300, ("--method", "adam", "--rate", "0.015", "--scales", "3")
    judge = ("--judge", report.options.weights) if report.options.weights else ()
    every = list(zip(report.pictures(report.options.photos), report.pictures(report.options.paintings), strict=False))[:PAIRS]
    columns = [os.path.splitext(os.path.basename(painting))[0] for _, painting in every]
    pictures, starts, rows = [], {}, []
    for kind, row in (("photo", 0), ("painting", 1)):
        for i, pair in enumerate(every):
            pictures.append((f"{kind} {i + 1}", report.scaled(pair[row], size, f"{kind}-{i}.png")))
    for title, short, more in (("trained, 2 bits", "2 bits", ("2",)), ("trained, 4 bits", "4 bits", ("4",)),
                               ("trained, 4 bits, `--correct 5`", "corrected", ("4", "--correct", "5")), ("VGG-16", "VGG-16", None)):
        options = () if more is None else ("--network", report.options.xnor, *judge, "--gradient-bits", *more)
        shares = []
        for i, pair in enumerate(every):
            name = f"pair-{len(rows)}-{i}"
            r = report.optimize(name, *common, *options, size=size, iterations=iterations, pair=pair, weights=more is None)
            starts[pair], end = judged(r) or (starts[pair], r["points"][-1]["style"])
            shares.append(1 - end / starts[pair])
            pictures.append((f"{short}: {100 * shares[-1]:.0f} %", report.path(name + ".png")))
        rows.append([title, *(f"{100 * s:.1f} %" for s in shares), f"{100 * sum(shares) / len(shares):.1f} %"])
    report.grid("pairs.jpg", len(every), pictures)
    rows.insert(0, ["style loss of the photo", *(f"{starts[pair]:.3g}" for pair in every), ""])
    return (f"{size} pixels, {iterations} iterations of Adam, a third of them at a quarter and at half of the size (`{' '.join(common)}`): the share "
            "of the photo's style loss that is removed, by VGG-16 in floats.\n\n" + table(["", *columns, "mean"], rows)
            + "\n![The photos, the paintings, and what each row of the table made of them](pairs.jpg)\n")


def pytorch(report):
    """Beside PyTorch"""
    python = os.path.join(os.environ.get("ARTEM_VENV") or os.path.join(ROOT, "models", ".venv"), "bin", "python")
    if not os.path.exists(python):
        raise Skipped("there is no PyTorch; models/bench-lab --help installs it")
    weights = ("--weights", report.options.weights) if report.options.weights else ()
    text = run(python, "-B", os.path.join(ROOT, "models", "train", "bench_lab.py"), report.photo, report.painting, "--artem", report.artem, "--size",
               str(report.options.size), "--rounds", "2", "--iterations", "5", *weights)
    return "`models/bench-lab`, in turns on the same threads:\n\n" + "".join("    " + line + "\n" for line in text.strip().splitlines())


SECTIONS = (methods, smaller, devices, tiles, binarised, pairs, pytorch)


def read_sections(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        parts = re.split(r"^## (.*)\n", file.read(), flags=re.M)
    return {title: body.strip() + "\n" for title, body in zip(parts[1::2], parts[2::2])}


def write_report(path, sections):
    with open(path, "w") as file:
        file.write("# The lab's report\nMade by `scripts/lab-report` from runs of the programs; what is measured is told in [`lab.md`](../lab.md).\n")
        for section in SECTIONS:
            if section.__doc__ in sections:
                file.write(f"\n## {section.__doc__}\n{sections[section.__doc__]}")


def processor():
    with open("/proc/cpuinfo") as file:
        name = re.search(r"^model name\s*: (.*)", file.read(), re.M)
    return f"{name.group(1) if name else 'unknown processor'}, {len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.0f} at the end"


def main():
    parser = argparse.ArgumentParser(prog="scripts/lab-report", description="Makes the tables and pictures of docs/lab/report.md.")
    parser.add_argument("photos")
    parser.add_argument("paintings")
    parser.add_argument("--photo", default="", help="beginning of the name of the photo (the first)")
    parser.add_argument("--painting", default="starry_night", help="likewise (starry_night, or the first)")
    parser.add_argument("--out", default=os.path.join(ROOT, "docs", "lab"))
    parser.add_argument("--weights", help="VGG-16 (where models/fetch-vgg leaves it)")
    parser.add_argument("--xnor", help="a trained binarised VGG-16, beside those that artem lab binarize makes")
    parser.add_argument("--size", type=int, default=160, help="pixels along the longer side (160)")
    parser.add_argument("--iterations", type=int, default=100, help="of each method (100)")
    parser.add_argument("--large", type=int, default=320, help="pixels of the section about smaller pictures (320)")
    parser.add_argument("--large-iterations", type=int, default=25, help="there (25)")
    parser.add_argument("--only", help="sections, of: " + ", ".join(s.__name__ for s in SECTIONS))
    parser.add_argument("--artem", default=ARTEM, help="the command (build/bin/artem)")
    options = parser.parse_args()
    wanted = options.only.split(",") if options.only else [s.__name__ for s in SECTIONS]
    if unknown := set(wanted) - {s.__name__ for s in SECTIONS}:
        parser.error("no section " + ", ".join(sorted(unknown)))
    os.makedirs(options.out, exist_ok=True)
    path = os.path.join(options.out, "report.md")
    with tempfile.TemporaryDirectory() as work:
        try:
            report = Report(options, work)
        except Skipped as why:
            sys.exit(str(why))
        for section in SECTIONS:
            if section.__name__ not in wanted:
                continue
            start = time.monotonic()
            print(section.__doc__, flush=True)
            try:
                text = section(report)
            except Skipped as why:
                print(f"  left out: {why}", flush=True)
                continue
            what = "" if section in (tiles, pairs) else f"{os.path.basename(report.photo)} as {os.path.basename(report.painting)} is painted. "
            text += f"\n{what}Made in {time.monotonic() - start:.0f} s on {processor()}.\n"
            write_report(path, {**read_sections(path), section.__doc__: text})


if __name__ == "__main__":
    main()
