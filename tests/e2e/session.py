# SPDX-License-Identifier: Apache-2.0
"""Runs an OpenXR app under Monado with the layer and reads what the simulated headset shows, from the compositor's own window: pixels
below the layer. Pictures are rows of (r, g, b) tuples flattened into bytes; standard library and ImageMagick only."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ARTEM_BUILD", ROOT / "build"))
# Seconds. What is waited for comes in a few; a slow and busy machine may take its time.
PATIENCE = 180
# scripts/with-monado: Monado's service ended by itself.
SERVICE_ENDED = 75


class ServiceEnded(Exception):
    """Monado's service crashed, which the layer is no part of."""


def run_test(test, *arguments):
    """Again, once, if the service crashed."""
    try:
        return test(*arguments)
    except ServiceEnded as crash:
        print(f"{crash}\nMonado's service ended by itself: once more")
    return test(*arguments)


class Picture:
    def __init__(self, width, height, data):
        self.width, self.height, self.data = width, height, data
        self.taken = time.monotonic()  # for screenshots: when it was there, before anything was made of it
        self.colours = None

    @staticmethod
    def load(path):
        ppm = subprocess.run(["convert", str(path), "-depth", "8", "ppm:-"], check=True, capture_output=True).stdout
        magic, size, top, data = ppm.split(b"\n", 3)
        assert magic == b"P6" and top == b"255", path
        width, height = map(int, size.split())
        return Picture(width, height, data)

    def save(self, path):
        ppm = b"P6\n%d %d\n255\n" % (self.width, self.height) + self.data
        subprocess.run(["convert", "ppm:-", str(path)], input=ppm, check=True)

    def half(self, right):
        """One eye of the headset's display."""
        w = self.width // 2
        x = w if right else 0
        rows = (self.data[(y * self.width + x) * 3:(y * self.width + x + w) * 3] for y in range(self.height))
        return Picture(w, self.height, b"".join(rows))

    def palette(self):
        """Share of each of 4096 colours, spread a little so that a colour near a bin's edge does not jump."""
        if self.colours is not None:
            return self.colours
        bins, d = {}, self.data
        for i in range(0, len(d), 3):
            key = (d[i] >> 4, d[i + 1] >> 4, d[i + 2] >> 4)
            bins[key] = bins.get(key, 0) + 1
        out, n = {}, len(d) // 3
        for (r, g, b), count in bins.items():
            for dr in (-1, 0, 1):
                for dg in (-1, 0, 1):
                    for db in (-1, 0, 1):
                        key = (r + dr, g + dg, b + db)
                        out[key] = out.get(key, 0) + count / n / 27
        self.colours = out
        return out


def palette_distance(a, b):
    """0: the same colours in the same shares; 1: no colour in common."""
    a, b = a.palette(), b.palette()
    return sum(abs(a.get(k, 0) - b.get(k, 0)) for k in a.keys() | b.keys()) / 2


class Settled:
    """Accepts a display that has looked alike in both eyes for some seconds: neither the empty window before the first frame, nor the
    first moments, in which the tracked hands, drawn as cubes, start in the wearer's face. Every seven to nine seconds one of them swings through
    the picture again: there are not always five quiet ones."""

    SECONDS = 3

    def __init__(self):
        self.first = self.since = None

    def __call__(self, picture):
        alike = palette_distance(picture.half(False), picture.half(True)) < 0.05
        if self.first is None or not alike or palette_distance(picture, self.first) > 0.05:
            self.first, self.since = picture, picture.taken
        return picture.taken - self.since > self.SECONDS and is_scene(picture)


def is_scene(picture):
    return len({picture.data[i:i + 3] for i in range(0, len(picture.data), 3 * 101)}) > 2


