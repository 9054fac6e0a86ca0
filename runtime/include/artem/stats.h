// SPDX-License-Identifier: Apache-2.0
// Per-frame records: a CSV file written off the caller's thread, and the summary of a session.
#ifndef ARTEM_STATS_H
#define ARTEM_STATS_H

#include <stdint.h>

#include "artem/result.h"

enum artem_decision {
    ARTEM_DECISION_STYLED = 0,
    ARTEM_DECISION_DISABLED,       // enabled = off
    ARTEM_DECISION_WARMUP,         // swapchain not yet known as a projection swapchain, or no image captured yet
    ARTEM_DECISION_BUDGET,         // over budget: original frame
    ARTEM_DECISION_UNSUPPORTED,    // format, layout or swapchain that is passed through
    ARTEM_DECISION_ERROR,          // an error of ours: original frame
    ARTEM_DECISION_COUNT
};
const char *artem_decision_name(enum artem_decision decision);  // "styled", "disabled", ...

struct artem_frame_record {
    uint64_t frame;              // xrEndFrame calls of this session, from 0
    int64_t display_time;        // XrTime, ns
    enum artem_decision decision;
    uint32_t views;
    uint32_t width, height;                 // of one view
    uint32_t style_width, style_height;     // style resolution used, 0 when not styled
    char style[64];
    double capture_ms;           // GPU: copy and downscale (0 when not measured)
    double network_ms;           // engine
    double composite_ms;         // GPU: upsampling and copy (0 when not measured)
    double layer_ms;             // wall time inside the layer's part of xrEndFrame (the next xrEndFrame excluded)
    double interval_ms;          // since the previous xrEndFrame
    double slack_ms;             // display_time minus now at hand-over; NaN when the clock cannot be related (written empty)
};

struct artem_stats;  // opaque

// csv_path NULL or "" = no file. An unwritable file: one warning, and statistics go on without it.
enum artem_result artem_stats_create(const char *csv_path, struct artem_stats **out_stats);
// Never blocks on the disk: a full queue drops the record and counts it. Any one thread at a time.
void artem_stats_add(struct artem_stats *stats, const struct artem_frame_record *record);
// Changes the CSV file while running (config reload). Same rules as create.
void artem_stats_set_file(struct artem_stats *stats, const char *csv_path);

struct artem_stats_summary {
    uint64_t frames, by_decision[ARTEM_DECISION_COUNT], dropped_records;
    double layer_ms_p50, layer_ms_p95, layer_ms_p99, layer_ms_max;       // over styled frames (latest 4096)
    double network_ms_p50, network_ms_p95, network_ms_p99, network_ms_max;
};
void artem_stats_get(struct artem_stats *stats, struct artem_stats_summary *out_summary);
// Flushes, joins the writer, logs the summary at info level, frees, clears *stats. NULL-safe.
void artem_stats_destroy(struct artem_stats **stats);

#endif
