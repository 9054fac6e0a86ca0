# SPDX-License-Identifier: Apache-2.0
"""Faults: the app runs on, the display shows the original, and the log says once what is wrong."""
import pathlib
import shutil
import tempfile

from session import ROOT, Session, Settled, palette_distance, run_test

SETTINGS = {"resolution": 320, "budget_ms": 0, "style": "great_wave"}
# The simulated headset turns, so pictures of two runs differ in where the cubes are; painted ones have other colours altogether (0.8 and more).
ORIGINAL = 0.35
# What a slow machine may say besides.
SLOW = ("budget: painting", "the captured frame did not arrive")


def run(what, plain, expect_line, settings=None, models=None, original=True):
    """original: True, the display shows the app's own picture; False, a painted one; None, either."""
    env = {"ARTEM_MODELS": str(models), "XDG_DATA_HOME": "/nonexistent"} if models else {}
    with Session(dict(SETTINGS, **(settings or {})), "Vulkan2", env=env) as s:
        s.wait_for_log(expect_line, what)
        if original:
            picture, _ = s.wait_for(lambda p: palette_distance(p, plain) < ORIGINAL, what)
            # It must not be just the frames before styling starts.
            for _ in range(10):
                picture = s.screenshot()
            assert palette_distance(picture, plain) < ORIGINAL, f"{what}: the display is not the original"
        elif original is False:
            s.wait_for(lambda p: palette_distance(p, plain) > 0.5, what)
        else:
            for _ in range(10):
                s.screenshot()
        assert s.alive(), what
        lines = [line for line in s.log.splitlines() if "error" in line or "warn" in line]
        print(f"{what}:", *lines, sep="\n    ")
        assert sum(expect_line in line for line in lines) == 1, f"{what}: one line with {expect_line!r} expected"
        others = [line for line in lines if expect_line not in line and not any(text in line for text in SLOW)]
        assert len(others) <= 1, f"{what}: too many lines"


def main():
    with Session(SETTINGS, "Vulkan2", env={"ARTEM_LAYER": "off"}) as s:
        plain, _ = s.wait_for(Settled(), "the app's picture")
    with tempfile.TemporaryDirectory(prefix="artem-models.") as folder:
        models = pathlib.Path(folder)

        def fresh():
            for f in models.iterdir():
                f.unlink()
            for f in (ROOT / "models").glob("*.art*"):
                shutil.copy(f, models)

        def damage(name, change):
            fresh()
            data = bytearray((models / name).read_bytes())
            (models / name).write_bytes(change(data))

        def flip(data):
            data[1000] ^= 1
            return data

        damage("great_wave.artstyle", lambda d: d[:5000])
        run("truncated style", plain, "great_wave", models=models)
        damage("artem.artnet", flip)
        run("damaged network", plain, "artem.artnet", models=models)
        damage("great_wave.artstyle", lambda d: b"PNG" + bytes(3000))
        run("foreign file", plain, "great_wave", models=models)
    run("unknown style", plain, "nonesuch", {"style": "nonesuch"})
    run("bad config", plain, "resolution", {"resolution": "many"}, original=None)  # the defaults: painted where the budget allows it
    run("unwritable frame log", plain, "/proc/nothing", {"log_file": "/proc/nothing/frames.csv"}, original=False)
    run("budget far too small", plain, "budget", {"budget_ms": "0.5", "resolution": 1024})  # too small for any machine


run_test(main)
