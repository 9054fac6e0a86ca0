// SPDX-License-Identifier: Apache-2.0
// What surrounds the decoder's convolutions.
#include <immintrin.h>

#include "variants_x86.h"

void artem_requantise_avx2(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u)
{
    const __m256i half = _mm256_set1_epi16(8), zero_point = _mm256_set1_epi16(32);

    for (int c = 0; c < channels; c += 16) {
        const __m256i m = _mm256_loadu_si256((const __m256i *)(mul + c));
        const __m256i b = _mm256_loadu_si256((const __m256i *)(bias + c));
        for (int i = 0; i < n; i++) {
            const __m256i in = _mm256_load_si256((const __m256i *)(s + i * channels + c));
            __m256i z = _mm256_adds_epi16(_mm256_mulhrs_epi16(in, m), b);
            z = _mm256_max_epi16(z, _mm256_srai_epi16(z, 3)); // leaky ReLU: z for z > 0, else z >> 3
            z = _mm256_add_epi16(_mm256_srai_epi16(_mm256_adds_epi16(z, half), 4), zero_point);
            _mm_storeu_si128((__m128i *)(u + i * channels + c),
                             _mm_packus_epi16(_mm256_castsi256_si128(z), _mm256_extracti128_si256(z, 1)));
        }
    }
}

// 3 p + q of 16 channels.
static inline __m256i between_rows(const uint8_t *p, const uint8_t *q)
{
    const __m256i near = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
    const __m256i far = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)q));

    return _mm256_add_epi16(_mm256_add_epi16(near, near), _mm256_add_epi16(near, far));
}

static inline __m256i between_columns(__m256i near3, __m256i far)
{
    return _mm256_srli_epi16(_mm256_add_epi16(near3, _mm256_add_epi16(far, _mm256_set1_epi16(8))), 4);
}

void artem_double_row_avx2(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out)
{
    for (int c = 0; c < channels; c += 16) {
        __m256i left = between_rows(p + c, q + c);
        __m256i here = between_rows(p + channels + c, q + channels + c);
        for (int x = 0; x < n; x++) {
            const int next = (x + 2) * channels + c;
            const __m256i right = between_rows(p + next, q + next);
            const __m256i here3 = _mm256_add_epi16(_mm256_add_epi16(here, here), here);
            const __m256i both = _mm256_permute4x64_epi64(
                _mm256_packus_epi16(between_columns(here3, left), between_columns(here3, right)), 0xD8);
            uint8_t *at = out + 2 * x * channels + c;
            _mm_storeu_si128((__m128i *)at, _mm256_castsi256_si128(both));
            _mm_storeu_si128((__m128i *)(at + channels), _mm256_extracti128_si256(both, 1));
            left = here;
            here = right;
        }
    }
}

void artem_output_avx2(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut,
                       uint8_t *rgba)
{
    const __m128i m = _mm_setr_epi16(mul[0], mul[1], mul[2], 0, 0, 0, 0, 0);
    const __m128i b = _mm_setr_epi16(bias[0], bias[1], bias[2], 0, 0, 0, 0, 0);

    for (int i = 0; i < n; i++, s += 16, rgba += 4) {
        __m128i z = _mm_adds_epi16(_mm_mulhrs_epi16(_mm_load_si128((const __m128i *)s), m), b);
        // (z + 4096) >> 3
        z = _mm_add_epi16(_mm_srai_epi16(z, 3), _mm_set1_epi16(512));
        z = _mm_min_epi16(_mm_max_epi16(z, _mm_setzero_si128()), _mm_set1_epi16(1023));
        rgba[0] = lut[_mm_extract_epi16(z, 0)];
        rgba[1] = lut[_mm_extract_epi16(z, 1)];
        rgba[2] = lut[_mm_extract_epi16(z, 2)];
        rgba[3] = 255;
    }
}
