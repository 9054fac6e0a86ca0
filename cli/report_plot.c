// SPDX-License-Identifier: Apache-2.0
// The figures of a report. Frames are gathered in buckets of equal time, so that a page of an hour is as small as one
// of a minute.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_axis.h"

enum { BUCKETS_MAX = 300, FRAMES_PER_BUCKET = 4, BINS_MAX = 60 };

struct bucket {
    size_t first, count;        // frames
    double least, middle, most; // of the value plotted; NaN when there is none
    double budget;              // in force at its end, 0 for none
    size_t by_decision[ARTEM_DECISION_COUNT];
};

struct buckets {
    struct bucket *at;
    size_t count;
    double seconds;
    double *values; // room for the values of the fullest bucket
};

static const char *const decision_labels[ARTEM_DECISION_COUNT] = {
    [ARTEM_DECISION_STYLED] = "painted",
    [ARTEM_DECISION_DISABLED] = "switched off",
    [ARTEM_DECISION_WARMUP] = "warming up",
    [ARTEM_DECISION_BUDGET] = "over budget",
    [ARTEM_DECISION_UNSUPPORTED] = "unsupported",
    [ARTEM_DECISION_ERROR] = "error",
    [ARTEM_DECISION_LATE] = "late",
};

// ---- Buckets ----

static double interval_of(const struct artem_frame_record *frame)
{
    return isfinite(frame->interval_ms) && frame->interval_ms > 0 ? frame->interval_ms / 1000 : 0;
}

