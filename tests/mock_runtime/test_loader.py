# SPDX-License-Identifier: Apache-2.0
"""usage: test_loader.py MANIFEST LAYER_FOLDER DEMO: the demo app with the system's OpenXR loader, the layer, and the mock runtime as a
library of its own: shapes that Monado does not offer, paced frames, and nothing for the runtime to complain of."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LAYER = "XR_APILAYER_ARTEM_style_transfer"
CASES = [
    (["--layout", "array", "--depth", "--format", "a2b10g10r10"], {}),
    (["--layout", "side-by-side", "--quad", "--cylinder", "--equirect", "--binding", "vulkan"], {}),
    (["--quad-views", "--format", "rgba16f"], {"ARTEM_MOCK_VIEWS": "quad"}),
    (["--msaa-swapchain", "4"], {}),
    (["--layers", "2", "--alpha", "straight", "--dynamic-rect"], {"ARTEM_MOCK_RATE": "90"}),
    (["--static", "--format", "rgba16_unorm"], {"ARTEM_MOCK_RATE": "120"}),
    (["--resubmit", "3"], {"ARTEM_MOCK_RATE": "72"}),
]


def main():
    manifest, layer_folder, demo = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="artem-mock.") as name:
        folder = pathlib.Path(name)
        config = folder / "artem.conf"
        config.write_text("[artem]\nstyle = great_wave\nresolution = 64\nbudget_ms = 0\n")
        for number, (options, more) in enumerate(CASES):
            report, log = folder / f"report{number}.txt", folder / f"log{number}.txt"
            # Under AddressSanitizer the Vulkan driver's own leaks, whose library is gone by then, could not be told from ours: the
            # frame tests look for those.
            env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", XR_RUNTIME_JSON=manifest, XR_API_LAYER_PATH=layer_folder, XR_ENABLE_API_LAYERS=LAYER,
                       ARTEM_CONFIG=str(config), ARTEM_LOG=f"info:{log}", ARTEM_MOCK_REPORT=str(report), **more)
            run = subprocess.run([demo, "--size", "96x80", "--frames", "12", "--fixed-step", *options], env=env, capture_output=True,
                                 text=True)
            if run.returncode == 3 and "Vulkan" in run.stderr:
                print("skipped: no Vulkan device\n" + run.stderr)
                sys.exit(77)
            text = log.read_text() if log.exists() else ""
            summary = next((line for line in text.splitlines() if " frames, " in line), "no summary")
            print(" ".join(options), more or "", "->", summary)
            assert run.returncode == 0, run.stdout + run.stderr + text
            styled = re.search(r"styled (\d+)", summary)
            assert styled and int(styled[1]) >= 8, "not styled: " + text
            assert report.exists(), "the runtime left no report"
            print("   ", report.read_text().strip().replace("\n", "; "))
            assert "violations 0" in report.read_text(), report.read_text()


main()
