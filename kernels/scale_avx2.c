// SPDX-License-Identifier: Apache-2.0
// Area average, docs/arithmetic.md §3: first down the columns, eight colours at a time, then along the row, where sums
// may have more than 32 bits.
#include <immintrin.h>
#include <string.h>

#include "artem_kernels/picture.h"
#include "picture_axis.h"
#include "variants_x86.h"

enum { INPUTS = 1024 }; // columns summed at a time

// sums[i] += weight * in[i]
static void add_row(const uint8_t *in, uint32_t bytes, uint32_t weight, uint32_t *sums)
{
    const __m256i w = _mm256_set1_epi32((int)weight);
    uint32_t i = 0;

    for (; i + 8 <= bytes; i += 8) {
        const __m256i v = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(in + i)));
        __m256i *at = (__m256i *)(sums + i);
        _mm256_store_si256(at, _mm256_add_epi32(_mm256_load_si256(at), _mm256_mullo_epi32(v, w)));
    }
    for (; i < bytes; i++)
        sums[i] += weight * in[i];
}

// Output columns x0..x1-1 of row y, which cover at most INPUTS input columns.
static void scale_part(const struct artem_scale *s, uint32_t y, uint32_t x0, uint32_t x1)
{
    uint32_t sums[4 * INPUTS] __attribute__((aligned(32)));
    const uint32_t i0 = axis_first(x0, s->width, s->full_width), i1 = axis_end(x1 - 1, s->width, s->full_width);
    const uint64_t area = (uint64_t)s->full_width * s->full_height;
    const uint32_t bytes = 4 * (i1 - i0);
    uint8_t *out = s->out + y * s->out_stride + (size_t)x0 * 4;

    memset(sums, 0, bytes * sizeof sums[0]);
    for (uint32_t j = axis_first(y, s->height, s->full_height); j < axis_end(y, s->height, s->full_height); j++)
        add_row(s->in + j * s->in_stride + (size_t)i0 * 4, bytes, axis_overlap(y, s->height, j, s->full_height), sums);
    for (uint32_t x = x0; x < x1; x++, out += 4) {
        __m256i sum = _mm256_set1_epi64x((int64_t)(area >> 1));
        for (uint32_t i = axis_first(x, s->width, s->full_width); i < axis_end(x, s->width, s->full_width); i++) {
            const __m256i weight = _mm256_set1_epi64x(axis_overlap(x, s->width, i, s->full_width));
            const __m128i column = _mm_load_si128((const __m128i *)(sums + (size_t)4 * (i - i0)));
            sum = _mm256_add_epi64(sum, _mm256_mul_epu32(_mm256_cvtepu32_epi64(column), weight));
        }
        uint64_t rgb[4];
        _mm256_storeu_si256((__m256i *)rgb, sum);
        for (int k = 0; k < 3; k++)
            out[k] = axis_mean(rgb[k], area);
        out[3] = 255;
    }
}

void artem_scale_rows_avx2(const struct artem_scale *s, uint32_t y0, uint32_t y1)
{
    // Input columns per output column, rounded up, and one for where they do not begin on a border.
    const uint32_t each = s->full_width / s->width + 2, step = INPUTS / each;

    if (step == 0) {
        artem_scale_rows(s, y0, y1);
        return;
    }
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = 0; x < s->width; x += step)
            scale_part(s, y, x, s->width - x < step ? s->width : x + step);
}
