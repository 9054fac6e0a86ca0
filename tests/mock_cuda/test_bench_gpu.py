# SPDX-License-Identifier: Apache-2.0
"""artem bench gpu on a mock of the CUDA driver, whose kernels are emulated, and of NVIDIA's libraries: that all rows are
there, right, and said to be wrong where they are."""
import json
import os

from helpers import NO_DRIVER, CommandTest, main, write_models

PEERS = {"naive fp32", "tiled fp32", "cuBLAS SGEMM", "cuBLAS TF32", "cuBLAS fp16", "cuBLAS int8"}
OURS = "popcount and packing"


class BenchGpu(CommandTest):
    def setUp(self):
        super().setUp()
        self.environment["ARTEM_CUDA_LIBRARY"] = os.environ["ARTEM_CUDA_LIBRARY"]

    def measure(self, *options, status=0, error=None, **environment):
        path = os.path.join(self.folder, "gpu.json")
        out = self.artem("bench", "gpu", "--seconds", "0", "--runs", "2", "--json", path, *options, status=status, error=error, **environment)
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
            self.assertEqual("a unit of the network, all of it" in found, case == "Convolution 3 x 3")
            peers = {r["peer"] for r in rows if "peer" in r and r["case"].startswith(case) and r["row"] == OURS}
            self.assertGreaterEqual(peers, {"cuDNN fp16", "naive fp32"}, case)

    def test_frames(self):
        write_models(self.models)
        for name in (*NO_DRIVER, "XDG_DATA_DIRS"):  # the load runs on software Vulkan, where there is one
            del self.environment[name]
        rows, out = self.measure("--only", "frames", "--frame-size", "16x12", "--frames", "3", "--style", "sea")
        steps = {(r["step"], r["load"]): r for r in rows if "step" in r}
        share = [r["load_share"] for r in rows if "load_share" in r]
        self.assertEqual({load for _, load in steps}, {"idle", "loaded"} if share else {"idle"}, out)
        self.assertEqual("no Vulkan device to load" in out, not share)
        self.assertTrue(all(s > 0.3 for s in share), share)
        for row in steps.values():
            self.assertEqual((row["frames"], row["width"], row["height"]), (3, 16, 12))
            self.assertTrue(0 < row["best_ms"] <= row["p50_ms"] <= row["p99_ms"], row)
        self.assertIn("unit 10", {r.get("pass") for r in rows})

    def test_device(self):
        """--device is of the backend's frames too, whatever the environment says."""
        write_models(self.models)
        rows, out = self.measure("--only", "frames", "--frame-size", "16x12", "--frames", "1", "--no-load", "--style", "sea",
                                 "--device", "Mock 0", ARTEM_CUDA_DEVICE="Nothing")
        self.assertIn("network, on the device", {r.get("step") for r in rows}, out)

    def test_wrong_result(self):
        rows, out = self.measure("--only", "gemm", "--matrix", "128", status=1, error="a result is wrong", MOCK_PEERS_ERROR="2")
        self.assertIn("WRONG", out)
        self.assertEqual([r["row"] for r in rows if r.get("wrong")], ["cuBLAS SGEMM"])

    def test_no_gpu(self):
        rows, _ = self.measure(status=1, error="no NVIDIA GPU can be measured", MOCK_CUDA_CAPABILITY="70")
        self.assertIn("too old", rows[0]["missing"])
        self.measure("--device", "Nothing", status=1, error="of that name")


if __name__ == "__main__":
    main()
