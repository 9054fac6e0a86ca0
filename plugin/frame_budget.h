// SPDX-License-Identifier: Apache-2.0
// The budget governor (artem/governor.h) in a session: what it is told, what it orders, and the log of both. Used by
// xrEndFrame alone.
#ifndef ARTEM_PLUGIN_FRAME_BUDGET_H
#define ARTEM_PLUGIN_FRAME_BUDGET_H

#include "frame_plan.h"

// The frame's order. Changes the settings to what it asks for: budget, resolution, strength.
void frame_budget_begin(struct layer_session *session, struct artem_settings *settings,
                        struct artem_governor_order *out_order);
// What the plan tells for the frames to come: how large the pictures are, whether they may be shown again.
void frame_budget_look(struct layer_session *session, const struct frame_plan *plan);

// A painting done by an order with this serial; milliseconds as in artem_governor_sample.
void frame_budget_report(struct layer_session *session, uint32_t serial, bool probe, double fixed_ms,
                         double network_ms);
// One that is still being worked on after so long.
void frame_budget_report_unfinished(struct layer_session *session, uint32_t serial, bool probe, double passed_ms);

// A painting on the CPU that was given up after so long: with each frame that finds it still being worked on it is
// reported with the time passed, and when it is done, with what it took, once for each of these frames.
void frame_budget_begin_late(struct layer_session *session, uint32_t serial, double layer_ms);
void frame_budget_late(struct layer_session *session);
void frame_budget_caught_up(struct layer_session *session);

// Into the frame's record: the order and, once, a change of the rung since the record before.
void frame_budget_record(struct layer_session *session, const struct artem_governor_order *order,
                         struct artem_frame_record *record);

#endif
