# SPDX-License-Identifier: Apache-2.0
"""usage: test_core_validation.py MANIFEST LAYER_FOLDER DEMO: Khronos' OpenXR validation layer between the demo app and the layer, and between
the layer and the mock runtime. What the layer makes of an app's calls has to be as valid as the calls were."""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LAYER, VALIDATION = "XR_APILAYER_ARTEM_style_transfer", "XR_APILAYER_LUNARG_core_validation"
FOLDERS = ["/usr/share/openxr/1/api_layers/explicit.d", "/usr/local/share/openxr/1/api_layers/explicit.d"]
CASES = [
    ["--layout", "array", "--depth"],
    ["--layout", "side-by-side", "--quad", "--cylinder", "--equirect", "--binding", "vulkan"],
    ["--layers", "2", "--alpha", "straight", "--dynamic-rect"],
    ["--static"],
]


def complaints(text):
    """Kinds of messages, with how often each came: which call and which rule."""
    return collections.Counter(re.findall(r"VALID_(?:ERROR|WARNING)[^\n]*?(VUID-[\w-]+)", text))


def run(folder, manifest, layer_folder, demo, options, layers):
    report = folder / "report.txt"
    report.unlink(missing_ok=True)
    env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", XR_RUNTIME_JSON=manifest, XR_API_LAYER_PATH=":".join([layer_folder] + FOLDERS),
               XR_ENABLE_API_LAYERS=":".join(layers), XR_LOADER_DEBUG="all", XR_CORE_VALIDATION_EXPORT_TYPE="text",
               ARTEM_CONFIG=str(folder / "artem.conf"), ARTEM_LOG="info", ARTEM_MOCK_REPORT=str(report))
    done = subprocess.run([demo, "--size", "96x80", "--frames", "12", "--fixed-step", *options], env=env, capture_output=True, text=True)
    if done.returncode == 3 and "Vulkan" in done.stderr:
        print("skipped: no Vulkan device\n" + done.stderr)
        sys.exit(77)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    for layer in layers:
        assert re.search(f"[Ll]oaded.*{layer}|{layer}.*[Ll]oaded", output) or f"succeeded loading layer {layer}" in output, output
    assert "violations 0" in report.read_text(), report.read_text()
    styled = re.search(r"styled (\d+)", output)
    assert LAYER not in layers or (styled and int(styled[1]) >= 8), output
    return complaints(output)


def main():
    manifest, layer_folder, demo = sys.argv[1:]
    if not any(pathlib.Path(folder).glob("*core_validation*.json") for folder in map(pathlib.Path, FOLDERS)):
        print("skipped: Khronos' OpenXR validation layer is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="artem-validation.") as name:
        folder = pathlib.Path(name)
        (folder / "artem.conf").write_text("[artem]\nstyle = great_wave\nresolution = 64\nbudget_ms = 0\nhud = on\n")
        for options in CASES:
            runs = {what: run(folder, manifest, layer_folder, demo, options, layers) for what, layers in (
                ("without the layer", [VALIDATION]),
                ("above the layer", [VALIDATION, LAYER]),
                ("below the layer", [LAYER, VALIDATION]))}
            print(" ".join(options), {what: dict(found) for what, found in runs.items()})
            # The app's own sins stay what they are; kinds that only the layer commits are not allowed.
            assert set(runs["above the layer"]) <= set(runs["without the layer"]), runs
            assert set(runs["below the layer"]) <= set(runs["without the layer"]), runs


main()
