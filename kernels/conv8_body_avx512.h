// SPDX-License-Identifier: Apache-2.0
// int8 convolution with vectors of 512 bits: four input channels of one cell, broadcast, times four weights of sixteen
// outputs, packed as in conv8_body_avx2.h. Who includes this says before how four products are added:
//     static inline __m512i dot(__m512i sum, __m512i u, __m512i w);
#ifndef ARTEM_KERNELS_CONV8_BODY_AVX512_H
#define ARTEM_KERNELS_CONV8_BODY_AVX512_H

#include <string.h>

#include "variants_x86.h"

enum { TILE = 16, STEP = 4, CELLS = 8, STEP_BYTES = TILE * STEP };

static inline __m512i broadcast(const uint8_t *u)
{
    int four;

    memcpy(&four, u, sizeof four);
    return _mm512_set1_epi32(four);
}

// at: the cells' offsets in bytes.
static inline __attribute__((always_inline)) void tile(const uint8_t *const rows[3], const int at[CELLS], int run,
                                                       const int8_t *weights, __m512i sums[CELLS])
{
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *u[CELLS];
        for (int p = 0; p < CELLS; p++)
            u[p] = rows[ky] + at[p];
        for (int i = 0; i < run; i += STEP, weights += STEP_BYTES) {
            const __m512i w = _mm512_load_si512(weights);
            for (int p = 0; p < CELLS; p++)
                sums[p] = dot(sums[p], broadcast(u[p] + i), w);
        }
    }
}

static inline void conv8(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    const int outs = ARTEM_CONV8_OUT(layer->out), run = 3 * layer->in;
    const __m512i round = _mm512_set1_epi32((1 << layer->shift) >> 1);
    const __m128i shift = _mm_cvtsi32_si128(layer->shift);

    for (int o = 0; o < outs; o += TILE) {
        const __m512i start = _mm512_add_epi32(_mm512_loadu_si512(layer->offset + o), round);
        for (int x = 0; x < n; x += CELLS) {
            __m512i sums[CELLS];
            int at[CELLS];
            for (int p = 0; p < CELLS; p++) {
                at[p] = (x + p < n ? x + p : n - 1) * layer->in; // surplus cells repeat the last one
                sums[p] = start;
            }
            tile(rows, at, run, layer->packed + o * 3 * run, sums);
            for (int p = 0; p < CELLS && x + p < n; p++)
                _mm256_store_si256((__m256i *)(s + (x + p) * outs + o),
                                   _mm512_cvtsepi32_epi16(_mm512_sra_epi32(sums[p], shift)));
        }
    }
}

#endif
