// SPDX-License-Identifier: Apache-2.0
// The layer's own shaders on the app's device: scaling to the style resolution, and composite.
#ifndef ARTEM_PLUGIN_VK_SHADERS_H
#define ARTEM_PLUGIN_VK_SHADERS_H

#include <pthread.h>

#include "artem_kernels/pixels.h"
#include "artem_vk/pipeline.h"

// Push constants of both shaders (shaders/common.glsl).
struct vulkan_push {
    uint32_t size[2];
    uint32_t style_size[2];
    uint32_t first, row; // of the capture; from the bottom up, rows are negative numbers
    uint32_t result_first, result_row;
    uint32_t premultiplied;
    uint32_t strength;
    uint32_t keep;
    uint32_t text;
};

// Push constants of shaders/fade.comp.
struct vulkan_fade {
    uint32_t size[2], old_size[2];
    uint32_t weight; // 0..256, of the older painting
    float map[9];
};

// Bindings of both shaders, in this order, all storage buffers.
enum vulkan_binding {
    BINDING_CAPTURE,
    BINDING_STYLE_IN,
    BINDING_STYLE_OUT,
    BINDING_RESULT,
    BINDING_TABLES,
    BINDING_COUNT
};

struct vk_shaders {
    const struct vulkan_device *device;
    pthread_mutex_t mutex; // held while pipelines are made
    struct vk_layout layout;
    struct vk_pipelines {
        VkPipeline downscale, composite;
    } pipelines[ARTEM_PIXELS_COUNT]; // VK_NULL_HANDLE until prepared
    VkPipeline fade; // its older painting is at BINDING_STYLE_IN
};

// The device must outlive the shaders.
enum artem_result vk_shaders_create(const struct vulkan_device *device, struct vk_shaders **out_shaders);
// Makes the pipelines for a format, if they are not there yet. From any thread: pipelines of formats that are prepared
// do not change.
enum artem_result vk_shaders_prepare(struct vk_shaders *shaders, enum artem_pixel_format format);
// The caller has waited for all work. Clears *shaders; NULL-safe.
void vk_shaders_destroy(struct vk_shaders **shaders);

#endif
