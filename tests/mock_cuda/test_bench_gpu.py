# SPDX-License-Identifier: Apache-2.0
"""artem bench gpu on a mock of the CUDA driver, whose kernels are emulated, and of NVIDIA's libraries: that all rows are
there, right, and said to be wrong where they are."""
import json
import os

from helpers import NO_DRIVER, CommandTest, main, write_models

PEERS = {"naive fp32", "tiled fp32", "cuBLAS SGEMM", "cuBLAS TF32", "cuBLAS fp16", "cuBLAS int8"}
OURS = "popcount and packing"


class BenchGpu(CommandTest):
    driver = {"lines": 0, "ASAN_OPTIONS": "detect_leaks=0"}  # what Vulkan's has to say, and what it keeps

    def setUp(self):
        super().setUp()
        self.environment["ARTEM_CUDA_LIBRARY"] = os.environ["ARTEM_CUDA_LIBRARY"]

    def measure(self, *options, status=0, error=None, lines=None, **environment):
        path = os.path.join(self.folder, "gpu.json")
        out = self.artem("bench", "gpu", "--seconds", "0", "--runs", "2", "--json", path, *options, status=status, error=error, lines=lines, **environment)
        with open(path, encoding="utf-8") as file:
            return json.load(file)["rows"], out

    def rows_of(self, rows, case):
        found = {r["row"]: r for r in rows if r.get("case", "").startswith(case) and "peer" not in r}
        for name, row in found.items():
            if "missing" not in row:
                self.assertTrue(0 < row["best_us"] <= row["p50_us"] <= row["p99_us"], row)
                unit = name.startswith("a unit")  # of the engine, which checks itself when it is made; ten a frame
                self.assertEqual(row["runs"], 20 if unit else 2)
                self.assertEqual(row["checked"], not unit and not name.endswith("alone"), row)
        return found

    def test_matrices(self):
        for capability, more in ((75, {"tensor cores, XOR, and packing"}), (89, {"tensor cores, AND, and packing"}),
                                 (90, {"tensor cores, AND, and packing", "tensor cores, wgmma, and packing"}), (120, set())):
            rows, out = self.measure("--only", "gemm", "--matrix", "128", MOCK_CUDA_CAPABILITY=str(capability))
            self.assertEqual((rows[0]["part"], rows[0]["capability"], rows[0]["clock_mhz"]), ("gpu", capability, 1000))
            found = self.rows_of(rows, "Matrix product, 128 x 128 x 128")
            there = {name for name, row in found.items() if "missing" not in row}
            self.assertEqual(there, PEERS | more | {OURS, "packing alone"})
            for name in there - {"packing alone"}:
                if "tops" in found[name]:
                    self.assertAlmostEqual(found[name]["tops"] * found[name]["p50_us"] / (2e-6 * 128 ** 3), 1, delta=0.01)
            ratios = {r["peer"]: r["times"] for r in rows if "peer" in r and r["row"] == OURS}
            self.assertEqual(set(ratios), PEERS)
            for peer, times in ratios.items():
                self.assertAlmostEqual(times / (found[peer]["p50_us"] / found[OURS]["p50_us"]), 1, delta=0.05)
            self.assertIn("x cuBLAS int8", out)

    def test_convolutions(self):
        write_models(self.models)
        rows, _ = self.measure("--only", "conv", "--conv", "5x4", "--style", "sea", MOCK_CUDA_CAPABILITY="90")
        for case, names in (("Convolution 3 x 3", {"cuDNN fp16", "cuDNN int8", "naive fp32", "tiled fp32"}),
                            ("Backward of it to the input, gradients of 2 bits", {"cuDNN fp16", "naive fp32", "tiled fp32"}),
                            ("Backward of it to the input, gradients of 1 bit", set()),
                            ("Backward of it to the input, gradients of 4 bits", set()),
                            ("Backward of it to the input, gradients of 8 bits", set())):
            found = self.rows_of(rows, case)
            self.assertGreaterEqual(set(found), names | {OURS, "tensor cores, AND, and packing"}, case)
            self.assertFalse([r for r in found.values() if "missing" in r], case)
            units = {"a unit of the network, all of it", "a unit by population count", "a unit by tensor cores, AND", "a unit by tensor cores, wgmma"}
            self.assertEqual({name for name in found if name.startswith("a unit")}, units if case == "Convolution 3 x 3" else set())
            peers = {r["peer"] for r in rows if "peer" in r and r["case"].startswith(case) and r["row"] == OURS}
            self.assertGreaterEqual(peers, {"cuDNN fp16", "naive fp32"}, case)

    def passes_of(self, rows, statistics):
        """The passes of a frame; that what stands beside their times goes with them, and that they add up."""
        passes = {r["pass"]: r for r in rows if "pass" in r and r["statistics"] == statistics}
        kinds = {r["kind"]: r for r in rows if "kind" in r and r["statistics"] == statistics}
        self.assertEqual(list(passes), ["input", "encoder", "encoder again"] +
                         [f"{name} {i}" for i in range(1, 11) for name in ("sums", "unit")] + ["d0", "d1", "d2"])
        self.assertEqual(list(kinds), ["input", "encoder", "units", "sums", "decoder", "all"])
        whole = sum(r["p50_ms"] for r in passes.values())
        for r in passes.values():
            self.assertTrue(0 < r["p50_ms"] <= r["p99_ms"], r)
            self.assertAlmostEqual(r["share"], r["p50_ms"] / whole)
        self.assertAlmostEqual(kinds["all"]["p50_ms"] / whole, 1)
        self.assertAlmostEqual(sum(r["share"] for r in kinds.values()), 2)  # all of it once more
        self.assertAlmostEqual(kinds["units"]["p50_ms"], sum(passes[f"unit {i}"]["p50_ms"] for i in range(1, 11)))
        cells, memory = 2 * 4 * 3, rows[0]["memory_gb_per_s"]
        moved = {"input": 128, "encoder": 208, "unit 1": 288, "unit 10": 272, "d0": 160, "d1": 96, "d2": 192}
        for name, size in moved.items():
            r = passes[name]
            self.assertAlmostEqual(r["gb_per_s"] * r["p50_ms"] / (cells * size * 1e-6), 1)
            self.assertAlmostEqual(r["of_memory"] * memory / r["gb_per_s"], 1)
            self.assertAlmostEqual(r["of_bound"], max(r["of_memory"], r.get("of_peak", 0)))
        unit = passes["unit 4"]
        self.assertAlmostEqual(unit["tops"] * unit["p50_ms"] / (2 * cells * 9 * 128 * 128 * 1e-9), 1)
        # Products of bits in a clock of each of the mock's four multiprocessors, 1 GHz.
        self.assertAlmostEqual(unit["of_peak"] * (2e-3 * 32768 * 4) / unit["tops"], 1)
        self.assertNotIn("tops", passes["input"])
        return passes

    def test_frames(self):
        write_models(self.models)
        for name in (*NO_DRIVER, "XDG_DATA_DIRS"):  # the load runs on software Vulkan, where there is one
            del self.environment[name]
        rows, out = self.measure("--only", "frames", "--frame-size", "16x12", "--frames", "2", "--style", "sea", **self.driver)
        steps = {(r["step"], r["load"]): r for r in rows if "step" in r}
        share = [r["load_share"] for r in rows if "load_share" in r]
        kernels = ("network, its kernels alone", "idle")
        self.assertEqual({load for _, load in steps}, {"idle", "loaded"} if share else {"idle"}, out)
        self.assertEqual("no Vulkan device to load" in out, not share)
        self.assertTrue(all(s > 0.3 for s in share), share)
        for row in steps.values():
            self.assertEqual((row["frames"], row["width"], row["height"]), (2, 16, 12))
            self.assertTrue(0 < row["best_ms"] <= row["p50_ms"] <= row["p99_ms"], row)
        live, exact = self.passes_of(rows, "live"), self.passes_of(rows, "exact")
        for name in ("encoder again", "sums 3"):  # live frames have no need of them
            self.assertNotIn("gb_per_s", live[name])
            self.assertIn("of_bound", exact[name])
            self.assertGreater(exact[name]["p50_ms"], live[name]["p50_ms"])
        left = {r["percentile"]: r for r in rows if "app_share" in r}
        self.assertEqual(set(left), {50, 99})
        for percent, r in left.items():
            self.assertEqual([r[key] for key in ("rate_hz", "width", "height", "style_width", "style_height")], [90, 32, 24, 16, 12])
            self.assertAlmostEqual(r["network_ms"], steps[kernels][f"p{percent}_ms"], delta=1e-3)
            self.assertAlmostEqual(r["app_share"], 1 - r["network_ms"] * 0.09)
            self.assertNotIn("capture_ms", r)  # Vulkan's device has another name
        self.assertIn("without capture and composite", out)

        # --device is of the backend's frames too, whatever the environment says. A Vulkan device of the same name does
        # what the layer does.
        name = next((r["load_device"] for r in rows if "load_device" in r), "Mock 1")
        rows, _ = self.measure("--only", "frames", "--frame-size", "16x12", "--frames", "1", "--no-load", "--style", "sea",
                               "--device", name, MOCK_CUDA_NAME=name, ARTEM_CUDA_DEVICE="Nothing", **self.driver)
        self.assertIn("network, on the device", {r.get("step") for r in rows})
        left = [r for r in rows if "app_share" in r]
        self.assertEqual(len(left), 2)
        for r in left if share else ():
            self.assertTrue(r["capture_ms"] > 0 and r["composite_ms"] > 0, r)
            self.assertAlmostEqual(r["app_share"], 1 - (r["network_ms"] + r["capture_ms"] + r["composite_ms"]) * 0.09)

    def test_wrong_result(self):
        rows, out = self.measure("--only", "gemm", "--matrix", "128", status=1,
                                 error="results of NVIDIA's libraries are wrong (4 rows, not timed)", MOCK_PEERS_ERROR="2")
        self.assertIn("WRONG", out)
        peers = ["cuBLAS SGEMM", "cuBLAS TF32", "cuBLAS fp16", "cuBLAS int8"]
        self.assertEqual([r["row"] for r in rows if r.get("wrong")], peers)
        self.assertIn("popcount and packing", [r["row"] for r in rows if "tops" in r])  # is measured all the same

    def test_memory(self):
        """The memory's rate is a copy's where the driver does not tell it; what fails is said."""
        size = ("--only", "gemm", "--matrix", "128")
        rows, out = self.measure(*size, MOCK_CUDA_CAPABILITY="120")
        self.assertEqual((rows[0]["memory"], rows[0]["memory_gb_per_s"]), ("computed", 1024))
        rows, out = self.measure(*size, MOCK_CUDA_CAPABILITY="120", MOCK_CUDA_NO_MEMORY_CLOCK="1")
        self.assertEqual(rows[0]["memory"], "measured")
        self.assertTrue(0.1 < rows[0]["memory_gb_per_s"] < 1000, rows[0])
        self.assertIn("memory by a copy", out)
        self.measure(*size, status=1, error="copying memory", MOCK_CUDA_NO_MEMORY_CLOCK="1", MOCK_CUDA_FAIL="cuMemcpyDtoDAsync")

    def test_no_times(self):
        write_models(self.models)
        self.measure("--only", "frames", "--frame-size", "4x4", "--frames", "1", "--no-load", "--style", "sea", status=1,
                     error="passes of a frame cannot be timed", MOCK_CUDA_FAIL="cuEventElapsedTime")

    def test_no_gpu(self):
        rows, _ = self.measure(status=1, error="no NVIDIA GPU can be measured", MOCK_CUDA_CAPABILITY="70")
        self.assertIn("too old", rows[0]["missing"])
        self.measure("--device", "Nothing", status=1, error="of that name")


if __name__ == "__main__":
    main()
