// SPDX-License-Identifier: Apache-2.0
// The tables of docs/arithmetic.md §9, one set per way in which a colour is stored.
#ifndef ARTEM_KERNELS_PIXEL_CODES_H
#define ARTEM_KERNELS_PIXEL_CODES_H

#include "artem_kernels/pixels.h"

enum pixel_kind { PIXEL_SRGB8, PIXEL_UNORM8, PIXEL_UNORM10, PIXEL_UNORM16, PIXEL_HALF };

enum { HALF_ONE = 0x3C00, HALF_INF = 0x7C00, HALF_SIGN = 0x8000 };

struct pixel_codes {
    uint32_t indices;       // of stored values
    const uint16_t *begin;  // [256] the first index whose code value is that or more; NULL: the index is the code value
    const uint16_t *stored; // [256] what each code value is stored as; NULL: itself
};

enum pixel_kind artem_pixel_kind(enum artem_pixel_format format);
const struct pixel_codes *artem_pixel_codes(enum pixel_kind kind);

static inline uint32_t pixel_stored(const struct pixel_codes *codes, uint32_t code)
{
    return codes->stored == NULL ? code : codes->stored[code];
}

// Bisection instead of a table of all indices: reference code needs no start-up then, nor memory of its own.
static inline uint32_t pixel_code(const struct pixel_codes *codes, uint32_t index)
{
    uint32_t code = 0;

    if (codes->begin == NULL)
        return index;
    for (uint32_t step = 128; step > 0; step /= 2)
        code += codes->begin[code + step] <= index ? step : 0;
    return code;
}

#endif
