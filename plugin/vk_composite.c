// SPDX-License-Identifier: Apache-2.0
// Painting styled pictures into a swapchain image.
#include "vk_target.h"

// Whether the pictures fill the slice; they do not overlap.
static bool is_covered(const struct vk_target *target, unsigned pictures, uint32_t slice)
{
    uint64_t area = 0;

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        const struct vk_picture_info *info = &target->pictures[i].info;

        if ((pictures >> i & 1) != 0 && info->slice == slice)
            area += (uint64_t)info->rect.extent.width * info->rect.extent.height;
    }
    return area == (uint64_t)target->info.width * target->info.height;
}

static bool is_in_slice(const struct vk_target *target, unsigned pictures, uint32_t slice)
{
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        if ((pictures >> i & 1) != 0 && target->pictures[i].info.slice == slice)
            return true;
    }
    return false;
}

static void record_shaders(struct vk_target *target, struct vk_submission *submission, unsigned pictures,
                           const struct vk_look *look)
{
    const struct vulkan_device *d = target->device;
    const VkMemoryBarrier written = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT,
    };

    // After the previous composite's results and the copies out of them. What the CPU wrote to style_out, the
    // submission makes visible.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                            VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &written, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 0);
    vk_fade_record(target, submission->commands, pictures);
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        const struct vk_picture *picture = &target->pictures[i];
        struct vulkan_push push = vk_picture_push(target, picture);

        if ((pictures >> i & 1) == 0)
            continue;
        push.strength = look->strength;
        push.keep = look->keep;
        push.text = look->text;
        vk_picture_dispatch(target, picture, submission->commands, target->shaders->pipelines[target->pixels].composite,
                            &push, picture->info.rect.extent.width, picture->info.rect.extent.height);
    }
}

// A filter at a rect's edge may reach beyond it: there the compositor has to find what the app had put there.
static bool record_surroundings(const struct vk_target *target, VkCommandBuffer commands, unsigned pictures,
                                VkImage destination)
{
    const struct vulkan_device *d = target->device;
    bool any = false;

    for (uint32_t slice = 0; slice < target->info.slices; slice++) {
        const VkBufferImageCopy region = {
            .bufferOffset = slice * target->slice_pitch,
            .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, slice, 1},
            .imageExtent = {target->info.width, target->info.height, 1},
        };

        if (!is_in_slice(target, pictures, slice) || is_covered(target, pictures, slice))
            continue;
        d->vkCmdCopyBufferToImage(commands, target->capture.handle, destination, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                  1, &region);
        any = true;
    }
    return any;
}

// A raw copy: bytes stay as they are, also into sRGB.
static void record_results(const struct vk_target *target, VkCommandBuffer commands, unsigned pictures,
                           VkImage destination)
{
    const struct vulkan_device *d = target->device;

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        const struct vk_picture_info *info = &target->pictures[i].info;
        const VkBufferImageCopy region = {
            .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, info->slice, 1},
            .imageOffset = {info->rect.offset.x, info->rect.offset.y, 0},
            .imageExtent = {info->rect.extent.width, info->rect.extent.height, 1},
        };

        if ((pictures >> i & 1) != 0)
            d->vkCmdCopyBufferToImage(commands, target->pictures[i].result.handle, destination,
                                      VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    }
}

static void record_output(struct vk_target *target, VkCommandBuffer commands, unsigned pictures,
                          const struct vk_surface *destination)
{
    const struct vulkan_device *d = target->device;
    const VkImage image = destination->image;
    const VkMemoryBarrier results = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT,
    };
    // What it held is not needed, so nothing is taken over with it.
    const VkImageMemoryBarrier before = vk_image_barrier(
        image, 0, VK_ACCESS_TRANSFER_WRITE_BIT, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkImageMemoryBarrier between =
        vk_image_barrier(image, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    const VkImageMemoryBarrier after = vk_surface_barrier(
        d, destination, true,
        vk_image_barrier(image, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL));

    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1,
                            &results, 0, NULL, 1, &before);
    if (record_surroundings(target, commands, pictures, image))
        d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0,
                                NULL, 1, &between);
    record_results(target, commands, pictures, image);
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0,
                            NULL, 1, &after);
}

enum artem_result vk_target_composite(struct vk_target *target, unsigned pictures, const struct vk_look *look,
                                      const struct vk_surface *destination)
{
    struct vk_submission *submission;

    target->frames[VK_WORK_COMPOSITE]++;
    submission = vk_target_begin(target, VK_WORK_COMPOSITE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    record_shaders(target, submission, pictures, look);
    record_output(target, submission->commands, pictures, destination);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission, destination);
}
