// SPDX-License-Identifier: Apache-2.0
// What is to be styled in a frame: reads and validates the app's XrFrameEndInfo, changes nothing.
//
// A frame has projection layers, they have views, and a view shows a picture: a rect of a slice of a swapchain. Views
// that show the same picture share it, so that it is painted once.
#ifndef ARTEM_PLUGIN_FRAME_PLAN_H
#define ARTEM_PLUGIN_FRAME_PLAN_H

#include "artem/engine.h"
#include "artem/geometry.h"
#include "session.h"
#include "swapchain.h"

enum { FRAME_LAYERS_MAX = 8, FRAME_VIEWS_MAX = 16 };

struct frame_picture {
    struct layer_swapchain *swapchain;
    struct vk_picture_info info;
    struct artem_noise_map noise;
    struct geometry_view view; // of the first view that shows it
    struct geometry_pose pose;
    unsigned plane; // the own swapchain that takes it

    // Filled in by frame_pictures.c.
    unsigned slot; // in swapchain->pictures
    bool ready;    // captured, or shown already
    bool paint;    // the engine has to run
    bool draw;     // the own swapchain does not show it yet
    struct painting_key key;
};

struct frame_layer {
    const XrCompositionLayerProjection *layer;
    uint32_t index;      // in the app's list
    uint32_t first_view; // in plan->view_pictures
    uint32_t view_count;
    bool passes;   // set by frame_pictures.c: a picture of it is not ready
    uint32_t held; // set by frame_held.c: the layer of the held painting that stands for it, or FRAME_NOT_HELD
};
enum { FRAME_NOT_HELD = FRAME_LAYERS_MAX };

struct frame_plan {
    struct frame_layer layers[FRAME_LAYERS_MAX];
    uint32_t layer_count;
    uint32_t view_pictures[FRAME_VIEWS_MAX]; // per view of all layers, the picture that it shows
    uint32_t view_count;
    struct frame_picture pictures[ARTEM_MAX_VIEWS];
    uint32_t picture_count;
    bool engine_ran;   // set by frame_style.c
    bool shows_held;   // set by frame_deferred.c: a painting of an earlier frame is shown
    bool keeps_spaces; // and xrDestroySpace waits for it: frame_held.h
    bool engine_late;  // the frame before is still being worked on
    double waited_ms;  // for that frame, on the device
};

// Whether the first two pictures are two eyes, each in a swapchain of its own.
bool frame_plan_has_eyes(const struct frame_plan *plan);

// How many pictures the engine has to run for.
uint32_t frame_plan_count_painted(const struct frame_plan *plan);

// ARTEM_DECISION_STYLED if there is something to style, else why the frame passes through; tells the user once per
// reason. A layer that cannot be styled is left out of the plan.
enum artem_decision frame_plan_make(struct layer_session *session, const XrFrameEndInfo *info,
                                    const struct artem_settings *settings, struct frame_plan *out_plan);

#endif
