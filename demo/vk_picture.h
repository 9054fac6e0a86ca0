// SPDX-License-Identifier: Apache-2.0
// Reading a part of a rendered image: multisampled ones are resolved first.
#ifndef ARTEM_DEMO_VK_PICTURE_H
#define ARTEM_DEMO_VK_PICTURE_H

#include "vk_memory.h"

struct picture_source {
    VkImage image; // in COLOR_ATTACHMENT_OPTIMAL, and again afterwards; usage TRANSFER_SRC
    VkFormat format;
    VkSampleCountFlagBits samples;
    uint32_t layer;
    VkRect2D rect;
};

// What a multisampled source is resolved into; zero it first, keep it until the GPU is done with it.
struct picture {
    struct gpu_image resolved;
    VkFormat format;
    VkExtent2D extent;
};

// Copies the source into BUFFER, tightly packed, for the host to read when the commands are done.
bool picture_to_buffer(struct gpu *gpu, VkCommandBuffer commands, const struct picture_source *source,
                       struct picture *picture, VkBuffer buffer);
// Scales the source into the whole of TO, an image of TO_EXTENT in TRANSFER_DST_OPTIMAL.
bool picture_to_image(struct gpu *gpu, VkCommandBuffer commands, const struct picture_source *source,
                      struct picture *picture, VkImage to, VkExtent2D to_extent);
void picture_destroy(struct gpu *gpu, struct picture *picture);

#endif
