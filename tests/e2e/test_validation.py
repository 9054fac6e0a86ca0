# SPDX-License-Identifier: Apache-2.0
"""Khronos' validation layers have nothing to say: Vulkan's with synchronisation validation, and OpenXR's core validation, which stands below
the layer (and so checks the layer's own calls) or above it. A control run shows that messages do arrive in the file that is read."""
import sys

from session import Session, run_test

LAYER, CORE = "XR_APILAYER_ARTEM_style_transfer", "XR_APILAYER_LUNARG_core_validation"


def change_everything(s, settings, what):
    changes = 0
    for settings["style"], times in (("starry_night", 1), ("great_wave", 2)):  # the paths of a change too
        for settings["resolution"] in (128, 160):
            s.write_config(settings)
            changes += 1
            s.wait_for_log("new settings", what, changes)
            s.wait_for_log("style: " + settings["style"], what, times)
            for _ in range(4):
                s.screenshot()
    for engines, settings["backend"] in enumerate(("vulkan", "cpu", "vulkan"), 2):  # and of moving to the device and back
        s.write_config(settings)
        changes += 1
        s.wait_for_log("the network runs on", what, engines)
        for _ in range(4):
            s.screenshot()
    s.write_config(dict(settings, enabled="off"))
    s.wait_for_log("new settings", what, changes + 1)
    s.screenshot()


def run(what, binding, order, control=False):
    """Returns the lines that the two validation layers wrote."""
    settings = {"style": "great_wave", "resolution": 128, "budget_ms": 0, "backend": "cpu", "hud": "on", "chord": "both-thumbsticks-1s"}
    s = Session(settings, binding)
    vulkan, openxr = s.folder / "vulkan.txt", s.folder / "openxr.txt"
    s.env.update({
        # hello_xr turns Vulkan's validation layer on by itself; this says what it checks and where it writes.
        "VK_KHRONOS_VALIDATION_VALIDATE_SYNC": "1", "VK_LAYER_LOG_FILENAME": str(vulkan),
        "VK_LAYER_DEBUG_ACTION": "VK_DBG_LAYER_ACTION_LOG_MSG", "VK_LAYER_REPORT_FLAGS": "error,warn,perf",
        "XR_ENABLE_API_LAYERS": ":".join(order), "XR_CORE_VALIDATION_EXPORT_TYPE": "text", "XR_CORE_VALIDATION_FILE_NAME": str(openxr),
        "OXR_VIEWPORT_SCALE_PERCENTAGE": "40",
    })
    if binding == "OpenGL":  # the layer's own Vulkan device, which hello_xr has nothing to do with
        s.app.insert(1, "VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation")
    if control:
        s.env["VK_KHRONOS_VALIDATION_VALIDATE_BEST_PRACTICES"] = "1"
    with s:
        s.wait_for_log("style: great_wave", what)
        s.screenshot()
        if not control:  # which needs no more than a frame
            change_everything(s, settings, what)
        assert s.alive(), what
        s.stop()  # in order, so that the ends of session, device and instance are seen too
        assert openxr.exists(), "OpenXR's validation layer did not run"
        lines = [line for line in openxr.read_text(errors="replace").splitlines() if "VALID_ERROR" in line or "VALID_WARN" in line]
        lines += [line for line in vulkan.read_text(errors="replace").splitlines() if line.strip()] if vulkan.exists() else []
        print(f"{what}: {len(lines)} lines")
        return lines


def main():
    binding = sys.argv[1]
    for what, order in (("core validation below us", (LAYER, CORE)), ("core validation above us", (CORE, LAYER))):
        lines = run(f"{binding}, {what}", binding, order)
        assert not lines, "\n".join(lines[:20])
    assert run(f"{binding}, control with best practices", binding, (LAYER, CORE), control=True), "no messages arrive"


run_test(main)
