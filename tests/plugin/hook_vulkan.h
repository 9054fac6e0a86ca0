// SPDX-License-Identifier: Apache-2.0
// The Vulkan that the layer gets of an app with XR_KHR_vulkan_enable2, for tests that look into it: app_get_vulkan is
// to be hook_get_vulkan.
#ifndef ARTEM_TEST_HOOK_VULKAN_H
#define ARTEM_TEST_HOOK_VULKAN_H

#include "mock_runtime.h"

PFN_vkVoidFunction VKAPI_CALL hook_get_vulkan(VkInstance instance, const char *name);

// Allocations of the layer's that are alive.
unsigned hook_count_memory(void);

// Asked before vkWaitForFences, with its timeout, and vkCreateComputePipelines, on any thread: another result than
// VK_SUCCESS, and that is what they return at once. NULL: nobody is asked.
extern VkResult (*hook_vulkan)(const char *function, uint64_t timeout);

#endif
