// SPDX-License-Identifier: Apache-2.0
// Copying a released image into the target, and scaling pictures of it to their style resolutions.
#include "vk_target.h"

static void record_scale(struct vk_target *target, VkCommandBuffer commands, unsigned pictures)
{
    const struct vulkan_device *d = target->device;
    // For the engine, the composite, and another scaling of the same picture.
    const VkMemoryBarrier to_users = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_HOST_READ_BIT | VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT,
    };

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        const struct vk_picture *picture = &target->pictures[i];
        const struct vulkan_push push = vk_picture_push(target, picture);

        if ((pictures >> i & 1) != 0)
            vk_picture_dispatch(target, picture, commands, target->shaders->pipelines[target->pixels].downscale, &push,
                                picture->info.style_width, picture->info.style_height);
    }
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            VK_PIPELINE_STAGE_HOST_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &to_users, 0, NULL,
                            0, NULL);
}

// Copies every slice of an image in TRANSFER_SRC_OPTIMAL with one sample.
static void record_copy(const struct vk_target *target, VkCommandBuffer commands, VkImage image)
{
    const struct vulkan_device *d = target->device;

    for (uint32_t slice = 0; slice < target->info.slices; slice++) {
        const VkBufferImageCopy region = {
            .bufferOffset = slice * target->slice_pitch,
            .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, slice, 1},
            .imageExtent = {target->info.width, target->info.height, 1},
        };

        d->vkCmdCopyImageToBuffer(commands, image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target->capture.handle, 1,
                                  &region);
    }
}

// Averages the samples into an image of our own first.
static void record_resolve(const struct vk_target *target, VkCommandBuffer commands, VkImage source)
{
    const struct vulkan_device *d = target->device;
    const VkImageResolve region = {
        .srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, target->info.slices},
        .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, target->info.slices},
        .extent = {target->info.width, target->info.height, 1},
    };
    const VkImageMemoryBarrier writable =
        vk_image_barrier(target->resolved.handle, 0, VK_ACCESS_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkImageMemoryBarrier readable =
        vk_image_barrier(target->resolved.handle, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_TRANSFER_READ_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);

    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0,
                            NULL, 1, &writable);
    d->vkCmdResolveImage(commands, source, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target->resolved.handle,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0,
                            NULL, 1, &readable);
    record_copy(target, commands, target->resolved.handle);
}

static void record_capture(struct vk_target *target, struct vk_submission *submission, const struct vk_surface *source)
{
    const struct vulkan_device *d = target->device;
    // The app may have written in any way; its own transition to COLOR_ATTACHMENT_OPTIMAL need not name a stage for us.
    const VkImageMemoryBarrier before = vk_surface_barrier(
        d, source, false,
        vk_image_barrier(source->image, VK_ACCESS_MEMORY_WRITE_BIT, VK_ACCESS_TRANSFER_READ_BIT,
                         VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL));
    const VkImageMemoryBarrier after = vk_surface_barrier(
        d, source, true,
        vk_image_barrier(source->image, VK_ACCESS_TRANSFER_READ_BIT,
                         VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                         VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL));
    const VkMemoryBarrier captured = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
    };

    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0,
                            0, NULL, 0, NULL, 1, &before);
    vk_target_timestamp(target, submission, 0);
    if (target->info.samples > 1)
        record_resolve(target, submission->commands, source->image);
    else
        record_copy(target, submission->commands, source->image);
    // ALL_COMMANDS includes the shaders that read the capture later, and those that read style_in before it is written
    // anew.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                            VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &captured, 0, NULL, 1, &after);
}

enum artem_result vk_target_capture(struct vk_target *target, const struct vk_surface *source, unsigned pictures)
{
    struct vk_submission *submission;

    target->frames[VK_WORK_CAPTURE]++;
    submission = vk_target_begin(target, VK_WORK_CAPTURE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    record_capture(target, submission, source);
    if (pictures != 0)
        record_scale(target, submission->commands, pictures);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission, source);
}

enum artem_result vk_target_scale(struct vk_target *target, unsigned pictures)
{
    const struct vulkan_device *d = target->device;
    struct vk_submission *submission = vk_target_begin(target, VK_WORK_CAPTURE);

    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    // An earlier composite may still read style_in.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
                            VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 0, NULL, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 0);
    record_scale(target, submission->commands, pictures);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission, NULL);
}
