// SPDX-License-Identifier: Apache-2.0
// The opt-in recording of a session (artem/recording.h): what the engine is given and what becomes of it, as the config
// asks. Reading the pictures back costs time. Used by xrEndFrame alone.
#ifndef ARTEM_PLUGIN_FRAME_RECORDER_H
#define ARTEM_PLUGIN_FRAME_RECORDER_H

#include "frame_plan.h"

struct frame_recorder;

struct frame_recorder *frame_recorder_create(void); // NULL if memory is short: nothing can be recorded
void frame_recorder_destroy(struct frame_recorder **recorder);

bool frame_recorder_is_open(const struct layer_session *session);

// Ends it when the settings say another folder or none, whatever becomes of the frame: before all else.
void frame_recorder_look(struct layer_session *session, const struct artem_settings *settings);
// Begins one if the settings say so; before the frame's pictures are compared, while the engine is idle and has a
// style.
void frame_recorder_follow(struct layer_session *session, const struct artem_settings *settings);

// Around an engine run: keeps the captured pictures before it; writes them with the results that were drawn, or without
// if the decision is another than STYLED.
void frame_recorder_begin(struct layer_session *session, const struct frame_plan *plan);
void frame_recorder_end(struct layer_session *session, const struct frame_plan *plan,
                        const struct artem_settings *settings, const struct artem_frame_record *record,
                        enum artem_decision decision);
// The engine failed: what its statistics are now, nobody knows.
void frame_recorder_abort(struct layer_session *session);
// The frame was handed over without an engine run.
void frame_recorder_event(struct layer_session *session, const struct artem_frame_record *record);

#endif
