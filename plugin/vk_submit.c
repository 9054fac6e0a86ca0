// SPDX-License-Identifier: Apache-2.0
// A target's ring of command buffers: recording, submitting, waiting, measuring.
#include "vk_target.h"

static const uint64_t free_slot_timeout_ns = 5000000000; // a ring this full means a GPU that hangs

enum artem_result vk_submissions_create(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkQueryPoolCreateInfo query_info = {
        .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
        .queryType = VK_QUERY_TYPE_TIMESTAMP,
        .queryCount = 2 * VK_TARGET_SUBMISSIONS,
    };
    VkCommandBuffer commands[VK_TARGET_SUBMISSIONS];

    if (vulkan_commands_create(d, d->queue_family, VK_TARGET_SUBMISSIONS, &target->pool, commands) != ARTEM_OK)
        return ARTEM_ERROR_DEVICE;
    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS; i++) {
        struct vk_submission *submission = &target->submissions[i];

        submission->commands = commands[i];
        if (d->vkCreateFence(d->handle, &fence_info, NULL, &submission->fence) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    }
    if (d->timestamp_ms > 0 && d->vkCreateQueryPool(d->handle, &query_info, NULL, &target->queries) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return ARTEM_OK;
}

void vk_submissions_destroy(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;

    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS; i++)
        d->vkDestroyFence(d->handle, target->submissions[i].fence, NULL);
    d->vkDestroyQueryPool(d->handle, target->queries, NULL);
    d->vkDestroyCommandPool(d->handle, target->pool, NULL);
}

static void collect_time(struct vk_target *target, const struct vk_submission *submission)
{
    const struct vulkan_device *d = target->device;
    uint32_t first = 2 * (uint32_t)(submission - target->submissions);
    uint64_t ticks[2];

    if (target->queries == VK_NULL_HANDLE ||
        d->vkGetQueryPoolResults(d->handle, target->queries, first, 2, sizeof ticks, ticks, sizeof ticks[0],
                                 VK_QUERY_RESULT_64_BIT) != VK_SUCCESS)
        return;
    if (target->timed[submission->work] != submission->frame)
        target->gpu_ms[submission->work] = 0;
    target->timed[submission->work] = submission->frame;
    target->end_ticks[submission->work] = ticks[1];
    target->gpu_ms[submission->work] += (double)((ticks[1] - ticks[0]) & d->timestamp_mask) * d->timestamp_ms;
}

static enum artem_result wait_submission(struct vk_target *target, struct vk_submission *submission,
                                         uint64_t timeout_ns)
{
    const struct vulkan_device *d = target->device;

    if (!submission->pending)
        return ARTEM_OK;
    switch (d->vkWaitForFences(d->handle, 1, &submission->fence, VK_TRUE, timeout_ns)) {
    case VK_SUCCESS:
        submission->pending = false;
        collect_time(target, submission);
        return ARTEM_OK;
    case VK_TIMEOUT:
        return ARTEM_TIMEOUT;
    case VK_ERROR_DEVICE_LOST:
        return ARTEM_ERROR_DEVICE; // nothing runs on it any more
    default:
        return ARTEM_ERROR_MEMORY; // for the wait itself: the work may well run on
    }
}

enum artem_result vk_target_wait(struct vk_target *target, uint64_t timeout_ns)
{
    enum artem_result result = ARTEM_OK;

    // From the oldest on, so that the latest times are kept; after the first real wait the others are short.
    for (unsigned i = 0; i < VK_TARGET_SUBMISSIONS && result == ARTEM_OK; i++)
        result = wait_submission(target, &target->submissions[(target->next + i) % VK_TARGET_SUBMISSIONS], timeout_ns);
    return result;
}

VkFence vk_target_get_fence(const struct vk_target *target)
{
    const struct vk_submission *latest =
        &target->submissions[(target->next + VK_TARGET_SUBMISSIONS - 1) % VK_TARGET_SUBMISSIONS];

    return latest->pending ? latest->fence : VK_NULL_HANDLE;
}

bool vk_target_is_timed(const struct vk_target *target, enum vk_work work)
{
    return target->timed[work] == target->frames[work];
}

struct vk_submission *vk_target_begin(struct vk_target *target, enum vk_work work)
{
    const struct vulkan_device *d = target->device;
    struct vk_submission *submission = &target->submissions[target->next];
    const VkCommandBufferBeginInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
        .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT,
    };

    if (wait_submission(target, submission, free_slot_timeout_ns) != ARTEM_OK ||
        d->vkResetFences(d->handle, 1, &submission->fence) != VK_SUCCESS ||
        d->vkBeginCommandBuffer(submission->commands, &info) != VK_SUCCESS)
        return NULL;
    submission->work = work;
    submission->frame = target->frames[work];
    if (target->queries != VK_NULL_HANDLE)
        d->vkCmdResetQueryPool(submission->commands, target->queries, 2 * (uint32_t)(submission - target->submissions),
                               2);
    return submission;
}

enum artem_result vk_target_submit(struct vk_target *target, struct vk_submission *submission,
                                   const struct vk_surface *surface)
{
    const struct vulkan_device *d = target->device;
    const VkPipelineStageFlags all = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .waitSemaphoreCount = surface != NULL && surface->wait != VK_NULL_HANDLE,
        .pWaitSemaphores = surface != NULL ? &surface->wait : NULL,
        .pWaitDstStageMask = &all,
        .commandBufferCount = 1,
        .pCommandBuffers = &submission->commands,
        .signalSemaphoreCount = surface != NULL && surface->signal != VK_NULL_HANDLE,
        .pSignalSemaphores = surface != NULL ? &surface->signal : NULL,
    };

    if (d->vkEndCommandBuffer(submission->commands) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &info, submission->fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    submission->pending = true;
    target->next = (target->next + 1) % VK_TARGET_SUBMISSIONS;
    return ARTEM_OK;
}

void vk_target_timestamp(struct vk_target *target, struct vk_submission *submission, unsigned which)
{
    if (target->queries != VK_NULL_HANDLE)
        target->device->vkCmdWriteTimestamp(submission->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, target->queries,
                                            2 * (uint32_t)(submission - target->submissions) + which);
}
