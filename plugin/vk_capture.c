// SPDX-License-Identifier: Apache-2.0
// Copying a released image into the target, and scaling it to the style resolution.
#include "vk_target.h"

static void record_scale(struct vk_target *target, VkCommandBuffer commands, const VkRect2D *rect)
{
    const struct vulkan_device *d = target->device;
    const struct vulkan_push push = vk_target_push(target, rect);
    // For the engine, the composite, and another scaling of the same picture.
    const VkMemoryBarrier to_users = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_HOST_READ_BIT | VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT,
    };

    vk_target_dispatch(target, commands, d->downscale, &push, target->style_width, target->style_height);
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            VK_PIPELINE_STAGE_HOST_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &to_users, 0, NULL,
                            0, NULL);
}

static void record_copy(struct vk_target *target, struct vk_submission *submission, VkImage source)
{
    const struct vulkan_device *d = target->device;
    const VkImageCopy region = {
        .srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
        .extent = {target->width, target->height, 1},
    };
    // The app may have written in any way; its own transition to COLOR_ATTACHMENT_OPTIMAL need not name a stage for us.
    const VkImageMemoryBarrier before[] = {
        vk_image_barrier(source, VK_ACCESS_MEMORY_WRITE_BIT, VK_ACCESS_TRANSFER_READ_BIT,
                         VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL),
        vk_image_barrier(target->capture.handle, 0, VK_ACCESS_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED,
                         VK_IMAGE_LAYOUT_GENERAL),
    };
    const VkImageMemoryBarrier after[] = {
        vk_image_barrier(source, VK_ACCESS_TRANSFER_READ_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL),
        vk_image_barrier(target->capture.handle, VK_ACCESS_TRANSFER_WRITE_BIT,
                         VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT, VK_IMAGE_LAYOUT_GENERAL,
                         VK_IMAGE_LAYOUT_GENERAL),
    };

    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0,
                            0, NULL, 0, NULL, 2, before);
    vk_target_timestamp(target, submission, 0);
    d->vkCmdCopyImage(submission->commands, source, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target->capture.handle,
                      VK_IMAGE_LAYOUT_GENERAL, 1, &region);
    // ALL_COMMANDS includes the shaders that read the capture later, and those that read style_in before it is written
    // anew.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                            VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 2, after);
}

enum artem_result vk_target_capture(struct vk_target *target, VkImage source, const VkRect2D *rect)
{
    struct vk_submission *submission = vk_target_begin(target, VK_WORK_CAPTURE);

    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    target->gpu_ms[VK_WORK_CAPTURE] = 0;
    record_copy(target, submission, source);
    if (rect != NULL && target->style_width > 0)
        record_scale(target, submission->commands, rect);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission);
}

enum artem_result vk_target_scale(struct vk_target *target, const VkRect2D *rect)
{
    const struct vulkan_device *d = target->device;
    struct vk_submission *submission;

    if (target->style_width == 0)
        return ARTEM_ERROR_ARGUMENT;
    submission = vk_target_begin(target, VK_WORK_CAPTURE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    // An earlier composite may still read style_in.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 0, NULL, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 0);
    record_scale(target, submission->commands, rect);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission);
}
