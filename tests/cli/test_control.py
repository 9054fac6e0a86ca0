# SPDX-License-Identifier: Apache-2.0
"""artem enable, disable, status, set, toggle, next, prev, top, completion."""
import json
import os
import stat
import subprocess

from helpers import ARTEM, CommandTest, main, write_models

NAME = "XR_APILAYER_ARTEM_style_transfer"
LAYER = os.path.realpath(os.path.join(os.path.dirname(ARTEM), "../plugin/libartem_layer.so"))


class Enable(CommandTest):
    def setUp(self):
        super().setUp()
        self.folder_of_layers = self.path(".local/share/openxr/1/api_layers/implicit.d")
        self.manifest = os.path.join(self.folder_of_layers, NAME + ".json")

    def test_and_undo(self):
        os.makedirs(self.path(".local/share"))
        self.assertIn("enabled: " + self.manifest, self.artem("enable"))
        with open(self.manifest) as file:
            layer = json.load(file)
        self.assertEqual(layer["file_format_version"], "1.0.0")
        self.assertEqual(layer["api_layer"]["name"], NAME)
        self.assertEqual(layer["api_layer"]["library_path"], LAYER)  # absolute: the loader does not follow links
        self.assertEqual(layer["api_layer"]["disable_environment"], "DISABLE_ARTEM")
        for key in ("api_version", "implementation_version"):
            self.assertIsInstance(layer["api_layer"][key], str)
        self.assertEqual(stat.S_IMODE(os.stat(self.manifest).st_mode), 0o644)
        before = os.stat(self.manifest).st_ino
        self.assertIn("already enabled", self.artem("enable"))
        self.assertEqual(os.stat(self.manifest).st_ino, before)
        self.assertEqual(os.listdir(self.folder_of_layers), [NAME + ".json"])
        self.assertIn("gone", self.artem("disable"))
        self.assertEqual(os.listdir(self.path(".local/share")), [])  # as it was
        self.assertIn("not enabled", self.artem("disable"))

    def test_neighbours_stay(self):
        os.makedirs(self.folder_of_layers)
        other = os.path.join(self.folder_of_layers, "other.json")
        with open(other, "w") as file:
            file.write("{}")
        self.artem("enable")
        self.artem("disable")
        self.assertEqual(os.listdir(self.folder_of_layers), ["other.json"])

    def test_old_manifest_is_replaced(self):
        os.makedirs(self.folder_of_layers)
        with open(self.manifest, "w") as file:
            file.write('{"api_layer": {"name": "' + NAME + '", "library_path": "/old/libartem_layer.so"}}')
        self.assertNotIn("already", self.artem("enable"))
        with open(self.manifest) as file:
            self.assertEqual(json.load(file)["api_layer"]["library_path"], LAYER)

    def test_elsewhere(self):
        self.artem("enable", XDG_DATA_HOME=self.path("data"))
        self.assertTrue(os.path.exists(self.path(f"data/openxr/1/api_layers/implicit.d/{NAME}.json")))
        self.artem("disable", XDG_DATA_HOME=self.path("data"))

    def test_hindrances(self):
        self.assertIn("not enabled: artem enable", self.artem("enable", "--app", "My App"))
        self.assertNotIn("  enabled = off", self.artem("enable"))
        self.assertNotIn("not enabled", self.artem("enable", "--app", "My App"))
        self.artem("enable", "--app", "My App", "--only")
        self.assertIn("  enabled = off in artem.conf: apps without", self.artem("enable"))
        self.artem("deny")
        self.assertIn("allow = off in artem.conf keeps the layer out: artem allow\n", self.artem("enable"))
        self.assertIn("keeps the layer out: artem allow --exe x y\n", self.artem("enable", "--exe", "x y"))
        self.artem("allow", "--exe", "x y")
        self.assertNotIn("keeps", self.artem("enable", "--exe", "x y"))

    def test_no_room(self):
        self.write(".local", "a file")
        self.artem("enable", status=1, error="its folder cannot be made")
        self.artem("enable", status=1, error="there is no home", HOME="", XDG_DATA_HOME="")
        self.artem("disable", status=0)

    def test_one_app(self):
        self.artem("disable", "--app", "My App")
        self.assertIn("enabled = off\n", self.artem("config", "--app", "my app"))
        self.assertIn("enabled = on\n", self.artem("config"))
        self.artem("enable", "--exe", "game.exe", "--only")
        self.assertIn("enabled = on\n", self.artem("config", "--exe", "game.exe"))
        self.assertIn("enabled = off\n", self.artem("config"))
        self.assertFalse(os.path.exists(self.manifest))

    def test_usage(self):
        self.artem("enable", "--system", "--app", "x", status=2, error="knows no single app")
        self.artem("enable", "--only", status=2, error="--only needs")
        self.artem("disable", "--app", "x", "--only", status=2, error="for artem enable")
        self.artem("enable", "--app", "x", "--exe", "y", status=2, error="exclude each other")
        self.artem("enable", "--app", "a]b", status=2, error="cannot be the name")
        self.artem("disable", "x", status=2, error="unexpected 'x'")


