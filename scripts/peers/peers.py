# SPDX-License-Identifier: Apache-2.0
"""Measures ONNX Runtime, OpenVINO and oneDNN (through PyTorch) beside `artem bench`, in turns, on the same threads, and prints the ratios.
docs/benchmarks.md tells what is compared."""
import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np

import topology

ROUNDS = 3  # of each engine, in turns


def times_of(run, seconds):
    run()
    run()
    out, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(out) < 8:
        start = time.perf_counter()
        run()
        out.append((time.perf_counter() - start) * 1e3)
    return out


class OnnxRuntime:
    def __init__(self, path, threads, feed):
        import onnxruntime as ort

        ort.set_default_logger_severity(3)
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.feed = feed

    def __call__(self):
        return self.session.run(None, self.feed)[0]


class OpenVino:
    def __init__(self, path, threads, feed, precision="f32"):
        import openvino as ov

        core = ov.Core()
        self.request = core.compile_model(core.read_model(path), "CPU", {
            "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision,
        }).create_infer_request()
        # Tensors that share our memory: no copy in.
        for name, array in feed.items():
            self.request.set_tensor(name, ov.Tensor(array, shared_memory=True))

    def __call__(self):
        self.request.infer()
        return self.request.get_output_tensor(0).data


def quantise(path, out, feed, **options):
    import logging

    from onnxruntime import quantization as q

    class Reader(q.CalibrationDataReader):
        left = [feed]

        def get_next(self):
            return self.left.pop() if self.left else None

    logging.getLogger().setLevel(logging.ERROR)
    q.quantize_static(path, out, Reader(), quant_format=q.QuantFormat.QDQ, per_channel=True, activation_type=q.QuantType.QUInt8,
                      weight_type=q.QuantType.QInt8, extra_options={"ActivationSymmetric": False}, **options)


def agreement(a, b):
    """Correlation, after the mean is taken away."""
    a, b = (v.astype(np.float64).ravel() - v.mean() for v in (a, b))
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def artem(a, threads, cpu=None):
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        subprocess.run([a.artem, "bench", "--only", "network", "--threads", str(threads), "--size", f"{a.width}x{a.height}", "--views", str(a.views),
                        "--seconds", str(a.seconds / 10), "--json", f.name], check=True, stdout=subprocess.DEVNULL)
        rows = json.load(open(f.name))["rows"]
    machine = rows[0]
    return machine, {r["cpu"]: (r["best_ms"], r["p50_ms"], r["p99_ms"]) for r in rows
                     if r["part"] == "network" and r["threads"] == threads and r["views"] == a.views and r["width"] == a.width}


def engines(a, threads, folder):
    """name -> (kind, callable); every output has been compared with ONNX Runtime's on floats."""
    import onnx

    feed = topology.inputs(a.views, a.width, a.height)
    path = os.path.join(folder, "float.onnx")
    onnx.save(topology.network(a.views, a.width, a.height), path)
    out = {"ONNX Runtime fp32": OnnxRuntime(path, threads, feed), "OpenVINO fp32": OpenVino(path, threads, feed)}
    flags = open("/proc/cpuinfo", encoding="utf-8").read()
    if a.isa != "avx2" and ("avx512_bf16" in flags or "amx_bf16" in flags):
        out["OpenVINO bf16"] = OpenVino(path, threads, feed, "bf16")
    for name, options in (("int8", {}), ("int8, 7-bit weights", {"reduce_range": True})):
        quantised = os.path.join(folder, name.replace(" ", "-") + ".onnx")
        if not os.path.exists(quantised):
            quantise(path, quantised, feed, **options)
        out[f"ONNX Runtime {name}"] = OnnxRuntime(quantised, threads, feed)
        out[f"OpenVINO {name}"] = OpenVino(quantised, threads, feed)
    reference = out["ONNX Runtime fp32"]()
    if a.isa == "avx2":
        out = {name: run for name, run in out.items() if not name.startswith("ONNX Runtime")}
    for name, run in out.items():
        found, wanted = agreement(reference, run()), 0.9999 if "fp32" in name else 0.98
        print(f"  {name}: output agrees to {found:.5f} (correlation with ONNX Runtime fp32)", flush=True)
        if found < wanted:
            raise SystemExit(f"{name} computes something else")
    return out


def compare_network(a, threads, folder, rows):
    print(f"Network, {a.views} x {a.width} x {a.height}, {topology.products(a.views, a.width, a.height) * 1e-9:.1f} GMAC, "
          f"{threads} thread{'s' if threads > 1 else ''}")
    peers = engines(a, threads, folder)
    times, own = {name: [] for name in peers}, {}
    for _ in range(ROUNDS):
        machine, found = artem(a, threads)
        for cpu, t in found.items():
            own[cpu] = min(own.get(cpu, t), t)
        for name, run in peers.items():
            times[name] += times_of(run, a.seconds)
    best = machine["cpu"]
    print(f"  {'':28} {'best ms':>9} {'p50':>9} {'p99':>9}  {'times artem ' + best:>20}  {'times artem avx2':>17}")
    table = {f"artem {cpu}": t for cpu, t in own.items() if cpu != "c"}
    table |= {name: (min(t), float(np.percentile(t, 50)), float(np.percentile(t, 99))) for name, t in times.items()}
    for name, t in table.items():
        ratios = [t[0] / own[cpu][0] if cpu in own else float("nan") for cpu in (best, "avx2")]
        print(f"  {name:28} {t[0]:9.2f} {t[1]:9.2f} {t[2]:9.2f}  {ratios[0]:20.2f}  {ratios[1]:17.2f}", flush=True)
        rows.append({"part": "peers", "threads": threads, "engine": name, "best_ms": t[0], "p50_ms": t[1], "p99_ms": t[2],
                     f"ratio_{best}": ratios[0], "ratio_avx2": ratios[1]})


