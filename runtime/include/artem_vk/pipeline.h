// SPDX-License-Identifier: Apache-2.0
// Compute pipelines whose bindings are storage buffers, one after the other from 0 on, and which have push constants.
#ifndef ARTEM_VK_PIPELINE_H
#define ARTEM_VK_PIPELINE_H

#include <stddef.h>

#include "artem_vk/device.h"

enum { VK_LAYOUT_BINDINGS = 8 };

struct vk_layout {
    VkDescriptorSetLayout set;
    VkPipelineLayout pipeline;
    uint32_t bindings;
};

// At most VK_LAYOUT_BINDINGS bindings. ARTEM_ERROR_UNSUPPORTED where that is more than the device has. On failure *out_layout may be destroyed as on success.
enum artem_result vk_layout_create(const struct vulkan_device *device, uint32_t bindings, uint32_t push_bytes,
                                   struct vk_layout *out_layout);
void vk_layout_destroy(const struct vulkan_device *device, struct vk_layout *layout);

// A shader with specialisation constants 0, 1, …
struct vk_shader {
    const uint32_t *code;
    size_t size; // bytes
    const uint32_t *constants;
    uint32_t constant_count;
};

// The cache may be VK_NULL_HANDLE.
enum artem_result vk_pipeline_create(const struct vulkan_device *device, const struct vk_layout *layout,
                                     VkPipelineCache cache, const struct vk_shader *shader, VkPipeline *out_pipeline);

// Points a set of this layout at whole buffers, or at the ranges given, one per binding.
void vk_set_write(const struct vulkan_device *device, const struct vk_layout *layout, VkDescriptorSet set,
                  const VkDescriptorBufferInfo *buffers);

#endif