class Set(CommandTest):
    def setUp(self):
        super().setUp()
        write_models(self.models, (("lake", ""), ("sea", ""), ("sky", "")))
        self.conf = self.path(".config/artem/artem.conf")

    def text(self, text=None):
        if text is not None:
            os.makedirs(os.path.dirname(self.conf), exist_ok=True)
            with open(self.conf, "w") as file:
                file.write(text)
            return None
        with open(self.conf) as file:
            return file.read()

    def test_from_nothing(self):
        self.artem("set", "style", "sea")
        self.assertEqual(self.text(), "[artem]\nstyle = sea\n")
        self.artem("set", "resolution", "256")
        self.artem("set", "strength", "0.5", "--app", "My App")
        self.assertEqual(self.text(), "[artem]\nstyle = sea\nresolution = 256\n\n[app:My App]\nstrength = 0.5\n")

    def test_everything_else_stays(self):
        before = ("# mine\n[artem]   # head\nstyle = sky   # a look; mine\n\n; rest\n[ app : my app ]\nSTYLE=sea\n\n[exe:x]\nthreads = 2\n")
        self.text(before)
        self.artem("set", "style", "lake")
        self.assertEqual(self.text(), before.replace("style = sky ", "style = lake "))
        self.artem("set", "style", "sky", "--app", "My App")
        self.assertEqual(self.text(), before.replace("style = sky ", "style = lake ").replace("STYLE=sea", "style = sky"))
        self.artem("set", "threads", "2", "--exe", "x")  # as it was
        self.artem("set", "blend", "0.25")
        self.assertIn("[artem]   # head\nstyle = lake   # a look; mine\n\n; rest\nblend = 0.25\n", self.text())
        self.assertIn("blend = 0.25\n", self.artem("config"))

    def test_comments_with_brackets(self):
        self.text("[artem]  # see [1]\nstyle = sea\n[app:A] ; ]\nhud = on\n")
        self.artem("set", "style", "sky")
        self.artem("set", "hud", "off", "--app", "A")
        self.assertEqual(self.text(), "[artem]  # see [1]\nstyle = sky\n[app:A] ; ]\nhud = off\n")

    def test_the_last_of_equals_counts(self):
        self.text("[artem]\nstyle = sea\nstyle = sky\n[exe:a]\n[artem]\nstyle = sky\n")
        self.artem("set", "style", "lake")
        self.assertIn("style = lake\n", self.artem("config"))

    def test_paths_with_signs(self):
        self.artem("set", "log_file", "/tmp/a #1; b.csv")
        self.assertIn('log_file = "/tmp/a #1; b.csv"\n', self.text())
        self.assertIn('log_file = "/tmp/a #1; b.csv"\n', self.artem("config"))
        self.text('[artem]\nlog_file = "/tmp/a #1.csv"   # where\n')
        self.artem("set", "log_file", "/tmp/b.csv")
        self.assertEqual(self.text(), "[artem]\nlog_file = /tmp/b.csv   # where\n")

    def test_paths_with_quotes(self):
        for value, line in (('/tmp/a" #b.csv', None), ('/tmp/it"s', '/tmp/it"s'), ("/tmp/a#b;c", "/tmp/a#b;c"), ("/tmp/b ", '"/tmp/b "')):
            self.text("[artem]\nhud = on\n")
            self.artem("set", "log_file", value, status=1 if line is None else 0)
            self.assertEqual(self.text(), "[artem]\nhud = on\n" + (f"log_file = {line}\n" if line is not None else ""))
        for before, after in (('/tmp/it"s # my note', "/tmp/x.csv # my note"),
                              ('"/tmp/a # b"# my note', "/tmp/x.csv # my note"), ("# none yet", "/tmp/x.csv # none yet")):
            self.text(f"[artem]\nlog_file = {before}\n")
            self.artem("set", "log_file", "/tmp/x.csv")
            self.assertEqual(self.text(), f"[artem]\nlog_file = {after}\n")
        self.text("[artem]\nblend_style = sky   # mine\n")
        for _ in range(2):
            self.artem("set", "blend_style", "")
            self.assertEqual(self.text(), "[artem]\nblend_style =   # mine\n")

    def test_line_ends_of_windows(self):
        os.makedirs(os.path.dirname(self.conf), exist_ok=True)

        def check(before, command, after):
            with open(self.conf, "wb") as file:
                file.write(before)
            self.artem("set", *command)
            with open(self.conf, "rb") as file:
                self.assertEqual(file.read(), after)

        text = b"[artem]\r\nstrength = 0.5\r\n\r\n[app:A]\r\nhud = on\r\n"
        check(text, ("strength", "0.7"), text.replace(b"0.5", b"0.7"))
        check(text, ("style", "sea"), text.replace(b"0.5\r\n", b"0.5\r\nstyle = sea\r\n"))
        check(text, ("hud", "on", "--exe", "x"), text + b"\r\n[exe:x]\r\nhud = on\r\n")
        check(text, ("hud", "--unset", "--app", "A"), b"[artem]\r\nstrength = 0.5\r\n")
        check(text, ("strength", "--unset"), b"\r\n[app:A]\r\nhud = on\r\n")

    def test_steps_at_once(self):
        """None is lost: an even number of toggles ends where it began."""
        self.text("[artem]\nenabled = on\n")
        for _ in range(8):
            running = [subprocess.Popen([ARTEM, "toggle"], env=self.environment, stdout=subprocess.DEVNULL) for _ in range(6)]
            self.assertEqual([process.wait(60) for process in running], [0] * len(running))
            self.assertEqual(self.text(), "[artem]\nenabled = on\n")

    def test_whose_file_it_is(self):
        self.text("[artem]\nhud = on\n")
        if os.geteuid() == 0:
            os.chown(self.conf, 65534, 65533)
            os.chmod(self.conf, 0o600)
            self.artem("set", "hud", "off")
            st = os.stat(self.conf)
            self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o777), (65534, 65533, 0o600))
        else:
            os.chmod(self.conf, 0o444)
            self.assertIn("Permission denied", self.artem("set", "hud", "off", status=1))
            self.assertEqual(self.text(), "[artem]\nhud = on\n")

    def test_unset(self):
        self.text("[artem]\nstyle = sea\n\n[app:A]\nstyle = sky\n")
        self.artem("set", "style", "--unset", "--app", "A")
        self.assertEqual(self.text(), "[artem]\nstyle = sea\n")
        self.artem("set", "style", "--unset")
        self.assertEqual(self.text(), "")
        self.artem("set", "style", "--unset")

    def test_unset_of_a_section_that_comes_again(self):
        self.text("[artem]\nstyle = sea\n\n[app:X]\nstrength = 0.8\n\n[exe:game]\nhud = on\n\n[artem]\nstyle = sky\n")
        self.artem("set", "style", "--unset")
        self.assertEqual(self.text().lstrip(), "[app:X]\nstrength = 0.8\n\n[exe:game]\nhud = on\n")
        self.text("[artem]\nstyle = sea\nstyle = sky\n[app:X]\nhud = on\n[artem]\nhud = off\nstyle = lake\n")
        self.artem("set", "style", "--unset")
        self.assertEqual(self.text(), "[app:X]\nhud = on\n[artem]\nhud = off\n")

    def test_byte_order_mark(self):
        self.text("\ufeff[artem]\nstyle = sea\nhud = on\n")
        self.artem("set", "style", "sky")
        self.assertEqual(self.text(), "\ufeff[artem]\nstyle = sky\nhud = on\n")
        self.artem("set", "style", "--unset")
        self.assertEqual(self.text(), "\ufeff[artem]\nhud = on\n")

    def test_link_to_a_file_that_is_not_there(self):
        os.makedirs(os.path.dirname(self.conf))
        os.symlink("mine/real.conf", self.conf)
        self.artem("set", "style", "sky")
        self.assertTrue(os.path.islink(self.conf))
        self.assertEqual(self.text(), "[artem]\nstyle = sky\n")

    def test_at_once(self):
        values = {"style": "sky", "hud": "on", "strength": "0.5", "resolution": "300", "threads": "1", "backend": "cpu", "mode": "sync",
                  "keep_text": "0.25"}
        running = [subprocess.Popen([ARTEM, "set", key, value], env=self.environment, stdout=subprocess.DEVNULL)
                   for key, value in values.items()]
        self.assertEqual([process.wait(60) for process in running], [0] * len(values))
        for key, value in values.items():
            self.assertIn(f"{key} = {value}\n", self.text())
        self.assertEqual(self.text().count("\n"), len(values) + 1)

    def test_link_and_rights_stay(self):
        real = self.write("real.conf", "[artem]\nstyle = sea")
        os.chmod(real, 0o600)
        os.makedirs(os.path.dirname(self.conf))
        os.symlink(real, self.conf)
        self.artem("set", "style", "sky")
        self.assertTrue(os.path.islink(self.conf))
        self.assertEqual(stat.S_IMODE(os.stat(real).st_mode), 0o600)
        self.assertEqual(self.text(), "[artem]\nstyle = sky")
        self.assertEqual(os.listdir(os.path.dirname(self.conf)), ["artem.conf"])

    def test_refused(self):
        self.text("[artem]\nstrength = much\n")
        self.artem("set", "style", "sea", status=1, error="mend it first", lines=2)
        self.assertEqual(self.text(), "[artem]\nstrength = much\n")
        self.text("[artem]\n")
        self.artem("set", "resolution", "5", status=2, error="expected a whole number from 64 to 2048")
        for value in ("-1", "-.5", "-0.25"):
            for options in ((), ("--session",)):
                self.artem("set", "strength", value, *options, status=2, error=f"strength: expected a number from 0 to 1, got '{value}'")
                self.artem("set", *options, "strength", value, status=2, error=f"strength: expected a number from 0 to 1, got '{value}'")
        self.artem("set", "strength", "-x", status=2, error="invalid option", lines=1)
        self.artem("set", "strength", "--", "-1", status=2, error="strength: expected a number from 0 to 1")
        self.artem("set", "colour", "red", status=2, error="there is no setting 'colour'")
        self.artem("set", "style", "none", status=1, error="not found")
        self.artem("set", "style", status=2, error="expected KEY and VALUE")
        self.artem("set", "log_file", "/a\n[exe:x]", status=2, error="not printable")
        self.assertEqual(self.text(), "[artem]\n")
        self.artem("set", "style", "sea", status=1, error="no place to look", HOME="", XDG_CONFIG_HOME="")

    def test_toggle_and_steps(self):
        self.assertEqual(self.artem("toggle"), "off\n")
        self.assertEqual(self.artem("toggle"), "on\n")
        self.assertEqual(self.artem("toggle", "--app", "A"), "off\n")
        self.assertIn("enabled = on\n", self.artem("config"))
        names = [style["name"] for style in json.loads(self.artem("styles", "--json"))["styles"]]
        self.artem("set", "style", names[-2])
        self.assertEqual(self.artem("next"), names[-1] + "\n")
        self.assertEqual(self.artem("next"), names[0] + "\n")  # round
        self.assertEqual(self.artem("prev"), names[-1] + "\n")
        self.assertEqual(self.artem("prev"), names[-2] + "\n")
        self.artem("next", "x", status=2, error="unexpected 'x'")
        self.write("models/a.artstyle", "damaged")  # it would be the first
        self.artem("set", "style", names[-1])
        self.assertEqual(self.artem("next", lines=1), names[0] + "\n")


