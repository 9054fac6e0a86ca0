// SPDX-License-Identifier: Apache-2.0
// Reading a target's pictures back to the CPU.
#include "vk_target.h"

#include <stdlib.h>
#include <string.h>

size_t vk_target_picture_bytes(const struct vk_target *target, unsigned index)
{
    const VkExtent2D *extent = &target->pictures[index].info.rect.extent;

    return (size_t)extent->width * extent->height * target->pixel_size;
}

// The rows of a picture in the capture, or its whole result. To be freed; NULL if memory is short.
static VkBufferCopy *list_regions(const struct vk_target *target, const struct vk_picture *picture, bool result,
                                  uint32_t *out_count)
{
    const struct vk_picture_info *info = &picture->info;
    const VkDeviceSize row = (VkDeviceSize)info->rect.extent.width * target->pixel_size;
    const uint32_t count = info->rect.extent.height;
    VkBufferCopy *regions = calloc(count, sizeof *regions);

    for (uint32_t y = 0; regions != NULL && y < count; y++) {
        const VkDeviceSize from = target->info.bottom_up ? count - 1 - y : y;
        const VkDeviceSize at =
            ((VkDeviceSize)info->rect.offset.y + from) * target->info.width + (VkDeviceSize)info->rect.offset.x;

        if (result)
            regions[y] = (VkBufferCopy){from * row, y * row, row};
        else
            regions[y] = (VkBufferCopy){info->slice * target->slice_pitch + at * target->pixel_size, y * row, row};
    }
    *out_count = count;
    return regions;
}

static enum artem_result copy_to(struct vk_target *target, VkBuffer from, VkBuffer to, const VkBufferCopy *regions,
                                 uint32_t count)
{
    const struct vulkan_device *d = target->device;
    const VkMemoryBarrier before = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT,
    };
    const VkMemoryBarrier after = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_HOST_READ_BIT,
    };
    struct vk_submission *submission = vk_target_begin(target, VK_WORK_READ);

    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0,
                            1, &before, 0, NULL, 0, NULL);
    d->vkCmdCopyBuffer(submission->commands, from, to, count, regions);
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                            &after, 0, NULL, 0, NULL);
    return vk_target_submit(target, submission, NULL);
}

enum artem_result vk_target_read(struct vk_target *target, unsigned index, bool result, void *pixels)
{
    const struct vk_picture *picture = &target->pictures[index];
    const size_t size = vk_target_picture_bytes(target, index);
    uint32_t count;
    VkBufferCopy *regions = list_regions(target, picture, result, &count);
    struct vk_buffer buffer = {0};
    enum artem_result status = regions != NULL ? ARTEM_OK : ARTEM_ERROR_MEMORY;
    bool done = true;

    if (status == ARTEM_OK)
        status = vk_buffer_create(target->device, size, VK_PLACE_HOST, &buffer);
    if (status == ARTEM_OK)
        status =
            copy_to(target, result ? picture->result.handle : target->capture.handle, buffer.handle, regions, count);
    if (status == ARTEM_OK) {
        done = vk_target_finish(target);
        status = vk_target_wait(target, 0);
    }
    if (status == ARTEM_OK)
        memcpy(pixels, buffer.data, size);
    if (done) // else the GPU may still write there
        vk_buffer_destroy(target->device, &buffer);
    free(regions);
    return status;
}
