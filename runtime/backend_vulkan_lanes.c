// SPDX-License-Identifier: Apache-2.0
// The queues that frames are computed on: the caller's, in order with the rest of its work, or for detached frames one
// that runs beside it, if the device has been given one. The way there is a semaphore, which the caller's queue signals
// after all that it was given before. The way back is the wait of the CPU, without which nobody uses a detached frame's
// buffers: the caller's queue never waits for it.
#include "artem/log.h"
#include "backend_vulkan.h"

static const uint64_t lend_timeout_ns = 1000000000; // for what is all but done

static enum artem_result create_lane(const struct vulkan_backend *vulkan, struct vulkan_lane *lane, VkQueue queue,
                                     uint32_t family, uint64_t timestamp_mask)
{
    VkCommandBuffer commands[HALVES + 1];
    enum artem_result result = vulkan_commands_create(vulkan->device, family, HALVES + 1, &lane->pool, commands);

    if (result != ARTEM_OK)
        return result;
    for (unsigned i = 0; i < HALVES; i++)
        lane->halves[i] = commands[i];
    lane->upload_commands = commands[HALVES];
    lane->timestamp_mask = timestamp_mask;
    result = vulkan_record_upload(vulkan, lane);
    if (result == ARTEM_OK)
        lane->queue = queue;
    return result;
}

static enum artem_result create_async(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    const VkSemaphoreCreateInfo semaphore_info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};

    if (d->vkCreateSemaphore(d->handle, &semaphore_info, NULL, &vulkan->ready) != VK_SUCCESS ||
        d->vkCreateFence(d->handle, &fence_info, NULL, &vulkan->ready_fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    return create_lane(vulkan, &vulkan->lanes[LANE_ASYNC], d->async_queue, d->async_family, d->async_timestamp_mask);
}

enum artem_result vulkan_create_lanes(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    enum artem_result result =
        create_lane(vulkan, &vulkan->lanes[LANE_QUEUE], d->queue, d->queue_family, d->timestamp_mask);

    if (result == ARTEM_OK && d->async_queue != VK_NULL_HANDLE && create_async(vulkan) != ARTEM_OK)
        artem_log(ARTEM_LOG_WARN, "the queue beside the app's cannot be used");
    vulkan_choose_lane(vulkan, false);
    return result;
}

void vulkan_destroy_lanes(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;

    for (unsigned i = 0; i < LANE_COUNT; i++)
        d->vkDestroyCommandPool(d->handle, vulkan->lanes[i].pool, NULL);
    d->vkDestroySemaphore(d->handle, vulkan->ready, NULL);
    d->vkDestroyFence(d->handle, vulkan->ready_fence, NULL);
}

void vulkan_choose_lane(struct vulkan_backend *vulkan, bool async)
{
    const bool has = vulkan->lanes[LANE_ASYNC].queue != VK_NULL_HANDLE;

    vulkan->lane = &vulkan->lanes[async && has ? LANE_ASYNC : LANE_QUEUE];
    vulkan->commands = vulkan->lane->halves[0];
}

bool vulkan_finish_lanes(struct vulkan_backend *vulkan, uint64_t timeout_ns)
{
    const struct vulkan_device *d = vulkan->device;

    if (vulkan->ready_pending) {
        const VkResult result = d->vkWaitForFences(d->handle, 1, &vulkan->ready_fence, VK_TRUE, timeout_ns);
        vulkan->ready_pending = result != VK_SUCCESS && result != VK_ERROR_DEVICE_LOST;
    }
    return !vulkan->ready_pending;
}

// Has the caller's queue signal `ready`. The submission before this one is done: the frame that waited for it is.
static enum artem_result lend(struct vulkan_backend *vulkan)
{
    const struct vulkan_device *d = vulkan->device;
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .signalSemaphoreCount = 1,
        .pSignalSemaphores = &vulkan->ready,
    };

    if (!vulkan_finish_lanes(vulkan, lend_timeout_ns) ||
        d->vkResetFences(d->handle, 1, &vulkan->ready_fence) != VK_SUCCESS ||
        d->vkQueueSubmit(d->queue, 1, &info, vulkan->ready_fence) != VK_SUCCESS)
        return ARTEM_ERROR_DEVICE;
    vulkan->ready_pending = true;
    return ARTEM_OK;
}

enum artem_result vulkan_submit_lane(struct vulkan_backend *vulkan, const VkCommandBuffer *commands, uint32_t count,
                                     VkFence fence)
{
    const struct vulkan_device *d = vulkan->device;
    const bool async = vulkan->lane == &vulkan->lanes[LANE_ASYNC];
    const VkPipelineStageFlags stages = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT; // the first timestamp, too
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .waitSemaphoreCount = async || vulkan->shared,
        .pWaitSemaphores = vulkan->shared ? &vulkan->shared_ready : &vulkan->ready,
        .pWaitDstStageMask = &stages,
        .commandBufferCount = count,
        .pCommandBuffers = commands,
        .signalSemaphoreCount = vulkan->shared,
        .pSignalSemaphores = &vulkan->shared_done,
    };

    if (d->vkResetFences(d->handle, 1, &fence) != VK_SUCCESS || (async && lend(vulkan) != ARTEM_OK))
        return ARTEM_ERROR_DEVICE;
    if (d->vkQueueSubmit(vulkan->lane->queue, 1, &info, fence) == VK_SUCCESS)
        return ARTEM_OK;
    if (async) // `ready` stays signalled, and can be used no more
        vulkan->lanes[LANE_ASYNC].queue = VK_NULL_HANDLE;
    return ARTEM_ERROR_DEVICE;
}
