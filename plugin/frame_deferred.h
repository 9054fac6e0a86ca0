// SPDX-License-Identifier: Apache-2.0
// Painting while the app goes on: a frame is handed to the engine, later frames of the app show the painting before it
// until it is done, then it is drawn and shown with the pose and angles that it was painted for. While a painting is
// under way nothing is captured, so that its picture is still there when it is drawn: at best every other frame is
// painted. Used by xrEndFrame alone, but for frame_deferred_forget.
#ifndef ARTEM_PLUGIN_FRAME_DEFERRED_H
#define ARTEM_PLUGIN_FRAME_DEFERRED_H

#include "artem/governor.h"
#include "frame_held.h"

// A frame that the engine works on.
struct frame_flight {
    bool active;
    bool queued;            // the app's own rendering was not done: not with the engine yet
    bool done;              // painted, and not drawn yet
    bool probe;             // not to be shown
    bool lost;              // a swapchain of it is gone
    struct frame_plan plan; // its layers' `layer` is NULL: the app's structures are gone
    struct frame_held held;
    struct artem_settings settings;
    struct artem_frame_record record; // of the frame that was handed over
    uint32_t serial;                  // of the governor's order
    uint64_t begin_ns, launched_ns;
    double layer_ms;   // what xrEndFrame has spent on it so far
    double network_ms; // when it is done
};

// A painting that was drawn in this frame, to be reported with what the frame took.
struct frame_landing {
    bool any, probe;
    uint32_t serial;
    double layer_ms, network_ms;
};

struct frame_work {
    struct frame_held held; // the newest painting that was shown
    struct frame_flight flight;
    struct frame_landing landing;
    uint64_t seen_ns; // when the latest frame with pictures came; 0: none has
};

// Whether the frame goes this way: its order is deferred, or a painting is still under way.
bool frame_deferred_takes(const struct layer_session *session, const struct artem_governor_order *order);

// What is under way goes on where the app's queue gets it piece by piece, or is given up. At the beginning of xrEndFrame.
void frame_deferred_advance(struct layer_session *session);

// A frame with pictures has come. What was painted before a pause is not shown any more.
void frame_deferred_note(struct layer_session *session);

// STYLED: plan->shows_held tells whether the session's held painting is what to show, or else the plan's own pictures,
// which needed no painting.
enum artem_decision frame_deferred(struct layer_session *session, struct frame_plan *plan,
                                   const struct artem_settings *settings, const struct artem_governor_order *order,
                                   struct artem_frame_record *record);

// Nothing that was painted so far is to be shown any more.
void frame_deferred_drop(struct layer_session *session);

// When the frame is handed over: what its part of xrEndFrame took.
void frame_deferred_charge(struct layer_session *session, double layer_ms);

// The swapchain is about to go. Under the session's mutex.
void frame_deferred_forget(struct layer_session *session, const struct layer_swapchain *swapchain);

#endif
