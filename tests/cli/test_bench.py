# SPDX-License-Identifier: Apache-2.0
"""artem bench: that it measures what it says, not how fast."""
import json
import os
import subprocess

from helpers import ARTEM, NO_DRIVER, CommandTest, main, write_models


class Bench(CommandTest):
    def measure(self, *options, **more):
        path = os.path.join(self.folder, "bench.json")
        write_models(self.models)
        out = self.artem("bench", "--seconds", "0.001", "--style", "sea", "--json", path, *options, **more)
        with open(path, encoding="utf-8") as file:
            rows = json.load(file)["rows"]
        self.assertEqual(rows[0]["part"], "machine")
        self.assertIn(rows[0]["cpu"], out)
        return rows[0], rows[1:], out

    def test_closed_output(self):
        path = self.path("closed.json")
        write_models(self.models)
        done = subprocess.run([ARTEM, "bench", "--only", "network", "--seconds", "0.001", "--size", "32x20", "--style", "sea", "--json", path],
                              env=self.environment, stderr=subprocess.PIPE, timeout=600, preexec_fn=lambda: os.close(1))
        self.assertEqual((done.returncode, b"standard output" in done.stderr), (1, True))
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["rows"][0]["part"], "machine")

    def test_kernels(self):
        machine, rows, out = self.measure("--only", "kernels")
        self.assertNotIn("WRONG", out)
        sets = {r["cpu"] for r in rows}
        self.assertIn("c", sets)
        self.assertIn(machine["cpu"], sets)
        for cpu in sets:
            kernels = {r["kernel"] for r in rows if r["cpu"] == cpu}
            self.assertGreaterEqual(kernels, {"unit", "conv8 encoder 64 > 128", "noise (directional)", "output"})
        for r in rows:
            self.assertEqual(r["part"], "kernel")
            self.assertTrue(0 < r["best_us"] <= r["p50_us"] <= r["p99_us"], r)
            if r["kernel"] == "unit":  # 64 cells of 3 x 3 x 128 x 128 products
                self.assertAlmostEqual(r["gmacs"] * r["best_us"] / (64 * 9 * 128 * 128 * 1e-3), 1, delta=0.01)

    def test_network(self):
        machine, rows, out = self.measure("--only", "network", "--size", "32x20", "--views", "3", "--threads", "2")
        self.assertEqual({r["threads"] for r in rows}, {1, 2})
        self.assertIn(machine["cpu"], {r["cpu"] for r in rows})
        for r in rows:
            self.assertEqual((r["part"], r["views"], r["width"], r["height"]), ("network", 3, 32, 20))
            self.assertTrue(0 < r["best_ms"] <= r["p50_ms"] <= r["p99_ms"], r)
        self.assertIn("as fast as one", out)

    def test_end_to_end(self):
        _, rows, _ = self.measure("--only", "end-to-end", "--size", "32x32")
        steps = {r["step"]: r["best_ms"] for r in rows}
        self.assertEqual(set(steps), {"scaling down", "network", "composite", "all"})
        self.assertGreater(steps["all"], max(steps["scaling down"], steps["network"], steps["composite"]))

    def test_devices(self):
        machine, rows, out = self.measure("--only", "devices", "--size", "120x88", "--views", "1", "--devices", "cpu:0,cpu:5", "--threads", "2")
        self.assertEqual([r["devices"] for r in rows], ["cpu:0", "cpu:0,cpu:5"])
        for r in rows:
            self.assertEqual((r["part"], r["views"], r["width"], r["height"], r["threads_each"]), ("devices", 1, 120, 88, 1))
            self.assertTrue(0 < r["best_ms"] <= r["p50_ms"] <= r["p99_ms"], r)
            self.assertEqual(sum(t["cells"] for t in r["tiles"]), 30 * 22)
            self.assertAlmostEqual(r["halo"], sum(t["halo_cells"] for t in r["tiles"]) / (30 * 22))
            self.assertIn(r["devices"], out)
        self.assertEqual((rows[0]["speedup"], rows[0]["halo"]), (1, 0))
        self.artem("bench", "--devices", "cpu:0,cpu:x", status=2, error="'cpu:x' is none of")

    def test_vulkan(self):
        for name in (*NO_DRIVER, "XDG_DATA_DIRS"):
            del self.environment[name]
        _, rows, out = self.measure("--only", "vulkan", "--size", "64x48", lines=0, ASAN_OPTIONS="detect_leaks=0")  # the driver's
        if "there is no device" in out:
            self.skipTest("there is no Vulkan device")
        self.assertIn("unit 10", {r.get("pass") for r in rows})
        copy = [r["copy_gb_per_s"] for r in rows if "copy_gb_per_s" in r]
        layer = {r["layer_pass"]: r for r in rows if "layer_pass" in r}
        if not copy:
            self.skipTest("the queue has no timestamps")
        self.assertGreater(copy[0], 0)
        full, style = 2 * 128 * 96 * 4, 2 * 64 * 48 * 4  # bytes of both eyes
        for name, moved in (("capture", 3 * full + style), ("composite", 4 * full + 2 * style)):
            row = layer[name]
            self.assertEqual([row[key] for key in ("views", "width", "height", "style_width", "style_height")], [2, 128, 96, 64, 48])
            self.assertTrue(0 < row["best_ms"] <= row["p50_ms"] <= row["p99_ms"] and row["runs"] >= 3, row)
            self.assertAlmostEqual(row["gb_per_s"] * row["p50_ms"] / (moved * 1e-6), 1, delta=0.01)
            self.assertAlmostEqual(row["of_copy"], row["gb_per_s"] / copy[0])
            self.assertIn(f"  {name}", out)

    def test_errors(self):
        for options in (("--size", "32"), ("--size", "33x32"), ("--size", "0x32"), ("--size", "32x32x"), ("--size", "4096x32"), ("--threads", "0"),
                        ("--threads", "1.5"), ("--views", "9"), ("--seconds", "0"), ("--seconds", "nan"), ("--only", "peers")):
            self.artem("bench", *options, status=2, error="not possible")
        self.artem("bench", "--threads", status=2, error="needs a value")
        self.artem("bench", "--fast", status=2, error="--fast")
        self.artem("bench", "x", status=2, error='"x"')
        for options in (("--matrix", "100"), ("--conv", "8"), ("--channels", "64"), ("--runs", "0"), ("--frames", "5000"),
                        ("--frame-size", "33x32"), ("--seconds", "-1"), ("--only", "kernels")):
            self.artem("bench", "gpu", *options, status=2, error="not possible")
        self.artem("bench", "gpu", "--runs", status=2, error="needs a value")
        self.artem("bench", "gpu", "--fast", status=2, error="--fast")
        self.artem("bench", "gpu", "x", status=2, error='"x"')
        self.artem("bench", "--json", os.path.join(self.folder, "no", "file"), status=1, error="No such file")
        write_models(self.models)
        self.assertEqual(self.artem("bench", "--style", "nothing", "--size", "32x32", status=1, error="nothing"), "")


if __name__ == "__main__":
    main()
