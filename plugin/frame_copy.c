// SPDX-License-Identifier: Apache-2.0
// The frame as the runtime gets it: copies of what changes, and the app's own structures for all the rest.
#include "frame.h"

#include <stdlib.h>
#include <string.h>

static bool reserve_layers(struct layer_session *session, uint32_t count)
{
    const XrCompositionLayerBaseHeader **layers;

    if (session->layer_capacity >= count)
        return true;
    layers = realloc(session->layers, count * sizeof(XrCompositionLayerBaseHeader *));
    if (layers == NULL)
        return false;
    session->layers = layers;
    session->layer_capacity = count;
    return true;
}

bool frame_copy_make(struct layer_session *session, const XrFrameEndInfo *info, const struct frame_plan *plan,
                     struct frame_copy *copy)
{
    if (!reserve_layers(session, info->layerCount))
        return false;
    memcpy(session->layers, info->layers, info->layerCount * sizeof(XrCompositionLayerBaseHeader *));
    copy->info = *info;
    copy->info.layers = session->layers;
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *planned = &plan->layers[l];
        XrCompositionLayerProjectionView *views = &copy->views[planned->first_view];

        if (planned->passes)
            continue;
        copy->layers[l] = *planned->layer;
        copy->layers[l].views = views;
        for (uint32_t v = 0; v < planned->layer->viewCount; v++) {
            const struct frame_picture *picture = &plan->pictures[plan->view_pictures[planned->first_view + v]];

            views[v] = planned->layer->views[v]; // next chains (depth and others), rect and slice stay
            views[v].subImage.swapchain = picture->swapchain->own[picture->plane].handle;
        }
        session->layers[planned->index] = (const XrCompositionLayerBaseHeader *)&copy->layers[l];
    }
    return true;
}
