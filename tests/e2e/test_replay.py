# SPDX-License-Identifier: Apache-2.0
"""A recording made live, with the demo app under Monado, replays to the same bytes on the CPU, whatever the network ran on; with one recorded byte
changed it does not."""
import pathlib
import subprocess
import tempfile

from session import BUILD, PATIENCE, Session, run_test

FRAMES = 8


def replay(folder):
    result = subprocess.run([str(BUILD / "bin/artem"), "replay", str(folder)], capture_output=True, text=True)
    print("  artem replay:", (result.stdout + result.stderr).strip().splitlines()[-1:], "status", result.returncode)
    return result.returncode


def record_and_replay(backend):
    with tempfile.TemporaryDirectory(prefix="artem-e2e.") as folder:
        recording = pathlib.Path(folder) / "recording"
        settings = {"style": "starry_night", "resolution": 128, "budget_ms": 0, "strength": 0.9, "keep_color": 0.2,
                    "backend": backend, "record": recording, "record_frames": FRAMES}
        app = [str(BUILD / "bin/artem-demo"), "--size", "160x144", "--layout", "array", "--format", "rgba16f", "--frames", "60"]
        with Session(settings, app=app, null=True) as s:
            s.process.wait(PATIENCE)
        assert s.process.returncode == 0, s.output
        assert ("the network runs on the CPU" in s.log) == (backend == "cpu"), s.log
        assert recording.stat().st_mode & 0o777 == 0o700, "others can read the recording"
        assert replay(recording) == 0, "the replay differs from the session"
        file = recording / "session.artrec"
        data = bytearray(file.read_bytes())
        assert len(data) > FRAMES * 2 * 2 * 160 * 144 * 8, "the recording holds too little"
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        assert replay(recording) != 0, "a changed byte was not noticed"


for name in ("cpu", "vulkan"):
    run_test(record_and_replay, name)
