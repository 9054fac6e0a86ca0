// SPDX-License-Identifier: Apache-2.0
// Fading from an older painting of another size.
#include "vk_target.h"

#include <string.h>

enum artem_result vk_target_keep_old(struct vk_target *target, unsigned index)
{
    const struct vulkan_device *d = target->device;
    struct vk_picture *picture = &target->pictures[index];
    const VkDeviceSize bytes = (VkDeviceSize)picture->info.style_width * picture->info.style_height * 4;
    const VkBufferCopy region = {.size = bytes};
    const VkMemoryBarrier kept = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT, // also the next copy of this kind
    };
    const VkMemoryBarrier painted = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT,
    };
    struct vk_submission *submission;
    enum artem_result result = ARTEM_OK;

    picture->fade.weight = 0;
    picture->fade.old_size[0] = 0;
    // What may still read the buffer is waited for before it is replaced.
    if (picture->old.size < bytes)
        result = vk_target_wait(target, UINT64_C(5000000000));
    if (result == ARTEM_OK)
        result = vk_buffer_grow(d, bytes, VK_PLACE_DEVICE, &picture->old);
    if (result != ARTEM_OK)
        return result;
    submission = vk_target_begin(target, VK_WORK_COMPOSITE);
    if (submission == NULL)
        return ARTEM_ERROR_DEVICE;
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT,
                            0, 1, &painted, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 0);
    d->vkCmdCopyBuffer(submission->commands, picture->style_out.handle, picture->old.handle, 1, &region);
    // Whoever writes style_out next comes after this.
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0,
                            1, &kept, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 1);
    result = vk_target_submit(target, submission, NULL);
    if (result == ARTEM_OK) {
        picture->fade.old_size[0] = picture->info.style_width;
        picture->fade.old_size[1] = picture->info.style_height;
    }
    return result;
}

void vk_target_fade(struct vk_target *target, unsigned index, uint32_t weight, const float map[9])
{
    struct vulkan_fade *fade = &target->pictures[index].fade;

    if (fade->old_size[0] == 0)
        return;
    fade->weight = weight;
    memcpy(fade->map, map, sizeof fade->map);
}

// No work that uses the set is under way: the buffers change only after a wait for all of it.
static void write_set(struct vk_target *target, struct vk_picture *picture)
{
    VkDescriptorBufferInfo buffers[BINDING_COUNT];

    if (picture->fade_serials[0] == picture->old.serial && picture->fade_serials[1] == picture->style_out.serial)
        return;
    for (unsigned i = 0; i < BINDING_COUNT; i++)
        buffers[i] = (VkDescriptorBufferInfo){picture->style_out.handle, 0, VK_WHOLE_SIZE};
    buffers[BINDING_STYLE_IN].buffer = picture->old.handle;
    vk_set_write(target->device, &target->shaders->layout, picture->fade_set, buffers);
    picture->fade_serials[0] = picture->old.serial;
    picture->fade_serials[1] = picture->style_out.serial;
}

void vk_fade_record(struct vk_target *target, VkCommandBuffer commands, unsigned pictures)
{
    const struct vulkan_device *d = target->device;
    const VkPipelineLayout layout = target->shaders->layout.pipeline;
    const uint32_t group = 8; // local_size of the shader
    const VkMemoryBarrier mixed = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
        .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
        .dstAccessMask = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT,
    };
    bool any = false;

    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++) {
        struct vk_picture *picture = &target->pictures[i];

        if ((pictures >> i & 1) == 0 || picture->fade.weight == 0)
            continue;
        picture->fade.size[0] = picture->info.style_width;
        picture->fade.size[1] = picture->info.style_height;
        write_set(target, picture);
        d->vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, target->shaders->fade);
        d->vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, layout, 0, 1, &picture->fade_set, 0, NULL);
        d->vkCmdPushConstants(commands, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof picture->fade, &picture->fade);
        d->vkCmdDispatch(commands, (picture->info.style_width + group - 1) / group,
                         (picture->info.style_height + group - 1) / group, 1);
        picture->fade.weight = 0;
        any = true;
    }
    if (any)
        d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0,
                                1, &mixed, 0, NULL, 0, NULL);
}
