// SPDX-License-Identifier: Apache-2.0
// Pictures in buffers of the app's Vulkan device, painted by a peer in the order of the app's queue. A frame is two
// submissions without work of their own:
//
//   lend   after all that was submitted before (scaling); gives the pictures to the peer, signals `ready`
//          the peer waits for `ready`, paints, signals `done`
//   take   waits for `done`, gets the pictures back; all that is submitted afterwards (composite) comes after it
//
// The second one is submitted only after the peer has accepted the work and the signal: the queue never waits for what
// was not launched. Of a detached frame it is submitted only when the peer is done, so that the queue never waits at
// all: when the buffers are used, or, since a binary semaphore has to be waited for before it is signalled anew, with
// the next frame. The CPU waits for none of it.
#include "backend_share.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem_vk/memory.h"
#include "backend_share_watch.h"

enum { KEPT_FRAMES = 120 }; // a buffer that no frame has used for so long is let go

static const uint64_t take_timeout_ns = 1000000000, rest_timeout_ns = 5000000000;

static bool is_timeline(const struct share *share)
{
    return share->device->sharing == VULKAN_SHARING_TIMELINE;
}

static enum artem_result share_semaphores(struct share *share)
{
    int ready = -1, done = -1;
    enum artem_result result = vulkan_semaphore_export(share->device, is_timeline(share), &share->ready, &ready);

    if (result == ARTEM_OK)
        result = vulkan_semaphore_export(share->device, is_timeline(share), &share->done, &done);
    if (result != ARTEM_OK) {
        if (ready >= 0)
            close(ready);
        return result;
    }
    result = share->peer.ops->import_semaphores(share->peer.self, ready, done, is_timeline(share));
    if (result == ARTEM_OK && is_timeline(share))
        result = share_watch_create(share->device, &share->peer, share->ready, share->done, &share->watch);
    return result;
}

static enum artem_result create_commands(struct share *share)
{
    const struct vulkan_device *d = share->device;
    const VkFenceCreateInfo fence_info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkCommandBuffer commands[SHARE_TURNS * SHARE_SUBMISSIONS];

    if (vulkan_commands_create(d, d->queue_family, SHARE_TURNS * SHARE_SUBMISSIONS, &share->pool, commands) != ARTEM_OK)
        return ARTEM_ERROR_DEVICE;
    for (int i = 0; i < SHARE_TURNS * SHARE_SUBMISSIONS; i++) {
        struct share_turn *turn = &share->turns[i / SHARE_SUBMISSIONS];
        turn->commands[i % SHARE_SUBMISSIONS] = commands[i];
        if (d->vkCreateFence(d->handle, &fence_info, NULL, &turn->fences[i % SHARE_SUBMISSIONS]) != VK_SUCCESS)
            return ARTEM_ERROR_DEVICE;
    }
    return ARTEM_OK;
}

enum artem_result share_create(const struct vulkan_device *device, const struct share_peer *peer,
                               struct share **out_share)
{
    struct share *share = calloc(1, sizeof *share);
    enum artem_result result;

    if (share == NULL)
        return ARTEM_ERROR_MEMORY;
    share->device = device;
    share->peer = *peer;
    result = create_commands(share);
    if (result == ARTEM_OK)
        result = share_semaphores(share);
    if (result == ARTEM_OK)
        *out_share = share;
    else
        share_destroy(&share);
    return result;
}

// Whether the queue is done with what was submitted in that turn.
static bool rest(const struct share *share, struct share_turn *turn, uint64_t timeout_ns)
{
    const struct vulkan_device *d = share->device;
    bool done = true;

    for (int i = 0; i < SHARE_SUBMISSIONS; i++) {
        if (turn->pending[i]) {
            const VkResult result = d->vkWaitForFences(d->handle, 1, &turn->fences[i], VK_TRUE, done ? timeout_ns : 0);
            turn->pending[i] = result != VK_SUCCESS && result != VK_ERROR_DEVICE_LOST;
        }
        done = done && !turn->pending[i];
    }
    return done;
}

