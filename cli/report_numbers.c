// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

const char *const report_time_names[REPORT_TIMES] = {
    [REPORT_LAYER] = "layer_ms",
    [REPORT_NETWORK] = "network_ms",
    [REPORT_CAPTURE] = "capture_ms",
    [REPORT_COMPOSITE] = "composite_ms",
    [REPORT_CAPTURE_LEFT] = "capture_left_ms",
    [REPORT_CAPTURE_RIGHT] = "capture_right_ms",
    [REPORT_COMPOSITE_LEFT] = "composite_left_ms",
    [REPORT_COMPOSITE_RIGHT] = "composite_right_ms",
    [REPORT_STYLE_AGE] = "style_age_ms",
    [REPORT_GPU] = "gpu_ms",
    [REPORT_INTERVAL] = "interval_ms",
    [REPORT_RELEASE] = "release_ms",
    [REPORT_OVERHEAD] = "overhead_ms",
};

static double field_of(const struct artem_frame_record *f, enum report_time_kind kind)
{
    switch (kind) {
    case REPORT_LAYER:
        return f->layer_ms;
    case REPORT_NETWORK:
        return f->network_ms;
    case REPORT_CAPTURE:
        return f->capture_ms;
    case REPORT_COMPOSITE:
        return f->composite_ms;
    case REPORT_CAPTURE_LEFT:
        return f->capture_left_ms;
    case REPORT_CAPTURE_RIGHT:
        return f->capture_right_ms;
    case REPORT_COMPOSITE_LEFT:
        return f->composite_left_ms;
    case REPORT_COMPOSITE_RIGHT:
        return f->composite_right_ms;
    case REPORT_STYLE_AGE:
        return f->style_age_ms;
    case REPORT_GPU:
        return f->gpu_ms;
    case REPORT_RELEASE:
        return f->release_ms;
    case REPORT_INTERVAL:
        return f->interval_ms;
    case REPORT_OVERHEAD:
        return f->overhead_ms;
    case REPORT_TIMES:
        break;
    }
    return NAN;
}

bool report_time_of(const struct artem_frame_record *frame, enum report_time_kind kind, double *out_ms)
{
    double ms = field_of(frame, kind);
    bool zero_counts =
        kind == REPORT_LAYER || kind == REPORT_STYLE_AGE || kind == REPORT_OVERHEAD || kind == REPORT_RELEASE;

    if (!isfinite(ms) || (!zero_counts && ms <= 0))
        return false;
    if (kind <= REPORT_GPU && frame->decision != ARTEM_DECISION_STYLED)
        return false;
    *out_ms = ms;
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void report_times_of(double *values, size_t n, struct report_times *out)
{
    memset(out, 0, sizeof *out);
    out->count = n;
    for (size_t i = 0; i < n; i++)
        out->sum += values[i];
    if (n == 0)
        return;
    qsort(values, n, sizeof *values, compare_doubles);
    out->p50 = values[(n * 500 + 999) / 1000 - 1];
    out->p95 = values[(n * 950 + 999) / 1000 - 1];
    out->p99 = values[(n * 990 + 999) / 1000 - 1];
    out->p999 = values[(n * 999 + 999) / 1000 - 1];
    out->max = values[n - 1];
}

static void measure(const struct report_log *log, enum report_time_kind kind, double *values, struct report_times *out)
{
    size_t n = 0;

    for (size_t i = 0; i < log->count; i++)
        n += report_time_of(&log->frames[i], kind, &values[n]);
    report_times_of(values, n, out);
}

static void measure_slack(const struct report_log *log, bool on_gpu, double *values, struct report_times *out)
{
    size_t n = 0;

    for (size_t i = 0; i < log->count; i++) {
        const double slack = on_gpu ? log->frames[i].gpu_slack_ms : log->frames[i].slack_ms;

        if (isfinite(slack))
            values[n++] = -slack;
    }
    report_times_of(values, n, out);
}

static void count_frame(struct report_numbers *numbers, const struct artem_frame_record *frame)
{
    numbers->by_decision[frame->decision]++;
    numbers->cuts += frame->cut;
    numbers->by_pace[frame->pace]++;
    if (frame->change != ARTEM_REASON_NONE)
        numbers->by_change[frame->change]++;
    if (isfinite(frame->slack_ms)) {
        numbers->timed++;
        numbers->missed += artem_frame_record_missed(frame);
    }
    if (frame->decision == ARTEM_DECISION_STYLED && frame->budget_ms > 0 && isfinite(frame->layer_ms)) {
        numbers->budgeted++;
        numbers->over_budget += frame->layer_ms > frame->budget_ms;
    }
}

bool report_count(const struct report_log *log, struct report_numbers *out)
{
    double *values = malloc((log->count + 1) * sizeof *values);

    memset(out, 0, sizeof *out);
    if (!values)
        return false;
    out->frames = log->count;
    for (size_t i = 0; i < log->count; i++)
        count_frame(out, &log->frames[i]);
    for (int kind = 0; kind < REPORT_TIMES; kind++)
        measure(log, (enum report_time_kind)kind, values, &out->times[kind]);
    measure_slack(log, false, values, &out->lack);
    measure_slack(log, true, values, &out->gpu_lack);
    free(values);

    const struct report_times *interval = &out->times[REPORT_INTERVAL];
    out->seconds = interval->sum / 1000;
    out->frames_per_second = out->seconds > 0 ? (double)interval->count / out->seconds : 0;
    out->styled_share = (double)out->by_decision[ARTEM_DECISION_STYLED] / (double)log->count;
    out->overhead_share = interval->sum > 0 ? out->times[REPORT_OVERHEAD].sum / interval->sum : 0;
    return true;
}
