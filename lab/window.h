// SPDX-License-Identifier: Apache-2.0
// The pixels of a window of a picture with its mirrored margins (tiles.h), and back.
#ifndef ARTEM_LAB_WINDOW_H
#define ARTEM_LAB_WINDOW_H

#include "picture.h"
#include "tiles.h"

struct window {
    struct tile_span column, row;
    uint32_t width, height;
};

// What is seen of a value: within 0..1.
static inline float window_shown(float value)
{
    return value < 0 ? 0 : value > 1 ? 1 : value;
}

// out: [height][width][3].
void window_cut(const struct window *window, const struct lab_picture *picture, float *out);
// Adds the gradient with respect to the window's pixels to that of the picture's, of that size.
void window_add_gradient(const struct window *window, const float *window_grad, uint32_t picture_width,
                         uint32_t picture_height, float *grad);

#endif