class Session:
    """with Session(...) as s: s.screenshot() ... ; afterwards s.log and s.output hold what was written."""

    def __init__(self, config=None, binding="Vulkan2", app=None, null=False, env=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="artem-e2e."))
        self.config = self.folder / "artem.conf"
        if config is not None:
            self.write_config(config)
        self.app = app or ["hello_xr", "-g", binding]
        if app is None and binding == "OpenGL":
            self.app = ["env", f"LD_PRELOAD={BUILD / 'tests/support/video_modes.so'}"] + self.app
        self.ends_with_input = app is None
        self.null = null
        self.env = dict(os.environ, ARTEM_CONFIG=str(self.config), ARTEM_LOG=f"info:{self.folder / 'artem.log'}", ARTEM_XVFB="1",
                        ARTEM_BUILD=str(BUILD), ARTEM_STATE_DIR=str(self.folder / "state"), **(env or {}))

    def write_config(self, settings):
        text = "[artem]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items())
        tmp = self.config.with_suffix(".new")
        tmp.write_text(text)
        tmp.replace(self.config)

    def __enter__(self):
        command = [str(ROOT / "scripts/with-monado")] + (["--null"] if self.null else []) + ["--"] + self.app
        self.out = open(self.folder / "output.txt", "w+b")
        self.process = subprocess.Popen(command, env=self.env, stdout=self.out, stderr=subprocess.STDOUT, stdin=subprocess.PIPE)
        return self

    def stop(self):
        """Ends the app as its user would, through the end of its input, so that it destroys what it made."""
        if not self.end():
            raise AssertionError("the app did not end")

    def end(self):
        """True if the app, where it still ran, ended by itself at its input's end. The demo app does not: it is told by a signal."""
        if self.process.poll() is None:
            if not self.ends_with_input:
                self.process.terminate()
                self.process.wait()
                return True
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.terminate()  # with-monado then stops all that it started
                self.process.wait()
                return False
        return True

    def __exit__(self, kind, value, trace):
        self.end()
        self.out.seek(0)
        self.output = self.out.read().decode(errors="replace")
        self.out.close()
        if kind is not None:
            print(self.output[-3000:])
            print(self.log)
        self.kept_log = self.log
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.process.returncode == SERVICE_ENDED:
            raise ServiceEnded(self.output[-3000:])

    @property
    def log(self):
        path = self.folder / "artem.log"
        return path.read_text(errors="replace") if path.exists() else getattr(self, "kept_log", "")

    def alive(self):
        return self.process.poll() is None

    def screenshot(self, name="shot"):
        path = self.folder / f"{name}.png"
        result = subprocess.run([str(ROOT / "scripts/screenshot"), "--wait", str(PATIENCE), str(path)], env=self.env, capture_output=True, text=True)
        taken = time.monotonic()
        if result.returncode != 0:
            raise RuntimeError("no screenshot: " + result.stderr + self.log)
        picture = Picture.load(path)
        picture.taken = taken
        return picture

    def wait_for_log(self, text, what, times=1):
        """The line comes from a thread of the layer's, at its own pace."""
        start = time.monotonic()
        while self.log.count(text) < times:
            if not self.alive() or time.monotonic() - start > PATIENCE:
                raise AssertionError(f"{what}: no log line with {text!r}")
            time.sleep(0.1)

    def wait_for(self, accept, what):
        """Screenshots until accept(picture); returns it and the time it took."""
        start, picture = time.monotonic(), None
        while time.monotonic() - start < PATIENCE:
            picture = self.screenshot()
            if accept(picture):
                return picture, picture.taken - start
            if not self.alive():
                break
        keep = os.environ.get("ARTEM_E2E_KEEP")
        if keep and picture:
            picture.save(pathlib.Path(keep) / "failed.png")
        raise AssertionError(f"{what}: not seen within {PATIENCE} s")


def painted(picture, style, resolution=320):
    """What the command-line tool makes of a picture: an independent expectation of the style's colours."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = pathlib.Path(folder) / "in.png", pathlib.Path(folder) / "out.png"
        picture.save(source)
        subprocess.run([str(BUILD / "bin/artem"), "stylize", str(source), str(result), "--style", style, "--resolution", str(resolution)],
                       check=True, capture_output=True)
        return Picture.load(result)
