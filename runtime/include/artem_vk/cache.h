// SPDX-License-Identifier: Apache-2.0
// Compiled pipelines on disk, so that the next start need not compile them: one file per device and driver in
// $XDG_CACHE_HOME/artem (or ~/.cache/artem), in the form that the driver gives, behind a checksum of ours.
#ifndef ARTEM_VK_CACHE_H
#define ARTEM_VK_CACHE_H

#include "artem_vk/device.h"

// A cache with what the file has; an empty one where there is none, or one that is damaged or of another driver.
// VK_NULL_HANDLE if the device makes none, which is no error: pipelines are compiled then.
VkPipelineCache vk_cache_open(const struct vulkan_device *device);
// Writes the file if the cache holds something else than it. Failures are logged for debugging only. VK_NULL_HANDLE is
// allowed, here and below.
void vk_cache_save(const struct vulkan_device *device, VkPipelineCache cache);
void vk_cache_close(const struct vulkan_device *device, VkPipelineCache cache);

#endif
