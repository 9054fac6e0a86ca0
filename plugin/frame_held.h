// SPDX-License-Identifier: Apache-2.0
// A painting that is shown again: which images of own swapchains, and the poses, angles and spaces that they were
// painted for. The runtime reprojects it. Used by xrEndFrame alone, but for frame_held_forget.
#ifndef ARTEM_PLUGIN_FRAME_HELD_H
#define ARTEM_PLUGIN_FRAME_HELD_H

#include "frame_plan.h"

struct frame_held {
    bool valid;
    uint64_t time_ns; // when the app handed over the frame that it shows
    uint32_t style_width, style_height;
    uint32_t layer_count, view_count;
    struct {
        XrSpace space;
        uint64_t space_number; // spaces.h
        uint32_t view_count, first_view;
    } layers[FRAME_LAYERS_MAX];
    struct {
        XrPosef pose;
        XrFovf fov;
        XrSwapchainSubImage image; // of the app's swapchain
        struct layer_swapchain *swapchain;
        unsigned plane;
    } views[FRAME_VIEWS_MAX];
};

// Fills in what the plan's frame shows of layers that do not pass. Not valid if there is none, or one's space moves
// with the head or is unknown.
void frame_held_take(struct layer_session *session, const struct frame_plan *plan, uint64_t time_ns,
                     struct frame_held *out_held);

// Whether it may be shown in place of the plan's frame: it has layers with the same swapchains, whose spaces live.
// Leaves in the plan's layers which; others, which have come since, pass.
bool frame_held_fits(struct layer_session *session, const struct frame_held *held, struct frame_plan *plan);

// Keeps its spaces alive until the plan's frame is handed over. The app's own frame does not name them if it has
// changed to others, so that it may destroy them meanwhile: xrDestroySpace then waits. False: one is gone already.
bool frame_held_keep_spaces(struct layer_session *session, const struct frame_held *held, struct frame_plan *plan);
void frame_held_let_spaces(struct layer_session *session, struct frame_plan *plan);

// The swapchain is about to go. Under the session's mutex, from any thread.
void frame_held_forget(struct frame_held *held, const struct layer_swapchain *swapchain);

#endif
