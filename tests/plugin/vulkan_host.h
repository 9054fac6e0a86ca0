// SPDX-License-Identifier: Apache-2.0
// A headless Vulkan device as an app would have it, with Khronos' validation layer where that is installed.
#ifndef ARTEM_TEST_VULKAN_HOST_H
#define ARTEM_TEST_VULKAN_HOST_H

#include "artem_vk/device.h"

// Of the instance; Vulkan 1.0 unless a test asks for more.
extern uint32_t host_api_version;
// What instances and devices that a test makes by itself are made with, besides what the test bed needs.
struct host_names {
    uint32_t count;
    const char *const *names;
};
extern struct host_names host_instance_extensions, host_device_extensions;

// NULL on success, else why there is no device. Fills in what a session would get from the app.
const char *host_open(struct vulkan_device_params *out_params);
// The same with instance and device made by someone else, as an OpenXR runtime does.
struct host_makers {
    VkResult (*create_instance)(const VkInstanceCreateInfo *info, VkInstance *out_instance);
    VkResult (*find_device)(VkInstance instance, VkPhysicalDevice *out_device);
    VkResult (*create_device)(VkPhysicalDevice physical, const VkDeviceCreateInfo *info, VkDevice *out_device);
};
const char *host_open_through(const struct host_makers *makers, struct vulkan_device_params *out_params);
// Returns how many errors and warnings the validation layer had, synchronisation included.
unsigned host_close(void);
// Until all that was submitted is done.
void host_wait_for_queue(void);

// Images as a runtime makes them for a swapchain, in COLOR_ATTACHMENT_OPTIMAL between all calls. Data: four or eight
// bytes per pixel, as stored, layer after layer.
VkImage host_create_image(uint32_t width, uint32_t height, VkFormat format);
VkImage host_create_array(uint32_t width, uint32_t height, uint32_t layers, VkFormat format);
void host_write_image(VkImage image, uint32_t width, uint32_t height, const void *data);
void host_read_image(VkImage image, uint32_t width, uint32_t height, void *data);
void host_destroy_image(VkImage image);

#endif
