// SPDX-License-Identifier: Apache-2.0
// Composite, docs/arithmetic.md §8, eight pixels at a time. Divisions are done on floats and are exact: all numbers are
// below 2^24, and quotients that are no integers are farther from one than a float's rounding reaches.
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "artem_kernels/picture.h"
#include "picture_axis.h"
#include "text_detail.h"
#include "variants_x86.h"

enum { PIXELS = 8, COLUMNS = 256 };

// Neighbours of some columns: offsets in pixels, and the weight of the second one out of 128.
struct columns {
    int32_t low[COLUMNS], high[COLUMNS], f[COLUMNS];
} __attribute__((aligned(32)));

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

// floor(a / b) for 0 <= a < 2^24, see above.
static inline __m256i divide(__m256i a, __m256i b)
{
    return _mm256_cvttps_epi32(_mm256_div_ps(_mm256_cvtepi32_ps(a), _mm256_cvtepi32_ps(b)));
}

static inline __m256i byte_of(__m256i v, int k)
{
    return _mm256_and_si256(_mm256_srli_epi32(v, 8 * k), _mm256_set1_epi32(255));
}

// Weight of a neighbour: spatial, and by how much its colour in the guide differs from the original's.
static inline __m256i weigh(__m256i o, __m256i guide, __m256i spatial)
{
    const __m256i apart = _mm256_or_si256(_mm256_subs_epu8(o, guide), _mm256_subs_epu8(guide, o));
    const __m256i colours = _mm256_and_si256(apart, _mm256_set1_epi32(0xFFFFFF));
    const __m256i d = _mm256_madd_epi16(_mm256_maddubs_epi16(colours, _mm256_set1_epi8(1)), _mm256_set1_epi16(1));
    const __m256i below = _mm256_add_epi32(_mm256_mullo_epi32(d, d), _mm256_set1_epi32(64));
    const __m256i one = _mm256_set1_epi32(1), zero = _mm256_setzero_si256();
    const __m256i range = _mm256_add_epi32(divide(_mm256_set1_epi32(65536), below), one);
    const __m256i some = _mm256_and_si256(_mm256_cmpgt_epi32(spatial, zero), one);

    return _mm256_add_epi32(_mm256_srli_epi32(_mm256_mullo_epi32(spatial, range), 8), some);
}

// The rows of guide and picture that an output row lies between.
struct lines {
    const uint8_t *guide[2], *styled[2];
    int32_t weight[2];
};

static inline void upsample(const struct lines *l, const struct columns *c, int i, __m256i o, __m256i s[3])
{
    const __m256i at[2] = {_mm256_load_si256((const __m256i *)(c->low + i)),
                           _mm256_load_si256((const __m256i *)(c->high + i))};
    const __m256i f = _mm256_load_si256((const __m256i *)(c->f + i));
    const __m256i wx[2] = {_mm256_sub_epi32(_mm256_set1_epi32(128), f), f};
    __m256i total = _mm256_setzero_si256();

    s[0] = s[1] = s[2] = total;
    for (int n = 0; n < 4; n++) {
        const __m256i guide = _mm256_i32gather_epi32((const int *)(const void *)l->guide[n >> 1], at[n & 1], 4);
        const __m256i styled = _mm256_i32gather_epi32((const int *)(const void *)l->styled[n >> 1], at[n & 1], 4);
        const __m256i k = weigh(o, guide, _mm256_mullo_epi32(wx[n & 1], _mm256_set1_epi32(l->weight[n >> 1])));
        for (int j = 0; j < 3; j++)
            s[j] = _mm256_add_epi32(s[j], _mm256_mullo_epi32(k, byte_of(styled, j)));
        total = _mm256_add_epi32(total, k);
    }
    for (int j = 0; j < 3; j++)
        s[j] = divide(_mm256_add_epi32(s[j], _mm256_srli_epi32(total, 1)), total);
}

static inline __m256i luma(const __m256i v[3])
{
    const __m256i r = _mm256_mullo_epi32(v[0], _mm256_set1_epi32(77));
    const __m256i g = _mm256_mullo_epi32(v[1], _mm256_set1_epi32(150));
    const __m256i b = _mm256_mullo_epi32(v[2], _mm256_set1_epi32(29));

    return _mm256_srli_epi32(_mm256_add_epi32(_mm256_add_epi32(r, g), _mm256_add_epi32(b, _mm256_set1_epi32(128))), 8);
}

// a + rsh(factor * b, 8)
static inline __m256i towards(__m256i a, int32_t factor, __m256i b)
{
    const __m256i product = _mm256_mullo_epi32(_mm256_set1_epi32(factor), b);

    return _mm256_add_epi32(a, _mm256_srai_epi32(_mm256_add_epi32(product, _mm256_set1_epi32(128)), 8));
}

// Brightness of the original in row y and these columns.
static inline __m256i luma_at(const struct artem_composite *c, __m256i columns, int32_t y)
{
    const uint8_t *row = c->original + (size_t)axis_inside(y, c->full_height) * c->original_stride;
    const __m256i last = _mm256_set1_epi32((int32_t)c->full_width - 1);
    const __m256i inside = _mm256_min_epi32(_mm256_max_epi32(columns, _mm256_setzero_si256()), last);
    const __m256i pixels = _mm256_i32gather_epi32((const int *)(const void *)row, inside, 4);
    const __m256i colours[3] = {byte_of(pixels, 0), byte_of(pixels, 1), byte_of(pixels, 2)};

    return luma(colours);
}

