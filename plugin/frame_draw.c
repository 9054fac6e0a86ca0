// SPDX-License-Identifier: Apache-2.0
// Paintings into the layer's own swapchains.
#include "frame.h"

#include "frame_pictures.h"

// A painting that is drawn for the first time is mixed with the older one; what is in its buffer then is no painting to
// be shown again.
static void fade(struct layer_session *session, const struct frame_picture *picture)
{
    struct layer_swapchain *swapchain = picture->swapchain;
    struct swapchain_picture *slot = &swapchain->pictures[picture->slot];
    const uint32_t *old_size = swapchain->target->pictures[picture->slot].fade.old_size;
    float map[9];

    if (session->old_weight == 0 || !picture->paint || old_size[0] == 0 ||
        !geometry_turn(&picture->view, &picture->pose, picture->info.style_width, picture->info.style_height,
                       &slot->old_view, &slot->old_pose, old_size[0], old_size[1], map))
        return;
    vk_target_fade(swapchain->target, picture->slot, session->old_weight, map);
    slot->painted.release = 0;
}

// An own swapchain that has to show something new.
struct output {
    struct layer_swapchain *swapchain;
    unsigned plane;
    uint64_t release; // whose capture is painted
};

static uint32_t list_outputs(const struct frame_plan *plan, struct output outputs[ARTEM_MAX_VIEWS])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];
        uint32_t same = 0;

        if (!picture->draw)
            continue;
        while (same < count && (outputs[same].swapchain != picture->swapchain || outputs[same].plane != picture->plane))
            same++;
        if (same == count)
            outputs[count++] = (struct output){picture->swapchain, picture->plane, picture->key.release};
    }
    return count;
}

static struct vk_look look_of(const struct artem_settings *settings)
{
    return (struct vk_look){settings->strength, settings->keep_color, settings->keep_text};
}

static enum artem_result composite(struct layer_session *session, const struct frame_plan *plan,
                                   const struct artem_settings *settings, const struct output *output, uint64_t frame)
{
    struct layer_swapchain *swapchain = output->swapchain;
    struct own_swapchain *own = &swapchain->own[output->plane];
    const struct vk_look look = look_of(settings);
    enum artem_result result;

    pthread_mutex_lock(&session->mutex);
    if (swapchain->captured != output->release) {
        result = ARTEM_ERROR_ARGUMENT; // released anew while we worked: the app broke the rules for its queue
    } else {
        for (uint32_t i = 0; i < plan->picture_count; i++)
            if (plan->pictures[i].swapchain == swapchain && plan->pictures[i].plane == output->plane)
                fade(session, &plan->pictures[i]);
        const struct vk_surface surface = own_swapchain_surface(own);
        result = vk_target_composite(swapchain->target, frame_pictures_on_plane(plan, swapchain, output->plane), &look,
                                     &surface);
        if (result == ARTEM_OK)
            result = own_swapchain_filled(own, swapchain->target);
        swapchain->composited_frame = frame + 1;
    }
    pthread_mutex_unlock(&session->mutex);
    return result;
}

static void keep_shown(const struct frame_plan *plan, const struct artem_settings *settings,
                       const struct output *output)
{
    for (uint32_t i = 0; i < plan->picture_count; i++) {
        const struct frame_picture *picture = &plan->pictures[i];

        if (picture->swapchain == output->swapchain && picture->plane == output->plane && picture->draw)
            picture->swapchain->pictures[picture->slot].shown = (struct shown_key){
                .painting = picture->key,
                .look = look_of(settings),
                .plane = output->plane,
                .serial = output->swapchain->own[output->plane].serial,
            };
    }
}

enum artem_decision frame_draw(struct layer_session *session, const struct frame_plan *plan,
                               const struct artem_settings *settings, uint64_t frame)
{
    struct output outputs[ARTEM_MAX_VIEWS];
    const uint32_t count = list_outputs(plan, outputs);
    enum artem_result result;

    for (uint32_t i = 0; i < count; i++) {
        result = own_swapchain_acquire(session, &outputs[i].swapchain->own[outputs[i].plane]);
        if (result == ARTEM_TIMEOUT)
            return ARTEM_DECISION_BUDGET; // the compositor still shows it
        if (result != ARTEM_OK)
            return frame_fail(session, "no image for the styled frame", result);
    }
    result = count > 0 ? styler_rejoin(session->styler) : ARTEM_OK;
    if (result != ARTEM_OK)
        return frame_fail(session, "the painting did not come back", result);
    for (uint32_t i = 0; i < count; i++) {
        result = composite(session, plan, settings, &outputs[i], frame);
        if (result != ARTEM_OK)
            return frame_fail(session, "the styled frame could not be drawn", result);
    }
    for (uint32_t i = 0; i < count; i++) {
        result = own_swapchain_release(session, &outputs[i].swapchain->own[outputs[i].plane]);
        if (result != ARTEM_OK)
            return frame_fail(session, "the styled image could not be released", result);
        keep_shown(plan, settings, &outputs[i]);
    }
    return ARTEM_DECISION_STYLED;
}

void frame_dump_painted(struct layer_session *session, const struct frame_plan *plan)
{
    uint64_t number = session->painted++;

    if (!frame_dump_wants(session->dump, number))
        return;
    pthread_mutex_lock(&session->mutex);
    for (uint32_t v = 0; v < plan->view_count && v < 2; v++) {
        const struct frame_picture *picture = &plan->pictures[plan->view_pictures[v]];

        if (picture->draw)
            frame_dump_write(session->dump, number, v, picture->swapchain->target, picture->slot);
    }
    pthread_mutex_unlock(&session->mutex);
}
