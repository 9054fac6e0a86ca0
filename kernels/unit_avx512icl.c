// SPDX-License-Identifier: Apache-2.0
// A unit whose convolution looks its counts up as in unit_avx2.c, but six bits at a time: vpermb looks up 64 entries.
//
//   activations  a row of a window is 384 bits, 64 groups of six, each times 64: the offset of its table row
//   weights      likewise, one group per byte: [3 rows][64 groups][128 outputs] in the order of lookup_place
//   table        row a lists popcount(a & w) for w = 0..63
//
// Counts are at most 6, so 42 steps fit a byte before they are widened; 40 divide the 192 steps better.
#include "lookup_place.h"
#include "unit_lookup_avx512.h"
#include "variants_x86.h"

enum {
    RUN = 3 * ARTEM_MAP_BYTES, // bytes of a window in one row
    GROUPS = RUN * 8 / 6,
    STEPS = 3 * GROUPS,
    CHUNK = 40,
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

void artem_bconv_pack_avx512icl(struct artem_bconv *conv)
{
    for (int o = 0; o < OUT; o++)
        for (int j = 0; j < STEPS; j++) {
            unsigned group = 0;
            for (int b = 0; b < 6; b++) {
                const int bit = 6 * j + b;
                group |= (conv->weights[o * 3 * RUN + bit / 8] >> bit % 8 & 1u) << b;
            }
            conv->packed[j * OUT + lookup_place(o, LOOKUP_HALF)] = (uint8_t)group;
        }
}

// Six bytes of a run to each quadword; the other two are not looked at.
static const uint8_t spread[64] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  0,  0,  6,  7,  8,  9,  10, 11, 0,  0,  12, 13, 14, 15, 16, 17,
    0,  0,  18, 19, 20, 21, 22, 23, 0,  0,  24, 25, 26, 27, 28, 29, 0,  0,  30, 31, 32, 33,
    34, 35, 0,  0,  36, 37, 38, 39, 40, 41, 0,  0,  42, 43, 44, 45, 46, 47, 0,  0,
};

// Table offsets of one cell's window; returns its ones. Eight shifts take eight groups from a quadword.
static inline int split(const uint8_t *const rows[3], int x, uint16_t *offsets)
{
    const __m512i order = _mm512_load_si512(spread), shifts = _mm512_set1_epi64(0x2A241E18120C0600);
    __m512i ones = _mm512_setzero_si512();

    for (int ky = 0; ky < 3; ky++, offsets += GROUPS) {
        const __m512i run = _mm512_maskz_loadu_epi8((UINT64_C(1) << RUN) - 1, rows[ky] + x * ARTEM_MAP_BYTES);
        const __m512i groups = _mm512_and_si512(
            _mm512_multishift_epi64_epi8(shifts, _mm512_permutexvar_epi8(order, run)), _mm512_set1_epi8(63));
        const __m512i first = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(groups));
        const __m512i last = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(groups, 1));
        ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(run));
        _mm512_store_si512(offsets, _mm512_slli_epi16(first, 6));
        _mm512_store_si512(offsets + 32, _mm512_slli_epi16(last, 6));
    }
    return (int)_mm512_reduce_add_epi64(ones);
}

#define SHUFFLE(index, row, out) "vpermb " row ", " index ", " out
#define STEP(p) LOOKUP(counts, p, "movzwl", "1", SHUFFLE, a, (p)*STEPS * 2, table, w0, w1)

static inline void accumulate(const uint16_t *a, const uint8_t *weights, int steps, lookup_sums sums)
{
    lookup_counts counts;

    for (int p = 0; p < TAIL_CELLS; p++)
        counts[p][0] = counts[p][1] = _mm512_setzero_si512();
    for (int k = 0; k < steps; k++, a++, weights += OUT) {
        const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
        LOOKUP_CELLS(STEP);
    }
    lookup_widen(counts, sums);
}

ARTEM_UNIT_KERNEL(artem_unit_avx512icl)
{
    uint16_t offsets[TAIL_CELLS][STEPS] __attribute__((aligned(64)));
    int16_t s[TAIL_CELLS * OUT] __attribute__((aligned(64)));
    struct tail_sums total = {{0}, {0}};

    for (int first = 0; first < n; first += TAIL_CELLS) {
        const int cells = n - first < TAIL_CELLS ? n - first : TAIL_CELLS;
        int ones[TAIL_CELLS];
        lookup_sums sums;
        for (int p = 0; p < TAIL_CELLS; p++) // surplus cells repeat the last one
            ones[p] = split(rows, p < cells ? first + p : n - 1, offsets[p]);
        memset(sums, 0, sizeof sums);
        for (int k = 0; k < STEPS; k += CHUNK)
            accumulate(offsets[0] + k, conv->packed + k * OUT, STEPS - k < CHUNK ? STEPS - k : CHUNK, sums);
        lookup_finish(sums, ones, s);
        tail_apply(s, cells, first, unit, x, bits, s1 != NULL ? &total : NULL);
    }
    if (s1 != NULL)
        tail_flush(&total, s1, s2);
}
