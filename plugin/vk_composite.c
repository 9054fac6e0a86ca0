// SPDX-License-Identifier: Apache-2.0
// Painting the styled picture into a swapchain image.
#include "vk_target.h"

#include <stdbool.h>

static void record_copy(const struct vulkan_device *d, VkCommandBuffer commands, VkImage from, VkImage to,
                        const VkRect2D *rect)
{
    const VkOffset3D offset = {rect->offset.x, rect->offset.y, 0};
    // A raw copy: the formats are of one size class, and bytes stay as they are, also into sRGB.
    const VkImageCopy region = {
        .srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .srcOffset = offset,
        .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .dstOffset = offset,
        .extent = {rect->extent.width, rect->extent.height, 1},
    };

    d->vkCmdCopyImage(commands, from, VK_IMAGE_LAYOUT_GENERAL, to, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
}

static void record_shader(struct vk_target *target, struct vk_submission *submission, const VkRect2D *rect,
                          uint32_t strength, uint32_t keep)
{
    const struct vulkan_device *d = target->device;
    struct vulkan_push push = vk_target_push(target, rect);
    const VkImageMemoryBarrier writable = vk_image_barrier(target->result.handle, 0, VK_ACCESS_SHADER_WRITE_BIT,
                                                           VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_GENERAL);

    push.strength = strength;
    push.keep = keep;
    // After the previous composite's copy out of the result. What the CPU wrote to style_out, the submission makes
    // visible.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            0, 0, NULL, 0, NULL, 1, &writable);
    vk_target_timestamp(target, submission, 0);
    vk_target_dispatch(target, submission->commands, d->composite, &push, rect->extent.width, rect->extent.height);
}

static void record_output(struct vk_target *target, VkCommandBuffer commands, const VkRect2D *rect, VkImage destination)
{
    const struct vulkan_device *d = target->device;
    const VkRect2D whole = {{0, 0}, {target->width, target->height}};
    const VkImageMemoryBarrier before[] = {
        vk_image_barrier(target->result.handle, VK_ACCESS_SHADER_WRITE_BIT, VK_ACCESS_TRANSFER_READ_BIT,
                         VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL),
        vk_image_barrier(destination, 0, VK_ACCESS_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL),
    };
    const VkImageMemoryBarrier between =
        vk_image_barrier(destination, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkImageMemoryBarrier after = vk_image_barrier(
        destination, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
        VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);

    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0,
                            NULL, 2, before);
    // A filter at the rect's edge may reach beyond it: there the compositor has to find what the app had put there.
    if (rect->extent.width != whole.extent.width || rect->extent.height != whole.extent.height) {
        record_copy(d, commands, target->capture.handle, destination, &whole);
        d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0,
                                NULL, 1, &between);
    }
    record_copy(d, commands, target->result.handle, destination, rect);
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0,
                            NULL, 1, &after);
}

enum artem_result vk_target_composite(struct vk_target *target, const VkRect2D *rect, uint32_t strength, uint32_t keep,
                                      VkImage destination)
{
    struct vk_submission *submission;

    if (target->style_width == 0)
        return ARTEM_ERROR_ARGUMENT;
    submission = vk_target_begin(target, VK_WORK_COMPOSITE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    target->gpu_ms[VK_WORK_COMPOSITE] = 0;
    record_shader(target, submission, rect, strength, keep);
    record_output(target, submission->commands, rect, destination);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission);
}
