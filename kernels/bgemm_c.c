// SPDX-License-Identifier: Apache-2.0
// The binary matrix product, docs/arithmetic.md §10.
#include <string.h>

#include "artem_kernels/binary.h"

static uint32_t word(const uint8_t *bytes, uint32_t i)
{
    uint32_t w;

    memcpy(&w, bytes + (size_t)4 * i, sizeof w);
    return w;
}

static int32_t dot(const struct artem_bgemm *g, const uint8_t *a, const uint8_t *b)
{
    const uint32_t words = g->k / 32;
    int32_t both = 0, ones = 0, differ = 0;

    for (uint32_t i = 0; i < words; i++) {
        both += __builtin_popcount(word(a, i) & word(b, i));
        ones += __builtin_popcount(word(a, i));
        differ += __builtin_popcount(word(a, i) ^ word(b, i));
    }
    return g->signs ? (int32_t)g->k - 2 * differ : 2 * both - ones;
}

void artem_bgemm_rows(const struct artem_bgemm *g, uint32_t m0, uint32_t m1)
{
    const size_t row = g->k / 8;

    for (size_t i = m0; i < m1; i++) {
        if (g->bits != NULL)
            memset(g->bits + i * (g->n / 8), 0, g->n / 8);
        for (size_t j = 0; j < g->n; j++) {
            const int32_t sum = dot(g, g->a + i * row, g->b + j * row);
            if (g->sums != NULL)
                g->sums[i * g->n + j] = sum;
            if (g->bits != NULL) {
                uint8_t *byte = g->bits + (i * g->n + j) / 8;
                *byte = (uint8_t)(*byte | (sum > g->threshold[j]) << j % 8);
            }
        }
    }
}
