// SPDX-License-Identifier: Apache-2.0
// From a log of frames (log_file in artem.conf) to numbers and to a page with plots.
#ifndef ARTEM_CLI_REPORT_H
#define ARTEM_CLI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "artem/stats.h"

enum { REPORT_META_MAX = 64, REPORT_FRAMES_MAX = 20000000 };

struct report_meta {
    char *key, *value;
};

// What was written, in the order of the file; NaN for times that are missing.
struct report_log {
    struct artem_frame_record *frames;
    size_t count, capacity;
    struct report_meta meta[REPORT_META_MAX]; // the latest value of each key
    size_t meta_count;
    size_t sessions;
    bool cut_off; // the last line was not whole, and is left out
};

// False after a message that names the line.
bool report_log_read(const char *path, struct report_log *out_log);
void report_log_free(struct report_log *log);
const char *report_log_meta(const struct report_log *log, const char *key); // NULL if there is none

// For the two kinds of lines: a field by its name, "" for a missing value. False, with `why`, for a bad value; unknown
// names are ignored. `seen` collects the bits of the fields that must be there.
enum { REPORT_SEEN_ALL = 7 };
bool report_set_field(struct artem_frame_record *frame, const char *name, const char *value, unsigned *seen,
                      const char **why);
void report_set_meta(struct report_log *log, const char *key, const char *value);

// One line {"name":value,...} into the frame, or {"meta":{"key":"value"}}; *is_meta tells which. The line is changed.
bool report_json_line(struct report_log *log, char *line, struct artem_frame_record *frame, bool *is_meta,
                      const char **why);

// ---- Numbers ----

// Percentiles by nearest rank; count 0: nothing was measured.
struct report_times {
    size_t count;
    double p50, p95, p99, p999, max, sum;
};

enum report_time_kind {
    REPORT_LAYER, // styled frames
    REPORT_NETWORK,
    REPORT_CAPTURE,
    REPORT_COMPOSITE,
    REPORT_CAPTURE_LEFT,
    REPORT_CAPTURE_RIGHT,
    REPORT_COMPOSITE_LEFT,
    REPORT_COMPOSITE_RIGHT,
    REPORT_STYLE_AGE,
    REPORT_GPU,
    REPORT_INTERVAL, // all frames
    REPORT_RELEASE,
    REPORT_OVERHEAD,
    REPORT_TIMES
};
extern const char *const report_time_names[REPORT_TIMES]; // as in the log
// The value that counts for that kind; false if the frame has none. (GPU and network times of 0 are none.)
bool report_time_of(const struct artem_frame_record *frame, enum report_time_kind kind, double *out_ms);

struct report_numbers {
    size_t frames, by_decision[ARTEM_DECISION_COUNT];
    size_t timed, missed, cuts;
    size_t by_pace[ARTEM_PACE_COUNT], by_change[ARTEM_REASON_COUNT]; // what the governor ordered, and why it changed it
    size_t budgeted, over_budget; // styled frames with a budget, and those that took longer
    double seconds, frames_per_second, styled_share, overhead_share; // shares 0..1; overhead: of the frames' intervals
    struct report_times times[REPORT_TIMES];
    // Negative slack, at handing over and on the GPU: the 95th percentile is the slack that 5 % of the frames fall
    // short of.
    struct report_times lack, gpu_lack;
};

// Sorts the values.
void report_times_of(double *values, size_t count, struct report_times *out);
bool report_count(const struct report_log *log, struct report_numbers *out); // false: out of memory

// ---- Output ----

// To standard output; CLI_OK or CLI_ERROR.
struct monado_numbers; // monado.h
// `monado` may be NULL.
int report_print_json(const char *command, const struct report_log *log, const struct report_numbers *numbers,
                      const struct monado_numbers *monado);
bool report_write_page(FILE *out, const char *name, const struct report_log *log, const struct report_numbers *numbers,
                       const struct monado_numbers *monado);

// Text that may be anything, fit for HTML (also between quotes).
void report_html_text(FILE *out, const char *text);
// UTF-8 without control characters, what is neither being replaced; escape: what stands for a character, NULL: itself.
void report_write_text(FILE *out, const char *text, const char *(*escape)(char c));

extern const char report_css[];

// Figures of the page.
void report_plot_histogram(FILE *out, const struct report_log *log, const struct report_numbers *numbers);
bool report_plot_time(FILE *out, const struct report_log *log, const struct report_numbers *numbers);

#endif
