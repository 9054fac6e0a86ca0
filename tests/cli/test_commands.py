# SPDX-License-Identifier: Apache-2.0
"""artem, artem styles, artem config, artem run."""
import glob
import json
import os
import re
import shutil
import struct
import subprocess
import sys

from helpers import ARTEM, CommandTest, artfile, decode_png, main, png, write_models


class Main(CommandTest):
    def test_help(self):
        for words in (["--help"], ["-h"], ["help"]):
            self.assertIn("stylize", self.artem(*words))
        for command in ("stylize", "styles", "run", "config", "pipe", "view"):
            self.assertTrue(self.artem(command, "--help").startswith("usage: artem " + command))
        self.assertRegex(self.artem("--version"), r"^artem \d+\.\d+\.\d+\n$")

    def test_usage_errors(self):
        self.artem(status=2, error="a command is missing")
        self.artem("paint", status=2, error="no command 'paint'")
        self.artem("styles", "--foo", status=2, error="--foo")
        self.artem("styles", "x", status=2, error="unexpected 'x'")
        self.artem("config", "x", status=2, error="unexpected 'x'")
        self.artem("config", "--check", "a", "b", status=2, error="unexpected 'b'")
        self.artem("config", "--check=a", "b", status=2, error="unexpected 'b'")
        self.artem("run", status=2, error="a command is missing")

    def test_full_disk(self):
        if os.access("/dev/full", os.W_OK):
            with open("/dev/full", "w") as full:
                done = subprocess.run([ARTEM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("No space left", done.stderr)


class Styles(CommandTest):
    # The styles of this source tree, if there are any, are listed as well: only names of the test count.
    def names(self, **environment):
        return [line.split()[0] for line in self.artem("styles", **environment).splitlines()]

    def test_list(self):
        write_models(self.models, (("zz_test", "Zweite \u201eSee\u201c"), ("aa-test", ""), ("mm_test", 'a "b" \\')))
        lines = self.artem("styles").splitlines()
        self.assertIn("zz_test                     76304  Zweite \u201eSee\u201c", lines)
        mine = [line.split()[0] for line in lines if "test" in line]
        self.assertEqual(mine, ["aa-test", "mm_test", "zz_test"])
        listed = {style["name"]: style for style in json.loads(self.artem("styles", "--json"))["styles"]}
        self.assertEqual(listed["mm_test"], {"name": "mm_test", "title": 'a "b" \\', "bytes": 76304,
                                             "path": os.path.join(self.models, "mm_test.artstyle")})

    def test_beside_the_program(self):
        """Where it lies now, which may be somewhere else than it was installed, or behind a link."""
        folder = self.path("moved")
        models = os.path.join(folder, "share/artem/models")
        os.makedirs(models)
        os.mkdir(os.path.join(folder, "bin"))
        write_models(models, (("beside_test", ""),))
        shutil.copy(ARTEM, os.path.join(folder, "bin/artem"))
        os.symlink(os.path.join(folder, "bin/artem"), self.path("link"))
        for program in (os.path.join(folder, "bin/artem"), self.path("link")):
            done = subprocess.run([program, "styles"], capture_output=True, text=True, env=self.environment)
            self.assertIn("beside_test ", done.stdout, done.stderr)
        self.assertNotIn("beside_test", self.artem("styles"))

    def test_damaged(self):
        write_models(self.models, (("aa_test", ""), ("bb_test", "")))
        with open(os.path.join(self.models, "aa_test.artstyle"), "r+b") as file:
            file.truncate(1000)
        out = self.artem("styles", status=1, error="aa_test.artstyle: 1000 bytes, but its header says 76304")
        self.assertIn("bb_test", out)
        self.assertNotIn("aa_test", out)


class Pipe(CommandTest):
    def frame(self, pictures, flags=0, magic=0x4D524641):
        """pictures: list of (width, height, RGB bytes)."""
        head = struct.pack("<3I", magic, flags, len(pictures))
        return (head + b"".join(struct.pack("<2I10i", w, h, *[0] * 10) for w, h, _ in pictures)
                + b"".join(data for _, _, data in pictures))

    def pipe(self, data, *options, status=0):
        done = subprocess.run([ARTEM, "pipe", "--style", "sea", *options], input=data, capture_output=True,
                              env=dict(os.environ, ARTEM_MODELS=self.models))
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout if status == 0 else done.stderr.decode()

    def setUp(self):
        super().setUp()
        write_models(self.models, (("sea", ""), ("sky", "")))
        self.pixels = bytes((7 * i * i + i // 3) % 256 for i in range(24 * 16 * 3))

    def test_frames(self):
        still = self.frame([(24, 16, self.pixels)], 1)
        out = self.pipe(still)
        self.assertEqual(len(out), len(self.pixels))
        source = self.write("in.png", png(24, 16, 2, 8, [self.pixels[72 * y:72 * y + 72] for y in range(16)]))
        self.artem("stylize", source, self.path("out.png"), "--style", "sea")
        self.assertEqual(b"".join(decode_png(self.path("out.png"))[3]), out)  # what artem stylize gives
        other = self.frame([(24, 16, self.pixels), (8, 4, self.pixels[:96])])
        twice = self.pipe(other + other)
        half = len(self.pixels) + 96
        self.assertEqual(len(twice), 2 * half)
        self.assertEqual(self.pipe(other + other, "--devices", "cpu:0,cpu:1"), twice)
        again = self.frame([(24, 16, self.pixels), (8, 4, self.pixels[:96])], 2)
        restarted = self.pipe(other + again)
        self.assertEqual(restarted[:half], restarted[half:])
        self.assertEqual(self.pipe(b""), b"")

    def test_blend(self):
        still = self.frame([(24, 16, self.pixels)], 1)
        self.assertEqual(self.pipe(still, "--blend-style", "sky", "--blend", "0"), self.pipe(still))
        self.pipe(still, "--blend-style", "none", status=1)

    def test_bad_input(self):
        good = self.frame([(24, 16, self.pixels)])
        for bad in (good[:7], good[:20], good[:-1], self.frame([(24, 16, self.pixels)], magic=1), self.frame([]),
                    self.frame([(24, 16, self.pixels)], 4), self.frame([(0, 16, b"")]), self.frame([(4100, 16, b"")]),
                    self.frame([(4, 4, self.pixels[:48])] * 9)):
            self.assertIn("standard input", self.pipe(bad, status=1))
        self.assertIn("cannot be painted", self.pipe(self.frame([(6, 4, self.pixels[:72])]), status=1))
        self.artem("pipe", status=2, error="--style is missing")
        self.artem("pipe", "--style", "sea", "x", status=2, error="unexpected 'x'")


class Json(CommandTest):
    def test_every_member_is_documented(self):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
        with open(os.path.join(here, "docs/man/artem.1")) as file:
            manual = file.read()
        names = set()
        for path in glob.glob(os.path.join(here, "cli/*.c")) + glob.glob(os.path.join(here, "cli/bench/*.c")):
            with open(path) as file:
                text = re.sub(r"static char \*write_manifest.*?\n}\n", "", file.read(), flags=re.S)  # no command's output
            names |= set(re.findall(r'(?:cJSON_Add\w+ToObject|json_add_number|add_times|add_frames)\(\w+, "([\w.]+)"', text))
        names -= {"us", "ms"}  # units of the benchmark's times
        self.assertGreater(len(names), 80)
        self.assertEqual([n for n in sorted(names) if not re.search(rf"(?<!\w){re.escape(n)}(?!\w)", manual)], [])


class Config(CommandTest):
    def test_every_key_is_known_and_documented(self):
        here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
        with open(os.path.join(here, "README.md")) as file:
            block = file.read().split("```ini\n[artem]\n")[1].split("\n[")[0]
        with open(os.path.join(here, "runtime/config_set.c")) as file:
            known = re.findall(r'strcasecmp\(key, "(\w+)"\)', file.read())
        documented = [line.split()[0] for line in block.splitlines() if line.strip()]
        self.assertEqual(list(json.loads(self.artem("config", "--json"))["settings"]), documented)
        self.assertEqual(sorted(known), sorted(documented))

    def test_defaults(self):
        out = self.artem("config")
        self.assertTrue(out.startswith(f"# defaults; no {self.folder}/.config/artem/artem.conf\n[artem]\nallow = on\nenabled = on\n"))
        self.assertIn("budget_ms = 11.1\n", out)

    def test_file(self):
        path = self.write("my.conf", "[artem]\nstyle = sea\nstrength=0.5\nlog_file=~/a b.csv\nrecord=~/walk\nar=on\n[app:My App]\nthreads = 3\n[exe:x]\nthreads=4")
        out = self.artem("config", ARTEM_CONFIG=path)
        self.assertTrue(out.startswith(f"# {path}\n"))
        self.assertIn("style = sea\nblend_style = \nblend = 0.5\nstrength = 0.5\n", out)
        self.assertIn(f'log_file = "{self.folder}/a b.csv"\nbackend = auto\nthreads = 0\ndevices = \nar = on\nrecord = "{self.folder}/walk"\nrecord_frames = 100\n', out)
        self.assertIn("threads = 3\n", self.artem("config", "--app", "My App", ARTEM_CONFIG=path))
        self.assertIn("threads = 4\n", self.artem("config", "--app", "My App", "--exe", "x", ARTEM_CONFIG=path))
        again = self.write("again.conf", out)  # what is printed can be read
        self.assertEqual(self.artem("config", ARTEM_CONFIG=again).splitlines()[1:], out.splitlines()[1:])

    def test_every_strength_survives(self):
        for value in ("0", "0.002", "0.0039", "0.7", "0.998", "1"):
            path = self.write("a.conf", f"[artem]\nstrength = {value}\n")
            once = self.artem("config", ARTEM_CONFIG=path)
            path = self.write("a.conf", once)
            self.assertEqual(self.artem("config", ARTEM_CONFIG=path), once)

    def test_check(self):
        good = self.write("good.conf", "[artem]\nstrength = 1\n")
        self.assertEqual(self.artem("config", "--check", good), f"{good}: good\n")
        bad = self.write("artem.conf", "[artem]\n\nstrength = x\n")
        self.artem("config", "--check", bad, status=1,
                   error="artem.conf:3: strength: expected a number from 0 to 1, got 'x'")
        self.artem("config", "--check", self.path("none"), status=1, error="no such file")
        self.artem("config", "--check", self.folder, status=1, error="not a regular file")
        odd = self.write("odd.conf", "[artem]\ncolour = red\n")
        self.artem("config", "--check", odd, error="odd.conf:2: unknown key 'colour' is ignored")
        self.artem("config", ARTEM_CONFIG=bad, status=1, error="the defaults are in force", lines=2)
        self.assertEqual(self.artem("config", "--check=" + good), f"{good}: good\n")
        # The one in use.
        self.assertEqual(self.artem("config", "--check", ARTEM_CONFIG=good), f"{good}: good\n")
        self.artem("config", "--check", ARTEM_CONFIG=bad, status=1, error="artem.conf:3: strength")
        self.assertEqual(self.artem("config", "--check"), f"defaults; no {self.folder}/.config/artem/artem.conf\n")
        self.assertEqual(self.artem("config", "--check", HOME=""), "defaults; no place to look for artem.conf\n")


class Run(CommandTest):
    """With a copy of the program next to a manifest, as in a build tree and in an installation."""

    def installed(self, manifest_folder):
        os.makedirs(self.path("prefix/bin"))
        os.makedirs(self.path(manifest_folder))
        program = self.path("prefix/bin/artem")
        with open(ARTEM, "rb") as source, open(program, "wb") as target:
            target.write(source.read())
        os.chmod(program, 0o755)
        self.write(manifest_folder + "/XR_APILAYER_ARTEM_style_transfer.json", "{}")
        return program

    def run_it(self, program, *command, **environment):
        return subprocess.run([program, "run", *command], capture_output=True, text=True, timeout=600,
                              env={**self.environment, **environment})

    def printed(self, program, **environment):
        code = "import os; print(os.environ['XR_API_LAYER_PATH']); print(os.environ['XR_ENABLE_API_LAYERS'])"
        return self.run_it(program, "--", sys.executable, "-c", code, **environment).stdout.splitlines()

    def test_environment(self):
        layer = "XR_APILAYER_ARTEM_style_transfer"
        for folder in ("prefix/plugin", "prefix/share/openxr/1/api_layers/explicit.d"):
            with self.subTest(folder=folder):
                program = self.installed(folder)
                where = os.path.realpath(self.path(folder))
                paths, layers = self.printed(program)
                self.assertEqual(paths.split(":")[0], where)
                self.assertEqual(layers, layer)
                paths, layers = self.printed(program, XR_API_LAYER_PATH="/a:/b", XR_ENABLE_API_LAYERS="X")
                self.assertEqual((paths, layers), (where + ":/a:/b", "X:" + layer))
                paths, layers = self.printed(program, XR_API_LAYER_PATH=where, XR_ENABLE_API_LAYERS=layer + ":Y")
                self.assertEqual((paths, layers), (where, layer + ":Y"))
                subprocess.run(["rm", "-r", self.path("prefix")], check=True)

    def test_default_folders_stay(self):
        program = self.installed("prefix/plugin")
        other = self.path(".local/share/openxr/1/api_layers/explicit.d")
        os.makedirs(other)
        self.assertIn(other, self.printed(program)[0].split(":"))

    def test_default_folders_in_the_order_of_the_loader(self):
        program = self.installed("prefix/plugin")
        folders = [self.path(base + "/openxr/1/api_layers/explicit.d") for base in ("etc 1", "etc2", "data1", "data2", "own")]
        for folder in folders:
            os.makedirs(folder)
        found = self.printed(program, XDG_CONFIG_DIRS=f"{self.path('etc 1')}:/nonexistent:{self.path('etc2')}", XDG_DATA_HOME=self.path("own"),
                             XDG_DATA_DIRS=f"{self.path('data1')}:{self.path('data2')}")[0].split(":")
        self.assertEqual([folder for folder in found[1:] if folder.startswith(self.folder)], folders)

    def test_status(self):
        program = self.installed("prefix/plugin")
        self.assertEqual(self.run_it(program, "sh", "-c", "exit 42").returncode, 42)
        self.assertEqual(self.run_it(program, "--", "sh", "-c", "exit 3", "--help").returncode, 3)
        missing = self.run_it(program, "/nonexistent/app")
        self.assertEqual((missing.returncode, missing.stderr),
                         (127, "artem: error: /nonexistent/app: No such file or directory\n"))
        plain = self.write("plain", "x")
        os.chmod(plain, 0o644)
        self.assertEqual(self.run_it(program, plain).returncode, 126)
        self.assertEqual(self.run_it(program, "--bad").returncode, 2)

    def test_no_manifest(self):
        program = self.installed("prefix/plugin")
        os.unlink(self.path("prefix/plugin/XR_APILAYER_ARTEM_style_transfer.json"))
        done = self.run_it(program, "true")
        if not os.path.exists("/usr/local/share/openxr/1/api_layers/explicit.d/XR_APILAYER_ARTEM_style_transfer.json"):
            self.assertEqual(done.returncode, 1)
            self.assertIn("neither installed nor built", done.stderr)


if __name__ == "__main__":
    main()
