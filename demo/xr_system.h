// SPDX-License-Identifier: Apache-2.0
// OpenXR instance and system, and what the runtime offers.
#ifndef ARTEM_DEMO_XR_SYSTEM_H
#define ARTEM_DEMO_XR_SYSTEM_H

#include "options.h"
#include "vk_device.h"
#include "vk_renderer.h"

#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr.h>
#include <openxr/openxr_platform.h>

struct xr_system {
    const struct demo_options *options;
    XrInstance instance;
    XrSystemId id;
    XrViewConfigurationType view_type;
    uint32_t view_count; // 2, or 4 with quad views
    XrViewConfigurationView views[RENDERER_VIEWS];
    XrEnvironmentBlendMode blend;
    bool equirect2; // else the first equirect extension
};

// Prints "WHAT failed: NAME" unless the result is a success. INSTANCE may be XR_NULL_HANDLE.
bool xr_ok(XrInstance instance, XrResult result, const char *what);

bool xr_system_create(const struct demo_options *options, struct xr_system *out);
void xr_system_destroy(struct xr_system *system);

// Vulkan as the runtime wants it (xr_gpu.c). EXTRA names more instance extensions, SWAPCHAIN asks for
// VK_KHR_swapchain.
bool xr_gpu_create(struct xr_system *system, const char *const *extra, uint32_t extra_count, bool swapchain,
                   struct gpu *out);

#endif
