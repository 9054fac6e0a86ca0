// SPDX-License-Identifier: Apache-2.0
// What happens to pictures before and after the network, docs/arithmetic.md §2, §3, §8. RGBA8, rows of `stride` bytes.
// The functions here are the reference; struct artem_kernels (kernels.h) has the fast ones.
#ifndef ARTEM_KERNELS_PICTURE_H
#define ARTEM_KERNELS_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Style resolution for a picture and a wished longer side; false if the picture is smaller than 4 x 4 or the result
// would be larger than the engine takes.
bool artem_style_size(uint32_t width, uint32_t height, uint32_t longer, uint32_t *out_width, uint32_t *out_height);

// §3: rows y0..y1-1 of a w x h picture from a W x H one. 1 <= w <= W, 1 <= h <= H, W·H <= 2^26, W·w and H·h at most
// 2^25. A becomes 255.
struct artem_scale {
    uint32_t full_width, full_height, width, height;
    const uint8_t *in;
    size_t in_stride;
    uint8_t *out;
    size_t out_stride;
};
void artem_scale_rows(const struct artem_scale *scale, uint32_t y0, uint32_t y1);

// §8: rows y0..y1-1. W·w and H·h at most 2^25, strength, keep and text at most 256. A of styled and guide is ignored.
// out may be original where text is 0: else the original is read around each pixel.
struct artem_composite {
    uint32_t full_width, full_height, width, height, strength, keep;
    const uint8_t *original; // W x H
    size_t original_stride;
    const uint8_t *guide, *styled; // w x h: the engine's input and output
    size_t guide_stride, styled_stride;
    uint8_t *out; // W x H
    size_t out_stride;
    uint32_t text;
};
void artem_composite_rows(const struct artem_composite *composite, uint32_t y0, uint32_t y1);

#endif
