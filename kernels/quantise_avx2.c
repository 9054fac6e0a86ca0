// SPDX-License-Identifier: Apache-2.0
// Floats to planes of bits (docs/arithmetic.md §10), 32 channels at a time.
#include <immintrin.h>
#include <string.h>

#include "variants_x86.h"

enum { GROUP = 32 }; // channels

static inline uint32_t above(const float *values, const float *threshold)
{
    uint32_t bits = 0;

    for (int i = 0; i < GROUP; i += 8) {
        const __m256 greater =
            _mm256_cmp_ps(_mm256_loadu_ps(values + i),
                          threshold != NULL ? _mm256_loadu_ps(threshold + i) : _mm256_setzero_ps(), _CMP_GT_OQ);
        bits |= (uint32_t)_mm256_movemask_ps(greater) << i;
    }
    return bits;
}

// Eight quanta as int32.
static inline __m256i quanta(const float *values, __m256 step, __m256 limit)
{
    __m256 q = _mm256_div_ps(_mm256_loadu_ps(values), step);

    q = _mm256_and_ps(q, _mm256_cmp_ps(q, q, _CMP_ORD_Q)); // NaN is 0
    q = _mm256_max_ps(q, _mm256_sub_ps(_mm256_setzero_ps(), limit));
    return _mm256_cvtps_epi32(_mm256_min_ps(q, limit));
}

void artem_bgrad_quantise_avx2(const float *gradient, size_t n, uint32_t channels, int bits, float step,
                               uint8_t *planes)
{
    const size_t bytes = channels / 8;
    const __m256 steps = _mm256_set1_ps(step), limit = _mm256_set1_ps((float)((1 << (bits - 1)) - 1));

    for (size_t i = 0; i < n; i++, planes += (size_t)bits * bytes)
        for (size_t c = 0; c < channels; c += GROUP, gradient += GROUP) {
            uint8_t *out = planes + c / 8;
            if (bits == 1) {
                const uint32_t word = above(gradient, NULL);
                memcpy(out, &word, sizeof word);
                continue;
            }
            const __m256i low = _mm256_packs_epi32(quanta(gradient, steps, limit), quanta(gradient + 8, steps, limit)),
                          high = _mm256_packs_epi32(quanta(gradient + 16, steps, limit),
                                                    quanta(gradient + 24, steps, limit));
            // In each lane: four of every eight.
            const __m256i q =
                _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
            for (int plane = 0; plane < bits; plane++, out += bytes) {
                const uint32_t word = (uint32_t)_mm256_movemask_epi8(_mm256_sll_epi16(q, _mm_cvtsi32_si128(7 - plane)));
                memcpy(out, &word, sizeof word);
            }
        }
}

void artem_binarise_avx2(const float *values, size_t n, uint32_t channels, const float *threshold, uint8_t *planes)
{
    const size_t bytes = channels / 8;

    for (size_t i = 0; i < n; i++, planes += 2 * bytes) {
        for (size_t c = 0; c < channels; c += GROUP, values += GROUP) {
            const uint32_t word = above(values, threshold + c);
            memcpy(planes + c / 8, &word, sizeof word);
        }
        memset(planes + bytes, 0, bytes);
    }
}
