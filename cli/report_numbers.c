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
    [REPORT_INTERVAL] = "interval_ms",
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
    bool zero_counts = kind == REPORT_LAYER || kind == REPORT_STYLE_AGE || kind == REPORT_OVERHEAD;

    if (!isfinite(ms) || (!zero_counts && ms <= 0))
        return false;
    if (kind <= REPORT_STYLE_AGE && frame->decision != ARTEM_DECISION_STYLED)
        return false;
    *out_ms = ms;
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct report_log *log, enum report_time_kind kind, double *values, struct report_times *out)
{
    size_t n = 0;

    for (size_t i = 0; i < log->count; i++)
        if (report_time_of(&log->frames[i], kind, &values[n]))
            out->sum += values[n++];
    out->count = n;
    if (n == 0)
        return;
    qsort(values, n, sizeof *values, compare_doubles);
    out->p50 = values[(n * 500 + 999) / 1000 - 1];
    out->p95 = values[(n * 950 + 999) / 1000 - 1];
    out->p99 = values[(n * 990 + 999) / 1000 - 1];
    out->p999 = values[(n * 999 + 999) / 1000 - 1];
    out->max = values[n - 1];
}

static void count_frame(struct report_numbers *numbers, const struct artem_frame_record *frame)
{
    numbers->by_decision[frame->decision]++;
    numbers->cuts += frame->cut;
    if (isfinite(frame->slack_ms)) {
        numbers->timed++;
        numbers->missed += frame->slack_ms < 0;
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
    free(values);

    const struct report_times *interval = &out->times[REPORT_INTERVAL];
    out->seconds = interval->sum / 1000;
    out->frames_per_second = out->seconds > 0 ? (double)interval->count / out->seconds : 0;
    out->styled_share = (double)out->by_decision[ARTEM_DECISION_STYLED] / (double)log->count;
    out->overhead_share = interval->sum > 0 ? out->times[REPORT_OVERHEAD].sum / interval->sum : 0;
    return true;
}

// ---- As JSON ----

static void write_times(FILE *out, const char *name, const struct report_times *t)
{
    if (t->count == 0)
        fprintf(out, ",\n  \"%s\": null", name);
    else
        fprintf(out,
                ",\n  \"%s\": {\"count\": %zu, \"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f, \"p99.9\": %.3f, "
                "\"max\": %.3f}",
                name, t->count, t->p50, t->p95, t->p99, t->p999, t->max);
}

void report_write_json(FILE *out, const struct report_log *log, const struct report_numbers *n)
{
    fprintf(out, "{\n  \"frames\": %zu,\n  \"sessions\": %zu,\n  \"seconds\": %.3f,\n  \"frames_per_second\": %.3f",
            n->frames, log->sessions > 0 ? log->sessions : 1, n->seconds, n->frames_per_second);
    fprintf(out, ",\n  \"styled_percent\": %.3f,\n  \"decisions\": {", 100 * n->styled_share);
    for (int i = 0; i < ARTEM_DECISION_COUNT; i++)
        fprintf(out, "%s\"%s\": %zu", i == 0 ? "" : ", ", artem_decision_name((enum artem_decision)i),
                n->by_decision[i]);
    fputs("}", out);
    for (int kind = 0; kind < REPORT_TIMES; kind++)
        write_times(out, report_time_names[kind], &n->times[kind]);
    if (n->timed > 0)
        fprintf(out, ",\n  \"missed\": {\"of\": %zu, \"frames\": %zu}", n->timed, n->missed);
    else
        fputs(",\n  \"missed\": null", out);
    if (n->times[REPORT_OVERHEAD].count > 0)
        fprintf(out, ",\n  \"overhead_percent\": %.4f", 100 * n->overhead_share);
    else
        fputs(",\n  \"overhead_percent\": null", out);
    fprintf(out, ",\n  \"over_budget\": {\"of\": %zu, \"frames\": %zu},\n  \"cuts\": %zu,\n  \"meta\": {", n->budgeted,
            n->over_budget, n->cuts);
    for (size_t i = 0; i < log->meta_count; i++) {
        fputs(i == 0 ? "\"" : ", \"", out);
        report_json_text(out, log->meta[i].key);
        fputs("\": \"", out);
        report_json_text(out, log->meta[i].value);
        fputs("\"", out);
    }
    fputs("}\n}\n", out);
}
