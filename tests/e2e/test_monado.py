# SPDX-License-Identifier: Apache-2.0
"""Monado's own metrics of a session beside the layer's log of the same frames: both must tell the same story."""
import json
import os
import pathlib
import subprocess
import tempfile

from session import BUILD, ROOT

FRAMES = 60


def report(log, metrics):
    out = subprocess.run([str(BUILD / "bin/artem"), "report", str(log), "--json", "--monado", str(metrics)], check=True, capture_output=True)
    return json.loads(out.stdout)


def main():
    with tempfile.TemporaryDirectory(prefix="artem-monado.") as name:
        folder = pathlib.Path(name)
        log, metrics, config = folder / "frames.csv", folder / "metrics.pb", folder / "artem.conf"
        config.write_text(f"[artem]\nresolution = 64\nbudget_ms = 0\nbackend = cpu\nlog_file = {log}\n")
        env = dict(os.environ, ARTEM_CONFIG=str(config), ARTEM_LOG=f"warn:{folder / 'log'}", ARTEM_BUILD=str(BUILD),
                   ARTEM_STATE_DIR=str(folder / "state"), XRT_METRICS_FILE=str(metrics), XDG_CACHE_HOME=str(folder / "cache"))
        command = [str(ROOT / "scripts/with-monado"), "--null", "--", str(BUILD / "bin/artem-demo"), "--size", "128x128", "--frames", str(FRAMES)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        numbers = report(log, metrics)
        monado = numbers["monado"]
        print(json.dumps(monado, indent=2))
        assert numbers["meta"]["clock_offset_ns"], "the log does not tell its clock"
        assert numbers["frames"] >= FRAMES and numbers["decisions"]["styled"] > FRAMES / 2, numbers
        # Frames without pictures, of a session that begins or ends, are discarded.
        assert monado["joined"] >= 0.9 * numbers["frames"], "frames are not found by their display time"
        assert monado["early"] == 0, "Monado saw frames before the layer had handed them over"
        assert monado["app_ms"]["p50"] > 0 and monado["difference_ms"]["p50"] < monado["app_ms"]["max"]
        # The layer's time is part of what Monado sees of the app.
        assert monado["layer_ms"]["p50"] < monado["app_ms"]["p50"]
        # What is handed over late is shown late.
        assert monado["missed"]["both"] == monado["missed"]["ours"] <= monado["missed"]["monado"]
        # Another clock: nothing fits.
        text = log.read_text()
        offset = numbers["meta"]["clock_offset_ns"]
        log.write_text(text.replace(offset, str(int(offset) + 3600 * 10**9)))
        assert report(log, metrics)["monado"]["joined"] == 0
        # A log that does not tell its clock is joined by what fits most.
        log.write_text("".join(line for line in text.splitlines(True) if "clock_offset_ns" not in line))
        assert report(log, metrics)["monado"]["joined"] == monado["joined"]


main()
