// SPDX-License-Identifier: Apache-2.0
// xrEndFrame: where a frame is styled.
#ifndef ARTEM_PLUGIN_FRAME_H
#define ARTEM_PLUGIN_FRAME_H

#include "frame_plan.h"
#include "layer.h"

XRAPI_ATTR XrResult XRAPI_CALL layer_xrEndFrame(XrSession session, const XrFrameEndInfo *info);

// The app's frame with the planned layer's pictures replaced. Points into itself and into session->layers.
struct frame_copy {
    XrFrameEndInfo info;
    XrCompositionLayerProjection layer;
    XrCompositionLayerProjectionView views[ARTEM_MAX_VIEWS];
};

// frame_style.c: carries out the plan on the app's queue. ARTEM_DECISION_STYLED means that the own swapchains show the
// styled views. record->network_ms stays 0 if every view's picture was already there.
// Also calls frame_flush_record.
enum artem_decision frame_style(struct layer_session *session, struct frame_plan *plan,
                                const struct artem_settings *settings, struct artem_frame_record *record);

// Gives the previous frame's record to the statistics. Its composite is measured only when this frame has waited for
// the GPU, and before this frame's composite begins.
void frame_flush_record(struct layer_session *session);

#endif
