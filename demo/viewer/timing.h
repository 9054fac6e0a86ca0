// SPDX-License-Identifier: Apache-2.0
// Times of the latest frames, for the plot.
#ifndef ARTEM_VIEWER_TIMING_H
#define ARTEM_VIEWER_TIMING_H

#include <stddef.h>

enum timing_part { TIMING_CAPTURE, TIMING_NETWORK, TIMING_COMPOSITE, TIMING_ALL, TIMING_PARTS };
enum { TIMING_FRAMES = 600 };

// Milliseconds; zeros are a valid start.
struct timing {
    size_t count; // of all frames so far
    double ms[TIMING_FRAMES][TIMING_PARTS];
};

void timing_add(struct timing *timing, double capture, double network, double composite);
// How many frames are kept, and frame AGO of them, 0 being the latest.
size_t timing_kept(const struct timing *timing);
const double *timing_frame(const struct timing *timing, size_t ago);
// Of the frames that are kept, by nearest rank; 0 without any. PERCENT: 1 to 100.
double timing_percentile(const struct timing *timing, enum timing_part part, unsigned percent);

#endif
