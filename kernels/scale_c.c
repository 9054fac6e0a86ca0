// SPDX-License-Identifier: Apache-2.0
// Style resolution and area average, docs/arithmetic.md §2 and §3.
#include "artem_kernels/picture.h"
#include "picture_axis.h"

enum { CELL = 4, SIDE_MAX = 4096 };

#define AREA_MAX (UINT64_C(1) << 22)

static uint32_t to_cells(uint64_t wished, uint32_t side)
{
    uint32_t capped = wished < side ? (uint32_t)wished : side;

    return capped < CELL ? CELL : capped / CELL * CELL;
}

bool artem_style_size(uint32_t width, uint32_t height, uint32_t longer, uint32_t *out_width, uint32_t *out_height)
{
    uint64_t w = longer, h = longer;

    if (width < CELL || height < CELL)
        return false;
    if (width < height)
        w = (2 * (uint64_t)longer * width + height) / (2 * (uint64_t)height);
    else
        h = (2 * (uint64_t)longer * height + width) / (2 * (uint64_t)width);
    *out_width = to_cells(w, width);
    *out_height = to_cells(h, height);
    return *out_width <= SIDE_MAX && *out_height <= SIDE_MAX && (uint64_t)*out_width * *out_height <= AREA_MAX;
}

static void scale_pixel(const struct artem_scale *s, uint32_t x, uint32_t y, uint8_t *out)
{
    const uint64_t area = (uint64_t)s->full_width * s->full_height;
    const uint32_t i0 = axis_first(x, s->width, s->full_width);
    const uint32_t i1 = axis_end(x, s->width, s->full_width);
    const uint32_t j0 = axis_first(y, s->height, s->full_height);
    const uint32_t j1 = axis_end(y, s->height, s->full_height);
    uint64_t sum[3] = {area >> 1, area >> 1, area >> 1};

    for (uint32_t j = j0; j < j1; j++) {
        const uint8_t *in = s->in + j * s->in_stride + (size_t)i0 * 4;
        const uint32_t b = axis_overlap(y, s->height, j, s->full_height);
        for (uint32_t i = i0; i < i1; i++, in += 4) {
            uint32_t weight = axis_overlap(x, s->width, i, s->full_width) * b;
            for (int k = 0; k < 3; k++)
                sum[k] += (uint64_t)weight * in[k];
        }
    }
    for (int k = 0; k < 3; k++)
        out[k] = axis_mean(sum[k], area);
    out[3] = 255;
}

void artem_scale_rows(const struct artem_scale *scale, uint32_t y0, uint32_t y1)
{
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = 0; x < scale->width; x++)
            scale_pixel(scale, x, y, scale->out + y * scale->out_stride + (size_t)x * 4);
}
