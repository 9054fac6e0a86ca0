// SPDX-License-Identifier: Apache-2.0
// Captured pictures to where the engine reads them.
#include "frame.h"

// The painting so far, which another resolution would overwrite, to fade from. Without memory for it there is no
// fading.
static void keep_old(struct layer_swapchain *swapchain, unsigned index)
{
    struct swapchain_picture *slot = &swapchain->pictures[index];

    vk_target_keep_old(swapchain->target, index);
    slot->old_view = slot->view;
    slot->old_pose = slot->pose;
}

// Brings a picture to where the engine can read it, if its release could not do so in advance.
static enum artem_result scale_picture(struct layer_session *session, struct frame_picture *picture)
{
    struct layer_swapchain *swapchain = picture->swapchain;
    struct swapchain_picture *slot = &swapchain->pictures[picture->slot];
    struct vk_target *target = swapchain->target;
    enum artem_result result = ARTEM_OK;

    if (!vk_picture_info_equal(&target->pictures[picture->slot].info, &picture->info)) {
        // What is mixed already is no painting, and leaves the one that is kept: rects may change with each frame.
        if (session->old_weight > 0 && slot->painted.release != 0)
            keep_old(swapchain, picture->slot);
        slot->scaled = 0;
        slot->painted.release = 0;
        result = ARTEM_TIMEOUT;
        if (layer_swapchain_release_buffers(swapchain, picture->slot)) // they may have to grow
            result = vk_target_set_picture(target, picture->slot, &picture->info);
    }
    if (result == ARTEM_OK && slot->scaled != picture->key.release) {
        result = vk_target_scale(target, 1u << picture->slot);
        if (result == ARTEM_OK)
            slot->scaled = picture->key.release;
    }
    return result;
}

// Outside a fade nothing is to be faded from later.
static void forget_old(struct vk_target *target)
{
    for (unsigned i = 0; i < VK_TARGET_PICTURES; i++)
        target->pictures[i].fade.old_size[0] = 0;
}

static enum artem_result scale_pictures(struct layer_session *session, struct frame_plan *plan)
{
    enum artem_result result = ARTEM_OK;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count && result == ARTEM_OK; i++) {
        if (!plan->pictures[i].paint)
            continue;
        if (session->old_weight == 0)
            forget_old(plan->pictures[i].swapchain->target);
        result = scale_picture(session, &plan->pictures[i]);
    }
    pthread_mutex_unlock(&session->mutex);
    return result;
}

// Without the session's mutex, which other threads' calls need. The app keeps the frame's swapchains meanwhile, and
// does not use its queue.
static void wait_for_pictures(struct layer_session *session, const struct frame_plan *plan, uint64_t timeout_ns)
{
    const struct vulkan_device *d = session->device;
    VkFence fences[ARTEM_MAX_VIEWS];
    uint32_t count = 0;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        const VkFence fence = picture->paint ? vk_target_get_fence(picture->swapchain->target) : VK_NULL_HANDLE;

        if (fence != VK_NULL_HANDLE)
            fences[count++] = fence;
    }
    pthread_mutex_unlock(&session->mutex);
    if (count > 0)
        d->vkWaitForFences(d->handle, count, fences, VK_TRUE, timeout_ns); // the targets are asked how it ended
}

static enum artem_result take_pictures(struct layer_session *session, const struct frame_plan *plan)
{
    enum artem_result result = ARTEM_OK;

    pthread_mutex_lock(&session->mutex);
    for (uint32_t i = 0; i < plan->picture_count && result == ARTEM_OK; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        struct layer_swapchain *swapchain = picture->swapchain;

        if (!picture->paint)
            continue;
        result = vk_target_wait(swapchain->target, 0);
        if (result == ARTEM_OK && swapchain->pictures[picture->slot].scaled != picture->key.release)
            result = ARTEM_ERROR_ARGUMENT; // released anew while we waited: the app broke the rules for its queue
    }
    pthread_mutex_unlock(&session->mutex);
    return result;
}

enum artem_result frame_fetch(struct layer_session *session, struct frame_plan *plan, uint64_t timeout_ns)
{
    const enum artem_result result = scale_pictures(session, plan);

    if (result != ARTEM_OK || styler_on_device(session->styler))
        return result;
    wait_for_pictures(session, plan, timeout_ns);
    return take_pictures(session, plan);
}
