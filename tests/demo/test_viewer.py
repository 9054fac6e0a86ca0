# SPDX-License-Identifier: Apache-2.0
"""usage: test_viewer.py ARTEM_VIEW ARTEM: the viewer as its user sees it, in a window of Xvfb, against what the command
paints: pixel for pixel, since nothing is scaled."""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

import display

VIEW, ARTEM = sys.argv[1:3]
os.environ["XDG_DATA_HOME"] = "/nonexistent"  # the user's own styles would be among the shipped ones
WIDTH, HEIGHT, RESOLUTION = 360, 240, 128
# Under AddressSanitizer the Vulkan driver's own leaks, whose library is gone by then, could not be told from ours.
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=0"}


def make_picture(path, seed):
    """Shapes and shades that no two seeds share."""
    pixels = bytearray()
    for y in range(HEIGHT):
        for x in range(WIDTH):
            ring = ((x - 120 - 20 * seed) ** 2 + (y - 120) ** 2) // (900 + 300 * seed) % 2
            pixels += bytes(((x * 255 // WIDTH + 40 * seed) % 256, 230 if ring else y * 255 // HEIGHT, (x * y // 97 + 90 * seed) % 256))
    ppm = b"P6 %d %d 255\n" % (WIDTH, HEIGHT) + pixels
    subprocess.run(["convert", "ppm:-", str(path)], input=ppm, check=True)
    return display.read(path)


class Viewer:
    """The program, and its window."""

    def __init__(self, screen, *options):
        self.screen = screen
        self.process = subprocess.Popen([VIEW, *map(str, options)], env=dict(screen.environment, **SANITIZERS),
                                        stderr=subprocess.PIPE, text=True)
        self.window = screen.find_window(self.process)

    def until(self, is_right, what):
        assert self.process.poll() is None, self.process.stderr.read()
        return self.screen.until(self.window, is_right, what)

    def shows(self, picture, what):
        return self.until(lambda got: got.pixels == picture.pixels, what)

    def keys(self, *keys):
        self.screen.keys(*keys)

    def mouse(self, *arguments):
        self.screen.tool("xdotool", "mousemove", "--window", self.window, *arguments, check=True)

    def end(self, status=0):
        """Returns what was said."""
        self.process.send_signal(signal.SIGTERM)
        said = self.process.communicate(timeout=60)[1]
        assert self.process.returncode == status, (self.process.returncode, said)
        return said


class Test:
    def __init__(self, screen, folder):
        self.screen, self.folder = screen, folder
        self.files = [folder / "pictures" / name for name in ("1.png", "2.png", "10.png")]
        self.files[0].parent.mkdir()
        self.pictures = [make_picture(path, seed) for seed, path in enumerate(self.files)]
        self.plain = ("--show", "none", "--backend", "cpu", "--resolution", RESOLUTION, "--style", "great_wave")

    @contextlib.contextmanager
    def viewer(self, *options):
        viewer = Viewer(self.screen, *options)
        try:
            yield viewer
        finally:
            if viewer.process.poll() is None:
                viewer.process.kill()
            viewer.process.wait()

    def painted(self, number=0, style="great_wave", *options):
        out = self.folder / "painted.png"
        subprocess.run([ARTEM, "stylize", self.files[number], out, "--style", style, "--backend", "cpu", "--resolution",
                        str(RESOLUTION), *options], check=True, stdout=subprocess.DEVNULL)
        return display.read(out)

    def refused(self, status, text, *options, **environment):
        done = subprocess.run([VIEW, *map(str, options)], capture_output=True, text=True, timeout=100,
                              env={**self.screen.environment, **SANITIZERS, **environment})
        assert done.returncode == status and text in done.stdout + done.stderr, (options, done)

    def test_messages(self):
        self.refused(0, "--blend-style", "--help")
        with open("/dev/full", "w") as full:
            done = subprocess.run([VIEW, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, env=self.screen.environment)
        assert done.returncode == 2 and "No space left" in done.stderr, done
        for options in (["--strength", "3"], ["--size", "big"], ["--split=2"], ["--show", "all"], ["--nothing"], ["--play"],
                        ["--blend", "0.5"], ["--backend", "gpu"], ["--eyes", "three"], ["--frames", "3"]):
            self.refused(2, "artem-view: --", *options)
        empty = self.folder / "empty"
        empty.mkdir()
        (self.folder / "text.png").write_text("This is no picture.\n")
        self.refused(1, "there is no PNG or JPEG picture in this folder", empty)
        self.refused(1, "missing.png: No such file", self.folder / "missing.png")
        self.refused(1, "text.png: not a PNG or JPEG picture", self.folder / "text.png")
        self.refused(1, "there is no style 'nothing'", "--style", "nothing", self.files[0])
        self.refused(1, "is there a display", self.files[0], DISPLAY="")
        self.refused(1, "mesa-vulkan-drivers", self.files[0], VK_DRIVER_FILES="/nonexistent", VK_ICD_FILENAMES="/nonexistent")

    def test_split(self):
        original, painted = self.pictures[0], self.painted()
        assert display.difference(original, painted) > 10, "the style hardly changes the picture"
        with self.viewer("--split", *self.plain, self.files[0]) as viewer:
            self.expect_split(viewer, original, painted, WIDTH // 2)
            # By key, a fortieth to the left; by mouse.
            viewer.keys("comma")
            self.expect_split(viewer, original, painted, WIDTH * 19 // 40)
            viewer.mouse(100, 50, "mousedown", 1, "mousemove_relative", 150, 20)
            self.expect_split(viewer, original, painted, 250)
            viewer.mouse(30, 20, "mouseup", 1)
            self.expect_split(viewer, original, painted, 30)
            viewer.mouse(300, 20)
            viewer.keys("v")
            viewer.shows(painted, "the painting without a split")
            viewer.end()

    @staticmethod
    def expect_split(viewer, original, painted, at):
        def is_right(got):
            return (got.rows(0, at - 2) == original.rows(0, at - 2) and got.rows(at + 2, WIDTH) == painted.rows(at + 2, WIDTH)
                    and all(got.pixel(x, y) == (255, 255, 255) for x in (at - 1, at) for y in (0, HEIGHT - 1)))
        viewer.until(is_right, f"the original on the left of {at}, the painting on the right")

    def test_keys(self):
        original = self.pictures[0]
        with self.viewer(*self.plain, self.files[0]) as viewer:
            viewer.shows(self.painted(), "the painting")
            viewer.keys("3")
            viewer.shows(self.painted(0, "night_cafe"), "another style")
            viewer.keys("o")
            viewer.shows(original, "the original")
            viewer.keys("n")
            viewer.shows(self.painted(0, "olive_trees"), "the next style")
            viewer.keys("Up", "Up")
            viewer.shows(self.painted(), "two styles before")
            viewer.keys(*["minus"] * 10)
            viewer.shows(self.painted(0, "great_wave", "--strength", "0.5"), "half the strength")
            viewer.keys(*["minus"] * 12)
            viewer.shows(original, "the original at strength 0")
            viewer.keys("BackSpace", "shift+6")
            blend = "--blend-style", "starry_night", "--blend"
            viewer.shows(self.painted(0, "great_wave", *blend, "0.5"), "a blend")
            viewer.keys("bracketright", "bracketright")
            viewer.shows(self.painted(0, "great_wave", *blend, "0.6"), "more of its second style")
            viewer.keys("b", *["k"] * 6)
            viewer.shows(self.painted(0, "great_wave", "--keep-color", "0.3"), "with colours of its own")
            viewer.keys(*["K"] * 6, *["x"] * 10)
            viewer.shows(self.painted(0, "great_wave", "--keep-text", "0.5"), "with writing kept")
            assert viewer.end() == ""

    def test_folder(self):
        folder = self.files[0].parent
        (folder / "3.png").write_bytes(self.files[0].read_bytes()[:900])
        (folder / "notes.txt").write_text("Not to be shown.\n")
        (folder / "deeper").mkdir()
        with self.viewer(*self.plain, folder) as viewer:
            viewer.shows(self.painted(0), "the first picture")
            viewer.keys("Right")
            viewer.shows(self.painted(1), "the second picture")
            viewer.keys("Right")
            viewer.until(lambda got: got.crop(0, 0, WIDTH, 100) == self.last_rows, "the one after the broken one")
            viewer.keys("Left", "Left")
            viewer.shows(self.painted(0), "the first one again")
            # As a film; its originals, since what is painted depends on the frames before.
            viewer.keys("o", "space")
            for number in (1, 2, 0):
                viewer.shows(self.pictures[number], f"picture {number} of the film")
            viewer.keys("space", "o")
            import drop  # which needs libX11

            drop.drop_files(self.screen.environment["DISPLAY"], viewer.window, [self.files[2]])
            viewer.until(lambda got: got.crop(0, 0, WIDTH, 100) == self.last_rows, "the one that was dropped")
            said = viewer.end()
        assert "1 file is no PNG or JPEG picture: skipped" in said and "3.png: " in said, said

    @property
    def last_rows(self):
        # A message lies over the rest.
        if not hasattr(self, "last"):
            self.last = self.painted(2)
        return self.last.crop(0, 0, WIDTH, 100)

    def test_resize(self):
        painted = self.painted()
        with self.viewer(*self.plain, self.files[0]) as viewer:
            viewer.shows(painted, "the painting")
            self.screen.tool("xdotool", "windowsize", viewer.window, WIDTH + 100, HEIGHT + 60, check=True)
            larger = viewer.until(lambda got: got.width == WIDTH + 100 and got.crop(50, 30, WIDTH, HEIGHT) == painted.rows(0, WIDTH),
                                  "the painting in the middle of a larger window")
            assert len(set(larger.pixel(x, 10) for x in range(larger.width))) == 1, "something is beside the picture"
            viewer.keys("f")
            viewer.until(lambda got: got.width == 800 and got.crop(220, 180, WIDTH, HEIGHT) == painted.rows(0, WIDTH), "full screen")
            viewer.keys("Escape")
            viewer.until(lambda got: got.width == WIDTH + 100, "a window again")
            viewer.end()
        with self.viewer(*self.plain, "--size", "320x200", self.files[0]) as viewer:
            # 300 x 200 in the middle, as the area average of ImageMagick has it, nearly.
            small = subprocess.run(["convert", self.folder / "painted.png", "-scale", "300x200!", "-depth", "8", "ppm:-"], capture_output=True, check=True)
            small = display.Picture(small.stdout)

            def is_right(got):
                middle = b"".join(got.crop(10, 0, 300, 200))
                return sum(abs(a - b) for a, b in zip(middle, small.pixels)) / len(middle) < 1.5
            viewer.until(is_right, "the painting scaled down")
            viewer.end()

    def test_files(self):
        painted, out = self.painted(), self.folder / "out"
        out.mkdir()
        with self.viewer("--output", out, *self.plain, self.files[0]) as viewer:
            viewer.shows(painted, "the painting")
            viewer.keys("s")
            viewer.until(lambda got: got.pixels != painted.pixels, "that something was saved")
            viewer.keys("w")
            viewer.until(lambda got: len(list(out.iterdir())) == 2, "a second file")
            viewer.end()
        assert [display.read(path).pixels for path in out.iterdir()] == [painted.pixels] * 2
        shot = self.folder / "shot.png"
        self.refused(0, "", "--screenshot", shot, *self.plain, self.files[0])
        assert display.read(shot).pixels == painted.pixels
        # On the window's own device: the same bytes, whatever it is.
        self.refused(0, "", "--screenshot", shot, *self.plain, "--backend", "vulkan", "--validate", self.files[0])
        assert display.read(shot).pixels == painted.pixels
        # Without CUDA, whatever artem.conf names for another machine.
        self.refused(0, "takes its place", "--screenshot", shot, *self.plain, "--backend", "cuda", self.files[0],
                     ARTEM_CUDA_LIBRARY="/nonexistent")
        assert display.read(shot).pixels == painted.pixels

    def test_scene(self):
        options = "--show", "none", "--backend", "cpu", "--resolution", 128, "--size", "320x200"
        with self.viewer(*options, "--style", "the_scream", "--pose-path", "walk") as viewer:
            first = viewer.until(lambda got: len(set(got.rows(0, 320))) > 100, "the scene")
            viewer.until(lambda got: got.pixels != first.pixels, "something that moves")
            viewer.keys("space")
            stand = [None]

            def stands(got):
                stood, stand[0] = stand[0] is not None and stand[0].pixels == got.pixels, got
                return stood
            still = viewer.until(stands, "the scene standing still")
            left, right = still.rows(0, 160), still.rows(160, 320)
            assert left != right, "both eyes see the same"
            viewer.keys("o")
            original = viewer.until(lambda got: display.difference(got, still) > 10, "the scene unpainted")
            viewer.keys("o", "e")
            viewer.until(lambda got: got.rows(0, 160) != left and display.difference(got, original) > 10, "one eye alone")
            viewer.keys("t", "l")
            viewer.until(lambda got: got.pixel(20, 100) != still.pixel(20, 100), "the list")
            viewer.end()


problems = display.missing()
if problems:
    print("skipped: there is no", " ".join(problems))
    sys.exit(77)
server = display.Display(800, 600)
try:
    with tempfile.TemporaryDirectory(prefix="artem-view.") as name:
        os.environ["XDG_CACHE_HOME"] = server.environment["XDG_CACHE_HOME"] = name
        os.environ["ARTEM_CONFIG"] = server.environment["ARTEM_CONFIG"] = name + "/none.conf"
        test = Test(server, pathlib.Path(name))
        for case in sys.argv[3:] or [case for case in dir(test) if case.startswith("test_")]:
            getattr(test, case)()
            print(case, "passed", flush=True)
finally:
    server.close()
