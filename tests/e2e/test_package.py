# SPDX-License-Identifier: Apache-2.0
"""The Debian package as its user meets it, in a clean system: install, enable, run an app plainly, switch styles while it runs, look on, disable,
purge. What is shown is read from the compositor's window. To be run by scripts/try-package, which makes the clean system. Usage: test_package.py DEB."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import session
from session import PATIENCE, Session, is_scene, painted, palette_distance

HOME = pathlib.Path(os.environ["HOME"])
# Where package managers note what they did, and what every program may write.
NOTES = ("/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/log", "/etc/ld.so.cache", "/usr/share/info/dir")
PLAIN = {"ARTEM_LAYER": "off", "ARTEM_FILTER_VULKAN": "0", "OXR_VIEWPORT_SCALE_PERCENTAGE": "50"}


def run(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, **environment))
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def files(*roots):
    return {os.path.join(folder, name) for root in roots for folder, folders, names in os.walk(root)
            if not folder.startswith(NOTES) for name in folders + names if not os.path.join(folder, name).startswith(NOTES)}


def step(text, since=[time.monotonic()]):
    print(f"{time.monotonic() - since[0]:6.1f} s  {text}", flush=True)


class Still:
    """Accepts a scene that has stayed as it is for some seconds; what the eyes see need not be alike."""

    SECONDS = 3

    def __init__(self):
        self.first = None

    def __call__(self, picture):
        if self.first is None or palette_distance(picture, self.first) > 0.02:
            self.first = picture
        return picture.taken - self.first.taken > self.SECONDS and is_scene(picture)


class App(Session):
    """hello_xr as a user starts it: nothing in its environment speaks of layers or of settings."""

    def __init__(self):
        super().__init__(env=PLAIN)
        for name in ("ARTEM_CONFIG", "XR_ENABLE_API_LAYERS", "XR_API_LAYER_PATH"):
            self.env.pop(name, None)

    def runtime_folder(self):
        state = next((self.folder / "state").glob("*.env")).read_text()
        return dict(line.split("=", 1) for line in state.splitlines())["XDG_RUNTIME_DIR"]


def top():
    """Style and state of hello_xr; other apps may run on this machine."""
    sessions = json.loads(run("artem", "top", "--once", "--json"))["sessions"]
    return next(((s["style"], s["state"]) for s in sessions if s["executable"] == "hello_xr"), None)


def main():
    deb = os.path.abspath(sys.argv[1])
    before, home_before = files("/usr", "/etc", "/var"), files(HOME)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    update = subprocess.run(["apt-get", "update", "-qq", "-o", "Acquire::Retries=0"], capture_output=True, text=True)
    if update.returncode != 0 or "Failed to fetch" in update.stderr:
        print("skipped: the package's dependencies cannot be fetched here:", update.stderr[:300])
        sys.exit(77)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", deb)
    session.BUILD = pathlib.Path(shutil.which("artem")).parent.parent  # what the expected colours are made with
    step("installed: " + run("artem", "--version").strip())
    assert "not enabled" not in run("artem", "enable")
    # The default budget makes a machine without a GPU show originals.
    for key, value in {"budget_ms": "0", "resolution": "160", "enabled": "off", "backend": "cpu"}.items():
        run("artem", "set", key, value)

    with App() as app:
        plain, _ = app.wait_for(Still(), "the app's own picture")
        runtime = app.runtime_folder()
        said = run("artem", "toggle", XDG_RUNTIME_DIR=runtime)
        assert "enabled = on" in said, said
        expected = {style: painted(plain, style, 160) for style in ("great_wave", "udnie")}
        shows = lambda style, other: (lambda p: palette_distance(p, expected[style]) < min(
            0.6, palette_distance(p, plain), palette_distance(p, expected[other])))
        app.wait_for(shows("great_wave", "udnie"), "great_wave")
        step("painted: " + said.splitlines()[-1])
        said = run("artem", "set", "style", "udnie", XDG_RUNTIME_DIR=runtime)
        assert "style = udnie" in said, said
        app.wait_for(shows("udnie", "great_wave"), "udnie")
        step("switched: " + said.strip())
        end = time.monotonic() + PATIENCE
        while (seen := top()) != ("udnie", "styled"):  # a busy machine is idle for moments
            assert time.monotonic() < end, f"artem top shows {seen}"
            time.sleep(0.5)
        step("artem top:\n" + run("artem", "top", "--once"))
        app.stop()
    assert "layer loaded in" in app.log, app.log

    run("artem", "disable")
    run("artem", "set", "style", "great_wave")
    with App() as app:
        app.wait_for(lambda p: palette_distance(p, plain) < 0.2, "the original, after artem disable")
        app.stop()
    assert app.log == "", app.log
    step("disabled: the app's own picture again")

    run("artem", "enable", "--system")  # what an administrator may forget
    run("apt-get", "purge", "--autoremove", "-y", "-qq", "artem")
    left = files("/usr", "/etc", "/var") - before
    assert not left, left
    # The user's own: settings, measurements, nothing else.
    left = files(HOME) - home_before
    mine = {str(HOME / name) for name in (".config", ".config/artem", ".config/artem/artem.conf", ".local", ".local/share", ".cache")}
    assert not {name for name in left if not name.startswith(str(HOME / ".cache"))} - mine, left
    step("purged: nothing is left")


main()