// The frame will never end: nobody may wait for it.
static void give_up(struct share *share)
{
    share->broken = true;
    share->detached = false;
    if (share->watch != NULL)
        share_watch_give_up(share->watch);
    else if (share->turns[share->turn].pending[SHARE_TAKE])
        artem_log(ARTEM_LOG_ERROR, "the app's queue may wait for a frame that %s lost", share->peer.ops->name);
}

void share_destroy(struct share **share)
{
    struct share *s = *share;
    bool done = true;

    *share = NULL;
    if (s == NULL)
        return;
    if (!s->peer.ops->finish(s->peer.self) || s->watch != NULL)
        give_up(s); // where the peer has signalled, nothing more happens
    share_watch_destroy(&s->watch);
    for (int i = 0; i < SHARE_IMPORTS; i++)
        s->peer.ops->release_buffer(s->peer.self, s->imports[i].buffer);
    for (int i = 0; i < SHARE_TURNS; i++)
        done = rest(s, &s->turns[i], done ? rest_timeout_ns : 0) && done;
    if (done) {
        const struct vulkan_device *d = s->device;
        for (int i = 0; i < SHARE_TURNS * SHARE_SUBMISSIONS; i++)
            d->vkDestroyFence(d->handle, s->turns[i / SHARE_SUBMISSIONS].fences[i % SHARE_SUBMISSIONS], NULL);
        d->vkDestroyCommandPool(d->handle, s->pool, NULL);
        d->vkDestroySemaphore(d->handle, s->done, NULL);
        d->vkDestroySemaphore(d->handle, s->ready, NULL);
    } else {
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
    }
    free(s);
}

static bool has_given_up(const struct share *share)
{
    return share->watch != NULL && share_watch_gave_up(share->watch);
}

enum artem_result share_wait(struct share *share, uint64_t timeout_ns)
{
    const enum artem_result result = share->peer.ops->wait(share->peer.self, has_given_up(share) ? 0 : timeout_ns);

    if (result == ARTEM_OK) {
        rest(share, &share->turns[share->turn], take_timeout_ns);
        if (share->watch != NULL)
            share_watch_end(share->watch);
    } else if (result != ARTEM_TIMEOUT) {
        give_up(share);
    }
    return result;
}

// ---- Buffers ----

static enum artem_result import(struct share *share, uint64_t serial, uint64_t memory, uint64_t bytes,
                                struct share_import *slot)
{
    enum artem_result result;
    int fd;

    if (memory == 0)
        return ARTEM_ERROR_UNSUPPORTED;
    fd = vk_memory_export(share->device, (VkDeviceMemory)(uintptr_t)memory); // NOLINT(performance-no-int-to-ptr)
    if (fd < 0)
        return ARTEM_ERROR_DEVICE;
    result = share->peer.ops->import_buffer(share->peer.self, fd, bytes, &slot->buffer);
    slot->serial = result == ARTEM_OK ? serial : 0;
    return result;
}

static void let_go(struct share *share, struct share_import *slot)
{
    share->peer.ops->release_buffer(share->peer.self, slot->buffer);
    *slot = (struct share_import){.serial = 0};
}

// The peer's side of a buffer, imported when it is first seen.
static enum artem_result find_buffer(struct share *share, uint64_t serial, uint64_t memory, uint64_t bytes,
                                     uint64_t *out_buffer)
{
    struct share_import *slot = NULL;
    enum artem_result result = ARTEM_OK;

    for (int i = 0; i < SHARE_IMPORTS && slot == NULL; i++)
        if (share->imports[i].serial == serial)
            slot = &share->imports[i];
    if (slot == NULL) {
        slot = &share->imports[0];
        for (int i = 1; i < SHARE_IMPORTS && slot->serial != 0; i++)
            if (share->imports[i].serial == 0 || share->imports[i].used < slot->used)
                slot = &share->imports[i];
        if (slot->serial != 0)
            let_go(share, slot); // there are more slots than a frame has buffers: it is none of this frame's
        result = import(share, serial, memory, bytes, slot);
    }
    slot->used = share->frame;
    *out_buffer = (uintptr_t)slot->buffer;
    return result;
}

