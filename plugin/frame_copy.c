// SPDX-License-Identifier: Apache-2.0
// The frame as the runtime gets it: copies of what changes, and the app's own structures for all the rest.
#include "frame.h"

#include "frame_held.h"

// Newer than some headers: XR_EXT_frame_synthesis, XR_FB_composition_layer_depth_test.
enum { TYPE_FRAME_SYNTHESIS_INFO = 1000211000, TYPE_DEPTH_TEST_FB = 1000212000 };

// What tells of the app's present picture, and would be wrong for an older one.
static bool tells_of_picture(XrStructureType type)
{
    switch ((int)type) {
    case XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR:
    case XR_TYPE_COMPOSITION_LAYER_SPACE_WARP_INFO_FB:
    case XR_TYPE_COMPOSITION_LAYER_DEPTH_TEST_VARJO:
    case TYPE_DEPTH_TEST_FB:
    case TYPE_FRAME_SYNTHESIS_INFO:
        return true;
    default:
        return false;
    }
}

// The chain behind the last of these. A chain is the app's and cannot be changed, nor copied where it is not known:
// what stands before one of them goes with it.
static const void *strip(const void *chain)
{
    const void *rest = chain;

    for (const XrBaseInStructure *next = chain; next != NULL; next = next->next)
        if (tells_of_picture(next->type))
            rest = next->next;
    return rest;
}

static void show_held(const struct frame_held *held, uint32_t h, XrCompositionLayerProjection *layer,
                      XrCompositionLayerProjectionView *views)
{
    const uint32_t first = held->layers[h].first_view;

    layer->space = held->layers[h].space;
    layer->next = strip(layer->next);
    for (uint32_t v = 0; v < held->layers[h].view_count; v++) {
        views[v].next = strip(views[v].next);
        views[v].pose = held->views[first + v].pose;
        views[v].fov = held->views[first + v].fov;
        views[v].subImage = held->views[first + v].image;
        views[v].subImage.swapchain = held->views[first + v].swapchain->own[held->views[first + v].plane].handle;
    }
}

bool frame_copy_make(struct layer_session *session, const XrFrameEndInfo *info, const struct frame_plan *plan,
                     const struct frame_held *held, struct frame_copy *copy)
{
    struct layer_list *list = &session->layers;

    if (!layer_list_copy(list, info, 0))
        return false;
    copy->info = *info;
    copy->info.layers = list->layers;
    for (uint32_t l = 0; l < plan->layer_count; l++) {
        const struct frame_layer *planned = &plan->layers[l];
        XrCompositionLayerProjectionView *views = &copy->views[planned->first_view];

        if (held != NULL ? planned->held == FRAME_NOT_HELD : planned->passes)
            continue;
        copy->layers[l] = *planned->layer;
        copy->layers[l].views = views;
        for (uint32_t v = 0; v < planned->view_count; v++) {
            const struct frame_picture *picture = &plan->pictures[plan->view_pictures[planned->first_view + v]];

            views[v] = planned->layer->views[v]; // next chains (depth and others), rect and slice stay
            views[v].subImage.swapchain = picture->swapchain->own[picture->plane].handle;
        }
        if (held != NULL)
            show_held(held, planned->held, &copy->layers[l], views);
        list->layers[planned->index] = (const XrCompositionLayerBaseHeader *)&copy->layers[l];
    }
    return true;
}
