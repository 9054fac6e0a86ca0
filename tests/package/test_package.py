# SPDX-License-Identifier: Apache-2.0
"""What is installed, under a prefix that configuring knew nothing of. Usage: test_package.py BUILD SOURCE CMAKE CC LIBDIR."""
import glob
import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE, CMAKE, CC, LIBDIR = sys.argv[1:6]
LAYER = "XR_APILAYER_ARTEM_style_transfer"
EXPLICIT = "share/openxr/1/api_layers/explicit.d"
STYLES = sorted(os.path.basename(path)[:-len(".artstyle")] for path in glob.glob(os.path.join(SOURCE, "models/*.artstyle")))


def run(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, env=environment or None)
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = os.path.realpath(cls.temporary.name)
        cls.prefix = os.path.join(cls.folder, "a prefix")
        run(CMAKE, "--install", BUILD, "--prefix", cls.prefix, "--strip")
        # The prefix that was configured for is another one: the data folders name this one.
        cls.environment = {"PATH": os.environ["PATH"], "HOME": cls.folder, "XDG_DATA_DIRS": os.path.join(cls.prefix, "share"),
                           "LC_ALL": "C.UTF-8"}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def path(self, *names):
        return os.path.join(self.prefix, *names)

    def artem(self, *arguments):
        return run(self.path("bin/artem"), *arguments, **self.environment)

    def files(self):
        return sorted(os.path.relpath(os.path.join(folder, name), self.prefix)
                      for folder, _, names in os.walk(self.prefix) for name in names)

    def test_files(self):
        expected = ["bin/artem", "bin/artem-demo", "bin/artem-view", LIBDIR + "/artem/libartem_layer.so", LIBDIR + "/libartem.a",
                    LIBDIR + "/pkgconfig/artem.pc", "include/artem/engine.h", "include/artem/engine_vulkan.h",
                    "include/artem_vk/device.h", "include/artem_kernels/noise.h", EXPLICIT + f"/{LAYER}.json",
                    "share/doc/artem/README.md", "share/doc/artem/copyright", "share/artem/models/artem.artnet"]
        expected += [f"{LIBDIR}/cmake/artem/artem{name}.cmake" for name in ("Config", "ConfigVersion", "Targets")]
        expected += [f"share/artem/models/{name}.artstyle" for name in STYLES]
        completions = {"artem.bash": "bash-completion/completions/artem", "_artem": "zsh/vendor-completions/_artem",
                       "artem.fish": "fish/vendor_completions.d/artem.fish"}
        expected += ["share/" + there for here, there in completions.items()
                     if os.path.exists(os.path.join(SOURCE, "completions", here))]
        self.assertEqual(sorted(set(expected) - set(self.files())), [])

    def test_nothing_more(self):
        # What nobody asked for: a manifest that every app of the machine would load, sources of training, empty folders.
        self.assertEqual([name for name in self.files() if "implicit.d" in name or name.endswith((".py", ".c.o"))], [])
        self.assertEqual([folder for folder, folders, names in os.walk(self.prefix) if not folders and not names], [])

    def test_manual(self):
        for source in glob.glob(os.path.join(SOURCE, "docs/man/*.1")):
            name = os.path.basename(source)
            with open(source, "rb") as plain, gzip.open(self.path("share/man/man1", name + ".gz")) as packed:
                self.assertEqual(packed.read(), plain.read(), name)

    def test_command(self):
        self.assertRegex(self.artem("--version"), r"^artem \d+\.\d+\.\d+\n$")
        styles = json.loads(self.artem("styles", "--json"))["styles"]
        self.assertEqual([style["name"] for style in styles], STYLES)
        self.assertEqual(len(STYLES), 10)
        for style in styles:
            self.assertEqual(style["path"], self.path("share/artem/models", style["name"] + ".artstyle"))
        self.assertEqual(len(self.artem("styles").splitlines()), 10)

    def test_layer(self):
        lines = self.artem("run", "--", "env").splitlines()
        folders = [line for line in lines if line.startswith("XR_API_LAYER_PATH=")][0].partition("=")[2].split(":")
        self.assertEqual(folders[0], self.path(EXPLICIT))
        self.assertIn("XR_ENABLE_API_LAYERS=" + LAYER, lines)
        with open(os.path.join(folders[0], LAYER + ".json")) as file:
            layer = json.load(file)["api_layer"]
        self.assertEqual(layer["name"], LAYER)
        self.assertEqual(layer["library_path"], self.path(LIBDIR, "artem/libartem_layer.so"))
        self.assertNotIn("disable_environment", layer)

    def test_no_path_of_the_build(self):
        # Objects in the static library keep their debug information, and with it the folder that they were compiled in,
        # where the build has any: --strip leaves static libraries alone. Packages are built without.
        archive = self.path(LIBDIR, "libartem.a")
        stripped = os.path.join(self.folder, "stripped.a")
        run("strip", "--strip-debug", "-o", stripped, archive)
        build = re.compile(re.escape(BUILD.encode()) + rb"(?![\w.-])")
        for path in [stripped if path == archive else path for path in map(self.path, self.files())]:
            with open(path, "rb") as file:
                self.assertIsNone(build.search(file.read()), path)

    def paints(self, program):
        done = run(program, "the_scream", **self.environment)
        self.assertRegex(done, r"^the_scream: checksum [0-9a-f]{8}, \d+\.\d ms\n$")
        return done.split(",")[0]

    def test_example(self):
        source = os.path.join(SOURCE, "examples")
        search = dict(self.environment, PKG_CONFIG_PATH=self.path(LIBDIR, "pkgconfig"))
        pkg_config = shutil.which("pkg-config")
        painted = []
        if pkg_config:
            program = os.path.join(self.folder, "by-pkg-config")
            flags = shlex.split(run(pkg_config, "--cflags", "--libs", "--static", "artem", **search))
            run(CC, "-std=c17", "-Wall", "-Wextra", "-Werror", os.path.join(source, "stylize_buffer.c"), "-o", program, *flags)
            painted.append(self.paints(program))
        build = os.path.join(self.folder, "example")
        run(CMAKE, "-S", source, "-B", build, "-DCMAKE_PREFIX_PATH=" + self.prefix, "-DCMAKE_C_COMPILER=" + CC,
            **self.environment)
        run(CMAKE, "--build", build, **self.environment)
        painted.append(self.paints(os.path.join(build, "stylize_buffer")))
        self.assertEqual(len(set(painted)), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
