// SPDX-License-Identifier: Apache-2.0
// Around the trunk. Channels outside, cells inside, so that parameters stay in registers.
#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "variants_x86.h"

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline void store(void *p, __m256i v)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

static inline void add_to(int64_t *p, __m128i v)
{
    store(p, _mm256_add_epi64(load(p), _mm256_cvtepi32_epi64(v)));
}

// Two cells at a time: interleaved, so that one multiply-add gives the sum of two squares, at most 2^31 and thus
// unsigned, and with ones the sum of two values.
void artem_sums_avx2(const int16_t *s, int n, int64_t *s1, int64_t *s2)
{
    const __m256i ones = _mm256_set1_epi16(1), low = _mm256_set1_epi64x(0xFFFFFFFF), zero = _mm256_setzero_si256();

    for (int c = 0; c < ARTEM_TRUNK; c += 16) {
        // [0]: channels 0..3 and 8..11, [1]: the others. Squares: even and odd ones of these.
        __m256i sum[2] = {zero, zero}, even[2] = {zero, zero}, odd[2] = {zero, zero};
        for (int i = 0; i < n; i += 2) {
            const __m256i a = load(s + i * ARTEM_TRUNK + c);
            const __m256i b = i + 1 < n ? load(s + (i + 1) * ARTEM_TRUNK + c) : zero;
            const __m256i pairs[2] = {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
            for (int h = 0; h < 2; h++) {
                const __m256i squares = _mm256_madd_epi16(pairs[h], pairs[h]);
                sum[h] = _mm256_add_epi32(sum[h], _mm256_madd_epi16(pairs[h], ones));
                even[h] = _mm256_add_epi64(even[h], _mm256_and_si256(squares, low));
                odd[h] = _mm256_add_epi64(odd[h], _mm256_srli_epi64(squares, 32));
            }
        }
        for (int h = 0; h < 2; h++) {
            const __m256i first = _mm256_unpacklo_epi64(even[h], odd[h]), last = _mm256_unpackhi_epi64(even[h], odd[h]);
            int64_t *t1 = s1 + c + 4 * h, *t2 = s2 + c + 4 * h;
            add_to(t1, _mm256_castsi256_si128(sum[h]));
            add_to(t1 + 8, _mm256_extracti128_si256(sum[h], 1));
            store(t2, _mm256_add_epi64(load(t2), _mm256_permute2x128_si256(first, last, 0x20)));
            store(t2 + 8, _mm256_add_epi64(load(t2 + 8), _mm256_permute2x128_si256(first, last, 0x31)));
        }
    }
}

// 32 channels from two vectors of int16, saturated.
static inline __m256i narrow(__m256i low, __m256i high)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
}

static inline void store_bits(uint8_t *bits, __m256i x, __m256i t)
{
    const int mask = _mm256_movemask_epi8(_mm256_cmpgt_epi8(x, t));

    memcpy(bits, &mask, sizeof mask);
}

void artem_encoder_output_avx2(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                               uint8_t *bits)
{
    const __m256i half = _mm256_set1_epi16(8);

    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        const __m256i a0 = load(a + c), a1 = load(a + c + 16), b0 = load(b + c), b1 = load(b + c + 16);
        const __m256i limit = load(t + c);
        for (int i = 0; i < n; i++) {
            const int16_t *in = s + i * ARTEM_TRUNK + c;
            __m256i z0 = _mm256_adds_epi16(_mm256_mulhrs_epi16(load(in), a0), b0);
            __m256i z1 = _mm256_adds_epi16(_mm256_mulhrs_epi16(load(in + 16), a1), b1);
            z0 = _mm256_srai_epi16(_mm256_adds_epi16(z0, half), 4);
            z1 = _mm256_srai_epi16(_mm256_adds_epi16(z1, half), 4);
            const __m256i out = narrow(z0, z1);
            store(x + i * ARTEM_TRUNK + c, out);
            store_bits(bits + i * ARTEM_MAP_BYTES + c / 8, out, limit);
        }
    }
}

// Leaky ReLU and the decoder's zero point: max(z, z >> 3) is z for z > 0, else z >> 3.
static inline __m256i decoder_step(__m128i x, __m256i gain, __m256i bias)
{
    const __m256i wide = _mm256_slli_epi16(_mm256_cvtepi8_epi16(x), 8);
    const __m256i z = _mm256_adds_epi16(_mm256_mulhrs_epi16(wide, gain), bias);

    return _mm256_adds_epi16(_mm256_max_epi16(z, _mm256_srai_epi16(z, 3)), _mm256_set1_epi16(32));
}

void artem_decoder_input_avx2(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u)
{
    for (int c = 0; c < ARTEM_TRUNK; c += 32) {
        const __m256i g0 = load(gain + c), g1 = load(gain + c + 16), b0 = load(bias + c), b1 = load(bias + c + 16);
        for (int i = 0; i < n; i++) {
            const __m256i in = load(x + i * ARTEM_TRUNK + c);
            const __m256i low = decoder_step(_mm256_castsi256_si128(in), g0, b0);
            const __m256i high = decoder_step(_mm256_extracti128_si256(in, 1), g1, b1);
            store(u + i * ARTEM_TRUNK + c, _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xD8));
        }
    }
}
