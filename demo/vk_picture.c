// SPDX-License-Identifier: Apache-2.0
#include "vk_picture.h"
#include "log.h"

static const struct gpu_transition to_read = {
    VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,      VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
    VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT,
    VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT,          VK_ACCESS_TRANSFER_READ_BIT};
static const struct gpu_transition back = {VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                           VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                           VK_PIPELINE_STAGE_TRANSFER_BIT,
                                           VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT,
                                           0,
                                           VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_COLOR_ATTACHMENT_READ_BIT};

// Where to read from, in TRANSFER_SRC_OPTIMAL.
struct readable {
    VkImage image;
    uint32_t layer;
    VkOffset2D offset;
};

static bool make_resolved(struct gpu *gpu, const struct picture_source *source, struct picture *picture)
{
    const VkExtent2D *extent = &source->rect.extent;
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = source->format,
                              .extent = {extent->width, extent->height, 1},
                              .mipLevels = 1,
                              .arrayLayers = 1,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    if (picture->resolved.image && picture->format == source->format && picture->extent.width == extent->width &&
        picture->extent.height == extent->height)
        return true;
    // The size changes only with --dynamic-rect, so an idle device costs nothing that matters.
    if (picture->resolved.image && !vk_ok(vkDeviceWaitIdle(gpu->device), "vkDeviceWaitIdle"))
        return false;
    gpu_image_destroy(gpu, &picture->resolved);
    picture->format = source->format;
    picture->extent = *extent;
    return gpu_image_create(gpu, &info, &picture->resolved);
}

static void resolve(VkCommandBuffer commands, const struct picture_source *source, VkImage to)
{
    const struct gpu_transition before = {VK_IMAGE_LAYOUT_UNDEFINED,
                                          VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                          VK_PIPELINE_STAGE_TRANSFER_BIT,
                                          VK_PIPELINE_STAGE_TRANSFER_BIT,
                                          0,
                                          VK_ACCESS_TRANSFER_WRITE_BIT};
    const struct gpu_transition after = {VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                                         VK_PIPELINE_STAGE_TRANSFER_BIT,       VK_PIPELINE_STAGE_TRANSFER_BIT,
                                         VK_ACCESS_TRANSFER_WRITE_BIT,         VK_ACCESS_TRANSFER_READ_BIT};
    VkImageResolve region = {.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, source->layer, 1},
                             .srcOffset = {source->rect.offset.x, source->rect.offset.y, 0},
                             .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                             .extent = {source->rect.extent.width, source->rect.extent.height, 1}};
    gpu_transition(commands, to, &before);
    vkCmdResolveImage(commands, source->image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to,
                      VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    gpu_transition(commands, to, &after);
}

static bool begin(struct gpu *gpu, VkCommandBuffer commands, const struct picture_source *source,
                  struct picture *picture, struct readable *out)
{
    const bool multisampled = source->samples != VK_SAMPLE_COUNT_1_BIT;
    if (multisampled && !make_resolved(gpu, source, picture))
        return false;
    gpu_transition(commands, source->image, &to_read);
    *out = (struct readable){source->image, source->layer, source->rect.offset};
    if (multisampled) {
        resolve(commands, source, picture->resolved.image);
        *out = (struct readable){picture->resolved.image, 0, {0, 0}};
    }
    return true;
}

bool picture_to_buffer(struct gpu *gpu, VkCommandBuffer commands, const struct picture_source *source,
                       struct picture *picture, VkBuffer buffer)
{
    struct readable from;
    VkMemoryBarrier to_host = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
    if (!begin(gpu, commands, source, picture, &from))
        return false;
    VkBufferImageCopy region = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, from.layer, 1},
                                .imageOffset = {from.offset.x, from.offset.y, 0},
                                .imageExtent = {source->rect.extent.width, source->rect.extent.height, 1}};
    vkCmdCopyImageToBuffer(commands, from.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, buffer, 1, &region);
    gpu_transition(commands, source->image, &back);
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &to_host, 0, NULL,
                         0, NULL);
    return true;
}

bool picture_to_image(struct gpu *gpu, VkCommandBuffer commands, const struct picture_source *source,
                      struct picture *picture, VkImage to, VkExtent2D to_extent)
{
    struct readable from;
    if (!begin(gpu, commands, source, picture, &from))
        return false;
    VkImageBlit region = {.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, from.layer, 1},
                          .srcOffsets = {{from.offset.x, from.offset.y, 0},
                                         {from.offset.x + (int32_t)source->rect.extent.width,
                                          from.offset.y + (int32_t)source->rect.extent.height, 1}},
                          .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                          .dstOffsets = {{0, 0, 0}, {(int32_t)to_extent.width, (int32_t)to_extent.height, 1}}};
    vkCmdBlitImage(commands, from.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                   1, &region, VK_FILTER_LINEAR);
    gpu_transition(commands, source->image, &back);
    return true;
}

void picture_destroy(struct gpu *gpu, struct picture *picture)
{
    gpu_image_destroy(gpu, &picture->resolved);
    *picture = (struct picture){0};
}
