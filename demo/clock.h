// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_DEMO_CLOCK_H
#define ARTEM_DEMO_CLOCK_H

#include <math.h>
#include <time.h>

// Seconds on a clock that never jumps.
static inline double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The factor of all light with --fade: to black and back every eight seconds.
static inline float clock_fade(double seconds)
{
    return (float)(0.5 + 0.5 * cos(6.283185307179586 * seconds / 8));
}

#endif
