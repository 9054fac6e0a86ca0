// SPDX-License-Identifier: Apache-2.0
// xrEndFrame: where a frame is styled.
#ifndef ARTEM_PLUGIN_FRAME_H
#define ARTEM_PLUGIN_FRAME_H

#include "frame_plan.h"
#include "layer.h"

XRAPI_ATTR XrResult XRAPI_CALL layer_xrEndFrame(XrSession session, const XrFrameEndInfo *info);

struct frame_held;

// The app's frame with the pictures of planned layers replaced. Points into itself and into session->layers.
struct frame_copy {
    XrFrameEndInfo info;
    XrCompositionLayerProjection layers[FRAME_LAYERS_MAX];
    XrCompositionLayerProjectionView views[FRAME_VIEWS_MAX];
};

// frame_copy.c. `held`: what the layers show in place of the plan's pictures, with its own poses and without what
// tells of the app's present picture (depth, motion); NULL: nothing. False if memory is short.
bool frame_copy_make(struct layer_session *session, const XrFrameEndInfo *info, const struct frame_plan *plan,
                     const struct frame_held *held, struct frame_copy *copy);

// frame_style.c. Follows the settings (style, engine, own swapchains) and looks what is to be painted and drawn.
// STYLED: go on; BUDGET if the engine is `busy` with another painting; ERROR if something is missing; WARMUP if no
// layer's pictures were captured. `frame` is the number of this xrEndFrame.
enum artem_decision frame_prepare(struct layer_session *session, struct frame_plan *plan,
                                  const struct artem_settings *settings, bool busy, uint64_t frame);

// Carries out the plan on the app's queue. ARTEM_DECISION_STYLED means that the own swapchains show the
// styled views of layers that do not pass. record->engine_views is 0 if every picture was already painted. After
// frame_prepare. Also calls frame_flush_record.
enum artem_decision frame_style(struct layer_session *session, struct frame_plan *plan,
                                const struct artem_settings *settings, struct artem_frame_record *record);

// The same in three parts, for paintings that are not waited for. frame_launch hands the pictures to the engine:
// STYLED then; WARMUP if the app's own rendering is not done after `capture_ns`. When the engine is done, frame_finish
// takes the painting over, of a frame that was handed over at `time_ns`, and frame_draw shows it.
// record->engine_views is the caller's.
enum artem_decision frame_launch(struct layer_session *session, struct frame_plan *plan,
                                 const struct artem_settings *settings, uint64_t capture_ns,
                                 struct artem_frame_record *record);
void frame_finish(struct layer_session *session, struct frame_plan *plan, uint64_t time_ns,
                  struct artem_frame_record *record);

// Logs it, not too often: the frame passes through.
enum artem_decision frame_fail(struct layer_session *session, const char *what, enum artem_result result);

// frame_fetch.c. An engine on the device follows on the same queue; for one on the CPU the pictures are waited for.
// ARTEM_TIMEOUT: the GPU is not done.
enum artem_result frame_fetch(struct layer_session *session, struct frame_plan *plan, uint64_t timeout_ns);

// frame_draw.c. Brings what is to be drawn into own swapchains: BUDGET if the compositor has no image for it yet.
enum artem_decision frame_draw(struct layer_session *session, const struct frame_plan *plan,
                               const struct artem_settings *settings, uint64_t frame);
// What was painted and drawn, to files, where that is asked for.
void frame_dump_painted(struct layer_session *session, const struct frame_plan *plan);

// What the engine tells of the painting that it has finished: its time, and whether it has seen a scene cut.
void frame_take_stats(struct layer_session *session, struct artem_frame_record *record);

// How long an engine is waited for: twice the budget and a little.
uint64_t frame_timeout_ns(const struct artem_settings *settings);

// Gives the previous frame's record to the statistics. Its composite is measured only when this frame has waited for
// the GPU, and before this frame's composite begins.
void frame_flush_record(struct layer_session *session);

#endif
