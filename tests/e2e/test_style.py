# SPDX-License-Identifier: Apache-2.0
"""usage: test_style.py NAME [CMD...]: hello_xr with the graphics API of that name (Vulkan, Vulkan2, OpenGL), or CMD, under Monado's real compositor: the headset's display shows the configured style, in both eyes, and only then.

The expected colours come from the command-line tool on a screenshot of an unstyled run. The same check must refuse the unstyled display
and the other style's, so it fails with ARTEM_LAYER=off and with styles swapped (ARTEM_E2E_SWAP=1 swaps them: the test must then fail)."""
import os
import re
import sys
import time

from session import PATIENCE, Session, Settled, is_scene, painted, palette_distance, run_test

STYLES = ("great_wave", "starry_night")
SETTINGS = {"resolution": 320, "budget_ms": 0}
BACKEND = os.environ.get("ARTEM_E2E_BACKEND")  # that the network has to run on
if BACKEND:
    SETTINGS["backend"] = BACKEND
if "ARTEM_E2E_MODE" in os.environ:
    SETTINGS["mode"] = os.environ["ARTEM_E2E_MODE"]


def display(name, app, style, accept):
    """What the display shows with this style, None for no layer: the first picture that accept() takes twice running, or else the last
    one."""
    env = {"ARTEM_LAYER": "off"} if style is None else {}
    with Session(dict(SETTINGS, style=style or STYLES[0]), name, app=app, env=env) as s:
        end, taken = time.monotonic() + PATIENCE, 0
        while taken < 2 and time.monotonic() < end:
            picture = s.screenshot()
            taken = taken + 1 if accept(picture) else 0
        assert s.alive(), "the app ended by itself"
        keep = os.environ.get("ARTEM_E2E_KEEP")
        if keep:
            picture.save(os.path.join(keep, f"{name}-{style or 'off'}.png"))
    return picture, s


def check(picture, style, other, plain, expected, quiet=False):
    """Raises unless the picture has the style's colours, clearly nearer than the other style's and the unstyled ones, in both eyes."""
    for right in (False, True):
        eye = picture.half(right)
        near = palette_distance(eye, expected[style][right])
        far = palette_distance(eye, expected[other][right])
        bare = palette_distance(eye, plain.half(right))
        quiet or print(f"  {style} {'right' if right else 'left'} eye: distance to itself {near:.3f}, to {other} {far:.3f}, to unstyled {bare:.3f}")
        assert near < 0.5 * far and near < 0.5 * bare and near < 0.4, f"the display does not show {style}"


def refused(*arguments, quiet=False):
    try:
        check(*arguments, quiet=quiet)
    except AssertionError:
        return True
    return False


def main():
    name, app = sys.argv[1], sys.argv[2:] or None
    plain, _ = display(name, app, None, is_scene if app else Settled())
    expected = {s: [painted(plain.half(right), s) for right in (False, True)] for s in STYLES}
    seen = {}
    for style in STYLES:
        configured = STYLES[1 - STYLES.index(style)] if os.environ.get("ARTEM_E2E_SWAP") else style
        print(f"{name}: {style}")
        case = (style, STYLES[1 - STYLES.index(style)], plain, expected)
        seen[style], session = display(name, app, configured, lambda picture: not refused(picture, *case, quiet=True))
        check(seen[style], *case)
        print(session.log)
        where = re.search("the network runs on (.*)", session.log)
        assert BACKEND is None or where and (where[1] == "the CPU") == (BACKEND == "cpu"), "the network did not run where it should"
    print("controls: unstyled and swapped displays are refused")
    for style in STYLES:
        other = STYLES[1 - STYLES.index(style)]
        assert refused(plain, style, other, plain, expected), "an unstyled display passed the check"
        assert refused(seen[other], style, other, plain, expected), "the other style passed the check"


run_test(main)
