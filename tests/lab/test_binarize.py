# SPDX-License-Identifier: Apache-2.0
"""Binarised networks as a user makes them, looks at them and paints with them, from a network of random weights."""
import csv
import json
import os
import shutil
import signal
import struct
import subprocess
import time

from helpers import ARTEM, decode_png, main
from lab_files import OPTIONS, LabTest, picture, write_weights


def change_header(path, change):
    with open(path, "rb") as file:
        data = file.read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    change(header)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data[8 + length:])


class Binarize(LabTest):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("photos"))
        for i in range(4):
            with open(self.path(f"photos/{i}.png"), "wb") as file:
                file.write(picture(64 + 8 * i, 60, 10 + i))
        self.photos = [self.path(f"photos/{i}.png") for i in range(3)]

    def binarize(self, variant, *options):
        out = self.path(f"{variant}.safetensors")
        run = self.lab("binarize", self.weights, "-o", out, "--variant", variant, "--last", "conv2_2", "--threads", "1", *options)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn(f"{variant}, 4 layers", run.stdout)
        return out

    def aware(self):
        return self.binarize("aware", "--photos", self.path("photos"), "--size", "48", "--count", "3")

    def arguments(self, network, *options, out="out.png"):
        return ("optimize", self.path("content.png"), self.path("style.png"), "-o", self.path(out), "--network", network, "--size", "48",
                *OPTIONS, *options)

    def test_inspect(self):
        networks = [self.binarize("plain"), self.aware()]
        run = self.lab("inspect", *self.photos, "-o", self.path("look"), "--weights", self.weights, "--network", networks[0], "--network",
                       networks[1], "--size", "48", "--threads", "1")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(sorted(os.listdir(self.path("look"))), ["0.png", "1.png", "2.png", "layers.csv", "maxima.csv"])
        self.assertEqual(decode_png(self.path("look/0.png"))[:2], (5 * 76 - 4, 3 * 76 - 4))
        with open(self.path("look/layers.csv")) as file:
            rows = {(r["layer"], r["network"]): {k: float(v) for k, v in r.items() if k not in ("layer", "network")}
                    for r in csv.DictReader(file)}
        self.assertEqual(len(rows), 12)
        for layer in ("conv1_2", "conv2_1", "conv2_2"):
            self.assertEqual(rows[layer, "float"]["similarity"], 1)
            self.assertEqual(rows[layer, "plain"]["collapse_centred"], 1)  # sees nothing of the photos
            self.assertLess(rows[layer, "aware"]["collapse_centred"], 0.9)
            self.assertGreater(rows[layer, "aware"]["similarity_centred"], rows[layer, "plain"]["similarity_centred"] + 0.2)
        with open(self.path("look/maxima.csv")) as file:
            self.assertEqual(len(list(csv.DictReader(file))), 36)
        # One photo has no pair; two of one name would have one grid.
        run = self.lab("inspect", self.photos[0], "-o", self.path("one"), "--weights", self.weights, "--network", networks[0], "--size", "48")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        with open(self.path("one/layers.csv")) as file:
            rows = list(csv.DictReader(file))
        self.assertTrue(rows and all(r["collapse"] == "" and float(r["similarity"]) <= 1.000001 for r in rows))
        os.mkdir(self.path("other"))
        shutil.copy(self.photos[0], self.path("other/0.jpg"))
        run = self.lab("inspect", self.photos[0], self.path("other/0.jpg"), "-o", self.path("two"), "--weights", self.weights)
        self.assertEqual(run.returncode, 1)
        self.assertIn("have one name", run.stderr)
        self.assertFalse(os.path.exists(self.path("two")))

    def test_optimize(self):
        network = self.aware()
        for bits, method in (("1", "adam"), ("2", "lbfgs"), ("4", "adam"), ("8", "lbfgs"), ("32", "lbfgs")):
            with self.subTest(bits=bits):
                run = self.lab(*self.arguments(network, "--gradient-bits", bits, "--iterations", "12", "--method", method, "--judge",
                                               self.weights, "--judge-curve", "--curve", self.path("curve.csv")))
                self.assertEqual(run.returncode, 0, run.stderr)
                with open(self.path("curve.csv")) as file:
                    rows = list(csv.DictReader(file))
                self.assertLess(float(rows[-1]["style"]), 0.7 * float(rows[0]["style"]))
                if bits != "1":  # these few layers of random weights are painted by all too well
                    self.assertLess(float(rows[-1]["judged"]), float(rows[0]["judged"]))
                self.assertIn(f"judged      {float(rows[-1]['judged']):.6g}, from {float(rows[0]['judged']):.6g}", run.stdout)
                self.assertEqual(decode_png(self.path("out.png"))[:2], (48, 40))

    def test_corrected_targets(self):
        network, pictures = self.aware(), []
        for correct in ("0", "2"):
            run = self.lab(*self.arguments(network, "--gradient-bits", "8", "--iterations", "9", "--method", "adam", "--judge",
                                           self.weights, "--correct", correct, out=f"{correct}.png"))
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn("judged", run.stdout)
            pictures.append(decode_png(self.path(f"{correct}.png")))
        self.assertNotEqual(*pictures)
        for options in (("--correct", "2"), ("--correct", "2", "--method", "lbfgs"), ("--correct", "x", "--method", "adam"),
                        ("--correct", "2", "--method", "adam", "--judge", self.weights, "--content-device", "cpu:0", "--style-device", "cpu:1")):
            run = self.lab(*self.arguments(network, *options))
            self.assertEqual(run.returncode, 2)
            self.assertIn("correct", run.stderr)

    def test_what_cannot_be_judged_is_saved(self):
        """By a judge whose features are more than floats hold."""
        judge = self.path("judge.safetensors")
        write_weights(judge, 60000)
        run = self.lab(*self.arguments(self.aware(), "--iterations", "1", "--method", "adam", "--judge", judge))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("the picture is saved, but VGG-16 could not judge it: ", run.stderr)
        self.assertNotIn("judged", run.stdout)
        self.assertEqual(decode_png(self.path("out.png"))[:2], (48, 40))

    def test_without_a_judge(self):
        run = self.lab(*self.arguments(self.binarize("plain"), "--iterations", "1", "--method", "adam"))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertNotIn("judged", run.stdout)

    def test_a_judge_that_nobody_asked_for_may_be_damaged(self):
        self.environment["XDG_CACHE_HOME"] = self.path("cache")
        os.makedirs(self.path("cache/artem"))
        with open(self.path("cache/artem/vgg16.safetensors"), "wb") as file:
            file.write(b"damaged")
        network = self.binarize("plain")
        run = self.lab(*self.arguments(network, "--iterations", "1", "--method", "adam"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("vgg16.safetensors: is no safetensors file", run.stderr)
        self.assertIn("warn: there is no judge", run.stderr)
        self.assertNotIn("judged", run.stdout)
        self.assertEqual(self.lab(*self.arguments(network, "--iterations", "1", "--judge-curve")).returncode, 1)

    def test_names_in_tables(self):
        """They have commas and quotes as CSV has them."""
        names = ['a, "b".png', "c.png"]
        for name in names:
            shutil.copy(self.photos[0], self.path(name))
        networks = [self.binarize("plain"), self.path("other, one.safetensors")]
        shutil.copy(*networks)
        run = self.lab("inspect", *map(self.path, names), "-o", self.path("look"), "--weights", self.weights, "--network", networks[0],
                       "--network", networks[1], "--size", "48", "--threads", "1")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for table, count in (("layers.csv", 12), ("maxima.csv", 24)):
            with open(self.path("look/" + table)) as file:
                rows = list(csv.DictReader(file))
            self.assertEqual(len(rows), count)
            self.assertEqual({r["network"] for r in rows}, {"float", *networks})
            self.assertTrue(all(None not in r for r in rows), "too many columns")
        self.assertEqual({r["photo"] for r in rows}, set(map(self.path, names)))

    def test_threads_and_stops_change_nothing(self):
        options = ("--gradient-bits", "2", "--iterations", "40", "--method", "adam")
        network = self.aware()
        self.assertEqual(self.lab(*self.arguments(network, *options, out="whole.png")).returncode, 0)
        process = subprocess.Popen([ARTEM, "lab", *self.arguments(network, *options, "--every", "1")], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=self.environment)
        while not os.path.exists(self.path("out-00003.png")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 1)
        # Another way back is another run, with other results.
        self.assertTrue(os.path.exists(self.path("out.png.state")))
        shutil.copy(self.path("out.png.state"), self.path("other.png.state"))
        run = self.lab(*self.arguments(network, "--gradient-bits", "4", *options[2:], out="other.png"))
        self.assertIn("belongs to other pictures or options", run.stderr)
        run = self.lab(*self.arguments(network, *options))
        self.assertIn("going on after", run.stderr)
        with open(self.path("out.png"), "rb") as a, open(self.path("whole.png"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_wrong_input(self):
        plain, bad = self.binarize("plain"), self.path("bad.safetensors")
        with open(plain, "rb") as file:
            whole = file.read()
        changes = {
            "no binarised network": lambda h: h.pop("__metadata__"),
            "its variant": lambda h: h["__metadata__"].update(variant="other"),
            "conv1_2.alpha: is missing": lambda h: h.pop("conv1_2.alpha"),
            "ends with conv1_2": lambda h: h.pop("conv2_1.bits"),
            "conv2_2.bits: has another shape": lambda h: h["conv2_2.bits"].update(shape=[144, 128]),
            "conv2_2.bits: is not of bytes": lambda h: h["conv2_2.bits"].update(dtype="F32"),
            "lies outside": lambda h: h["conv2_2.bias"].update(data_offsets=[1 << 27, (1 << 27) + 512]),
        }
        for message, change in changes.items():
            with self.subTest(message=message):
                with open(bad, "wb") as file:
                    file.write(whole)
                change_header(bad, change)
                for arguments in (self.arguments(bad), ("inspect", self.photos[0], "-o", self.path("look"), "--network", bad, "--weights",
                                                        self.weights)):
                    if arguments[0] == "inspect" and message == "ends with conv1_2":
                        continue  # looks at what there is
                    run = self.lab(*arguments)
                    self.assertEqual(run.returncode, 1)
                    self.assertIn(message, run.stderr)
        with open(bad, "wb") as file:
            file.write(whole[:-100])
        self.assertEqual(self.lab(*self.arguments(bad)).returncode, 1)
        for arguments, status in ((("binarize", self.weights), 2), (("binarize", self.weights, "-o", bad, "--variant", "aware"), 2),
                                  (("binarize", self.weights, "-o", bad, "--last", "conv9_9"), 2),
                                  (("binarize", self.weights, "-o", bad), 1), (("binarize", self.weights, "-o", self.weights, "--last", "conv2_2"), 1), (("binarize", plain, "-o", bad, "--last", "conv2_2"), 1),
                                  (("binarize", self.weights, "-o", bad, "--variant", "aware", "--last", "conv2_2", "--photos",
                                    self.path("nowhere")), 1),
                                  (("inspect", "-o", bad), 2), (("inspect", self.photos[0]), 2),
                                  (("inspect", self.path("none.png"), "-o", self.path("look"), "--weights", self.weights), 1),
                                  (self.arguments(plain, "--gradient-bits", "3"), 2),
                                  (self.arguments(plain, "--weights", self.weights), 2),
                                  (self.arguments(plain, "--judge", self.path("none")), 1),
                                  (self.arguments(plain, "--judge-curve"), 1)):
            with self.subTest(arguments=arguments[:4]):
                run = self.lab(*arguments)
                self.assertEqual(run.returncode, status, run.stderr)
                self.assertTrue(run.stderr)


main()
