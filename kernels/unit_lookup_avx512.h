// SPDX-License-Identifier: Apache-2.0
// What the look-up units of AVX-512 share: eight cells times 128 outputs, counted in bytes and widened now and then.
#ifndef ARTEM_KERNELS_UNIT_LOOKUP_AVX512_H
#define ARTEM_KERNELS_UNIT_LOOKUP_AVX512_H

#include "unit_tail_avx512.h"

enum { LOOKUP_HALVES = 2, LOOKUP_HALF = 32 }; // vectors of outputs; half the bytes of one, for lookup_place

typedef __m512i lookup_counts[TAIL_CELLS][LOOKUP_HALVES];  // bytes
typedef __m512i lookup_sums[TAIL_CELLS][LOOKUP_HALVES][2]; // [even and odd bytes] as int16

// One step of one cell: row = table[offset * scale], counts += the row's entries at both vectors of weights. `extend`
// reads the offset. Written out because compilers rename the accumulators around the loop and spill them, which costs
// a third.
#define LOOKUP(counts, p, extend, scale, shuffle, offsets, displacement, table, w0, w1)                                \
    do {                                                                                                               \
        uint64_t at_;                                                                                                  \
        __m512i row_, found_;                                                                                          \
        __asm__(                                                                                                       \
            extend                                                                                                     \
            " %c[d](%[a]), %k[at]\n\tvmovdqa64 (%[t],%[at]," scale                                                     \
            "), %[row]\n\t" shuffle("%[w0]", "%[row]", "%[found]") "\n\tvpaddb %[found], %[c0], %[c0]\n\t" shuffle(    \
                "%[w1]", "%[row]", "%[row]") "\n\tvpaddb %[row], %[c1], %[c1]"                                         \
            : [c0] "+v"((counts)[p][0]), [c1] "+v"((counts)[p][1]), [at] "=&r"(at_), [row] "=&v"(row_),                \
              [found] "=&v"(found_)                                                                                    \
            : [a] "r"(offsets), [t] "r"(table), [w0] "v"(w0), [w1] "v"(w1), [d] "i"(displacement)                      \
            : "memory");                                                                                               \
    } while (0)

// One step of all cells; their numbers must be constants.
#define LOOKUP_CELLS(STEP)                                                                                             \
    do {                                                                                                               \
        STEP(0);                                                                                                       \
        STEP(1);                                                                                                       \
        STEP(2);                                                                                                       \
        STEP(3);                                                                                                       \
        STEP(4);                                                                                                       \
        STEP(5);                                                                                                       \
        STEP(6);                                                                                                       \
        STEP(7);                                                                                                       \
    } while (0)

static inline void lookup_widen(const lookup_counts counts, lookup_sums sums)
{
    const __m512i even = _mm512_set1_epi16(255);

    for (int p = 0; p < TAIL_CELLS; p++)
        for (int h = 0; h < LOOKUP_HALVES; h++) {
            sums[p][h][0] = _mm512_add_epi16(sums[p][h][0], _mm512_and_si512(counts[p][h], even));
            sums[p][h][1] = _mm512_add_epi16(sums[p][h][1], _mm512_srli_epi16(counts[p][h], 8));
        }
}

// s = 2 * sum - ones.
static inline void lookup_finish(const lookup_sums sums, const int ones[TAIL_CELLS], int16_t *s)
{
    for (int p = 0; p < TAIL_CELLS; p++) {
        const __m512i all = _mm512_set1_epi16((short)ones[p]);
        for (int i = 0; i < 2 * LOOKUP_HALVES; i++, s += 32) {
            const __m512i sum = sums[p][i / 2][i % 2];
            _mm512_store_si512(s, _mm512_sub_epi16(_mm512_add_epi16(sum, sum), all));
        }
    }
}

#endif
