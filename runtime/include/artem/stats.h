// SPDX-License-Identifier: Apache-2.0
// Per-frame records: a CSV or JSON Lines file written off the caller's thread, and the summary of a session.
// Times are milliseconds; NaN means "not measured" and leaves the field empty (JSON: null).
#ifndef ARTEM_STATS_H
#define ARTEM_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/governor.h"
#include "artem/result.h"

enum artem_decision {
    ARTEM_DECISION_STYLED = 0,
    ARTEM_DECISION_DISABLED,    // enabled = off
    ARTEM_DECISION_WARMUP,      // swapchain not yet known as a projection swapchain, or no image captured yet
    ARTEM_DECISION_BUDGET,      // over budget: original frame
    ARTEM_DECISION_UNSUPPORTED, // format, layout or swapchain that is passed through
    ARTEM_DECISION_ERROR,       // an error of ours: original frame
    ARTEM_DECISION_LATE,        // the engine ran, but was not done in time: original frame
    ARTEM_DECISION_COUNT
};
const char *artem_decision_name(enum artem_decision decision); // "styled", "disabled", ...
// The decision of that name; false if there is none.
bool artem_decision_parse(const char *name, enum artem_decision *out_decision);

struct artem_frame_record {
    uint64_t frame;       // xrEndFrame calls of this session, from 0
    int64_t display_time; // XrTime, ns
    enum artem_decision decision;
    uint32_t views;
    uint32_t width, height;             // of one view
    uint32_t style_width, style_height; // style resolution used, 0 when not styled
    char style[64];
    double capture_ms;   // GPU: copy and downscale (0 when not measured)
    double network_ms;   // engine
    double composite_ms; // GPU: upsampling and copy (0 when not measured)
    double layer_ms;     // wall time inside the layer's part of xrEndFrame (the next xrEndFrame excluded)
    double interval_ms;  // since the previous xrEndFrame
    double slack_ms;     // display_time minus now at hand-over; NaN when the clock cannot be related

    // Per eye, NaN when the work is shared (one swapchain for both) or not measured.
    double capture_left_ms, capture_right_ms, composite_left_ms, composite_right_ms;
    double style_age_ms;    // age of the painted picture shown, 0 = painted for this frame; NaN when not styled
    uint32_t engine_views;  // pictures that the engine painted for this frame, 0 when it did not run
    bool cut;               // the engine found a scene cut and ran the frame again
    uint32_t layers;        // projection layers styled
    uint32_t passed_layers; // composition layers passed on untouched, of any kind
    double budget_ms;       // in force, 0 = no limit
    double overhead_ms; // the instrument's own cost: stamps and records of the previous frame; NaN when not measured
    double hud_ms;      // part of layer_ms: HUD and toast

    double release_ms;        // wall time inside the layer's part of xrReleaseSwapchainImage, since the previous frame
    double gpu_ms;            // all GPU work that the layer added for this frame (0 when not measured)
    enum artem_pace pace;     // the governor's order
    uint32_t rung;            // of its ladder, 0 = the best
    enum artem_reason change; // why the rung has changed since the previous frame
    double load_ms;           // what it judges: 95th percentile per frame, 0 = not measured
    double gpu_slack_ms;      // display_time minus when the GPU had put the frame together; NaN when not known
};
// Zeros and empty text, NaN for slack, per-eye times, style age and overhead.
void artem_frame_record_init(struct artem_frame_record *out_record);
// Handed over, or put together, after its display time.
bool artem_frame_record_missed(const struct artem_frame_record *record);

struct artem_stats; // opaque

// path NULL or "" = no file; a name that ends in .json or .jsonl gets JSON Lines, any other CSV. Appends to a file that
// exists. An unwritable file: one warning, and statistics go on without it.
enum artem_result artem_stats_create(const char *path, struct artem_stats **out_stats);
// Never blocks on the disk: a full queue drops the record and counts it. Any one thread at a time.
void artem_stats_add(struct artem_stats *stats, const struct artem_frame_record *record);
// Changes the file while running (config reload). Same rules as create.
void artem_stats_set_file(struct artem_stats *stats, const char *path);

enum { ARTEM_STATS_META_MAX = 16, ARTEM_STATS_META_VALUE_MAX = 256 };

// What a report says about the session, e.g. app, layer_version, style_folder, resolution, budget_ms, backend. Written
// into each file when it is opened (after the header, as "# key=value"; JSON: {"meta":{"key":"value"}}), and again when
// the value changes; records queued by then may come after it. key: letters, digits and _, at most 31; the value is cut
// to 255 bytes, and what is not printable UTF-8 becomes _. Ignored beyond ARTEM_STATS_META_MAX keys. Never blocks on
// the disk; same thread rule as artem_stats_add.
void artem_stats_set_meta(struct artem_stats *stats, const char *key, const char *value);

// Percentiles by nearest rank over the latest 4096: styled frames for layer and network, all frames for the overhead.
struct artem_stats_summary {
    uint64_t frames, by_decision[ARTEM_DECISION_COUNT], dropped_records;
    double layer_ms_p50, layer_ms_p95, layer_ms_p99, layer_ms_p999, layer_ms_max;
    double network_ms_p50, network_ms_p95, network_ms_p99, network_ms_p999, network_ms_max;
    uint64_t timed;                          // frames whose slack is known
    uint64_t missed;                         // of those, artem_frame_record_missed
    double overhead_ms_p50, overhead_ms_p99; // NaN when never measured
};
void artem_stats_get(struct artem_stats *stats, struct artem_stats_summary *out_summary);
// Flushes, joins the writer, logs the summary at info level, frees, clears *stats. NULL-safe.
void artem_stats_destroy(struct artem_stats **stats);

#endif
