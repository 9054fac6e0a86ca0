# SPDX-License-Identifier: Apache-2.0
"""Apps that run, steered through their control sockets: artem set, toggle, next, prev, allow, deny."""
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

from helpers import ARTEM, CommandTest, main, write_models

STEERABLE = os.path.join(os.path.dirname(ARTEM), "steerable")


class App:
    def __init__(self, test, name, exe, command=(), **environment):
        self.process = subprocess.Popen([*command, STEERABLE, name, exe], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env={**test.environment, **environment})
        test.assertEqual(self.process.stdout.readline(), "ready\n")
        self.pid = self.process.pid

    def __getitem__(self, key):
        """The value that the app would have at its next frame."""
        self.process.stdin.write(key + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()[:-1]

    def end(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Steer(CommandTest):
    def setUp(self):
        super().setUp()
        write_models(self.models, (("lake", ""), ("sea", ""), ("sky", "")))
        self.run_folder = self.path("run")
        os.mkdir(self.run_folder, 0o700)
        self.environment["XDG_RUNTIME_DIR"] = self.run_folder
        self.conf = self.path(".config/artem/artem.conf")
        self.apps = []

    def tearDown(self):
        for app in self.apps:
            app.end()
        self.assertEqual(self.sockets(), [])  # each took its own away
        super().tearDown()

    def app(self, name, exe, **environment):
        self.apps.append(App(self, name, exe, **environment))
        return self.apps[-1]

    def sockets(self):
        folder = os.path.join(self.run_folder, "artem")
        return os.listdir(folder) if os.path.isdir(folder) else []

    def text(self):
        with open(self.conf) as file:
            return file.read()

    def test_status_before_the_first_frame(self):
        app = self.app("My App", "my_app")
        self.assertIn(f" My App ({app.pid}), 0.0 frames per second: no frames yet\n", self.artem("status"))

    def test_set(self):
        one, two = self.app("One", "one"), self.app("Two", "two.exe")
        for name in self.sockets():
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.run_folder, "artem", name)).st_mode), 0o600)
        self.artem("set", "style", "sky", "--app", "Two")
        out = self.artem("set", "style", "sea")
        # Obeyed by the time that the command ends, without waiting.
        self.assertEqual((one["style"], two["style"]), ("sea", "sky"))
        self.assertEqual(set(out.splitlines()), {f"One ({one.pid}): style = sea",
                                                 f"Two ({two.pid}): style = sky, by a section of its own, or a default"})
        self.assertEqual(self.artem("toggle", "--exe", "TWO.exe"), f"off\nTwo ({two.pid}): enabled = off\n")
        self.assertEqual((one["enabled"], two["enabled"]), ("on", "off"))
        self.assertIn("[exe:TWO.exe]\nenabled = off\n", self.text())
        self.artem("set", "style", "--unset", "--app", "Two")
        self.assertEqual(two["style"], "sea")

    def test_messages_name_the_file(self):
        os.makedirs(os.path.dirname(self.conf))
        with open(self.conf, "w") as file:
            file.write("[artem]\nflavour = 1\n")
        self.artem("set", "style", "sea", lines=1, error="artem.conf:2: unknown key 'flavour' is ignored")
        text = self.text() + ("#" * 1023 + "\n") * 1023
        text += "#" * ((1 << 20) - len(text) - 1) + "\n"
        with open(self.conf, "w") as file:
            file.write(text)  # as long as it may be
        self.artem("set", "strength", "0.5", status=1, lines=2, error="artem.conf: not a regular file of at most 1024 KiB")
        self.assertEqual(self.text(), text)
        self.assertEqual(os.listdir(os.path.dirname(self.conf)), ["artem.conf"])

    def test_session(self):
        one, two = self.app("One", "one"), self.app("Two", "two")
        self.artem("set", "strength", "0.5")
        before = self.text()
        self.assertEqual(self.artem("set", "strength", "0.25", "--session", "--app", "one"), f"One ({one.pid}): strength = 0.25\n")
        self.assertEqual((one["strength"], two["strength"]), ("0.25", "0.5"))
        self.artem("toggle", "--pid", str(two.pid))
        self.assertEqual((one["enabled"], two["enabled"]), ("on", "off"))
        self.assertEqual(self.text(), before)
        # A new file leaves what was set apart from it.
        self.artem("set", "resolution", "256")
        self.assertEqual((one["strength"], one["resolution"], two["enabled"]), ("0.25", "256", "off"))
        # And what the file is told, all obey.
        self.artem("set", "strength", "0.5")
        self.assertEqual(one["strength"], "0.5")
        self.artem("set", "enabled", "--unset", "--session")
        self.assertEqual(two["enabled"], "on")

    def test_container(self):
        """An app in a container, whose XDG_RUNTIME_DIR nobody else sees."""
        one = self.app("One", "one")
        enter = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
        inside = 'mount -t tmpfs -o mode=0700 none "$XDG_RUNTIME_DIR" && exec "$0" "$@"'
        command = enter + ["sh", "-c", inside]
        if subprocess.run(command + ["true"], env=self.environment, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no mount namespaces here")
        self.apps.append(App(self, "Two", "two", command=command))
        two = self.apps[-1]
        self.assertEqual(len(self.sockets()), 1)
        self.assertEqual(set(self.artem("set", "style", "sea").splitlines()),
                         {f"One ({one.pid}): style = sea", f"Two ({two.pid}): style = sea"})
        self.assertEqual((one["style"], two["style"]), ("sea", "sea"))
        self.assertEqual(self.artem("set", "strength", "0.25", "--session", "--app", "two"),
                         f"Two ({two.pid}): strength = 0.25\n")
        self.assertEqual((one["strength"], two["strength"]), ("1", "0.25"))
        # Also from where there is no folder of one's own, and not twice where there is the same.
        self.assertEqual(self.artem("toggle", "--app", "two", XDG_RUNTIME_DIR=""), f"off\nTwo ({two.pid}): enabled = off\n")
        same = enter + ["sh", "-c", 'exec "$0" "$@"']
        self.apps.append(App(self, "Three", "three", command=same))
        three = self.apps[-1]
        self.assertEqual(self.artem("toggle", "--app", "three"), f"off\nThree ({three.pid}): enabled = off\n")

    def test_steps(self):
        names = [style["name"] for style in json.loads(self.artem("styles", "--json"))["styles"]]
        app = self.app("One", "one")
        self.artem("set", "style", names[0])
        self.assertEqual(self.artem("next"), f"{names[1]}\nOne ({app.pid}): style = {names[1]}\n")
        self.assertEqual(app["style"], names[1])
        self.artem("next", "--session")
        self.assertEqual(app["style"], names[2])
        self.artem("prev", "--session")
        self.artem("prev", "--session")
        self.artem("prev", "--session")
        self.assertEqual(app["style"], names[-1])  # round
        self.assertIn(f"style = {names[1]}\n", self.text())

    def test_json(self):
        app = self.app("One", "one")
        out = json.loads(self.artem("set", "strength", "1.0", "--json"))
        self.assertEqual(out, {"artem": out["artem"], "command": "set", "section": "artem", "key": "strength", "value": "1",
                               "apps": [{"pid": app.pid, "app": "One", "executable": "one", "answered": True, "value": "1"}]})
        out = json.loads(self.artem("next", "--session", "--json"))
        self.assertEqual(out["apps"][0]["value"], app["style"])
        self.assertNotIn("section", out)

    def test_refused(self):
        self.artem("set", "style", "sea", "--session", status=1, error="no app runs with the layer")
        app = self.app("One", "one", ARTEM_MODELS="/nonexistent", XDG_DATA_DIRS="/nonexistent")
        self.artem("set", "style", "sea", "--session", "--app", "Other", status=1, error="no app of that name")
        self.assertIn("the style sea cannot be loaded", self.artem("set", "style", "sea", "--session", status=1))
        self.assertNotEqual(app["style"], "sea")
        self.artem("set", "style", "sea", "--pid", "0", status=2, error="expected the number of a process")
        self.artem("set", "strength", "2", "--session", status=2, error="from 0 to 1")

    def test_deny_and_allow(self):
        one, two = self.app("One", "one"), self.app("Two", "game.exe")
        self.assertIn("[exe:game.exe] allow = off", self.artem("deny", "--exe", "game.exe"))
        self.assertEqual((one["enabled"], two["enabled"], two["allow"]), ("on", "off", "off"))
        self.artem("allow", "--app", "One", "--only")
        self.assertIn("[app:One]\nallow = on\n", self.text())
        self.assertIn("allow = off\n", self.artem("config"))
        self.assertEqual(one["enabled"], "on")
        self.artem("allow", "--exe", "game.exe")
        self.artem("allow")
        self.assertEqual(two["enabled"], "on")
        self.artem("deny", "--only", status=2, error="--only")

    def test_one_that_hangs(self):
        app = self.app("One", "one")
        os.kill(app.pid, signal.SIGSTOP)
        started = time.monotonic()
        out = self.artem("set", "style", "sea")
        os.kill(app.pid, signal.SIGCONT)
        self.assertLess(time.monotonic() - started, 30)
        self.assertIn(f"an app ({app.pid}): does not answer; it reads artem.conf by itself", out)

    def test_one_that_was_killed(self):
        app = self.app("One", "one")
        app.process.kill()
        app.process.wait()
        self.assertEqual(len(self.sockets()), 1)
        self.assertEqual(self.artem("set", "style", "sea"), "")
        self.assertEqual(self.sockets(), [])

    def test_an_impostor(self):
        # A program that listens there, answers nonsense without end, and has a name for terminals.
        folder = os.path.join(self.run_folder, "artem")
        os.mkdir(folder, 0o700)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.join(folder, "1-x.sock"))
            server.listen()

            def answer():
                connection, _ = server.accept()
                with connection:
                    try:
                        connection.sendall(b"app = \x1b[2J\nok?\n" * 100000)
                    except OSError:
                        pass
            thread = threading.Thread(target=answer)
            thread.start()
            out = self.artem("set", "style", "sea")
            thread.join()
        os.unlink(os.path.join(folder, "1-x.sock"))
        self.assertEqual(out, "an app (1): does not answer; it reads artem.conf by itself\n")

    def test_without_sockets(self):
        del self.environment["XDG_RUNTIME_DIR"]
        app = self.app("One", "one")
        self.assertEqual(self.artem("set", "style", "sea"), "")
        for _ in range(200):  # within a second, by the file alone
            if app["style"] == "sea":
                return
            time.sleep(0.02)
        self.fail("the file was not read")


main()