static inline __m256i detail_along(const struct artem_composite *c, __m256i columns, int32_t y, int32_t dx, int32_t dy)
{
    const __m256i first =
        luma_at(c, _mm256_sub_epi32(columns, _mm256_set1_epi32(TEXT_REACH * dx)), y - TEXT_REACH * dy);
    __m256i last = first, ways = _mm256_setzero_si256();

    for (int32_t i = 1 - TEXT_REACH; i <= TEXT_REACH; i++) {
        const __m256i next = luma_at(c, _mm256_add_epi32(columns, _mm256_set1_epi32(i * dx)), y + i * dy);
        ways = _mm256_add_epi32(ways, _mm256_abs_epi32(_mm256_sub_epi32(next, last)));
        last = next;
    }
    return _mm256_sub_epi32(ways, _mm256_abs_epi32(_mm256_sub_epi32(last, first)));
}

// The brightness to be added to eight pixels from column x on.
static __m256i text_lift(const struct artem_composite *c, uint32_t x, uint32_t y, __m256i original, __m256i styled)
{
    const int32_t step = text_step(c->full_width, c->width);
    const __m256i columns = _mm256_add_epi32(_mm256_set1_epi32((int32_t)x), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256i detail =
        _mm256_max_epi32(detail_along(c, columns, (int32_t)y, step, 0), detail_along(c, columns, (int32_t)y, 0, step));
    const __m256i above =
        _mm256_max_epi32(_mm256_sub_epi32(detail, _mm256_set1_epi32(TEXT_FLOOR)), _mm256_setzero_si256());
    const __m256i share =
        _mm256_min_epi32(_mm256_mullo_epi32(above, _mm256_set1_epi32(TEXT_SLOPE)), _mm256_set1_epi32(256));
    const __m256i part = towards(_mm256_setzero_si256(), (int32_t)c->text, share);
    const __m256i lift = _mm256_mullo_epi32(part, _mm256_sub_epi32(original, styled));

    return _mm256_srai_epi32(_mm256_add_epi32(lift, _mm256_set1_epi32(128)), 8);
}

static inline __m256i saturate(__m256i v)
{
    return _mm256_min_epi32(_mm256_max_epi32(v, _mm256_setzero_si256()), _mm256_set1_epi32(255));
}

// Eight pixels from column x on. With `text` as a constant: beside it, the rest does not fit the registers.
static inline __m256i blend(const struct artem_composite *c, uint32_t x, uint32_t y, __m256i o, __m256i s[3], bool text)
{
    const __m256i original[3] = {byte_of(o, 0), byte_of(o, 1), byte_of(o, 2)};
    const __m256i grey = _mm256_sub_epi32(luma(original), luma(s));
    __m256i out = _mm256_and_si256(o, _mm256_set1_epi32((int)0xFF000000u));

    for (int k = 0; k < 3; k++) {
        const __m256i apart = _mm256_sub_epi32(_mm256_sub_epi32(original[k], s[k]), grey);
        s[k] = saturate(towards(s[k], (int32_t)c->keep, apart));
    }
    if (text) {
        const __m256i lift = text_lift(c, x, y, luma(original), luma(s));
        for (int k = 0; k < 3; k++)
            s[k] = saturate(_mm256_add_epi32(s[k], lift));
    }
    for (int k = 0; k < 3; k++) {
        const __m256i t = towards(original[k], (int32_t)c->strength, _mm256_sub_epi32(s[k], original[k]));
        out = _mm256_or_si256(out, _mm256_slli_epi32(t, 8 * k));
    }
    return out;
}

static struct lines lines_of(const struct artem_composite *c, uint32_t y)
{
    const struct axis_place at = axis_locate(y, c->full_height, c->height);
    const size_t low = (size_t)at.low, high = (size_t)at.high;

    return (struct lines){{c->guide + low * c->guide_stride, c->guide + high * c->guide_stride},
                          {c->styled + low * c->styled_stride, c->styled + high * c->styled_stride},
                          {128 - at.f, at.f}};
}

static inline __attribute__((always_inline)) void composite_part(const struct artem_composite *c, uint32_t y,
                                                                 uint32_t x0, uint32_t n, const struct columns *columns,
                                                                 bool text)
{
    const struct lines lines = lines_of(c, y);
    const uint8_t *o = c->original + y * c->original_stride + (size_t)x0 * 4;
    uint8_t *out = c->out + y * c->out_stride + (size_t)x0 * 4;
    __m256i s[3];

    for (uint32_t x = 0; x < n; x += PIXELS, o += 4 * PIXELS, out += 4 * PIXELS) {
        uint32_t last[PIXELS] = {0};
        const size_t bytes = n - x < PIXELS ? (size_t)(n - x) * 4 : sizeof last;
        if (bytes < sizeof last)
            memcpy(last, o, bytes);
        const __m256i pixels = load(bytes < sizeof last ? (const uint8_t *)last : o);
        upsample(&lines, columns, (int)x, pixels, s);
        _mm256_storeu_si256((__m256i *)last, blend(c, x0 + x, y, pixels, s, text));
        memcpy(out, last, bytes);
    }
}

void artem_composite_rows_avx2(const struct artem_composite *c, uint32_t y0, uint32_t y1)
{
    struct columns columns = {{0}, {0}, {0}};

    for (uint32_t x = 0; x < c->full_width; x += COLUMNS) {
        const uint32_t n = c->full_width - x < COLUMNS ? c->full_width - x : COLUMNS;
        for (uint32_t i = 0; i < n; i++) {
            const struct axis_place at = axis_locate(x + i, c->full_width, c->width);
            columns.low[i] = at.low;
            columns.high[i] = at.high;
            columns.f[i] = at.f;
        }
        if (c->text > 0)
            for (uint32_t y = y0; y < y1; y++)
                composite_part(c, y, x, n, &columns, true);
        else
            for (uint32_t y = y0; y < y1; y++)
                composite_part(c, y, x, n, &columns, false);
    }
}
