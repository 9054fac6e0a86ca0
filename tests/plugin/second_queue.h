// SPDX-License-Identifier: Apache-2.0
// A Vulkan device with a second queue family, which computes only, for apps with XR_KHR_vulkan_enable2 on drivers that
// have one queue: the layer gets its functions from here (app_get_vulkan), and the runtime makes devices here
// (mock_settings.create_device). What the layer submits to the second queue goes to the one that there is; held, it
// goes there when somebody waits for it, or the test lets it.
#ifndef ARTEM_TEST_SECOND_QUEUE_H
#define ARTEM_TEST_SECOND_QUEUE_H

#include <stdatomic.h>

#include "mock_runtime.h"

extern struct second_queue {
    bool refused;         // devices with it cannot be made
    bool holds;           // what is submitted to it
    unsigned fail;        // submissions that fail first
    unsigned made;        // devices with it
    unsigned submissions; // to it, failed ones too
    unsigned held;        // not submitted yet
    unsigned errors;      // work of one family on the other's queue, and buffers that only one may use
} second_queue;

PFN_vkVoidFunction VKAPI_CALL second_queue_get(VkInstance instance, const char *name);
VKAPI_ATTR VkResult VKAPI_CALL second_queue_create_device(VkPhysicalDevice physical, const VkDeviceCreateInfo *info,
                                                          const VkAllocationCallbacks *callbacks, VkDevice *device);

// On the thread that uses the app's queue.
void second_queue_release(void);

#endif
