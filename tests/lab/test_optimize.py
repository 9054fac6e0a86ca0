# SPDX-License-Identifier: Apache-2.0
"""artem lab optimize as a user calls it, on a network of random weights."""
import os
import re
import resource
import signal
import subprocess
import time

from helpers import ARTEM, decode_png, main
from lab_files import OPTIONS, LabTest


class Optimize(LabTest):
    def optimize(self, *options, out="out.png"):
        return self.lab("optimize", self.path("content.png"), self.path("style.png"), "-o", self.path(out), "--weights", self.weights,
                        "--size", "48", *OPTIONS, *options)

    def curve(self, name="curve.csv"):
        with open(self.path(name)) as file:
            rows = [line.split(",") for line in file.read().split()]
        self.assertEqual(rows[0], ["scale", "iteration", "seconds", "total", "content", "style", "variation"])
        return [[float(v) for v in row] for row in rows[1:]]

    def test_loss_falls_and_everything_is_written(self):
        run = self.optimize("--iterations", "20", "--curve", self.path("curve.csv"), "--curve", self.path("curve.svg"), "--every", "8")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        curve = self.curve()
        self.assertEqual([int(p[1]) for p in curve], list(range(21)))
        self.assertLess(curve[-1][3], 0.2 * curve[0][3])
        for point in curve:
            self.assertAlmostEqual(point[3] / (point[4] + 10 * point[5] + 0.2 * point[6]), 1, 5)
        self.assertEqual(decode_png(self.path("out.png"))[:2], (48, 40))
        self.assertIn(f"{curve[-1][3]:.6g}", run.stdout)
        evaluations = re.search(r"^evaluations (\d+), each (\d+\.\d) ms, (\d+\.\d) ms of work", run.stdout, re.M).groups()
        self.assertGreaterEqual(int(evaluations[0]), 20)
        self.assertTrue(all(float(v) > 0 for v in evaluations))
        with open(self.path("curve.svg")) as file:
            self.assertIn("polyline", file.read())
        steps = sorted(n for n in os.listdir(self.folder) if n.startswith("out-"))
        self.assertEqual(steps, ["out-00008.png", "out-00016.png"])
        self.assertFalse(os.path.exists(self.path("out.png.state")))

    def test_scales_noise_adam_average(self):
        run = self.optimize("--iterations", "11", "--scales", "1", "--start", "noise", "--method", "adam", "--rate", "0.05",
                            "--pool", "average", "--curve", self.path("curve.csv"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertLess(self.curve()[-1][3], self.curve()[0][3])
        run = self.optimize("--iterations", "7", "--size", "80", "--style-size", "64", "--scales", "2", "--every", "2",
                            "--curve", self.path("curve.csv"), "--curve", self.path("curve.svg"))
        self.assertEqual(run.returncode, 0, run.stderr)
        with open(self.path("curve.svg")) as file:
            self.assertIn(">7 iterations, ", file.read())  # nine points: two are starts
        self.assertEqual([(int(p[0]), int(p[1])) for p in self.curve()],
                         [(0, i) for i in range(4)] + [(1, i) for i in range(5)])
        self.assertEqual(decode_png(self.path("out.png"))[:2], (80, 67))
        steps = {n: decode_png(self.path(n))[:2] for n in os.listdir(self.folder) if n.startswith("out-")}
        self.assertEqual(steps, {"out-00002.png": (40, 33), "out-00004.png": (80, 67), "out-00006.png": (80, 67)})

    def start(self, *options):
        return subprocess.Popen([ARTEM, "lab", "optimize", self.path("content.png"), self.path("style.png"), "-o", self.path("out.png"),
                                 "--weights", self.weights, "--size", "48", "--curve", self.path("curve.csv"), *OPTIONS, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)

    def test_stopped_it_goes_on(self):
        """Adam's state is all that it depends on: the same picture as without a stop."""
        options = ("--iterations", "200", "--method", "adam")
        self.assertEqual(self.optimize(*options, out="whole.png").returncode, 0)
        process = self.start(*options, "--every", "1")
        while not os.path.exists(self.path("out-00003.png")) and process.poll() is None:
            time.sleep(0.01)
        with open(f"/proc/{process.pid}/status") as file:
            caught = int(re.search(r"^SigCgt:\s*(\w+)", file.read(), re.M).group(1), 16)
        for number in signal.SIGINT, signal.SIGTERM:
            self.assertEqual(caught >> (number - 1) & 1, 0, "a handler's frame would lie where oneDNN's kernels have data")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            self.fail("it was done before it could be stopped: it needs more iterations")
        self.assertEqual((process.returncode, out), (1, ""), err)
        self.assertIn("the same command goes on", err)
        self.assertFalse(os.path.exists(self.path("out.png")))
        run = self.optimize(*options, "--curve", self.path("curve.csv"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("going on after", run.stderr)
        self.assertEqual([int(p[1]) for p in self.curve()], list(range(201)))
        with open(self.path("out.png"), "rb") as a, open(self.path("whole.png"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_a_state_that_cannot_be_written(self):
        """The run says so, and not that its iterations are kept."""
        os.makedirs(self.path("out.png.state/full"))
        process = self.start("--iterations", "100000", "--method", "adam", "--every", "1")
        while not os.path.exists(self.path("out-00002.png")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 1)
        self.assertRegex(err, r"out\.png\.state: cannot be written: ")
        self.assertRegex(err, r"stopped after \d+ iterations; nothing keeps them\n")
        self.assertNotIn("goes on", err)

    def test_stopped_at_once(self):
        """By the second signal, if it comes before the first one is heeded."""
        process = self.start("--iterations", "100000", "--method", "adam", "--every", "1")
        while not os.path.exists(self.path("out-00002.png")) and process.poll() is None:
            time.sleep(0.01)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate()
        self.assertIn(process.returncode, (1, -signal.SIGTERM))

    def test_a_state_of_other_options_is_not_used(self):
        process = self.start("--iterations", "100000", "--method", "adam", "--every", "1")
        while not os.path.exists(self.path("out-00002.png")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(60), 1)
        process.stdout.close(), process.stderr.close()
        run = self.optimize("--iterations", "2", "--style-weight", "3", "--method", "adam")
        self.assertEqual(run.returncode, 0)
        self.assertIn("belongs to other pictures or options", run.stderr)

    def test_tiles_give_the_same(self):
        for out, tile in (("a.png", "0"), ("b.png", "16")):
            run = self.optimize("--iterations", "3", "--size", "128", "--tile", tile, "--curve", self.path(out + ".csv"), out=out)
            self.assertEqual(run.returncode, 0, run.stderr)
        a, b = self.curve("a.png.csv"), self.curve("b.png.csv")
        self.assertAlmostEqual(a[0][3] / b[0][3], 1, 5)
        self.assertAlmostEqual(a[-1][3] / b[-1][3], 1, 3)

    def measure(self, *arguments):
        run = self.lab("measure", *arguments, self.path("content.png"), self.path("style.png"), "--weights", self.weights, *OPTIONS)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return {line.split()[0]: float(line.split()[1]) for line in run.stdout.splitlines()}

    def test_scaled_down(self):
        """What is optimised is small, the result is as large as its photo; its losses are those that measure finds."""
        curves = {}
        for n in "1", "2":
            run = self.optimize("--iterations", "12", "--size", "80", "--scale-down", n, "--every", "12", "--curve", self.path("curve.csv"),
                                out=f"n{n}.png")
            self.assertEqual(run.returncode, 0, run.stderr)
            curves[n] = self.curve()
        self.assertEqual(decode_png(self.path("n2.png"))[:2], (80, 67))
        self.assertEqual(decode_png(self.path("n2-00012.png"))[:2], (40, 33))
        full = {n: self.measure(self.path(f"n{n}.png"), "--size", "80") for n in curves}
        scaled = [float(v) for v in re.search(r"^scaled up   total ([\d.]+), content ([\d.]+), style ([\d.]+)$", run.stdout, re.M).groups()]
        for value, key in zip(scaled, ("total", "content", "style")):
            self.assertAlmostEqual(value / full["2"][key], 1, 4)
        self.assertAlmostEqual(full["1"]["total"] / curves["1"][-1][3], 1, 1)  # but for 8 bits
        start = self.measure(self.path("content.png"), "--size", "80")
        self.assertEqual(start["content"], 0)
        self.assertAlmostEqual(start["total"] / curves["1"][0][3], 1, 4)
        self.assertLess(full["2"]["total"], start["total"])

    def test_what_cannot_be_measured_is_saved(self):
        """The small network fits into the memory that there is, the large one that measures the result does not."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        if subprocess.run([ARTEM, "lab", "--help"], capture_output=True, preexec_fn=limit, env=self.environment).returncode != 0:
            self.skipTest("sanitizers need more address space")
        run = subprocess.run([ARTEM, "lab", "optimize", self.path("content.png"), self.path("style.png"), "-o", self.path("out.png"),
                              "--weights", self.weights, "--size", "2048", "--style-size", "512", "--scale-down", "16", "--iterations", "1", *OPTIONS],
                             capture_output=True, text=True, timeout=600, env=self.environment, preexec_fn=limit)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("the picture is saved, but its losses at its size could not be measured: ", run.stderr)
        self.assertNotIn("scaled up", run.stdout)
        self.assertEqual(decode_png(self.path("out.png"))[:2], (2048, 1707))
        self.assertFalse(os.path.exists(self.path("out.png.state")))

    def test_two_devices_give_the_same(self):
        for out, options in (("a.png", ()), ("b.png", ("--content-device", "cpu:1"))):
            run = self.optimize("--iterations", "6", "--threads", "2", "--curve", self.path(out + ".csv"), *options, out=out)
            self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"\ndevices     content [\d.]+ ms, style [\d.]+ ms of each\n")
        a, b = self.curve("a.png.csv"), self.curve("b.png.csv")
        self.assertEqual(len(a), len(b))
        for x, y in zip(a, b):
            self.assertAlmostEqual(y[3] / x[3], 1, 4)

    def test_without_openvino(self):
        self.environment["ARTEM_OPENVINO"] = "/nonexistent"
        run = self.optimize("--content-device", "openvino:NPU")
        self.assertEqual(run.returncode, 1)
        self.assertIn("OpenVINO is not here", run.stderr)
        self.assertFalse(os.path.exists(self.path("out.png")))

    def test_without_cuda(self):
        """One line says what is missing, and one what follows from it; nothing is written."""
        self.environment["LD_LIBRARY_PATH"] = self.path("nothing")
        for options in (("--devices", "cuda:0"), ("--devices", "cpu:0,cuda:0"), ("--style-device", "cuda:63")):
            run = self.optimize(*options)
            self.assertEqual(run.returncode, 1)
            if "cannot be used" in run.stderr:  # there may be a driver where other libraries are
                self.assertRegex(run.stderr, r"lab: cuda:\d+ cannot be used: (there is no NVIDIA driver|CUDA does not start|cuDNN|cuBLAS)")
                self.assertEqual(run.stderr.count("\n"), 2, run.stderr)
            self.assertFalse(os.path.exists(self.path("out.png")))

    def test_devices_give_the_same(self):
        for out, options in (("a.png", ()), ("b.png", ("--devices", "cpu:0,cpu:1", "--threads", "2"))):
            run = self.optimize("--iterations", "4", "--size", "96", "--method", "adam", *options, "--curve", self.path(out + ".csv"), out=out)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertRegex(run.stdout, r"\ntiles       cpu:0 \d+ %, cpu:1 \d+ %\n")
        a, b = self.curve("a.png.csv"), self.curve("b.png.csv")
        self.assertEqual(len(a), len(b))
        for one, two in zip(a, b):
            self.assertAlmostEqual(one[3] / two[3], 1, 4)
        for bad, error in (("cpu:0,vulkan:0", "vulkan:0 has no float network"), ("cpu:0,cpu:0", "named twice"), ("cpu", "'cpu' is none of")):
            run = self.optimize("--devices", bad, out="x.png")
            self.assertEqual(run.returncode, 2)
            self.assertIn(error, run.stderr)
        run = self.optimize("--devices", "cpu:0,cpu:1", "--style-device", "cpu:0", out="x.png")
        self.assertEqual((run.returncode, os.path.exists(self.path("x.png"))), (2, False))
        self.assertIn("goes neither with", run.stderr)

    def test_what_cannot_be_written_is_noticed_at_once(self):
        """Before any work: there would be no end of it."""
        os.mkdir(self.path("folder.csv"))
        for out, curve in (("missing/out.png", "curve.csv"), ("out.png", "missing/curve.csv"), ("out.png", "folder.csv")):
            with self.subTest(out=out, curve=curve):
                run = subprocess.run([ARTEM, "lab", "optimize", self.path("content.png"), self.path("style.png"), "-o", self.path(out), "--weights",
                                      self.weights, "--size", "48", "--iterations", "1000000", "--curve", self.path(curve), *OPTIONS],
                                     capture_output=True, text=True, timeout=10, env=self.environment)
                self.assertEqual(run.returncode, 1)
                self.assertRegex(run.stderr, r"(missing/out\.png|missing/curve\.csv|folder\.csv): cannot be written: ")
                self.assertEqual(run.stderr.count("\n"), 1, run.stderr)

    def test_wrong_input(self):
        cases = {
            ("--iterations", "0"): 2, ("--iterations", "many"): 2, ("--style-layers", "conv9_9"): 2, ("--style-layers", "conv1_1:1e-50"): 2, ("--method", "sgd"): 2,
            ("--scales", "3"): 1, ("--size", "31"): 2, ("--curve", "x.txt"): 2, ("--rate", "nan"): 2, ("--nonsense",): 2,
            ("--weights", self.path("missing")): 1, ("--weights", self.path("content.png")): 1,
            ("--style-layers", "conv3_1"): 1, ("--tile", "-4"): 2, ("--content-device", "cpu:2"): 2, ("--style-device", "cuda:64"): 2,
            ("--content-device", "cuda:0", "--style-device", "cuda:0"): 2, ("--network", "x", "--devices", "cuda:0"): 2, ("--style-device", "openvino:CPU"): 2,
            ("--scale-down", "0"): 2, ("--scale-down", "2"): 2,
            ("--content-device", "cpu:1", "--style-device", "cpu:1"): 2, ("--content-device", "openvino:CPU", "--tile", "64"): 2,
        }
        for options, status in cases.items():
            with self.subTest(options=options):
                run = self.optimize(*options)
                self.assertEqual(run.returncode, status, run.stderr)
                self.assertTrue(run.stderr)
                self.assertFalse(os.path.exists(self.path("out.png")))
        self.assertIn("--content-layers: 'conv1_1:1e39' ", self.optimize("--content-layers", "conv1_1:1e39").stderr)
        for arguments in ((), ("a.png",), (self.path("content.png"),) * 3 + ("--iterations", "3"),
                          (self.path("content.png"), self.path("missing.png"), self.path("style.png"))):
            with self.subTest(measure=arguments):
                run = self.lab("measure", *arguments, "--weights", self.weights, *OPTIONS)
                self.assertIn(run.returncode, (1, 2))
                self.assertTrue(run.stderr)
        for arguments in ((), ("a.png",), (self.path("content.png"), self.path("missing.png"), "-o", self.path("x.png")),
                          (self.path("content.png"), self.path("style.png"), "-o", self.path("content.png")),
                          (self.path("content.png"), self.path("style.png"), "-o", self.path("style.png")),
                          (self.path("content.png"), self.weights, "-o", self.path("x.png")),
                          (self.path("content.png"), self.path("style.png"), "-o", self.path("x.gif"))):
            with self.subTest(arguments=arguments):
                run = self.lab("optimize", *arguments, "--weights", self.weights)
                self.assertIn(run.returncode, (1, 2))
                self.assertTrue(run.stderr)


main()
