// SPDX-License-Identifier: Apache-2.0
// Render pass and pipelines for one kind of image to draw into.
#ifndef ARTEM_DEMO_VK_PIPELINE_H
#define ARTEM_DEMO_VK_PIPELINE_H

#include "vk_device.h"

struct gpu_pass_key {
    VkFormat color, depth;
    VkSampleCountFlagBits samples;
    bool resolve;    // attachment 2: the single-sample image that gets the picture
    bool keep_depth; // depth is read by others afterwards
    uint32_t views;  // above 1: multiview, all at once
};

struct gpu_pass {
    struct gpu_pass_key key;
    VkRenderPass pass; // attachments: colour, depth[, resolved colour]
    VkPipeline scene, sky, panel;
};

// The colour image comes in with any content and leaves, like a kept depth image, in its ATTACHMENT_OPTIMAL layout.
bool gpu_pass_create(struct gpu *gpu, const struct gpu_pass_key *key, VkPipelineLayout layout, struct gpu_pass *out);
void gpu_pass_destroy(struct gpu *gpu, struct gpu_pass *pass);

#endif
