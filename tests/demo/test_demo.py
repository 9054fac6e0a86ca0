# SPDX-License-Identifier: Apache-2.0
"""usage: test_demo.py ARTEM_DEMO: options, scene files, and pictures that are the same each time."""
import os
import pathlib
import subprocess
import sys
import tempfile

DEMO = sys.argv[1]
# Under AddressSanitizer the Vulkan driver's own leaks, whose library is gone by then, could not be told from the app's.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")


def run(*options):
    return subprocess.run([DEMO, *map(str, options)], capture_output=True, text=True, env=ENVIRONMENT)


def expect(status, text, *options):
    result = run(*options)
    assert result.returncode == status and text in result.stdout + result.stderr, (options, result)


def picture(folder, name, *options):
    path = folder / name
    result = run("--desktop", "--size", "160x120", "--frames", 3, "--screenshot", path, "--at", 2, *options)
    if result.returncode == 3:
        print("skipped: no Vulkan device here: " + result.stderr)
        sys.exit(77)
    assert result.returncode == 0, result.stderr
    data = path.read_bytes()
    assert data.startswith(b"P6\n160 120\n255\n") and len(data) == 15 + 160 * 120 * 3
    return data[15:]


def test_options():
    expect(0, "--layout eyes|side-by-side|array", "--help")
    for options in (["--layout", "diagonal"], ["--format", "rgb565"], ["--size", "0x7"], ["--size", "many"], ["--frames", "-3"],
                    ["--layers", "9"], ["--no-such-thing"], ["--pose-path", "fly"]):
        expect(2, "artem-demo: ", *options)
    with open("/dev/full", "w") as full:
        done = subprocess.run([DEMO, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert done.returncode == 2 and "No space left" in done.stderr, done


def test_scenes(folder):
    scene = folder / "bad.scene"
    for line, text in ((3, "sky 1 2\n"), (5, "light sideways 1 2 3\n"), (2, "nonsense\n"), (4, "material m marble #12345 #ffffff\n")):
        scene.write_text("# a comment\n" * (line - 1) + text)
        expect(1, f"bad.scene:{line}: ", "--desktop", "--frames", 1, "--scene", scene)
    expect(1, "", "--desktop", "--frames", 1, "--scene", folder / "missing.scene")


def test_pictures(folder):
    first = picture(folder, "a.ppm", "--pose-path", "walk", "--fixed-step")
    assert first == picture(folder, "b.ppm", "--pose-path", "walk", "--fixed-step"), "the same options gave another picture"
    assert len({first[i:i + 3] for i in range(0, len(first), 3)}) > 200, "there is hardly anything to see"
    assert first != picture(folder, "c.ppm", "--pose-path", "walk", "--fixed-step=2"), "nothing moves"
    assert first != picture(folder, "d.ppm", "--pose-path", "walk", "--fixed-step", "--seed", 7), "the seed changes nothing"


with tempfile.TemporaryDirectory(prefix="artem-demo.") as name:
    test_options()
    test_scenes(pathlib.Path(name))
    test_pictures(pathlib.Path(name))
