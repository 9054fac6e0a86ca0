// SPDX-License-Identifier: Apache-2.0
// Images and buffers of the layer's own, each with its memory.
#ifndef ARTEM_PLUGIN_VK_MEMORY_H
#define ARTEM_PLUGIN_VK_MEMORY_H

#include "artem_vk/device.h"

struct vk_image {
    VkImage handle;
    VkDeviceMemory memory;
    VkDeviceSize shared; // bytes of its memory, where that is exportable; else 0
};

enum vk_place {
    VK_PLACE_DEVICE, // for the GPU alone
    VK_PLACE_HOST,   // both sides see it: persistently mapped, coherent, cached by the CPU where the device offers that
    VK_PLACE_TOLD,   // written by the CPU alone, read by the GPU: mapped, and in the GPU's memory where there is room
    VK_PLACE_SHARED, // as VK_PLACE_DEVICE, and exportable where the device shares (vulkan_device.sharing)
};

// A storage buffer; copies and indirect dispatches may use it too, on both of the device's queues.
struct vk_buffer {
    VkBuffer handle;
    VkDeviceMemory memory;
    void *data; // NULL on the device
    VkDeviceSize size;
    uint64_t serial;     // of this buffer alone: handles are used again
    VkDeviceSize shared; // bytes of its memory, where that is exportable; else 0
};

// One sample, one mip level, `layers` layers; `uses` beside copies. On failure *out_image is empty.
enum artem_result vk_image_create(const struct vulkan_device *device, uint32_t width, uint32_t height, uint32_t layers,
                                  VkFormat format, VkImageUsageFlags uses, struct vk_image *out_image);
// The same on a device that exports memory, which the image has for itself; `uses` are all.
enum artem_result vk_image_create_shared(const struct vulkan_device *device, uint32_t width, uint32_t height,
                                         uint32_t layers, VkFormat format, VkImageCreateFlags flags,
                                         VkImageUsageFlags uses, struct vk_image *out_image);
void vk_image_destroy(const struct vulkan_device *device, struct vk_image *image);
// An opaque file descriptor for memory that is exportable, the caller's to close; -1 if there is none.
int vk_memory_export(const struct vulkan_device *device, VkDeviceMemory memory);

enum artem_result vk_buffer_create(const struct vulkan_device *device, VkDeviceSize size, enum vk_place place,
                                   struct vk_buffer *out_buffer);
// The buffer whose memory another device on the same GPU, by the same driver, has exported: `shared` bytes, which is
// its size here. The file descriptor is taken over whatever happens.
enum artem_result vk_buffer_import(const struct vulkan_device *device, int fd, VkDeviceSize shared,
                                   struct vk_buffer *out_buffer);
// Replaces the buffer if it is smaller; the content is lost then. On failure the buffer is empty.
enum artem_result vk_buffer_grow(const struct vulkan_device *device, VkDeviceSize size, enum vk_place place,
                                 struct vk_buffer *buffer);
// Between compute shaders of the device and another device or API that has the buffer's memory, too: `away` to it, or
// back. The content stays both ways. The buffer as a number.
VkBufferMemoryBarrier vk_buffer_hand_over(const struct vulkan_device *device, uint64_t buffer, bool away);
void vk_buffer_destroy(const struct vulkan_device *device, struct vk_buffer *buffer);

#endif
