// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monado.h"

enum { GUESSES = 64 };                      // frames of the log by which an unknown clock is looked for
static const int64_t tolerance_ns = 100000; // a runtime's conversion may round

// The frame that was shown at this time of CLOCK_MONOTONIC.
static const struct monado_frame *find_frame(const struct monado_log *log, int64_t display)
{
    size_t low = 0, high = log->count;

    while (low < high) {
        const size_t middle = (low + high) / 2;
        if ((int64_t)log->frames[middle].display < display - tolerance_ns)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < log->count && (int64_t)log->frames[low].display <= display + tolerance_ns; low++)
        if (!log->frames[low].discarded)
            return &log->frames[low];
    return NULL;
}

static size_t count_fitting(const struct report_log *log, const struct monado_log *monado, int64_t offset)
{
    const size_t step = log->count / GUESSES + 1;
    size_t count = 0;

    for (size_t i = 0; i < log->count; i += step)
        count += find_frame(monado, log->frames[i].display_time + offset) != NULL;
    return count;
}

// What is added to XrTime to get CLOCK_MONOTONIC.
static bool find_offset(const struct report_log *log, const struct monado_log *monado, int64_t *out_offset)
{
    const char *told = report_log_meta(log, "clock_offset_ns");
    size_t best = 0;
    char *end;

    if (told != NULL) {
        *out_offset = strtoll(told, &end, 10);
        if (end != told && *end == '\0')
            return true;
    }
    for (size_t i = 0; i < monado->count; i++) {
        const int64_t offset = (int64_t)monado->frames[i].display - log->frames[log->count / 2].display_time;
        const size_t fitting = monado->frames[i].discarded ? 0 : count_fitting(log, monado, offset);

        if (fitting > best) {
            best = fitting;
            *out_offset = offset;
        }
    }
    return best > 1;
}

struct lists {
    double *app, *layer, *difference, *gpu;
    size_t count, differences, gpus;
};

static double ms_between(uint64_t from, uint64_t to)
{
    return ((double)to - (double)from) / 1e6;
}

static void join_frame(const struct artem_frame_record *ours, const struct monado_frame *theirs, int64_t offset,
                       struct lists *lists, struct monado_numbers *out)
{
    const bool done = theirs->gpu_done >= theirs->delivered && theirs->delivered > 0;

    out->joined++;
    out->shown_never += theirs->shown == 0;
    out->shown_again += theirs->shown > 1;
    if (theirs->woke > 0 && theirs->delivered > theirs->woke) {
        lists->app[lists->count] = ms_between(theirs->woke, theirs->delivered);
        lists->layer[lists->count++] = ours->layer_ms + (isfinite(ours->release_ms) ? ours->release_ms : 0);
    }
    if (done)
        lists->gpu[lists->gpus++] = ms_between(theirs->delivered, theirs->gpu_done);
    if (!isfinite(ours->slack_ms) || theirs->delivered == 0)
        return;
    const double handed_over = (double)(ours->display_time + offset) - ours->slack_ms * 1e6;
    const double difference = ((double)theirs->delivered - handed_over) / 1e6;
    lists->difference[lists->differences++] = difference;
    out->early += difference < -0.01;
    if (done) {
        const bool missed_ours = artem_frame_record_missed(ours);
        const bool missed_theirs = theirs->gpu_done > theirs->display;
        out->timed++;
        out->missed_ours += missed_ours;
        out->missed_theirs += missed_theirs;
        out->missed_both += missed_ours && missed_theirs;
    }
}

bool monado_join(const struct report_log *log, const struct monado_log *monado, struct monado_numbers *out)
{
    double *values = malloc((4 * log->count + 1) * sizeof *values);
    struct lists lists = {
        .app = values,
        .layer = values + log->count,
        .difference = values + 2 * log->count,
        .gpu = values + 3 * log->count,
    };
    int64_t offset = 0;

    memset(out, 0, sizeof *out);
    if (values == NULL)
        return false;
    out->frames = monado->count;
    out->compositor_frames = monado->compositor_frames;
    out->cut_off = monado->cut_off;
    for (size_t i = 0; i < monado->count; i++)
        out->discarded += monado->frames[i].discarded;
    if (find_offset(log, monado, &offset))
        for (size_t i = 0; i < log->count; i++) {
            const struct monado_frame *theirs = find_frame(monado, log->frames[i].display_time + offset);
            if (theirs != NULL)
                join_frame(&log->frames[i], theirs, offset, &lists, out);
        }
    report_times_of(lists.app, lists.count, &out->app);
    report_times_of(lists.layer, lists.count, &out->layer);
    report_times_of(lists.difference, lists.differences, &out->difference);
    report_times_of(lists.gpu, lists.gpus, &out->gpu);
    report_times_of(monado->compositor_gpu_ms, monado->compositor_gpu_count, &out->compositor_gpu);
    free(values);
    return true;
}
