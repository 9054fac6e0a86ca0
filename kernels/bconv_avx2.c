// SPDX-License-Identifier: Apache-2.0
// Binary convolution by table look-up: needs neither XOR nor popcount instructions.
//
//   activations  one nibble per byte (times 16, see below), 32 bytes per cell
//   weights      one nibble per byte: [3 rows][96 nibbles of a row's window][128 outputs]
//   table        row a lists popcount(a & w) for w = 0..15
//
// A nibble of activations picks a table row, in which the weights of 32 outputs look up their counts with one shuffle:
// two operations for 128 products. Counts are at most 4, so 48 steps fit a byte before they are widened.
#include <immintrin.h>
#include <string.h>

#include "variants_avx2.h"

enum {
    CELL = 32,       // nibbles of one cell
    RUN = 3 * CELL,  // of a window in one row
    STEPS = RUN / 2, // before widening
    GROUPS = 4,      // vectors of outputs
    OUT = ARTEM_TRUNK,
};

#define COUNTS(a)                                                                                                      \
    COUNT(a, 0), COUNT(a, 1), COUNT(a, 2), COUNT(a, 3), COUNT(a, 4), COUNT(a, 5), COUNT(a, 6), COUNT(a, 7),            \
        COUNT(a, 8), COUNT(a, 9), COUNT(a, 10), COUNT(a, 11), COUNT(a, 12), COUNT(a, 13), COUNT(a, 14), COUNT(a, 15)
#define COUNT(a, w) (((a) & (w)&1) + ((a) >> 1 & (w) >> 1 & 1) + ((a) >> 2 & (w) >> 2 & 1) + ((a) >> 3 & (w) >> 3))

// Rows of 16 bytes: an activation nibble times 16 is the offset of its row.
static const uint8_t table[256] __attribute__((aligned(64))) = {
    COUNTS(0), COUNTS(1), COUNTS(2),  COUNTS(3),  COUNTS(4),  COUNTS(5),  COUNTS(6),  COUNTS(7),
    COUNTS(8), COUNTS(9), COUNTS(10), COUNTS(11), COUNTS(12), COUNTS(13), COUNTS(14), COUNTS(15),
};

void artem_bconv_pack_avx2(struct artem_bconv *unit)
{
    for (int o = 0; o < OUT; o++)
        for (int j = 0; j < 3 * RUN; j++) {
            uint8_t byte = unit->weights[o * (3 * RUN / 2) + j / 2];
            unit->packed[j * OUT + o] = j % 2 == 0 ? byte & 15 : byte >> 4;
        }
}

static void expand(const uint8_t *map, int cells, uint8_t *nibbles)
{
    const __m128i high = _mm_set1_epi8((char)0xF0);

    for (int i = 0; i < cells; i++, map += ARTEM_MAP_BYTES, nibbles += CELL) {
        __m128i v = _mm_loadu_si128((const __m128i *)map);
        __m128i even = _mm_and_si128(_mm_slli_epi16(v, 4), high), odd = _mm_and_si128(v, high);
        _mm_store_si128((__m128i *)nibbles, _mm_unpacklo_epi8(even, odd));
        _mm_store_si128((__m128i *)nibbles + 1, _mm_unpackhi_epi8(even, odd));
    }
}

static inline __m256i table_row(uint8_t offset)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table + offset)));
}

// Adds STEPS steps of two cells, widened, to sums [cell][group][half], in the order that unpacking gives.
static inline void accumulate(const uint8_t *a0, const uint8_t *a1, const uint8_t *weights, __m256i sums[2][GROUPS][2])
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i c00 = zero, c01 = zero, c02 = zero, c03 = zero, c10 = zero, c11 = zero, c12 = zero, c13 = zero;

    for (int k = 0; k < STEPS; k++, weights += OUT) {
        const __m256i *w = (const __m256i *)weights;
        const __m256i t0 = table_row(a0[k]), t1 = table_row(a1[k]);
        const __m256i w0 = _mm256_load_si256(w), w1 = _mm256_load_si256(w + 1);
        const __m256i w2 = _mm256_load_si256(w + 2), w3 = _mm256_load_si256(w + 3);
        c00 = _mm256_add_epi8(c00, _mm256_shuffle_epi8(t0, w0));
        c10 = _mm256_add_epi8(c10, _mm256_shuffle_epi8(t1, w0));
        c01 = _mm256_add_epi8(c01, _mm256_shuffle_epi8(t0, w1));
        c11 = _mm256_add_epi8(c11, _mm256_shuffle_epi8(t1, w1));
        c02 = _mm256_add_epi8(c02, _mm256_shuffle_epi8(t0, w2));
        c12 = _mm256_add_epi8(c12, _mm256_shuffle_epi8(t1, w2));
        c03 = _mm256_add_epi8(c03, _mm256_shuffle_epi8(t0, w3));
        c13 = _mm256_add_epi8(c13, _mm256_shuffle_epi8(t1, w3));
    }
    const __m256i counts[2][GROUPS] = {{c00, c01, c02, c03}, {c10, c11, c12, c13}};
    for (int p = 0; p < 2; p++)
        for (int g = 0; g < GROUPS; g++) {
            sums[p][g][0] = _mm256_add_epi16(sums[p][g][0], _mm256_unpacklo_epi8(counts[p][g], zero));
            sums[p][g][1] = _mm256_add_epi16(sums[p][g][1], _mm256_unpackhi_epi8(counts[p][g], zero));
        }
}

static int ones_in_window(const uint8_t *const rows[3], int x)
{
    int ones = 0;

    for (int ky = 0; ky < 3; ky++) {
        uint64_t words[6];
        memcpy(words, rows[ky] + x * ARTEM_MAP_BYTES, sizeof words);
        for (int i = 0; i < 6; i++)
            ones += __builtin_popcountll(words[i]);
    }
    return ones;
}

// s = 2 * sum - ones, in the order of the outputs.
static inline void finish(__m256i sums[GROUPS][2], int ones, int16_t *s)
{
    const __m256i all = _mm256_set1_epi16((short)ones);

    for (int g = 0; g < GROUPS; g++) {
        __m256i low = _mm256_permute2x128_si256(sums[g][0], sums[g][1], 0x20);
        __m256i high = _mm256_permute2x128_si256(sums[g][0], sums[g][1], 0x31);
        low = _mm256_sub_epi16(_mm256_add_epi16(low, low), all);
        high = _mm256_sub_epi16(_mm256_add_epi16(high, high), all);
        _mm256_store_si256((__m256i *)s + 2 * g, low);
        _mm256_store_si256((__m256i *)s + 2 * g + 1, high);
    }
}

void artem_bconv_avx2(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s)
{
    uint8_t nibbles[3][(ARTEM_CHUNK + 2) * CELL] __attribute__((aligned(32)));

    for (int ky = 0; ky < 3; ky++)
        expand(rows[ky], n + 2, nibbles[ky]);
    for (int x = 0; x < n; x += 2) {
        const int x1 = x + 1 < n ? x + 1 : x; // an odd last cell is done twice
        __m256i sums[2][GROUPS][2];
        memset(sums, 0, sizeof sums);
        for (int i = 0; i < 6; i++) {
            const uint8_t *a = nibbles[i / 2] + i % 2 * STEPS;
            accumulate(a + x * CELL, a + x1 * CELL, unit->packed + i * STEPS * OUT, sums);
        }
        finish(sums[0], ones_in_window(rows, x), s + x * OUT);
        finish(sums[1], ones_in_window(rows, x1), s + x1 * OUT);
    }
}
