// SPDX-License-Identifier: Apache-2.0
#include "timing.h"

#include <stdlib.h>

void timing_add(struct timing *timing, double capture, double network, double composite)
{
    double *ms = timing->ms[timing->count++ % TIMING_FRAMES];

    ms[TIMING_CAPTURE] = capture;
    ms[TIMING_NETWORK] = network;
    ms[TIMING_COMPOSITE] = composite;
    ms[TIMING_ALL] = capture + network + composite;
}

size_t timing_kept(const struct timing *timing)
{
    return timing->count < TIMING_FRAMES ? timing->count : TIMING_FRAMES;
}

const double *timing_frame(const struct timing *timing, size_t ago)
{
    return timing->ms[(timing->count - 1 - ago) % TIMING_FRAMES];
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double timing_percentile(const struct timing *timing, enum timing_part part, unsigned percent)
{
    const size_t kept = timing_kept(timing);
    double sorted[TIMING_FRAMES];

    if (kept == 0)
        return 0;
    for (size_t i = 0; i < kept; i++)
        sorted[i] = timing->ms[i][part];
    qsort(sorted, kept, sizeof *sorted, compare);
    return sorted[(percent * kept + 99) / 100 - 1];
}
