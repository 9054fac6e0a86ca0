// SPDX-License-Identifier: Apache-2.0
// Scaling and composite of a rect by the reference kernels, on RGBA8 pictures. Rows of the full picture have `stride`
// pixels.
#ifndef ARTEM_TEST_PLUGIN_REFERENCE_H
#define ARTEM_TEST_PLUGIN_REFERENCE_H

#include "artem_kernels/picture.h"

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
