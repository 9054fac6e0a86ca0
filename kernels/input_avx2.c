// SPDX-License-Identifier: Apache-2.0
// Encoder input, docs/arithmetic.md §4.
#include <immintrin.h>

#include "artem_kernels/noise.h"
#include "variants_x86.h"

static inline __m128i row_of(const uint8_t *rgba)
{
    return _mm_loadu_si128((const __m128i *)rgba);
}

// The largest difference of a colour: alpha is not looked at.
static inline int spread(__m128i low, __m128i high)
{
    low = _mm_min_epu8(low, _mm_srli_si128(low, 8));
    high = _mm_max_epu8(high, _mm_srli_si128(high, 8));
    low = _mm_min_epu8(low, _mm_srli_si128(low, 4));
    high = _mm_max_epu8(high, _mm_srli_si128(high, 4));
    const unsigned d = (unsigned)_mm_cvtsi128_si32(_mm_subs_epu8(high, low));
    const int r = (int)(d & 255), g = (int)(d >> 8 & 255), b = (int)(d >> 16 & 255), rg = r > g ? r : g;
    return rg > b ? rg : b;
}

void artem_encoder_input_avx2(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u)
{
    const __m128i drop_alpha = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);

    for (int i = 0; i < n; i++, rgba += 16, v += ARTEM_NOISE, u += ARTEM_ENC) {
        __m128i rows[4];
        for (int dy = 0; dy < 4; dy++) {
            rows[dy] = row_of(rgba + (uint64_t)dy * stride);
            // Four bytes too many, which the next store overwrites.
            _mm_storeu_si128((__m128i *)(u + 12 * dy), _mm_shuffle_epi8(rows[dy], drop_alpha));
        }
        const __m128i low = _mm_min_epu8(_mm_min_epu8(rows[0], rows[1]), _mm_min_epu8(rows[2], rows[3]));
        const __m128i high = _mm_max_epu8(_mm_max_epu8(rows[0], rows[1]), _mm_max_epu8(rows[2], rows[3]));
        const int amp = 32 - spread(low, high);
        const __m256i noise = _mm256_mullo_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)v)),
                                                 _mm256_set1_epi16((short)(amp < 0 ? 0 : amp)));
        const __m256i words = _mm256_add_epi16(_mm256_srai_epi16(noise, 7), _mm256_set1_epi16(128));
        _mm_storeu_si128((__m128i *)(u + 48),
                         _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
    }
}
