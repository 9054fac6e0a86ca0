// SPDX-License-Identifier: Apache-2.0
// Images to draw into: those of a swapchain, or one of our own.
#ifndef ARTEM_DEMO_VK_TARGET_H
#define ARTEM_DEMO_VK_TARGET_H

#include "vk_memory.h"
#include "vk_pipeline.h"

#define TARGET_MAX_IMAGES 8
#define TARGET_MAX_LAYERS 4

struct target {
    struct gpu *gpu;
    const struct gpu_pass *pass;
    uint32_t width, height, layers, groups; // groups: passes needed to draw all layers
    uint32_t image_count, depth_count;
    VkImage images[TARGET_MAX_IMAGES], depths[TARGET_MAX_IMAGES];
    struct gpu_image multisampled, depth; // ours; depth only without depth images from outside
    VkImageView multisampled_views[TARGET_MAX_LAYERS];
    VkImageView color_views[TARGET_MAX_IMAGES][TARGET_MAX_LAYERS];
    VkImageView depth_views[TARGET_MAX_IMAGES][TARGET_MAX_LAYERS];
    VkFramebuffer framebuffers[TARGET_MAX_IMAGES][TARGET_MAX_IMAGES][TARGET_MAX_LAYERS]; // colour, depth, group
};

// IMAGES (colour) and DEPTHS (may be none) stay the caller's. PASS must outlive the target and fit the images. Destroy
// accepts a half-made target.
bool target_create(struct gpu *gpu, const struct gpu_pass *pass, uint32_t width, uint32_t height, uint32_t layers,
                   const VkImage *images, uint32_t image_count, const VkImage *depths, uint32_t depth_count,
                   struct target *out);
void target_destroy(struct target *target);

// Begins the render pass that draws group GROUP (array layer, or all with multiview) of image IMAGE, cleared to 0.
void target_begin(const struct target *target, VkCommandBuffer commands, uint32_t image, uint32_t depth,
                  uint32_t group);

#endif
