# SPDX-License-Identifier: Apache-2.0
"""scripts/demo and scripts/setup: what they refuse, before anything is changed. What they would start are stand-ins."""
import os
import shutil
import subprocess

from helpers import CommandTest, main

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts")

STAND_INS = {
    "project/scripts/setup": "touch \"$ARTEM_ROOT/was-set-up\"",
    "project/scripts/with-monado": "[[ ! ${ARTEM_CAPTURE-} ]] || { touch \"${ARTEM_CAPTURE%%:*}/frame.ppm\"; echo decision >\"${ARTEM_CAPTURE%%:*}/frames.csv\"; }",
    "project/scripts/screenshot": "touch \"${!#}\"",
    "project/build/bin/artem": "", "project/build/build.ninja": "",
    "bin/cmake": "", "bin/sleep": "", "bin/montage": "", "bin/convert": "touch \"${!#}\"",
}


class Demo(CommandTest):
    def setUp(self):
        super().setUp()
        for name, text in STAND_INS.items():
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            os.chmod(self.write(name, "#!/usr/bin/env bash\nset -eu\n" + text + "\n"), 0o755)
        os.mkdir(self.path("project/scripts/lib"))
        for name in ("demo", "lib/common.sh"):
            shutil.copy(os.path.join(SCRIPTS, name), self.path("project/scripts/" + name))
        for name in ("project/out/demo/earlier", "project/models/sea.artstyle", "project/models/sky.artstyle",
                     ".local/share/artem/models/mine.artstyle"):
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            self.write(name, "")

    def demo(self, *arguments, **environment):
        return subprocess.run([self.path("project/scripts/demo"), *arguments], capture_output=True, text=True, timeout=60, env={
            **self.environment, "ARTEM_ROOT": self.path("project"), "PATH": self.path("bin") + ":" + self.environment["PATH"], **environment})

    def refused(self, error, *arguments):
        done = self.demo(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(error, done.stderr)
        self.assertFalse(os.path.exists(self.path("project/was-set-up")))
        self.assertTrue(os.path.exists(self.path("project/out/demo/earlier")))

    def shown(self, *arguments, **environment):
        done = self.demo(*arguments, **environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(name for name in os.listdir(self.path("project/out/demo")) if os.path.isdir(self.path("project/out/demo/" + name)))

    def test_refused(self):
        for style in ("nosuch", "../models/sea", "sea.artstyle", ""):
            self.refused("--style needs a name" if not style else f"there is no style '{style}'; there are: sea sky\n", "--style", style)
        self.refused("there is no style 'nosuch'", "--style", "sea", "--style", "all", "--style", "nosuch")
        for resolution in ("63", "2049", "0", "x", "", "0100", "99999999999999999999"):
            self.refused("--resolution needs a number from 64 to 2048", "--resolution", resolution)

    def test_styles(self):
        self.assertEqual(self.shown("--style", "sky", "--resolution", "64"), ["sky"])
        self.assertTrue(os.path.exists(self.path("project/was-set-up")))
        self.assertFalse(os.path.exists(self.path("project/out/demo/earlier")))
        self.assertEqual(self.shown("--style", "all", "--resolution", "2048"), ["sea", "sky"])
        self.assertEqual(self.shown("--style", "all", "--style", "sea"), ["sea", "sky"])
        self.assertEqual(self.shown("--style", "sea", "--style", "all"), ["sea", "sky"])
        self.assertEqual(self.shown("--style", "mine", "--style", "sea"), ["mine", "sea"])  # one of the user's own
        self.write("theirs.artstyle", "")
        self.assertEqual(self.shown("--style", "theirs", ARTEM_MODELS=self.folder), ["theirs"])


class Setup(CommandTest):
    def test_without_apt(self):
        os.mkdir(self.path("bin"))
        for tool in ("dirname", "uname", "id"):
            os.symlink(shutil.which(tool), self.path("bin/" + tool))
        for options, monado in (((), True), (("--build-only",), False)):
            done = subprocess.run([shutil.which("bash"), os.path.join(SCRIPTS, "setup"), *options], capture_output=True, text=True,
                                  timeout=60, env={**self.environment, "PATH": self.path("bin")})
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("has no apt-get", done.stderr)
            for package in ("cmake", "libopenxr-dev", "shellcheck"):
                self.assertIn(f" {package} ", done.stderr)
            self.assertEqual("monado-service" in done.stderr, monado)


main()
