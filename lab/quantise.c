// SPDX-License-Identifier: Apache-2.0
#include "quantise.h"

#include <math.h>
#include <string.h>

enum { STEPS_TO_EACH_POWER = 4, POWERS = 10, FIRST = 4 }; // bins: from the smallest normal numbers on

// The middle of a bin.
static double size_at(uint32_t bin)
{
    const uint32_t bits = bin << 21 | 1u << 20;
    float value;

    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

struct sums {
    double products, quanta; // Σ g·q, Σ q²
};

static struct sums sums_at(const struct quantise_sizes *sizes, uint32_t last, int bits, double step)
{
    const double limit = (1 << (bits - 1)) - 1;
    struct sums s = {0, 0};

    // One bit has no zero: what is nothing is sent as one size up or down, too.
    for (uint32_t bin = bits == 1 ? 0 : FIRST; bin <= last; bin++) {
        const double count = sizes->count[bin];
        if (!(count > 0))
            continue;
        const double g = bin < FIRST ? 0 : size_at(bin), q = bits == 1 ? 1 : fmin(nearbyint(g / step), limit);
        s.products += count * g * q;
        s.quanta += count * q * q;
    }
    return s;
}

struct quantise_choice quantise_choose(const struct quantise_sizes *sizes, int bits)
{
    struct quantise_choice best = {0, 0};
    const uint32_t finite = QUANTISE_BINS - QUANTISE_BINS / 256; // what is beyond is no number
    const double limit = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
    uint32_t last = 0;
    double gain = 0;

    for (uint32_t bin = FIRST; bin < finite; bin++)
        if (sizes->count[bin] > 0)
            last = bin;
    if (last == 0)
        return best;
    // From no value cut off to the largest ones worth a quantum however small they are.
    for (int i = 0; i < STEPS_TO_EACH_POWER * POWERS; i++) {
        const double step = 2 * size_at(last) / limit * exp2(-(double)i / STEPS_TO_EACH_POWER);
        const struct sums s = sums_at(sizes, last, bits, step);
        // The error at the best factor is Σ g² - (Σ g·q)² / Σ q².
        if (s.quanta > 0 && s.products * s.products / s.quanta > gain) {
            gain = s.products * s.products / s.quanta;
            best = (struct quantise_choice){(float)step, (float)(s.products / s.quanta)};
        }
        if (bits == 1)
            break;
    }
    return best;
}
