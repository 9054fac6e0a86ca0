// SPDX-License-Identifier: Apache-2.0
// unit_tail.h with AVX2. Channels outside, cells inside, so that parameters stay in registers.
#ifndef ARTEM_KERNELS_UNIT_TAIL_AVX2_H
#define ARTEM_KERNELS_UNIT_TAIL_AVX2_H

#include "unit_tail.h"

static inline __m256i tail_load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline void tail_store(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

// Two cells at a time, interleaved, so that one multiply-add gives the sum of two squares.
static inline void tail_add(const int16_t *s, int cells, struct tail_sums *sums)
{
    const __m256i ones = _mm256_set1_epi16(1);

    for (int c = 0; c < ARTEM_TRUNK; c += 16) {
        __m256i low1 = tail_load(sums->s1 + c), high1 = tail_load(sums->s1 + c + 8);
        __m256i low2 = tail_load(sums->s2 + c), high2 = tail_load(sums->s2 + c + 8);
        for (int i = 0; i < cells; i += 2) {
            const __m256i a = tail_load(s + i * ARTEM_TRUNK + c);
            const __m256i b = i + 1 < cells ? tail_load(s + (i + 1) * ARTEM_TRUNK + c) : _mm256_setzero_si256();
            const __m256i low = _mm256_unpacklo_epi16(a, b), high = _mm256_unpackhi_epi16(a, b);
            low1 = _mm256_add_epi32(low1, _mm256_madd_epi16(low, ones));
            high1 = _mm256_add_epi32(high1, _mm256_madd_epi16(high, ones));
            low2 = _mm256_add_epi32(low2, _mm256_madd_epi16(low, low));
            high2 = _mm256_add_epi32(high2, _mm256_madd_epi16(high, high));
        }
        tail_store(sums->s1 + c, low1);
        tail_store(sums->s1 + c + 8, high1);
        tail_store(sums->s2 + c, low2);
        tail_store(sums->s2 + c + 8, high2);
    }
}

static inline void tail_flush_one(const int32_t *sums, int64_t *total)
{
    for (int c = 0; c < ARTEM_TRUNK; c += 16) {
        const __m256i low = tail_load(sums + c), high = tail_load(sums + c + 8);
        const __m256i ordered[2] = {_mm256_permute2x128_si256(low, high, 0x20),
                                    _mm256_permute2x128_si256(low, high, 0x31)};
        for (int i = 0; i < 4; i++) {
            const __m128i four =
                i % 2 == 0 ? _mm256_castsi256_si128(ordered[i / 2]) : _mm256_extracti128_si256(ordered[i / 2], 1);
            int64_t *at = total + c + 4 * i;
            tail_store(at, _mm256_add_epi64(tail_load(at), _mm256_cvtepi32_epi64(four)));
        }
    }
}

struct tail_vectors {
    __m256i a, b, slope, shift;
};

static inline struct tail_vectors tail_parameters(const struct artem_unit *u, int c)
{
    return (struct tail_vectors){tail_load(u->a + c), tail_load(u->b + c), tail_load(u->slope + c),
                                 tail_load(u->shift + c)};
}

static inline __m256i tail_step(__m128i x, __m256i s, const struct tail_vectors *v)
{
    const __m256i z = _mm256_adds_epi16(_mm256_mulhrs_epi16(_mm256_slli_epi16(s, 4), v->a), v->b);
    const __m256i positive = _mm256_cmpgt_epi16(z, _mm256_setzero_si256());
    const __m256i r = _mm256_blendv_epi8(_mm256_mulhrs_epi16(z, v->slope), z, positive);
    const __m256i y = _mm256_adds_epi16(_mm256_adds_epi16(r, v->shift), _mm256_set1_epi16(8));

    return _mm256_add_epi16(_mm256_cvtepi8_epi16(x), _mm256_srai_epi16(y, 4));
}

static inline void tail_output(const int16_t *s, int cells, const struct artem_unit *u, int8_t *x, uint8_t *bits)
{
    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        const struct tail_vectors low = tail_parameters(u, c), high = tail_parameters(u, c + 16);
        const __m256i limit = u->next != NULL ? tail_load(u->next + c) : _mm256_setzero_si256();
        for (int i = 0; i < cells; i++) {
            const int16_t *in = s + i * ARTEM_TRUNK + c;
            const __m256i old = tail_load(x + i * ARTEM_TRUNK + c);
            const __m256i new0 = tail_step(_mm256_castsi256_si128(old), tail_load(in), &low);
            const __m256i new1 = tail_step(_mm256_extracti128_si256(old, 1), tail_load(in + 16), &high);
            const __m256i out = _mm256_permute4x64_epi64(_mm256_packs_epi16(new0, new1), 0xD8);
            tail_store(x + i * ARTEM_TRUNK + c, out);
            if (u->next != NULL) {
                const int mask = _mm256_movemask_epi8(_mm256_cmpgt_epi8(out, limit));
                memcpy(bits + i * ARTEM_MAP_BYTES + c / 8, &mask, sizeof mask);
            }
        }
    }
}

#endif
