// SPDX-License-Identifier: Apache-2.0
// The binary convolution backwards, docs/arithmetic.md §10: bit-serial, a population count per plane of the gradient.
#include <string.h>

#include "artem_kernels/binary.h"
#include "bgrad_source.h"

// [in][9][out / 8]
void artem_bgrad_pack(struct artem_bgrad *g)
{
    const size_t in_bytes = g->in / 8, out_bytes = g->out / 8;

    memset(g->packed, 0, g->in * 9 * out_bytes);
    for (size_t o = 0; o < g->out; o++)
        for (size_t t = 0; t < 9; t++)
            for (size_t c = 0; c < g->in; c++) {
                const int bit = g->weights[(o * 9 + t) * in_bytes + c / 8] >> c % 8 & 1;
                uint8_t *byte = g->packed + (c * 9 + t) * out_bytes + o / 8;
                *byte = (uint8_t)(*byte | bit << o % 8);
            }
}

// Weights times one cell of the gradient.
static int32_t product(const uint8_t *weights, const uint8_t *cell, uint32_t channels, int bits)
{
    const uint32_t words = channels / 32;
    int32_t sum = 0;

    for (int plane = 0; plane < bits; plane++, cell += channels / 8) {
        int32_t count = 0;
        for (uint32_t i = 0; i < words; i++) {
            uint32_t w, q;
            memcpy(&w, weights + (size_t)4 * i, sizeof w);
            memcpy(&q, cell + (size_t)4 * i, sizeof q);
            count +=
                bits == 1 ? 32 - 2 * __builtin_popcount(w ^ q) : 2 * __builtin_popcount(w & q) - __builtin_popcount(q);
        }
        sum += artem_bgrad_weight(plane, bits) * count;
    }
    return sum;
}

static int32_t sum_at(const struct artem_bgrad *g, int y, int x, uint32_t c)
{
    const size_t out_bytes = g->out / 8;
    int32_t sum = 0;

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            const struct bgrad_source sy = bgrad_source(y, (int)g->height, i, g->replicated);
            const struct bgrad_source sx = bgrad_source(x, (int)g->width, j, g->replicated);
            if (sy.at < 0 || sx.at < 0)
                continue;
            const size_t cell = (size_t)sy.at * g->width + (size_t)sx.at, tap = (size_t)sy.tap * 3 + (size_t)sx.tap;
            sum += product(g->packed + ((size_t)c * 9 + tap) * out_bytes,
                           g->planes + cell * (size_t)g->bits * out_bytes, g->out, g->bits);
        }
    return sum;
}

void artem_bgrad_rows(const struct artem_bgrad *g, uint32_t y0, uint32_t y1)
{
    for (uint32_t y = y0; y < y1; y++)
        for (uint32_t x = 0; x < g->width; x++) {
            const size_t cell = ((size_t)y * g->width + x) * g->in;
            for (uint32_t c = 0; c < g->in; c++) {
                const int32_t sum = sum_at(g, (int)y, (int)x, c);
                if (g->sums != NULL)
                    g->sums[cell + c] = sum;
                if (g->gradient != NULL)
                    g->gradient[cell + c] = (float)sum * g->scale;
            }
        }
}

// -2^(bits-1) + 1 .. 2^(bits-1) - 1; halves to even.
static int32_t quantum(float value, int bits, float step)
{
    const float limit = (float)((1 << (bits - 1)) - 1), whole = 12582912; // 1.5 * 2^23: floats there are whole
    float q = value / step;

    if (!(q >= -limit)) // NaN too
        q = q < 0 ? -limit : 0;
    q = q > limit ? limit : q;
    return (int32_t)((q + whole) - whole);
}

void artem_bgrad_quantise(const float *gradient, size_t n, uint32_t channels, int bits, float step, uint8_t *planes)
{
    const size_t bytes = channels / 8;

    memset(planes, 0, n * (size_t)bits * bytes);
    for (size_t i = 0; i < n; i++, planes += (size_t)bits * bytes)
        for (size_t c = 0; c < channels; c++) {
            const float value = gradient[i * channels + c];
            const uint32_t q = bits == 1 ? value > 0 : (uint32_t)quantum(value, bits, step);
            for (int plane = 0; plane < bits; plane++) {
                uint8_t *byte = planes + (size_t)plane * bytes + c / 8;
                *byte = (uint8_t)(*byte | (q >> plane & 1) << c % 8);
            }
        }
}

void artem_binarise(const float *values, size_t n, uint32_t channels, const float *threshold, uint8_t *planes)
{
    const size_t bytes = channels / 8;

    memset(planes, 0, n * 2 * bytes);
    for (size_t i = 0; i < n; i++, planes += 2 * bytes)
        for (size_t c = 0; c < channels; c++)
            planes[c / 8] = (uint8_t)(planes[c / 8] | (values[i * channels + c] > threshold[c]) << c % 8);
}
