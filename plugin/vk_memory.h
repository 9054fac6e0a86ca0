// SPDX-License-Identifier: Apache-2.0
// Images and buffers of the layer's own, each with its memory.
#ifndef ARTEM_PLUGIN_VK_MEMORY_H
#define ARTEM_PLUGIN_VK_MEMORY_H

#include "vulkan_device.h"

struct vk_image {
    VkImage handle;
    VkImageView view;
    VkDeviceMemory memory;
};

// A storage buffer that both sides see: persistently mapped, coherent, cached by the CPU where the device offers that.
struct vk_buffer {
    VkBuffer handle;
    VkDeviceMemory memory;
    void *data;
    VkDeviceSize size;
};

// R8G8B8A8_UNORM, for storage and copies. On failure *out_image is empty.
enum artem_result vk_image_create(const struct vulkan_device *device, uint32_t width, uint32_t height,
                                  struct vk_image *out_image);
void vk_image_destroy(const struct vulkan_device *device, struct vk_image *image);

enum artem_result vk_buffer_create(const struct vulkan_device *device, VkDeviceSize size, struct vk_buffer *out_buffer);
void vk_buffer_destroy(const struct vulkan_device *device, struct vk_buffer *buffer);

#endif
