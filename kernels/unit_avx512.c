// SPDX-License-Identifier: Apache-2.0
// A unit whose convolution looks its counts up as in unit_avx2.c, with vectors of 64 outputs and eight cells at a time:
// for machines that have neither vpermb nor a popcount of vectors.
//
//   activations  one nibble per byte (times 16: a quarter of the offset of its table row), 32 bytes per cell
//   weights      one nibble per byte: [3 rows][96 nibbles of a row's window][128 outputs] in the order of lookup_place
//   table        row a lists popcount(a & w) for w = 0..15, four times
//
// Counts are at most 4, so 48 steps fit a byte before they are widened.
#include "nibble_counts.h"
#include "nibbles_x86.h"
#include "unit_lookup_avx512.h"
#include "variants_x86.h"

enum { CELL = NIBBLES, RUN = 3 * CELL, STEPS = RUN / 2, OUT = ARTEM_TRUNK };

#define ROW(a)                                                                                                         \
    {                                                                                                                  \
        NIBBLE_COUNTS(a), NIBBLE_COUNTS(a), NIBBLE_COUNTS(a), NIBBLE_COUNTS(a)                                         \
    }

static const uint8_t table[16][64] __attribute__((aligned(64))) = {NIBBLE_ROWS(ROW)};

void artem_bconv_pack_avx512(struct artem_bconv *conv)
{
    pack_nibbles(conv, LOOKUP_HALF);
}

#define SHUFFLE(index, row, out) "vpshufb " index ", " row ", " out
#define STEP(p) LOOKUP(counts, p, "movzbl", "4", SHUFFLE, a, (p)*CELL, table, w0, w1)

// a: the nibbles of the first cell's window in one row.
static inline void accumulate(const uint8_t *a, const uint8_t *weights, lookup_sums sums)
{
    lookup_counts counts;

    for (int p = 0; p < TAIL_CELLS; p++)
        counts[p][0] = counts[p][1] = _mm512_setzero_si512();
    for (int k = 0; k < STEPS; k++, a++, weights += OUT) {
        const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
        LOOKUP_CELLS(STEP);
    }
    lookup_widen(counts, sums);
}

ARTEM_UNIT_KERNEL(artem_unit_avx512)
{
    // Surplus cells of the last eight read what lies behind the row: zeros.
    uint8_t nibbles[3][(ARTEM_CHUNK + 2 + TAIL_CELLS) * CELL] __attribute__((aligned(64)));
    int16_t columns[ARTEM_CHUNK + 2 + TAIL_CELLS] = {0};
    int ones[TAIL_CELLS];
    int16_t s[TAIL_CELLS * OUT] __attribute__((aligned(64)));
    struct tail_sums total = {{0}, {0}};

    for (int ky = 0; ky < 3; ky++) {
        expand_nibbles(rows[ky], n + 2, nibbles[ky], columns);
        memset(nibbles[ky] + (n + 2) * CELL, 0, TAIL_CELLS * CELL);
    }
    for (int first = 0; first < n; first += TAIL_CELLS) {
        const int cells = n - first < TAIL_CELLS ? n - first : TAIL_CELLS;
        lookup_sums sums;
        memset(sums, 0, sizeof sums);
        for (int i = 0; i < 6; i++)
            accumulate(nibbles[i / 2] + first * CELL + i % 2 * STEPS, conv->packed + i * STEPS * OUT, sums);
        for (int p = 0; p < TAIL_CELLS; p++)
            ones[p] = ones_in_window(columns, first + p);
        lookup_finish(sums, ones, s);
        tail_apply(s, cells, first, unit, x, bits, s1 != NULL ? &total : NULL);
    }
    if (s1 != NULL)
        tail_flush(&total, s1, s2);
}
