// SPDX-License-Identifier: Apache-2.0
// How a gradient is brought to a few bits: which step its quanta have, and what one of them stands for.
#ifndef ARTEM_LAB_QUANTISE_H
#define ARTEM_LAB_QUANTISE_H

#include <stdint.h>

enum { QUANTISE_BINS = 1024 };

// How often values of which size occur: four bins to each power of two.
struct quantise_sizes {
    uint32_t count[QUANTISE_BINS];
};

static inline void quantise_note(struct quantise_sizes *sizes, float value)
{
    union {
        float value;
        uint32_t bits;
    } v = {value};
    sizes->count[v.bits >> 21 & (QUANTISE_BINS - 1)]++;
}

// Chooses for quanta of 1, 2, 4 or 8 bits the step and the scale of least square error, scale = Σ g·q / Σ q². The scale
// that would keep the gradient's length along itself, Σ g² / Σ g·q, adds noise: ten layers make that louder than what
// is left of the gradient. Both are 0 if all values are.
struct quantise_choice {
    float step, scale;
};
struct quantise_choice quantise_choose(const struct quantise_sizes *sizes, int bits);

#endif
