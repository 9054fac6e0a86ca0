// SPDX-License-Identifier: Apache-2.0
// A unit whose convolution counts with VPOPCNTDQ: the textbook way, three operations for 512 products, against four for
// 768 of unit_avx512icl.c, which is faster on every machine measured so far (docs/benchmarks.md).
//
//   weights  [8 groups of 16 outputs][18 quadwords of a window][16 outputs], 64 bits each
#include "unit_tail_avx512.h"
#include "variants_x86.h"

enum { WORDS = 18, GROUP = 16, CELLS = 4, OUT = ARTEM_TRUNK, RUN = 3 * ARTEM_MAP_BYTES };

void artem_bconv_pack_avx512popcnt(struct artem_bconv *conv)
{
    for (int o = 0; o < OUT; o++)
        for (int k = 0; k < WORDS; k++)
            memcpy(conv->packed + ((o / GROUP * WORDS + k) * GROUP + o % GROUP) * 8,
                   conv->weights + (o * WORDS + k) * 8, 8);
}

static inline __m512i broadcast(const uint8_t *at)
{
    long long word;

    memcpy(&word, at, sizeof word);
    return _mm512_set1_epi64(word);
}

// One group of outputs of four cells from x on. s = 2 * sum - ones.
static inline void convolve(const uint8_t *const rows[3], int x, const uint8_t *weights, const int *ones, int16_t *s)
{
    __m512i sums[CELLS][2];

    for (int p = 0; p < CELLS; p++)
        sums[p][0] = sums[p][1] = _mm512_setzero_si512();
    for (int ky = 0; ky < 3; ky++) {
        const uint8_t *a = rows[ky] + x * ARTEM_MAP_BYTES;
        for (int i = 0; i < RUN; i += 8, weights += GROUP * 8) {
            const __m512i w0 = _mm512_load_si512(weights), w1 = _mm512_load_si512(weights + 64);
            for (int p = 0; p < CELLS; p++) {
                const __m512i word = broadcast(a + p * ARTEM_MAP_BYTES + i);
                sums[p][0] = _mm512_add_epi64(sums[p][0], _mm512_popcnt_epi64(_mm512_and_si512(word, w0)));
                sums[p][1] = _mm512_add_epi64(sums[p][1], _mm512_popcnt_epi64(_mm512_and_si512(word, w1)));
            }
        }
    }
    for (int p = 0; p < CELLS; p++)
        for (int h = 0; h < 2; h++) {
            const __m128i sum = _mm512_cvtepi64_epi16(sums[p][h]);
            _mm_store_si128((__m128i *)(s + p * OUT + 8 * h),
                            _mm_sub_epi16(_mm_add_epi16(sum, sum), _mm_set1_epi16((short)ones[p])));
        }
}

static int ones_in_window(const uint8_t *const rows[3], int x)
{
    __m512i ones = _mm512_setzero_si512();

    for (int ky = 0; ky < 3; ky++)
        ones = _mm512_add_epi64(ones, _mm512_popcnt_epi64(_mm512_maskz_loadu_epi8((UINT64_C(1) << RUN) - 1,
                                                                                  rows[ky] + x * ARTEM_MAP_BYTES)));
    return (int)_mm512_reduce_add_epi64(ones);
}

ARTEM_UNIT_KERNEL(artem_unit_avx512popcnt)
{
    uint8_t last[3][(TAIL_CELLS + 2) * ARTEM_MAP_BYTES] = {{0}};
    int16_t s[TAIL_CELLS * OUT] __attribute__((aligned(64)));
    struct tail_sums total = {{0}, {0}};

    for (int first = 0; first < n; first += TAIL_CELLS) {
        const int cells = n - first < TAIL_CELLS ? n - first : TAIL_CELLS;
        const uint8_t *at[3];
        int ones[TAIL_CELLS];
        for (int ky = 0; ky < 3; ky++) {
            at[ky] = rows[ky] + first * ARTEM_MAP_BYTES;
            if (cells < TAIL_CELLS) // surplus cells see zeros instead of what lies behind the row
                at[ky] = memcpy(last[ky], at[ky], (size_t)(cells + 2) * ARTEM_MAP_BYTES);
        }
        for (int p = 0; p < TAIL_CELLS; p++)
            ones[p] = ones_in_window(at, p);
        for (int o = 0; o < OUT; o += GROUP)
            for (int p = 0; p < TAIL_CELLS; p += CELLS)
                convolve(at, p, conv->packed + o * WORDS * 8, ones + p, s + p * OUT + o);
        tail_apply(s, cells, first, unit, x, bits, s1 != NULL ? &total : NULL);
    }
    if (s1 != NULL)
        tail_flush(&total, s1, s2);
}
