// SPDX-License-Identifier: Apache-2.0
// What is to be styled in a frame: reads and validates the app's XrFrameEndInfo, changes nothing.
#ifndef ARTEM_PLUGIN_FRAME_PLAN_H
#define ARTEM_PLUGIN_FRAME_PLAN_H

#include "artem/engine.h"
#include "session.h"
#include "swapchain.h"

struct frame_view {
    struct layer_swapchain *swapchain;
    VkRect2D rect;
    int32_t noise_x, noise_y;
    struct swapchain_picture picture; // wanted; filled in by frame.c
    bool stale;                       // the own swapchain does not show it yet
};

struct frame_plan {
    uint32_t layer_index; // of the projection layer in the app's list
    const XrCompositionLayerProjection *layer;
    uint32_t view_count;
    struct frame_view views[ARTEM_MAX_VIEWS];
    uint32_t style_width, style_height;
    bool engine_ran; // set by frame_style.c
};

// ARTEM_DECISION_STYLED if the plan can be carried out, else why the frame passes through; tells the user once per
// reason.
enum artem_decision frame_plan_make(struct layer_session *session, const XrFrameEndInfo *info,
                                    const struct artem_settings *settings, struct frame_plan *out_plan);

#endif
