// SPDX-License-Identifier: Apache-2.0
#include "fit.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

bool fit_levels(float *values, uint32_t count, float *out_low, float *out_high)
{
    double all = 0, below = 0, best = -1;

    qsort(values, count, sizeof *values, compare);
    for (uint32_t i = 0; i < count; i++)
        all += (double)values[i];
    *out_low = *out_high = values[0];
    for (uint32_t i = 1; i < count; i++) { // the first i are below
        below += (double)values[i - 1];
        if (!(values[i] > values[i - 1]))
            continue;
        const double low = below / i, high = (all - below) / (count - i);
        const double between = (double)i * (count - i) * (high - low) * (high - low);
        if (between > best) {
            best = between;
            *out_low = (float)low;
            *out_high = (float)high;
        }
    }
    return best > 0;
}

struct fit_result fit_solve(const struct fit_line *l, bool has_skip)
{
    const double n = l->n > 0 ? l->n : 1;
    const double ss = l->ss - l->s * l->s / n, sx = l->sx - l->s * l->x / n, xx = l->xx - l->x * l->x / n,
                 sz = l->sz - l->s * l->z / n, xz = l->xz - l->x * l->z / n;
    const bool has_s = ss > 1e-9 * l->ss, has_x = has_skip && xx > 1e-9 * l->xx;
    struct fit_result r = {0, 0, 0};

    if (has_s && has_x && ss * xx - sx * sx > 1e-6 * ss * xx) {
        r.alpha = (sz * xx - xz * sx) / (ss * xx - sx * sx);
        r.skip = (xz * ss - sz * sx) / (ss * xx - sx * sx);
    } else if (has_s) {
        r.alpha = sz / ss;
    } else if (has_x) {
        r.skip = xz / xx;
    }
    r.bias = (l->z - r.alpha * l->s - r.skip * l->x) / n;
    return r;
}
