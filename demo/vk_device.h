// SPDX-License-Identifier: Apache-2.0
// Vulkan instance, device and queue, made by ourselves or through OpenXR. One thread.
#ifndef ARTEM_DEMO_VK_DEVICE_H
#define ARTEM_DEMO_VK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <vulkan/vulkan.h>

struct gpu {
    VkInstance instance;
    VkPhysicalDevice physical;
    VkDevice device;
    VkQueue queue; // graphics; presents too
    uint32_t family;
    VkPhysicalDeviceMemoryProperties memory;
    VkCommandPool pool; // of resettable command buffers
    bool multiview;
    VkDebugUtilsMessengerEXT messenger;
    uint32_t complaints; // errors and warnings of the validation layers
};

// Who makes instance and device; a NULL function means Vulkan itself, and the first device.
struct gpu_maker {
    void *user;
    VkResult (*create_instance)(void *user, const VkInstanceCreateInfo *info, VkInstance *out);
    VkResult (*choose)(void *user, VkInstance instance, VkPhysicalDevice *out);
    VkResult (*create_device)(void *user, VkPhysicalDevice physical, const VkDeviceCreateInfo *info, VkDevice *out);
};

struct gpu_request {
    const char *const *instance_extensions;
    const char *const *device_extensions;
    uint32_t instance_extension_count, device_extension_count; // at most GPU_MAX_EXTENSIONS each
    uint32_t max_api_version;                                  // 0: any
    bool validate;
    struct gpu_maker maker;
};
#define GPU_MAX_EXTENSIONS 40

// Prints why on failure. *OUT must stay where it is until gpu_destroy, which accepts a half-made one.
bool gpu_create(const struct gpu_request *request, struct gpu *out);
void gpu_destroy(struct gpu *gpu);

// Prints "WHAT failed: VK_RESULT" unless the result is VK_SUCCESS.
bool vk_ok(VkResult result, const char *what);

// A command buffer for work done once: begun; gpu_run_once submits it, waits and frees it.
VkCommandBuffer gpu_begin_once(struct gpu *gpu);
bool gpu_run_once(struct gpu *gpu, VkCommandBuffer commands);

#endif
