// SPDX-License-Identifier: Apache-2.0
#include "window.h"

// Where a pixel of the picture with margins comes from.
static uint32_t mirrored(uint32_t at, uint32_t size)
{
    const uint32_t inner = at - TILE_MARGIN; // wraps below

    return at < TILE_MARGIN ? TILE_MARGIN - at : inner < size ? inner : 2 * (size - 1) - inner;
}

// The first value, in a picture of that size, of the window's pixel.
static uint64_t pixel_of(const struct window *w, uint32_t width, uint32_t height, uint32_t x, uint32_t y)
{
    return ((uint64_t)mirrored(w->row.start + y, height) * width + mirrored(w->column.start + x, width)) * 3;
}

void window_cut(const struct window *w, const struct lab_picture *picture, float *out)
{
    for (uint32_t y = 0; y < w->height; y++)
        for (uint32_t x = 0; x < w->width; x++, out += 3) {
            const float *from = picture->rgb + pixel_of(w, picture->width, picture->height, x, y);
            for (int c = 0; c < 3; c++)
                out[c] = window_shown(from[c]);
        }
}

void window_add_gradient(const struct window *w, const float *from, uint32_t width, uint32_t height, float *grad)
{
    for (uint32_t y = 0; y < w->height; y++)
        for (uint32_t x = 0; x < w->width; x++, from += 3) {
            float *to = grad + pixel_of(w, width, height, x, y);
            for (int c = 0; c < 3; c++)
                to[c] += from[c];
        }
}