class Look(CommandTest):
    def test_status(self):
        write_models(self.models)
        out = self.artem("status")
        self.assertIn("enabled   no", out)
        self.assertIn("painting on, style great_wave", out)
        self.assertIn("settings  defaults; no place to look for artem.conf\n", self.artem("status", HOME=""))
        self.artem("enable")
        self.artem("set", "enabled", "off")
        state = json.loads(self.artem("status", "--json", DISABLE_ARTEM="0"))
        self.assertTrue(state["enabled_for_user"] and state["disabled_by_environment"] and not state["painting"])
        self.artem("set", "enabled", "on")
        self.artem("set", "budget_share", "0.8")
        self.assertIn("budget 0.8 of the display's period", self.artem("status"))
        self.artem("deny")
        self.assertIn("kept out of apps (allow = off)", self.artem("status"))
        state = json.loads(self.artem("status", "--json"))
        self.assertEqual((state["allowed"], state["painting"], state["config_used"]), (False, False, True))
        self.write(".config/artem/artem.conf", "[artem]\nstrength = much\n")
        self.assertIn("artem.conf cannot be used", self.artem("status", lines=1))
        os.unlink(self.path(".config/artem/artem.conf"))
        os.unlink(self.path(f".local/share/openxr/1/api_layers/implicit.d/{NAME}.json"))
        self.write(f".local/share/openxr/1/api_layers/implicit.d/{NAME}.json", '{"api_layer": {"library_path": "/no/layer.so"}}')
        self.assertIn("which is not there", self.artem("status"))

    def test_top(self):
        sessions = json.loads(self.artem("top", "--once", "--json"))["sessions"]
        self.assertIsInstance(sessions, list)  # of whatever runs on this machine
        self.assertIn("LAYER p50", self.artem("top", "--once"))
        self.artem("top", "--interval", "0", status=2, error="0.1 to 60")

    def test_completion(self):
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("artem", self.artem("completion", shell))
        self.artem("completion", "tcsh", status=2, error="expected bash, zsh or fish")
        script = self.write("bash", self.artem("completion", "bash"))
        bash = 'source "$1"; COMP_WORDS=(artem $2); COMP_CWORD=$3; _artem; echo "${COMPREPLY[@]}"'
        for words, at, expected in (("dis", 1, "disable"), ("set style se", 3, "sea"), ("stylize --backend v", 3, "vulkan")):
            write_models(self.models)
            done = subprocess.run(["bash", "-c", bash, "bash", script, words, str(at)], capture_output=True, text=True,
                                  env=dict(self.environment, PATH=os.path.dirname(ARTEM) + ":" + self.environment["PATH"]))
            self.assertEqual(done.stdout.strip(), expected, done.stderr)
        # Values of a key, of which each can be set; names of keys only where one is missing.
        keys = list(json.loads(self.artem("config", "--json"))["settings"])
        after = 'source "$1"; COMP_WORDS=(artem set $2 ""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _artem; echo "${COMPREPLY[@]}"'
        offered = lambda words: set(subprocess.run(
            ["bash", "-c", after, "bash", script, words], capture_output=True, text=True,
            env=dict(self.environment, PATH=os.path.dirname(ARTEM) + ":" + self.environment["PATH"])).stdout.split())
        self.assertLessEqual(set(keys), offered(""))
        self.assertLessEqual(set(keys), offered("--session"))
        words = {}
        for key in keys:
            values = offered(key)
            self.assertEqual(values & set(keys), set(), key)
            words[key] = sorted(value for value in values if not value.startswith("-") and key not in ("log_file", "record"))
            for value in words[key] if key not in ("style", "blend_style") else ["sea"]:
                self.artem("set", key, value)
                self.assertIn(value, values)
        self.assertEqual([len(words[key]) for key in ("hud", "toast", "mode", "chord", "hud_position", "hud_space", "strength")],
                         [2, 2, 3, 4, 9, 2, 0])
        self.assertEqual([key for key in ("style", "enabled", "backend") if not words[key]], [])
        spaced = 'source "$1"; cd "$2"; COMP_WORDS=(artem $3 my); COMP_CWORD=$4; _artem; printf "%s|" "${COMPREPLY[@]}"'
        self.write("my photo.png", "")
        for words, at in (("stylize", 2), ("run --", 3)):
            done = subprocess.run(["bash", "-c", spaced, "bash", script, self.folder, words, str(at)], capture_output=True, text=True,
                                  env=dict(self.environment, PATH=os.path.dirname(ARTEM) + ":" + self.environment["PATH"]))
            self.assertIn("my photo.png", done.stdout.split("|"), done.stderr)
        # Every command is known to every shell.
        commands = [line.split()[0] for line in self.artem("--help").splitlines() if line.startswith("  ")]
        for shell in ("bash", "zsh", "fish"):
            text = self.artem("completion", shell)
            self.assertEqual([c for c in commands if c not in text], [], shell)


main()
