// SPDX-License-Identifier: Apache-2.0
// Reading a target's image back to the CPU.
#include "vk_target.h"

#include <string.h>

static const uint64_t read_timeout_ns = 1000000000;

static enum artem_result copy_to(struct vk_target *target, const struct vk_image *image, const VkRect2D *rect,
                                 VkBuffer buffer)
{
    const struct vulkan_device *d = target->device;
    const VkBufferImageCopy region = {
        .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .imageOffset = {rect->offset.x, rect->offset.y, 0},
        .imageExtent = {rect->extent.width, rect->extent.height, 1},
    };
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
    d->vkCmdCopyImageToBuffer(submission->commands, image->handle, VK_IMAGE_LAYOUT_GENERAL, buffer, 1, &region);
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                            &after, 0, NULL, 0, NULL);
    return vk_target_submit(target, submission);
}

enum artem_result vk_target_read(struct vk_target *target, const struct vk_image *image, const VkRect2D *rect,
                                 uint8_t *pixels)
{
    const size_t size = (size_t)rect->extent.width * rect->extent.height * 4;
    struct vk_buffer buffer = {0};
    enum artem_result result = vk_buffer_create(target->device, size, &buffer);

    if (result == ARTEM_OK)
        result = copy_to(target, image, rect, buffer.handle);
    if (result == ARTEM_OK)
        result = vk_target_wait(target, read_timeout_ns);
    if (result == ARTEM_OK)
        memcpy(pixels, buffer.data, size);
    if (result != ARTEM_TIMEOUT) // else the GPU may still write there
        vk_buffer_destroy(target->device, &buffer);
    return result;
}