def layer_runs(a):
    """One trunk convolution in oneDNN, on floats and on bytes, as PyTorch calls it: weights packed before."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(1)
    h, w = a.height // 4, a.width // 4
    x = torch.randn(a.views, 128, h, w).to(memory_format=torch.channels_last)
    weight = torch.randn(128, 128, 3, 3) / 34
    conv = torch.nn.Conv2d(128, 128, 3, padding=1).to(memory_format=torch.channels_last)
    conv.weight.data.copy_(weight)
    conv.bias.data.zero_()
    runs = {}
    with torch.inference_mode():
        wanted = conv(x)
        packed = torch.ops.mkldnn._reorder_convolution_weight(conv.weight, (1, 1), (1, 1), (1, 1), 1, x.shape)
        runs["oneDNN fp32"] = lambda: torch.ops.mkldnn._convolution_pointwise(x, packed, None, [1, 1], [1, 1], [1, 1], 1, "none", [], "")
        xs, ws = float(x.abs().max()) / 127, weight.abs().amax((1, 2, 3)) / 127
        qx = ((x / xs).round().clamp(-128, 127) + 128).to(torch.uint8).contiguous(memory_format=torch.channels_last)
        qw = (weight / ws.view(-1, 1, 1, 1)).round().clamp(-127, 127).to(torch.int8)
        ys, zeros = float(wanted.abs().max()) / 127, torch.zeros(128, dtype=torch.int64)
        qpacked = torch.ops.onednn.qconv_prepack(qw, ws, xs, 128, [1, 1], [1, 1], [1, 1], 1, list(x.shape))
        runs["oneDNN int8"] = lambda: torch.ops.onednn.qconv2d_pointwise(
            qx, xs, 128, qpacked, ws, zeros, None, [1, 1], [1, 1], [1, 1], 1, ys, 128, torch.uint8, "none", [], "")
        for name, run in runs.items():
            out = run().float()
            out = (out - 128) * ys if "int8" in name else out
            found = agreement(wanted.numpy(), out.numpy())
            print(f"  {name}: output agrees to {found:.5f}")
            if found < 0.98:
                raise SystemExit(f"{name} computes something else")
    return runs, a.views * h * w * 9 * 128 * 128


def compare_layer(a, rows):
    import torch

    print(f"One trunk layer, 3 x 3, 128 > 128, {a.views} x {a.height // 4} x {a.width // 4} cells, one thread; artem's does normalisation, activation, "
          "residual, sums and packing as well")
    runs, products = layer_runs(a)
    times, own = {name: [] for name in runs}, {}
    for _ in range(ROUNDS):
        with tempfile.NamedTemporaryFile(suffix=".json") as f:
            subprocess.run([a.artem, "bench", "--only", "kernels", "--json", f.name], check=True, stdout=subprocess.DEVNULL)
            for r in json.load(open(f.name))["rows"]:
                if r.get("kernel") == "unit":
                    own[r["cpu"]] = max(own.get(r["cpu"], 0), r["gmacs"])
        with torch.inference_mode():
            for name, run in runs.items():
                times[name] += times_of(run, a.seconds)
    rates = {name: products / min(t) * 1e-6 for name, t in times.items()}
    for cpu, rate in own.items():
        ratios = "  ".join(f"{rate / r:6.1f} x {name}" for name, r in rates.items())
        print(f"  artem {cpu:14} {rate:8.1f} GMAC/s  {ratios}")
        rows.append({"part": "layer", "engine": f"artem {cpu}", "gmacs": rate})
    for name, rate in rates.items():
        print(f"  {name:20} {rate:8.1f} GMAC/s")
        rows.append({"part": "layer", "engine": name, "gmacs": rate})


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--artem", required=True, help="the artem command")
    p.add_argument("--threads", type=int, default=min(8, len(os.sched_getaffinity(0))))
    p.add_argument("--size", default="320x352", help="style resolution")
    p.add_argument("--views", type=int, default=2)
    p.add_argument("--seconds", type=float, default=2, help="per engine and round")
    p.add_argument("--isa", choices=("all", "avx2"), default="all",
                   help="avx2: oneDNN and OpenVINO may use no more; ONNX Runtime, which cannot be told, is left out")
    p.add_argument("--json", help="the numbers for programs")
    a = p.parse_args()
    a.width, a.height = (int(v) for v in a.size.split("x"))
    if a.isa == "avx2":
        os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX2"  # read when the libraries are loaded
    rows = []
    compare_layer(a, rows)
    with tempfile.TemporaryDirectory() as folder:
        for threads in sorted({1, a.threads}):
            compare_network(a, threads, folder, rows)
    if a.json:
        with open(a.json, "w", encoding="utf-8") as f:
            json.dump(rows, f, indent=1)


if __name__ == "__main__":
    main()
