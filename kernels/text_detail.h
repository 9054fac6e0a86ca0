// SPDX-License-Identifier: Apache-2.0
// What counts as text in a composite, docs/arithmetic.md §8; shaders/composite.comp has the same numbers.
#ifndef ARTEM_KERNELS_TEXT_DETAIL_H
#define ARTEM_KERNELS_TEXT_DETAIL_H

#include <stdint.h>

enum {
    TEXT_REACH = 4,  // points on each side of the pixel
    TEXT_FLOOR = 96, // detail of this much is not text; a stroke of contrast c makes 2c
    TEXT_SLOPE = 2,  // share of the original, in 1/256, for each step above
};

// Pixels between two points: half a pixel of the small picture, which holds nothing finer.
static inline int32_t text_step(uint32_t full, uint32_t side)
{
    const uint32_t step = (full + side) / (2 * side);

    return step > 1 ? (int32_t)step : 1;
}

#endif
