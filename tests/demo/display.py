# SPDX-License-Identifier: Apache-2.0
"""For tests of windows: an X server without a screen, keys and mouse, pixels of a window."""
import os
import shutil
import subprocess
import time

TOOLS = ("Xvfb", "xdotool", "import", "convert")


def missing():
    return [tool for tool in TOOLS if not shutil.which(tool)]


class Picture:
    """RGB, 8 bits; rows are bytes."""

    def __init__(self, ppm):
        magic, self.width, self.height, most = ppm[:40].split(None, 4)[:4]
        assert (magic, most) == (b"P6", b"255"), (magic, most)
        self.width, self.height = int(self.width), int(self.height)
        self.pixels = ppm[len(ppm) - self.width * self.height * 3:]

    def rows(self, left, right):
        return [self.pixels[(y * self.width + left) * 3:(y * self.width + right) * 3] for y in range(self.height)]

    def pixel(self, x, y):
        return tuple(self.pixels[(y * self.width + x) * 3:][:3])

    def crop(self, left, top, width, height):
        return [row for row in self.rows(left, left + width)[top:top + height]]


def read(path):
    return Picture(subprocess.run(["convert", str(path), "-depth", "8", "ppm:-"], capture_output=True, check=True).stdout)


def difference(a, b):
    """Mean of the differences of two pictures' bytes."""
    assert (a.width, a.height) == (b.width, b.height)
    return sum(abs(x - y) for x, y in zip(a.pixels, b.pixels)) / len(a.pixels)


class Display:
    def __init__(self, width, height):
        reader, writer = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-noreset", "-nolisten",
                                        "tcp"], pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb does not start"
        self.environment = dict(os.environ, DISPLAY=":" + number)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.environment.pop("XAUTHORITY", None)

    def close(self):
        self.server.terminate()
        self.server.wait()

    def tool(self, *arguments, **more):
        return subprocess.run([str(a) for a in arguments], env=self.environment, capture_output=True, **more)

    def find_window(self, process, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            found = self.tool("xdotool", "search", "--onlyvisible", "--pid", process.pid).stdout.split()
            if found:
                return int(found[-1])
            time.sleep(0.05)
        process.kill()
        raise AssertionError(f"no window; status {process.wait()}; {process.stderr.read()}")

    def keys(self, *keys):
        self.tool("xdotool", "key", "--delay", "20", *keys, check=True)

    def picture(self, window):
        return Picture(self.tool("import", "-window", window, "-depth", "8", "ppm:-", check=True).stdout)

    def until(self, window, is_right, what, seconds=60):
        """The window's picture once it is right."""
        end = time.monotonic() + seconds
        while True:
            picture = self.picture(window)
            if is_right(picture):
                return picture
            if time.monotonic() >= end:
                path = os.environ.get("ARTEM_TEST_PICTURE")
                if path:
                    with open(path, "wb") as file:
                        file.write(b"P6 %d %d 255\n" % (picture.width, picture.height) + picture.pixels)
                raise AssertionError("never seen: " + what)
            time.sleep(0.05)
