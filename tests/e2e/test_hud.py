# SPDX-License-Identifier: Apache-2.0
"""The HUD in the compositor's window, over the app's picture in both eyes: there while the config file says so."""
from session import BUILD, Session, run_test

SETTINGS = {"enabled": "off", "toast": "off", "budget_ms": 0}
SHOWN = dict(SETTINGS, hud="on", hud_position="center", hud_size=2.5, hud_opacity=1)
GROUND, TEXT, GOOD = (16, 18, 24), (236, 236, 230), (120, 210, 120)  # plugin/hud_canvas.c


def count(picture, colour, off):
    """Pixels of about a colour."""
    d, found = picture.data, 0
    for i in range(0, len(d), 3):
        found += abs(d[i] - colour[0]) <= off and abs(d[i + 1] - colour[1]) <= off and abs(d[i + 2] - colour[2]) <= off
    return found


def shows(picture):
    """In both eyes: a ground that fills a part of the view, white and green words on it."""
    for right in (False, True):
        eye = picture.half(right)
        pixels = eye.width * eye.height
        if not (0.05 < count(eye, GROUND, 4) / pixels < 0.6 and count(eye, TEXT, 30) > 100 and count(eye, GOOD, 30) > 40):
            return False
    return True


def main():
    # The demo draws once. A window as large as the screen, so that words are larger than its pixels.
    app = [str(BUILD / "bin/artem-demo"), "--size", "320x320", "--static"]
    with Session(SETTINGS, app=app, env={"XRT_COMPOSITOR_XCB_FULLSCREEN": "1"}) as s:
        plain, _ = s.wait_for(lambda p: len({p.data[i:i + 3] for i in range(0, len(p.data), 303)}) > 50, "the app's picture")
        assert not shows(plain)
        assert count(plain, GROUND, 4) < 0.02 * plain.width * plain.height
        s.write_config(SHOWN)
        picture, took = s.wait_for(shows, "the HUD")
        print(f"shown after {took:.1f} s, {count(picture, GROUND, 4)} pixels of ground")
        s.write_config(SETTINGS)
        s.wait_for(lambda p: count(p, GROUND, 4) < 0.02 * p.width * p.height, "the app's picture alone again")
        assert s.alive()
    assert "nothing more of the HUD" not in s.log, s.log


run_test(main)
