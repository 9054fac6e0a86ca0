// SPDX-License-Identifier: Apache-2.0
// The losses over the iterations of an optimisation.
#ifndef ARTEM_LAB_CURVE_H
#define ARTEM_LAB_CURVE_H

#include <stdbool.h>
#include <stdint.h>

#include "objective.h"

struct curve_point {
    uint32_t scale;     // of a multi-scale run, the coarsest is 0
    uint32_t iteration; // within its scale; 0 is where it starts
    double seconds;     // of work since the start of the run
    struct objective_terms terms;
    double judged; // style loss by VGG-16 where another network paints; NaN if it was not measured
};

struct curve {
    uint32_t count, room;
    struct curve_point *points;
};

bool curve_add(struct curve *curve, const struct curve_point *point); // false without memory
void curve_free(struct curve *curve);

// By the ending of the name: .csv, or .svg for a plot. False after a message.
bool curve_save(const char *path, const struct curve *curve);
bool curve_is_named(const char *path); // whether it ends so
bool curve_can_save(const char *path); // whether a file can be put there

#endif
