// SPDX-License-Identifier: Apache-2.0
// unit_tail.h with AVX-512.
#ifndef ARTEM_KERNELS_UNIT_TAIL_AVX512_H
#define ARTEM_KERNELS_UNIT_TAIL_AVX512_H

#include "unit_tail.h"

static inline void tail_add(const int16_t *s, int cells, struct tail_sums *sums)
{
    const __m512i ones = _mm512_set1_epi16(1);

    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        __m512i low1 = _mm512_load_si512(sums->s1 + c), high1 = _mm512_load_si512(sums->s1 + c + 16);
        __m512i low2 = _mm512_load_si512(sums->s2 + c), high2 = _mm512_load_si512(sums->s2 + c + 16);
        for (int i = 0; i < cells; i += 2) {
            const __m512i a = _mm512_load_si512(s + i * ARTEM_TRUNK + c);
            const __m512i b = i + 1 < cells ? _mm512_load_si512(s + (i + 1) * ARTEM_TRUNK + c) : _mm512_setzero_si512();
            const __m512i low = _mm512_unpacklo_epi16(a, b), high = _mm512_unpackhi_epi16(a, b);
            low1 = _mm512_add_epi32(low1, _mm512_madd_epi16(low, ones));
            high1 = _mm512_add_epi32(high1, _mm512_madd_epi16(high, ones));
            low2 = _mm512_add_epi32(low2, _mm512_madd_epi16(low, low));
            high2 = _mm512_add_epi32(high2, _mm512_madd_epi16(high, high));
        }
        _mm512_store_si512(sums->s1 + c, low1);
        _mm512_store_si512(sums->s1 + c + 16, high1);
        _mm512_store_si512(sums->s2 + c, low2);
        _mm512_store_si512(sums->s2 + c + 16, high2);
    }
}

static inline void tail_flush_one(const int32_t *sums, int64_t *total)
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i last = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);

    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        const __m512i low = _mm512_load_si512(sums + c), high = _mm512_load_si512(sums + c + 16);
        const __m512i ordered[2] = {_mm512_permutex2var_epi64(low, first, high),
                                    _mm512_permutex2var_epi64(low, last, high)};
        for (int i = 0; i < 4; i++) {
            const __m256i eight =
                i % 2 == 0 ? _mm512_castsi512_si256(ordered[i / 2]) : _mm512_extracti64x4_epi64(ordered[i / 2], 1);
            int64_t *at = total + c + 8 * i;
            _mm512_storeu_si512(at, _mm512_add_epi64(_mm512_loadu_si512(at), _mm512_cvtepi32_epi64(eight)));
        }
    }
}

static inline void tail_output(const int16_t *s, int cells, const struct artem_unit *u, int8_t *x, uint8_t *bits)
{
    const __m512i half = _mm512_set1_epi16(8), zero = _mm512_setzero_si512();

    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        const __m512i a = _mm512_loadu_si512(u->a + c), b = _mm512_loadu_si512(u->b + c);
        const __m512i slope = _mm512_loadu_si512(u->slope + c), shift = _mm512_loadu_si512(u->shift + c);
        const __m256i limit =
            u->next != NULL ? _mm256_loadu_si256((const __m256i *)(u->next + c)) : _mm256_setzero_si256();
        for (int i = 0; i < cells; i++) {
            __m256i *at = (__m256i *)(x + i * ARTEM_TRUNK + c);
            const __m512i in = _mm512_slli_epi16(_mm512_load_si512(s + i * ARTEM_TRUNK + c), 4);
            const __m512i z = _mm512_adds_epi16(_mm512_mulhrs_epi16(in, a), b);
            const __m512i r = _mm512_mask_mulhrs_epi16(z, _mm512_cmple_epi16_mask(z, zero), z, slope);
            const __m512i y = _mm512_srai_epi16(_mm512_adds_epi16(_mm512_adds_epi16(r, shift), half), 4);
            const __m256i out =
                _mm512_cvtsepi16_epi8(_mm512_add_epi16(_mm512_cvtepi8_epi16(_mm256_loadu_si256(at)), y));
            _mm256_storeu_si256(at, out);
            if (u->next != NULL) {
                const uint32_t mask = _mm256_cmpgt_epi8_mask(out, limit);
                memcpy(bits + i * ARTEM_MAP_BYTES + c / 8, &mask, sizeof mask);
            }
        }
    }
}

#endif