uint32_t share_count_buffers(const struct artem_engine_frame *frame)
{
    uint32_t count = 0;

    for (uint32_t v = 0; v < frame->views; v++)
        count += frame->view[v].in_buffer != 0;
    return count;
}

static enum artem_result find_buffers(struct share *share, struct artem_engine_frame *frame)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t v = 0; v < frame->views && result == ARTEM_OK; v++) {
        struct artem_engine_view *view = &frame->view[v];
        result = find_buffer(share, view->in_serial, view->in_memory, view->in_memory_bytes, &view->in_buffer);
        if (result == ARTEM_OK)
            result = find_buffer(share, view->out_serial, view->out_memory, view->out_memory_bytes, &view->out_buffer);
    }
    for (int i = 0; i < SHARE_IMPORTS; i++)
        if (share->imports[i].serial != 0 && share->imports[i].used + KEPT_FRAMES < share->frame)
            let_go(share, &share->imports[i]);
    return result;
}

// ---- Commands ----

// The pictures change hands. The composite reads what the engine was given.
static bool record_one(const struct share *share, VkCommandBuffer commands, const struct artem_engine_frame *frame,
                       bool lend)
{
    const struct vulkan_device *d = share->device;
    const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkBufferMemoryBarrier barriers[2 * ARTEM_MAX_VIEWS];

    for (uint32_t i = 0; i < 2 * frame->views; i++) {
        const struct artem_engine_view *view = &frame->view[i / 2];
        barriers[i] = vk_buffer_hand_over(d, i % 2 == 0 ? view->in_buffer : view->out_buffer, lend);
    }
    if (d->vkBeginCommandBuffer(commands, &info) != VK_SUCCESS)
        return false;
    d->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 0,
                            NULL, 2 * frame->views, barriers, 0, NULL);
    return d->vkEndCommandBuffer(commands) == VK_SUCCESS;
}

static enum artem_result record(const struct share *share, struct share_turn *turn,
                                const struct artem_engine_frame *frame)
{
    uint64_t serials[2 * ARTEM_MAX_VIEWS];
    const uint32_t count = 2 * frame->views;

    for (uint32_t v = 0; v < frame->views; v++) {
        serials[2 * v] = frame->view[v].in_serial;
        serials[2 * v + 1] = frame->view[v].out_serial;
    }
    if (count == turn->recorded_count && memcmp(serials, turn->recorded, count * sizeof serials[0]) == 0)
        return ARTEM_OK;
    turn->recorded_count = 0;
    if (!record_one(share, turn->commands[SHARE_LEND], frame, true) ||
        !record_one(share, turn->commands[SHARE_TAKE], frame, false))
        return ARTEM_ERROR_DEVICE;
    memcpy(turn->recorded, serials, count * sizeof serials[0]);
    turn->recorded_count = count;
    return ARTEM_OK;
}

