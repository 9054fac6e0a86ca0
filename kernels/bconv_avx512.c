// SPDX-License-Identifier: Apache-2.0
// Binary convolution by table look-up as in bconv_avx2.c, but six bits at a time: vpermb looks up 64 entries.
//
//   activations  a row of a window is 384 bits, 64 groups of six: one byte each, 64 bytes per cell and row
//   weights      likewise: [3 rows][64 groups][128 outputs]
//   table        row a lists popcount(a & w) for w = 0..63
//
// Counts are at most 6, so 32 steps fit a byte before they are widened.
#include <immintrin.h>
#include <string.h>

#include "variants_avx512.h"

enum {
    RUN = 3 * ARTEM_MAP_BYTES, // bytes of a window in one row
    GROUPS = RUN * 8 / 6,
    STEPS = GROUPS / 2, // before widening
    CELLS = 4,
    OUT = ARTEM_TRUNK,
};

#define COUNT(a, w) __builtin_popcount((a) & (w))
#define COUNT4(a, w) COUNT(a, w), COUNT(a, (w) + 1), COUNT(a, (w) + 2), COUNT(a, (w) + 3)
#define COUNT16(a, w) COUNT4(a, w), COUNT4(a, (w) + 4), COUNT4(a, (w) + 8), COUNT4(a, (w) + 12)
#define ROW(a)                                                                                                         \
    {                                                                                                                  \
        COUNT16(a, 0), COUNT16(a, 16), COUNT16(a, 32), COUNT16(a, 48)                                                  \
    }
#define ROW4(a) ROW(a), ROW((a) + 1), ROW((a) + 2), ROW((a) + 3)
#define ROW16(a) ROW4(a), ROW4((a) + 4), ROW4((a) + 8), ROW4((a) + 12)

static const uint8_t table[64][64] __attribute__((aligned(64))) = {ROW16(0), ROW16(16), ROW16(32), ROW16(48)};

void artem_bconv_pack_avx512(struct artem_bconv *unit)
{
    for (int o = 0; o < OUT; o++)
        for (int j = 0; j < 3 * GROUPS; j++) {
            unsigned group = 0;
            for (int b = 0; b < 6; b++) {
                const int bit = 6 * j + b;
                group |= (unit->weights[o * 3 * RUN + bit / 8] >> bit % 8 & 1u) << b;
            }
            unit->packed[j * OUT + o] = (uint8_t)group;
        }
}

// Six bytes of a run to each quadword; the other two are not looked at.
static const uint8_t spread[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  0,  0,  6,  7,  8,  9,  10, 11, 0,  0,  12, 13, 14, 15, 16, 17,
    0,  0,  18, 19, 20, 21, 22, 23, 0,  0,  24, 25, 26, 27, 28, 29, 0,  0,  30, 31, 32, 33,
    34, 35, 0,  0,  36, 37, 38, 39, 40, 41, 0,  0,  42, 43, 44, 45, 46, 47, 0,  0,
};

// The groups of the windows of n cells: eight shifts take eight groups from a quadword.
static void split(const uint8_t *map, int n, uint8_t *groups)
{
    const __m512i order = _mm512_load_si512(spread), shifts = _mm512_set1_epi64(0x2A241E18120C0600);

    for (int x = 0; x < n; x++, map += ARTEM_MAP_BYTES, groups += GROUPS) {
        const __m512i run = _mm512_maskz_loadu_epi8((UINT64_C(1) << RUN) - 1, map);
        const __m512i shifted = _mm512_multishift_epi64_epi8(shifts, _mm512_permutexvar_epi8(order, run));
        _mm512_store_si512(groups, _mm512_and_si512(shifted, _mm512_set1_epi8(63)));
    }
}

// Adds STEPS steps of four cells, widened, to sums [cell][half of the outputs][half], in the order of unpacking.
static inline __attribute__((always_inline)) void accumulate(const uint8_t *const a[CELLS], const uint8_t *weights,
                                                             __m512i sums[CELLS][2][2])
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i counts[CELLS][2];

    for (int p = 0; p < CELLS; p++)
        counts[p][0] = counts[p][1] = zero;
    for (int k = 0; k < STEPS; k++, weights += OUT) {
        const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
        for (int p = 0; p < CELLS; p++) {
            const __m512i row = _mm512_load_si512(table[a[p][k]]);
            counts[p][0] = _mm512_add_epi8(counts[p][0], _mm512_permutexvar_epi8(w0, row));
            counts[p][1] = _mm512_add_epi8(counts[p][1], _mm512_permutexvar_epi8(w1, row));
        }
    }
    for (int p = 0; p < CELLS; p++)
        for (int h = 0; h < 2; h++) {
            sums[p][h][0] = _mm512_add_epi16(sums[p][h][0], _mm512_unpacklo_epi8(counts[p][h], zero));
            sums[p][h][1] = _mm512_add_epi16(sums[p][h][1], _mm512_unpackhi_epi8(counts[p][h], zero));
        }
}

static int ones_in_window(const uint8_t *const rows[3], int x)
{
    int ones = 0;

    for (int ky = 0; ky < 3; ky++) {
        uint64_t words[RUN / 8];
        memcpy(words, rows[ky] + x * ARTEM_MAP_BYTES, sizeof words);
        for (int i = 0; i < RUN / 8; i++)
            ones += __builtin_popcountll(words[i]);
    }
    return ones;
}

// s = 2 * sum - ones, in the order of the outputs.
static inline void finish(__m512i sums[2][2], int ones, int16_t *s)
{
    const __m512i all = _mm512_set1_epi16((short)ones);
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11),
                  last = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);

    for (int h = 0; h < 2; h++, s += 64) {
        const __m512i low = _mm512_permutex2var_epi64(sums[h][0], first, sums[h][1]);
        const __m512i high = _mm512_permutex2var_epi64(sums[h][0], last, sums[h][1]);
        _mm512_store_si512(s, _mm512_sub_epi16(_mm512_add_epi16(low, low), all));
        _mm512_store_si512(s + 32, _mm512_sub_epi16(_mm512_add_epi16(high, high), all));
    }
}

void artem_bconv_avx512(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s)
{
    uint8_t groups[3][ARTEM_CHUNK * GROUPS] __attribute__((aligned(64)));

    for (int ky = 0; ky < 3; ky++)
        split(rows[ky], n, groups[ky]);
    for (int x = 0; x < n; x += CELLS) {
        __m512i sums[CELLS][2][2];
        memset(sums, 0, sizeof sums);
        for (int i = 0; i < 6; i++) {
            const uint8_t *a[CELLS];
            for (int p = 0; p < CELLS; p++) // surplus cells repeat the last one
                a[p] = groups[i / 2] + (x + p < n ? x + p : n - 1) * GROUPS + i % 2 * STEPS;
            accumulate(a, unit->packed + i * STEPS * OUT, sums);
        }
        for (int p = 0; p < CELLS && x + p < n; p++)
            finish(sums[p], ones_in_window(rows, x + p), s + (x + p) * OUT);
    }
}
