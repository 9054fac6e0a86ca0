# SPDX-License-Identifier: Apache-2.0
"""The config file changes while hello_xr runs: log and headset display follow within a second; a bad file changes nothing."""
import pathlib
import sys
import time

from session import Session, Settled, palette_distance

SETTINGS = {"resolution": 160, "budget_ms": 0}


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
    # A smaller picture, so that a slow machine measures the switch and not its own frame rate.
    with Session(dict(SETTINGS, enabled="off"), binding, env={"OXR_VIEWPORT_SCALE_PERCENTAGE": "50"}) as s:
        frames = str(s.folder / "frames.csv")
        plain, _ = s.wait_for(Settled(), 40, "the app's picture")

        def switch(settings, accept, what, start=0.0):
            """The change has to arrive within a second, and then the frames in flight have to be shown."""
            s.write_config(dict(SETTINGS, log_file=frames, **settings))
            seen = []
            _, took = s.wait_for(lambda p: seen.append(p.taken) or accept(p), 15, what)
            limit = 1.0 + start + 6 * interval()
            print(f"{what}: {took * 1000:.0f} ms, allowed {limit * 1000:.0f} ms ({len(seen)} screenshots, frames of {interval() * 1000:.0f} ms)")
            assert took < limit, f"{what}: {took:.2f} s"
            return settled(s)

        def interval():
            """The app's frame time just now, in seconds."""
            rows = [row for row in pathlib.Path(frames).read_text().splitlines() if not row.startswith("#")]
            column = rows[0].split(",").index("interval_ms")
            return sorted(float(row.split(",")[column] or 0) for row in rows[-8:-1])[3] / 1000

        far = lambda *others: (lambda p: all(palette_distance(p, o) > 0.5 for o in others))
        near = lambda other: (lambda p: palette_distance(p, other) < 0.35)
        wave = switch({"style": "great_wave"}, far(plain), "on: great_wave", start=3.0)  # makes the engine
        starry = switch({"style": "starry_night"}, far(plain, wave), "great_wave to starry_night")
        switch({"style": "great_wave"}, far(plain, starry), "back to great_wave")
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