// Of the latest frame, whose buffers may be gone. `wait` and `signal` may be VK_NULL_HANDLE.
static enum artem_result submit(struct share *share, int what, VkSemaphore wait, VkSemaphore signal)
{
    const struct vulkan_device *d = share->device;
    struct share_turn *turn = &share->turns[share->turn];
    const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
    const VkTimelineSemaphoreSubmitInfoKHR values = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO_KHR,
        .waitSemaphoreValueCount = wait != VK_NULL_HANDLE,
        .pWaitSemaphoreValues = &share->value,
        .signalSemaphoreValueCount = signal != VK_NULL_HANDLE,
        .pSignalSemaphoreValues = &share->value,
    };
    const VkSubmitInfo info = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
        .pNext = is_timeline(share) ? &values : NULL,
        .waitSemaphoreCount = wait != VK_NULL_HANDLE,
        .pWaitSemaphores = &wait,
        .pWaitDstStageMask = &stage,
        .commandBufferCount = turn->recorded_count > 0,
        .pCommandBuffers = &turn->commands[what],
        .signalSemaphoreCount = signal != VK_NULL_HANDLE,
        .pSignalSemaphores = &signal,
    };

    turn->pending[what] = d->vkResetFences(d->handle, 1, &turn->fences[what]) == VK_SUCCESS &&
                          d->vkQueueSubmit(d->queue, 1, &info, turn->fences[what]) == VK_SUCCESS;
    return turn->pending[what] ? ARTEM_OK : ARTEM_ERROR_DEVICE;
}

static enum artem_result lend(struct share *share)
{
    return submit(share, SHARE_LEND, VK_NULL_HANDLE, share->ready);
}

// `wait` may be VK_NULL_HANDLE.
static enum artem_result take_back(struct share *share, VkSemaphore wait)
{
    const enum artem_result result = submit(share, SHARE_TAKE, wait, VK_NULL_HANDLE);

    share->broken = share->broken || result != ARTEM_OK;
    return result;
}

enum artem_result share_submit(struct share *share, const struct artem_engine_frame *frame)
{
    struct artem_engine_frame imported = *frame;
    struct share_turn *turn;
    enum artem_result result = ARTEM_OK;

    share->frame++;
    if (!is_timeline(share))
        share_rejoin(share);
    share->detached = false; // that one will not be shown
    share->turn = (share->turn + 1) % SHARE_TURNS;
    turn = &share->turns[share->turn];
    share->broken = share->broken || has_given_up(share);
    // The engine is done with the frame before, and the queue is with those before that.
    if (share->broken || !rest(share, turn, take_timeout_ns))
        return ARTEM_ERROR_DEVICE;
    result = find_buffers(share, &imported);
    if (result == ARTEM_OK)
        result = record(share, turn, frame);
    if (result != ARTEM_OK)
        return result;
    share->value++;
    result = lend(share);
    if (result != ARTEM_OK)
        return result;
    result = share->peer.ops->submit(share->peer.self, &imported, share->value);
    if (result != ARTEM_OK) {
        share->broken = !is_timeline(share); // `ready` may be signalled still
        take_back(share, VK_NULL_HANDLE);
        return result;
    }
    share->detached = frame->detached;
    if (share->detached)
        return ARTEM_OK;
    if (share->watch != NULL)
        share_watch_frame(share->watch, share->value);
    result = take_back(share, share->done);
    if (result != ARTEM_OK) // painted in vain, and a binary semaphore is left signalled
        share->peer.ops->wait(share->peer.self, rest_timeout_ns);
    return result;
}

enum artem_result share_rejoin(struct share *share)
{
    const bool owed = share->detached;

    share->detached = false;
    return owed ? take_back(share, share->done) : ARTEM_OK;
}

static bool names_any(const struct share_turn *turn, const uint64_t *serials, uint32_t count)
{
    for (uint32_t i = 0; i < turn->recorded_count; i++)
        for (uint32_t k = 0; k < count; k++)
            if (turn->recorded[i] == serials[k])
                return true;
    return false;
}

bool share_release_buffers(struct share *share, const uint64_t *serials, uint32_t count)
{
    bool done = true;

    for (unsigned i = 0; i < SHARE_TURNS && share != NULL; i++) {
        struct share_turn *turn = &share->turns[i];
        if (!names_any(turn, serials, count))
            continue;
        share->detached = share->detached && (i != share->turn || !is_timeline(share));
        if (rest(share, turn, take_timeout_ns))
            turn->recorded_count = 0;
        else
            done = false;
    }
    return done;
}