static bool make_buckets(const struct report_log *log, double seconds, struct buckets *out)
{
    size_t wanted = log->count / FRAMES_PER_BUCKET;
    double now = 0;

    memset(out, 0, sizeof *out);
    out->count = seconds <= 0 || wanted < 1 ? 1 : wanted > BUCKETS_MAX ? BUCKETS_MAX : wanted;
    out->seconds = seconds > 0 ? seconds : 1;
    out->at = calloc(out->count, sizeof *out->at);
    out->values = malloc(log->count * sizeof *out->values);
    if (!out->at || !out->values)
        return false;
    for (size_t i = 0; i < log->count; i++) {
        now += interval_of(&log->frames[i]);
        size_t at = (size_t)(now / out->seconds * (double)out->count);
        struct bucket *bucket = &out->at[at < out->count ? at : out->count - 1];
        if (bucket->count++ == 0)
            bucket->first = i;
        bucket->by_decision[log->frames[i].decision]++;
        bucket->budget = log->frames[i].budget_ms > 0 ? log->frames[i].budget_ms : 0;
    }
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The value that a figure shows of a frame; false if it has none.
typedef bool value_of(const struct artem_frame_record *frame, double *out);

static bool layer_value(const struct artem_frame_record *frame, double *out)
{
    *out = frame->layer_ms;
    return isfinite(*out);
}

static bool interval_value(const struct artem_frame_record *frame, double *out)
{
    return report_time_of(frame, REPORT_INTERVAL, out);
}

static bool resolution_value(const struct artem_frame_record *frame, double *out)
{
    *out = frame->style_width > frame->style_height ? frame->style_width : frame->style_height;
    return frame->decision == ARTEM_DECISION_STYLED && *out > 0;
}

// Returns the highest value of all.
static double fill_buckets(struct buckets *b, const struct report_log *log, value_of *value)
{
    double most = 0;

    for (size_t i = 0; i < b->count; i++) {
        struct bucket *bucket = &b->at[i];
        size_t n = 0;
        for (size_t k = 0; k < bucket->count; k++)
            n += value(&log->frames[bucket->first + k], &b->values[n]);
        bucket->least = bucket->middle = bucket->most = NAN;
        if (n == 0)
            continue;
        qsort(b->values, n, sizeof *b->values, compare_doubles);
        bucket->least = b->values[0];
        bucket->middle = b->values[(n - 1) / 2];
        bucket->most = b->values[n - 1];
        most = bucket->most > most ? bucket->most : most;
    }
    return most;
}

static double bucket_x(const struct buckets *b, size_t at)
{
    return (double)PLOT_WIDTH * (double)at / (double)b->count;
}

static void write_ranges(FILE *out, const struct buckets *b, const struct report_axis *y)
{
    fputs("<path class=\"range\" d=\"", out);
    for (size_t i = 0; i < b->count; i++)
        if (isfinite(b->at[i].most))
            fprintf(out, "M%.1f %.1fH%.1fV%.1fH%.1fZ", bucket_x(b, i), report_plot_y(y, b->at[i].most),
                    bucket_x(b, i + 1), report_plot_y(y, b->at[i].least), bucket_x(b, i));
    fputs("\"/>\n", out);
}

// Steps, so that a single bucket shows as well.
static void write_middles(FILE *out, const struct buckets *b, const struct report_axis *y)
{
    bool down = false;

    fputs("<path class=\"line\" d=\"", out);
    for (size_t i = 0; i < b->count; i++) {
        if (isfinite(b->at[i].middle))
            fprintf(out, "%c%.1f %.1fH%.1f", down ? 'L' : 'M', bucket_x(b, i), report_plot_y(y, b->at[i].middle),
                    bucket_x(b, i + 1));
        down = isfinite(b->at[i].middle);
    }
    fputs("\"/>\n", out);
}

static void write_budget(FILE *out, const struct buckets *b, const struct report_axis *y)
{
    bool down = false;

    fputs("<path class=\"budget\" d=\"", out);
    for (size_t i = 0; i < b->count; i++) {
        const struct bucket *bucket = &b->at[i];
        bool shown = bucket->count > 0 && bucket->budget > 0 && bucket->budget <= y->top;
        if (shown)
            fprintf(out, "%c%.1f %.1fH%.1f", down ? 'L' : 'M', bucket_x(b, i), report_plot_y(y, bucket->budget),
                    bucket_x(b, i + 1));
        down = shown || (down && bucket->count == 0);
    }
    fputs("\"/>\n", out);
}

// ---- Decisions ----

static void write_legend(FILE *out, const struct report_numbers *numbers, bool budget)
{
    fputs("<p class=\"legend\">", out);
    if (budget)
        fputs("<span><i class=\"rule\"></i>budget</span>", out);
    for (int d = 0; d < ARTEM_DECISION_COUNT; d++)
        if (numbers->by_decision[d] > 0)
            fprintf(out, "<span><i class=\"%s\"></i>%s</span>", artem_decision_name((enum artem_decision)d),
                    decision_labels[d]);
    fputs("</p>\n", out);
}

// Each bucket is a stack of the shares of its decisions; equal neighbours are one.
static void write_bands(FILE *out, const struct buckets *b)
{
    fprintf(out,
            "<svg class=\"bands\" viewBox=\"0 0 %d 100\" preserveAspectRatio=\"none\" role=\"img\" "
            "aria-label=\"Decisions over time\">\n",
            PLOT_WIDTH);
    for (int d = 0; d < ARTEM_DECISION_COUNT; d++) {
        fprintf(out, "<path class=\"%s\" d=\"", artem_decision_name((enum artem_decision)d));
        for (size_t i = 0; i < b->count; i++) {
            const struct bucket *bucket = &b->at[i];
            size_t below = 0;
            if (bucket->by_decision[d] == 0)
                continue;
            for (int k = 0; k < d; k++)
                below += bucket->by_decision[k];
            size_t above = below + bucket->by_decision[d];
            size_t last = i;
            while (below == 0 && above == bucket->count && last + 1 < b->count &&
                   b->at[last + 1].by_decision[d] == b->at[last + 1].count && b->at[last + 1].count > 0)
                last++;
            fprintf(out, "M%.1f %.1fH%.1fV%.1fH%.1fZ", bucket_x(b, i), 100.0 * (double)below / (double)bucket->count,
                    bucket_x(b, last + 1), 100.0 * (double)above / (double)bucket->count, bucket_x(b, i));
            i = last;
        }
        fputs("\"/>\n", out);
    }
    fputs("</svg>\n", out);
}

// ---- Figures ----

// Rare peaks must not press everything else to the ground.
static double sensible_top(double p99, double most)
{
    return most <= 2 * p99 || p99 <= 0 ? most : 1.5 * p99;
}

static double highest_budget(const struct buckets *b)
{
    double most = 0;
    for (size_t i = 0; i < b->count; i++)
        most = b->at[i].budget > most ? b->at[i].budget : most;
    return most;
}

static void plot_layer(FILE *out, struct buckets *b, const struct report_log *log, const struct report_numbers *numbers,
                       const struct report_axis *x)
{
    char text[240];
    double most = fill_buckets(b, log, layer_value), budget = highest_budget(b);
    double top = sensible_top(numbers->times[REPORT_LAYER].p99, most);

    if (budget > top && budget <= 3 * top)
        top = 1.05 * budget;
    struct report_axis y = report_axis_make(top, 4, true, "");
    snprintf(text, sizeof text, "Milliseconds inside the layer's part of xrEndFrame: median, and range behind it%s.",
             most > y.top ? "; peaks above the plot are cut" : "");
    report_plot_open(out, "Layer time", text, &y);
    write_ranges(out, b, &y);
    write_middles(out, b, &y);
    write_budget(out, b, &y);
    fputs("</svg></div>\n<div class=\"frame strip\">\n", out);
    write_bands(out, b);
    fputs("</div>\n", out);
    report_plot_labels(out, x);
    write_legend(out, numbers, budget > 0);
    fputs("</figure>\n", out);
}

bool report_plot_time(FILE *out, const struct report_log *log, const struct report_numbers *numbers)
{
    struct buckets b;
    bool good = make_buckets(log, numbers->seconds, &b);

    if (good) {
        struct report_axis x = report_axis_make(b.seconds, 8, false, " s"), y;
        plot_layer(out, &b, log, numbers, &x);
        if (numbers->times[REPORT_INTERVAL].count > 0) {
            double most = fill_buckets(&b, log, interval_value);
            y = report_axis_make(sensible_top(numbers->times[REPORT_INTERVAL].p99, most), 4, true, "");
            report_plot_open(out, "Frame interval", "Milliseconds from one xrEndFrame to the next: median and range.",
                             &y);
            write_ranges(out, &b, &y);
            write_middles(out, &b, &y);
            report_plot_close(out, &x);
        }
        double most = fill_buckets(&b, log, resolution_value);
        if (most > 0) {
            y = report_axis_make(most, 4, true, "");
            report_plot_open(out, "Style resolution",
                             "Pixels along the longer side at which frames were painted; gaps are original frames.",
                             &y);
            write_middles(out, &b, &y);
            report_plot_close(out, &x);
        }
    }
    free(b.at);
    free(b.values);
    return good;
}

void report_plot_histogram(FILE *out, const struct report_log *log, const struct report_numbers *numbers)
{
    const struct report_times *t = &numbers->times[REPORT_LAYER];
    size_t bins[BINS_MAX + 1] = {0}, fullest = 0;
    char text[160], beyond[80] = "";
    double budget = NAN, ms;

    if (t->count == 0 || t->max <= 0)
        return;
    struct report_axis x = report_axis_make(sensible_top(t->p99, t->max), 8, true, " ms");
    size_t count = (size_t)(x.top / x.step + 0.5) * 5;
    count = count > BINS_MAX ? BINS_MAX : count;
    for (size_t i = 0; i < log->count; i++) {
        if (!report_time_of(&log->frames[i], REPORT_LAYER, &ms))
            continue;
        size_t bin = ms < x.top ? (size_t)(fmax(ms, 0) / x.top * (double)count) : BINS_MAX;
        bins[bin]++;
        // One that changed has no place here.
        budget = isnan(budget) || budget == log->frames[i].budget_ms ? log->frames[i].budget_ms : 0;
    }
    for (size_t i = 0; i < count; i++)
        fullest = bins[i] > fullest ? bins[i] : fullest;
    struct report_axis y = report_axis_make((double)fullest, 4, true, "");
    if (bins[BINS_MAX] > 0)
        snprintf(beyond, sizeof beyond, "; %zu beyond the plot", bins[BINS_MAX]);
    snprintf(text, sizeof text, "Painted frames by their layer time%s%s.", beyond,
             budget > 0 && budget < x.top ? "; the dashed line is the budget" : "");
    report_plot_open(out, "Distribution of layer time", text, &y);
    double width = (double)PLOT_WIDTH / (double)count;
    for (size_t i = 0; i < count; i++)
        if (bins[i] > 0)
            fprintf(out,
                    "<rect class=\"bar\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%.4g to %.4g ms: "
                    "%zu frames</title></rect>\n",
                    width * ((double)i + 0.06), report_plot_y(&y, (double)bins[i]), width * 0.88,
                    PLOT_HEIGHT - report_plot_y(&y, (double)bins[i]), x.top * (double)i / (double)count,
                    x.top * (double)(i + 1) / (double)count, bins[i]);
    if (budget > 0 && budget < x.top)
        fprintf(out, "<path class=\"budget\" d=\"M%.1f 0V%d\"/>\n", PLOT_WIDTH * budget / x.top, PLOT_HEIGHT);
    report_plot_close(out, &x);
}
