// SPDX-License-Identifier: Apache-2.0
// Buffers and images with memory of their own.
#ifndef ARTEM_DEMO_VK_MEMORY_H
#define ARTEM_DEMO_VK_MEMORY_H

#include "vk_device.h"

struct gpu_buffer {
    VkBuffer buffer;
    VkDeviceMemory memory;
    void *mapped; // host-visible and coherent, always mapped
};

struct gpu_image {
    VkImage image;
    VkDeviceMemory memory;
};

// Destroying accepts half-made and zeroed objects, and clears them.
bool gpu_buffer_create(struct gpu *gpu, VkDeviceSize size, VkBufferUsageFlags usage, struct gpu_buffer *out);
void gpu_buffer_destroy(struct gpu *gpu, struct gpu_buffer *buffer);
bool gpu_image_create(struct gpu *gpu, const VkImageCreateInfo *info, struct gpu_image *out);
void gpu_image_destroy(struct gpu *gpu, struct gpu_image *image);

bool gpu_view_create(struct gpu *gpu, VkImage image, VkFormat format, VkImageAspectFlags aspect, VkImageViewType type,
                     uint32_t first_layer, uint32_t layers, VkImageView *out);

struct gpu_transition {
    VkImageLayout from, to;
    VkPipelineStageFlags from_stage, to_stage;
    VkAccessFlags from_access, to_access;
};
// A barrier over all levels and layers of a colour image.
void gpu_transition(VkCommandBuffer commands, VkImage image, const struct gpu_transition *transition);

#endif
