// SPDX-License-Identifier: Apache-2.0
// The Vulkan device of test programs, where they act as an app and as a runtime: the first one whose name contains the
// environment's ARTEM_VULKAN_DEVICE.
#ifndef ARTEM_TEST_PICK_DEVICE_H
#define ARTEM_TEST_PICK_DEVICE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

// False if there is none.
static inline bool pick_device(VkInstance instance, VkPhysicalDevice *out_device)
{
    VkPhysicalDevice devices[16];
    uint32_t count = sizeof devices / sizeof devices[0];
    const char *wanted = getenv("ARTEM_VULKAN_DEVICE");

    if (vkEnumeratePhysicalDevices(instance, &count, devices) < 0)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        VkPhysicalDeviceProperties properties;
        vkGetPhysicalDeviceProperties(devices[i], &properties);
        if (wanted == NULL || strstr(properties.deviceName, wanted) != NULL) {
            *out_device = devices[i];
            return true;
        }
    }
    return false;
}

#endif
