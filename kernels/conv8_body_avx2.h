// SPDX-License-Identifier: Apache-2.0
// int8 convolution with vectors of 256 bits: four input channels of one cell, broadcast, times four weights of eight
// outputs per vector. Who includes this says before how four products are added:
//     static inline __m256i dot(__m256i sum, __m256i u, __m256i w);
//
//   weights  [tiles of 16 outputs][9 * in / 4 steps][16 outputs][4 inputs]
#ifndef ARTEM_KERNELS_CONV8_BODY_AVX2_H
#define ARTEM_KERNELS_CONV8_BODY_AVX2_H

#include <string.h>

#include "variants_x86.h"

enum { TILE = 16, STEP = 4, CELLS = 4, STEP_BYTES = TILE * STEP };

static inline __m256i broadcast(const uint8_t *u)
{
    int four;

    memcpy(&four, u, sizeof four);
    return _mm256_set1_epi32(four);
}

// `halves`: 2, or 1 if the tile has at most 8 outputs. at: the four cells' offsets in bytes.
static inline __attribute__((always_inline)) void tile(const uint8_t *const rows[3], const int at[CELLS], int run,
                                                       const int8_t *weights, int halves, __m256i sums[CELLS][2])
{
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *u0 = rows[ky] + at[0], *u1 = rows[ky] + at[1];
        const uint8_t *u2 = rows[ky] + at[2], *u3 = rows[ky] + at[3];
        for (int i = 0; i < run; i += STEP, weights += STEP_BYTES) {
            const __m256i v0 = broadcast(u0 + i), v1 = broadcast(u1 + i);
            const __m256i v2 = broadcast(u2 + i), v3 = broadcast(u3 + i);
            for (int h = 0; h < halves; h++) {
                const __m256i w = _mm256_load_si256((const __m256i *)weights + h);
                sums[0][h] = dot(sums[0][h], v0, w);
                sums[1][h] = dot(sums[1][h], v1, w);
                sums[2][h] = dot(sums[2][h], v2, w);
                sums[3][h] = dot(sums[3][h], v3, w);
            }
        }
    }
}

static inline __attribute__((always_inline)) void convolve(const struct artem_conv8 *layer,
                                                           const uint8_t *const rows[3], int n, int16_t *s, int halves)
{
    const int outs = ARTEM_CONV8_OUT(layer->out), run = 3 * layer->in;
    const __m256i round = _mm256_set1_epi32((1 << layer->shift) >> 1);
    const __m128i shift = _mm_cvtsi32_si128(layer->shift);

    for (int o = 0; o < outs; o += TILE) {
        const int8_t *weights = layer->packed + o * 3 * run;
        __m256i start[2];
        for (int h = 0; h < 2; h++)
            start[h] = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)(layer->offset + o) + h), round);
        for (int x = 0; x < n; x += CELLS) {
            __m256i sums[CELLS][2];
            int at[CELLS];
            for (int k = 0; k < CELLS; k++) {
                at[k] = (x + k < n ? x + k : n - 1) * layer->in; // surplus cells repeat the last one
                sums[k][0] = start[0];
                sums[k][1] = start[1];
            }
            tile(rows, at, run, weights, halves, sums);
            for (int k = 0; k < CELLS && x + k < n; k++) {
                __m256i low = _mm256_sra_epi32(sums[k][0], shift), high = _mm256_sra_epi32(sums[k][1], shift);
                __m256i packed = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8);
                _mm256_store_si256((__m256i *)(s + (x + k) * outs + o), packed);
            }
        }
    }
}

static inline void conv8(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    if (layer->out <= 8)
        convolve(layer, rows, n, s, 1);
    else
        convolve(layer, rows, n, s, 2);
}

#endif
