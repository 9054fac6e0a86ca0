// SPDX-License-Identifier: Apache-2.0
// OpenXR swapchains of Vulkan images.
#ifndef ARTEM_DEMO_XR_SWAPCHAIN_H
#define ARTEM_DEMO_XR_SWAPCHAIN_H

#include "vk_target.h"
#include "xr_system.h"

struct xr_swapchain {
    XrInstance instance; // for messages
    XrSwapchain handle;
    uint32_t image_count, current;
    VkImage images[TARGET_MAX_IMAGES];
};

// INFO's type need not be set. Destroy accepts a zeroed or half-made one.
bool xr_swapchain_create(XrInstance instance, XrSession session, const XrSwapchainCreateInfo *info,
                         struct xr_swapchain *out);
void xr_swapchain_destroy(struct xr_swapchain *swapchain);

// Acquires the next image and waits for it; its index is in current until the next time.
bool xr_swapchain_acquire(struct xr_swapchain *swapchain);
bool xr_swapchain_release(struct xr_swapchain *swapchain);

// The colour format that the options ask for, or the first of ours that the runtime offers; and the depth format, the
// first of Vulkan's that the runtime offers (VK_FORMAT_UNDEFINED: none).
bool xr_swapchain_formats(const struct xr_system *system, XrSession session, enum demo_format *out_color,
                          VkFormat *out_depth);

#endif
