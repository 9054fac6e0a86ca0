// SPDX-License-Identifier: Apache-2.0
// xrEndFrame: where a frame is styled.
#ifndef ARTEM_PLUGIN_FRAME_H
#define ARTEM_PLUGIN_FRAME_H

#include "frame_plan.h"
#include "layer.h"

XRAPI_ATTR XrResult XRAPI_CALL layer_xrEndFrame(XrSession session, const XrFrameEndInfo *info);

// The app's frame with the pictures of planned layers replaced. Points into itself and into session->layers.
struct frame_copy {
    XrFrameEndInfo info;
    XrCompositionLayerProjection layers[FRAME_LAYERS_MAX];
    XrCompositionLayerProjectionView views[FRAME_VIEWS_MAX];
};

// frame_copy.c. False if memory is short.
bool frame_copy_make(struct layer_session *session, const XrFrameEndInfo *info, const struct frame_plan *plan,
                     struct frame_copy *copy);

// frame_style.c: carries out the plan on the app's queue. ARTEM_DECISION_STYLED means that the own swapchains show the
// styled views of layers that do not pass. record->engine_views is 0 if every picture was already painted.
// Also calls frame_flush_record.
enum artem_decision frame_style(struct layer_session *session, struct frame_plan *plan,
                                const struct artem_settings *settings, struct artem_frame_record *record);

// How long an engine is waited for: twice the budget and a little.
uint64_t frame_timeout_ns(const struct artem_settings *settings);

// Gives the previous frame's record to the statistics. Its composite is measured only when this frame has waited for
// the GPU, and before this frame's composite begins.
void frame_flush_record(struct layer_session *session);

#endif
