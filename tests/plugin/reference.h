// SPDX-License-Identifier: Apache-2.0
// Scaling and composite of a rect by the reference kernels, on RGBA8 pictures of code values. Rows of the full picture
// have `stride` pixels. Linear pictures are converted before and after.
#ifndef ARTEM_TEST_PLUGIN_REFERENCE_H
#define ARTEM_TEST_PLUGIN_REFERENCE_H

#include "artem_kernels/picture.h"
#include "srgb_tables.h"

// docs/arithmetic.md §9: the code values of a linear picture. `out` may be `linear`.
static inline void reference_to_code(const uint8_t *linear, uint8_t *out, size_t pixels)
{
    for (size_t i = 0; i < 4 * pixels; i++)
        out[i] = i % 4 == 3 ? linear[i] : srgb_to_code[linear[i]];
}

// The way back: what is stored for the code values in `picture`, in place, where `linear` was stored before.
static inline void reference_to_stored(const uint8_t *linear, uint8_t *picture, size_t pixels)
{
    for (size_t i = 0; i < 4 * pixels; i++) {
        if (i % 4 != 3)
            picture[i] = picture[i] == srgb_to_code[linear[i]] ? linear[i] : srgb_to_linear[picture[i]];
    }
}

static inline void reference_scale(const uint8_t *in, uint32_t stride, uint32_t width, uint32_t height, uint8_t *out,
                                   uint32_t w, uint32_t h)
{
    struct artem_scale scale = {
        .full_width = width,
        .full_height = height,
        .width = w,
        .height = h,
        .in = in,
        .in_stride = (size_t)stride * 4,
        .out_stride = (size_t)w * 4,
    };

    scale.out = out;
    artem_scale_rows(&scale, 0, h);
}

static inline void reference_composite(const uint8_t *original, uint32_t stride, uint32_t width, uint32_t height,
                                       const uint8_t *in, const uint8_t *styled, uint32_t w, uint32_t h,
                                       uint32_t strength, uint32_t keep, uint8_t *out)
{
    struct artem_composite composite = {
        .full_width = width,
        .full_height = height,
        .width = w,
        .height = h,
        .strength = strength,
        .keep = keep,
        .original = original,
        .original_stride = (size_t)stride * 4,
        .guide = in,
        .styled = styled,
        .guide_stride = (size_t)w * 4,
        .styled_stride = (size_t)w * 4,
        .out_stride = (size_t)stride * 4,
    };

    composite.out = out;
    artem_composite_rows(&composite, 0, height);
}

#endif
