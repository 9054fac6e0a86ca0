// SPDX-License-Identifier: Apache-2.0
// Statistics that a binarised layer is fitted by.
#ifndef ARTEM_LAB_FIT_H
#define ARTEM_LAB_FIT_H

#include <stdbool.h>
#include <stdint.h>

// The two levels that stand for a channel's values with least square error: the threshold lies half way between them.
// values, which are sorted, count > 0. False if all are the same; then both are that.
bool fit_levels(float *values, uint32_t count, float *out_low, float *out_high);

// Least squares of z against s, 1 and, if wanted, x.
struct fit_line {
    double n, s, x, z, ss, sx, xx, sz, xz;
};

static inline void fit_note(struct fit_line *line, double s, double x, double z)
{
    line->n += 1;
    line->s += s;
    line->x += x;
    line->z += z;
    line->ss += s * s;
    line->sx += s * x;
    line->xx += x * x;
    line->sz += s * z;
    line->xz += x * z;
}

struct fit_result {
    double alpha, bias, skip; // z ~ alpha * s + bias + skip * x
};
// What says nothing (a constant s or x) gets 0.
struct fit_result fit_solve(const struct fit_line *line, bool has_skip);

#endif
