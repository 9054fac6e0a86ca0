// SPDX-License-Identifier: Apache-2.0
// Which device paints what, by measured speed. Pure: no clock, no device.
#ifndef ARTEM_TILE_PLAN_H
#define ARTEM_TILE_PLAN_H

#include "tile_cut.h"

struct tile_plan {
    struct tile_sizes sizes;
    uint32_t used;                              // devices that have a share
    struct tile_share share[ARTEM_DEVICES_MAX]; // of each device; no parts: it rests
};

// For `count` devices of these speeds, in cells a second, halos included; 0: not to be used. As many of them are used
// as make the frame notably faster; a frame too small to be cut goes to the fastest. At least one speed is above 0.
void tile_plan_make(const struct tile_sizes *sizes, uint32_t count, const double *speeds, struct tile_plan *out_plan);

// How long the slowest of its devices takes, in seconds.
double tile_plan_seconds(const struct tile_plan *plan, uint32_t count, const double *speeds);

// ---- Speeds, measured while running ----

struct tile_pace {
    double speed[ARTEM_DEVICES_MAX];  // 0: unknown
    uint32_t seen[ARTEM_DEVICES_MAX]; // how often it was measured since it rested
    uint32_t vain[ARTEM_DEVICES_MAX]; // trials in a row that showed it no faster than before it rested
    uint32_t better;                  // frames in a row for which another plan would have been faster
};

// After a frame that took each device so long; devices without a share are taken for a little faster each time, so that
// they are tried again some day, after each trial in vain half as soon.
void tile_pace_measure(struct tile_pace *pace, const struct tile_plan *plan, uint32_t count, const double *seconds);

// Whether the plan in use, made for the same sizes, is to give way to this one: at these speeds, which the other one
// was made with, it is faster by an eighth, eight frames in a row, or at once if it takes less than half as long.
bool tile_pace_prefers(struct tile_pace *pace, uint32_t count, const double *speeds, const struct tile_plan *in_use,
                       const struct tile_plan *other);

#endif
