# SPDX-License-Identifier: Apache-2.0
"""Khronos' validation layers, Vulkan (with synchronisation validation) and OpenXR, say nothing about us: every kind of message of a run
with the layer also appears in a run without it, where it can only be the app's or the runtime's own."""
import re
import sys

from session import Session

VULKAN = {"VK_INSTANCE_LAYERS": "VK_LAYER_KHRONOS_validation", "VK_LAYER_ENABLES": "VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT",
          "VK_KHRONOS_VALIDATION_VALIDATE_SYNC": "true", "VK_LAYER_DUPLICATE_MESSAGE_LIMIT": "1000000"}
OPENXR = {"XR_ENABLE_API_LAYERS": "XR_APILAYER_LUNARG_core_validation", "XR_CORE_VALIDATION_EXPORT_TYPE": "text"}


def messages(binding, layer):
    """Kinds of messages: identifiers and texts without handles and numbers."""
    env = dict(VULKAN, **OPENXR)
    if not layer:
        env["ARTEM_LAYER"] = "off"
    settings = {"style": "great_wave", "resolution": 128, "budget_ms": 0}
    with Session(settings, binding, seconds=300, env=env) as s:
        for _ in range(12):
            s.screenshot()
        assert s.alive()
    found = set()
    for line in s.output.splitlines():
        if re.search(r"VUID|SYNC-HAZARD|UNASSIGNED|Validation|VALID_ERROR|VALID_WARN", line):
            found.add(re.sub(r"0x[0-9a-fA-F]+|\d+(\.\d+)?", "#", line).strip())
    return found, s


def main():
    binding = sys.argv[1]
    without, _ = messages(binding, layer=False)
    with_layer, s = messages(binding, layer=True)
    assert "style: great_wave" in s.log, s.log
    print(f"{binding}: {len(without)} kinds of messages without the layer, {len(with_layer)} with it")
    for line in sorted(without):
        print("  app or runtime:", line[:300])
    new = with_layer - without
    for line in sorted(new):
        print("  ours:", line)
    assert not new, f"{len(new)} kinds of messages only with the layer"


main()
