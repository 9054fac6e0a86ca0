// SPDX-License-Identifier: Apache-2.0
#include "frame_held.h"

#include "spaces.h"

void frame_held_take(struct layer_session *session, const struct frame_plan *plan, uint64_t time_ns,
                     struct frame_held *out_held)
{
    struct frame_held held = {.valid = plan->layer_count > 0, .time_ns = time_ns, .layer_count = plan->layer_count};

    held.style_width = plan->pictures[0].info.style_width;
    held.style_height = plan->pictures[0].info.style_height;
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *layer = &plan->layers[l];

        held.layers[l].space = layer->layer->space;
        held.layers[l].space_number = layer_space_find(session, layer->layer->space);
        held.layers[l].view_count = layer->view_count;
        held.layers[l].first_view = layer->first_view;
        held.valid = held.valid && held.layers[l].space_number != 0 && !layer->passes;
        for (uint32_t v = 0; v < layer->view_count; v++) {
            const XrCompositionLayerProjectionView *view = &layer->layer->views[v];
            const struct frame_picture *picture = &plan->pictures[plan->view_pictures[layer->first_view + v]];

            held.views[layer->first_view + v].pose = view->pose;
            held.views[layer->first_view + v].fov = view->fov;
            held.views[layer->first_view + v].image = view->subImage;
            held.views[layer->first_view + v].swapchain = picture->swapchain;
            held.views[layer->first_view + v].plane = picture->plane;
        }
    }
    pthread_mutex_lock(&session->mutex); // against frame_held_forget
    *out_held = held;
    pthread_mutex_unlock(&session->mutex);
}

static bool spaces_live(struct layer_session *session, const struct frame_held *held)
{
    for (uint32_t l = 0; l < held->layer_count; l++)
        if (layer_space_find(session, held->layers[l].space) != held->layers[l].space_number)
            return false;
    return true;
}

bool frame_held_fits(struct layer_session *session, const struct frame_held *held, const struct frame_plan *plan)
{
    bool valid;

    pthread_mutex_lock(&session->mutex);
    valid = held->valid;
    pthread_mutex_unlock(&session->mutex);
    if (!valid || held->layer_count != plan->layer_count)
        return false;
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *layer = &plan->layers[l];

        if (held->layers[l].view_count != layer->view_count || held->layers[l].first_view != layer->first_view)
            return false;
        for (uint32_t v = layer->first_view; v < layer->first_view + layer->view_count; v++)
            if (held->views[v].swapchain != plan->pictures[plan->view_pictures[v]].swapchain)
                return false;
    }
    return spaces_live(session, held);
}

bool frame_held_keep_spaces(struct layer_session *session, const struct frame_held *held, struct frame_plan *plan)
{
    bool same = true;

    for (uint32_t l = 0; l < held->layer_count; l++)
        same = same && held->layers[l].space == plan->layers[l].layer->space;
    if (same)
        return true;
    pthread_mutex_lock(&session->showing);
    plan->keeps_spaces = spaces_live(session, held);
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
    for (uint32_t l = 0; l < held->layer_count; l++)
        for (uint32_t v = held->layers[l].first_view; v < held->layers[l].first_view + held->layers[l].view_count; v++)
            if (held->views[v].swapchain == swapchain)
                held->valid = false;
}
