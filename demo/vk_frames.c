// SPDX-License-Identifier: Apache-2.0
#include "vk_frames.h"

bool frames_create(struct gpu *gpu, struct frames *out)
{
    VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = gpu->pool,
                                        .commandBufferCount = RENDERER_SLOTS};
    VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .flags = VK_FENCE_CREATE_SIGNALED_BIT};
    *out = (struct frames){.gpu = gpu};
    if (!vk_ok(vkAllocateCommandBuffers(gpu->device, &info, out->commands), "vkAllocateCommandBuffers"))
        return false;
    for (uint32_t i = 0; i < RENDERER_SLOTS; i++)
        if (!vk_ok(vkCreateFence(gpu->device, &fence, NULL, &out->fences[i]), "vkCreateFence"))
            return false;
    return true;
}

bool frames_wait(struct frames *frames)
{
    for (uint32_t i = 0; i < RENDERER_SLOTS; i++)
        if (frames->fences[i] &&
            !vk_ok(vkWaitForFences(frames->gpu->device, 1, &frames->fences[i], VK_TRUE, UINT64_MAX), "vkWaitForFences"))
            return false;
    return true;
}

void frames_destroy(struct frames *frames)
{
    if (!frames->gpu || !frames->gpu->device)
        return;
    frames_wait(frames);
    for (uint32_t i = 0; i < RENDERER_SLOTS; i++)
        vkDestroyFence(frames->gpu->device, frames->fences[i], NULL);
    *frames = (struct frames){0}; // the command buffers go with their pool
}

VkCommandBuffer frames_begin(struct frames *frames, uint32_t *out_slot)
{
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                           .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    const uint32_t slot = frames->next;
    VkCommandBuffer commands = frames->commands[slot];
    if (!vk_ok(vkWaitForFences(frames->gpu->device, 1, &frames->fences[slot], VK_TRUE, UINT64_MAX),
               "vkWaitForFences") ||
        !vk_ok(vkBeginCommandBuffer(commands, &info), "vkBeginCommandBuffer"))
        return NULL;
    frames->next = (slot + 1) % RENDERER_SLOTS;
    *out_slot = slot;
    return commands;
}

bool frames_submit(struct frames *frames, uint32_t slot, VkSemaphore wait, VkSemaphore signal)
{
    const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_TRANSFER_BIT;
    const VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                                 .waitSemaphoreCount = wait ? 1 : 0,
                                 .pWaitSemaphores = &wait,
                                 .pWaitDstStageMask = &stage,
                                 .commandBufferCount = 1,
                                 .pCommandBuffers = &frames->commands[slot],
                                 .signalSemaphoreCount = signal ? 1 : 0,
                                 .pSignalSemaphores = &signal};
    return vk_ok(vkEndCommandBuffer(frames->commands[slot]), "vkEndCommandBuffer") &&
           vk_ok(vkResetFences(frames->gpu->device, 1, &frames->fences[slot]), "vkResetFences") &&
           vk_ok(vkQueueSubmit(frames->gpu->queue, 1, &submit, frames->fences[slot]), "vkQueueSubmit");
}
