// SPDX-License-Identifier: Apache-2.0
#include "frame_held.h"

#include "spaces.h"

// False if its space moves with the head or is unknown.
static bool take_layer(struct layer_session *session, const struct frame_plan *plan, const struct frame_layer *layer,
                       struct frame_held *held)
{
    const uint32_t l = held->layer_count++;

    held->layers[l].space = layer->layer->space;
    held->layers[l].space_number = layer_space_find(session, layer->layer->space);
    held->layers[l].view_count = layer->view_count;
    held->layers[l].first_view = held->view_count;
    for (uint32_t v = 0; v < layer->view_count; v++) {
        const XrCompositionLayerProjectionView *view = &layer->layer->views[v];
        const struct frame_picture *picture = &plan->pictures[plan->view_pictures[layer->first_view + v]];
        const uint32_t at = held->view_count++;

        held->views[at].pose = view->pose;
        held->views[at].fov = view->fov;
        held->views[at].image = view->subImage;
        held->views[at].swapchain = picture->swapchain;
        held->views[at].plane = picture->plane;
    }
    return held->layers[l].space_number != 0;
}

void frame_held_take(struct layer_session *session, const struct frame_plan *plan, uint64_t time_ns,
                     struct frame_held *out_held)
{
    struct frame_held held = {.time_ns = time_ns};
    bool spaces = true;

    held.style_width = plan->pictures[0].info.style_width;
    held.style_height = plan->pictures[0].info.style_height;
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *layer = &plan->layers[l];

        if (!layer->passes && !take_layer(session, plan, layer, &held))
            spaces = false;
    }
    held.valid = spaces && held.layer_count > 0;
    pthread_mutex_lock(&session->mutex); // against frame_held_forget
    *out_held = held;
    pthread_mutex_unlock(&session->mutex);
}

static bool spaces_live(struct layer_session *session, const struct frame_held *held, const struct frame_plan *plan)
{
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const uint32_t h = plan->layers[l].held;

        if (h != FRAME_NOT_HELD && layer_space_find(session, held->layers[h].space) != held->layers[h].space_number)
            return false;
    }
    return true;
}

// Whether the held layer has the planned one's views: the same swapchains.
static bool is_same_layer(const struct frame_held *held, uint32_t h, const struct frame_plan *plan, uint32_t l)
{
    const struct frame_layer *layer = &plan->layers[l];
    const uint32_t *pictures = &plan->view_pictures[layer->first_view];

    if (held->layers[h].view_count != layer->view_count)
        return false;
    for (uint32_t v = 0; v < layer->view_count; v++)
        if (held->views[held->layers[h].first_view + v].swapchain != plan->pictures[pictures[v]].swapchain)
            return false;
    return true;
}

bool frame_held_fits(struct layer_session *session, const struct frame_held *held, struct frame_plan *plan)
{
    uint32_t next = 0; // of the held layers, which come in the same order
    bool any = false, valid;

    pthread_mutex_lock(&session->mutex);
    valid = held->valid;
    pthread_mutex_unlock(&session->mutex);
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        uint32_t h = next;

        while (h < held->layer_count && !is_same_layer(held, h, plan, l))
            h++;
        plan->layers[l].held = valid && h < held->layer_count ? h : FRAME_NOT_HELD;
        if (h < held->layer_count)
            next = h + 1;
        any = any || plan->layers[l].held != FRAME_NOT_HELD;
    }
    return any && spaces_live(session, held, plan);
}

bool frame_held_keep_spaces(struct layer_session *session, const struct frame_held *held, struct frame_plan *plan)
{
    bool same = true;

    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const uint32_t h = plan->layers[l].held;

        same = same && (h == FRAME_NOT_HELD || held->layers[h].space == plan->layers[l].layer->space);
    }
    if (same)
        return true;
    pthread_mutex_lock(&session->showing);
    plan->keeps_spaces = spaces_live(session, held, plan);
    if (!plan->keeps_spaces)
        pthread_mutex_unlock(&session->showing);
    return plan->keeps_spaces;
}

void frame_held_let_spaces(struct layer_session *session, struct frame_plan *plan)
{
    if (plan->keeps_spaces)
        pthread_mutex_unlock(&session->showing);
    plan->keeps_spaces = false;
}

void frame_held_forget(struct frame_held *held, const struct layer_swapchain *swapchain)
{
    for (uint32_t v = 0; v < held->view_count; v++)
        if (held->views[v].swapchain == swapchain)
            held->valid = false;
}
