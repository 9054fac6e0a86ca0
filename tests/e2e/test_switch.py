# SPDX-License-Identifier: Apache-2.0
"""The config file changes while hello_xr runs: log and headset display follow within a second; a bad file changes nothing."""
import sys
import time

from session import Session, palette_distance

SETTINGS = {"resolution": 320, "budget_ms": 0}


def settled(s):
    previous = s.screenshot()
    while True:
        time.sleep(0.3)
        picture = s.screenshot()
        if palette_distance(previous, picture) < 0.05 and picture.data != b"\0" * len(picture.data):
            return picture
        previous = picture


def main():
    binding = sys.argv[1]
    with Session(dict(SETTINGS, enabled="off"), binding) as s:
        plain = settled(s)

        def switch(settings, accept, what):
            s.write_config(dict(SETTINGS, **settings))
            picture, took = s.wait_for(accept, 3, what)
            print(f"{what}: {took * 1000:.0f} ms (screenshots included)")
            assert took < 1.0, f"{what}: {took:.2f} s"
            return settled(s)

        far = lambda *others: (lambda p: all(palette_distance(p, o) > 0.5 for o in others))
        near = lambda other: (lambda p: palette_distance(p, other) < 0.1)
        wave = switch({"style": "great_wave"}, far(plain), "on: great_wave")
        starry = switch({"style": "starry_night"}, far(plain, wave), "great_wave to starry_night")
        switch({"style": "great_wave"}, near(wave), "back to great_wave")
        lines = [line for line in s.log.splitlines() if "style: " in line]
        assert [line.rsplit(" ", 1)[-1] for line in lines] == ["great_wave", "starry_night", "great_wave"], s.log

        s.write_config({"style": "starry_night", "strength": "lots"})  # one bad value: the whole file is refused
        time.sleep(1.0)
        assert near(wave)(s.screenshot()), "a bad config changed the display"
        assert s.log.count("strength") == 1, s.log
        s.write_config(dict(SETTINGS, style="no_such_style"))
        time.sleep(1.0)
        assert near(wave)(s.screenshot()), "an unknown style changed the display"
        assert "no_such_style" in s.log, s.log
        switch({"style": "great_wave", "strength": "0"}, near(plain), "strength 0 shows the original")
        switch({"style": "great_wave", "enabled": "off"}, near(plain), "off shows the original")
        assert s.alive()
    assert palette_distance(wave, starry) > 0.5


main()
