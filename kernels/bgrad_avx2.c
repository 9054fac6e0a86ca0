// SPDX-License-Identifier: Apache-2.0
// The binary convolution backwards on vectors of 32 outputs.
#include <immintrin.h>

#include "variants_x86.h"

enum { VEC = 32, VECTORS = 2, CELLS = 4 };

typedef __m256i vec;

static inline vec vec_load(const void *p)
{
    return _mm256_loadu_si256((const vec *)p);
}

static inline void vec_store(void *p, vec v)
{
    _mm256_storeu_si256((vec *)p, v);
}

static inline vec vec_table(const uint8_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)p));
}

// The uint16 of one half as int32.
static inline vec vec_widen(vec v, int half)
{
    return _mm256_cvtepu16_epi32(half == 0 ? _mm256_castsi256_si128(v) : _mm256_extracti128_si256(v, 1));
}

// int32 times scale, as floats.
static inline vec vec_float(vec v, float scale)
{
    return _mm256_castps_si256(_mm256_mul_ps(_mm256_cvtepi32_ps(v), _mm256_set1_ps(scale)));
}

#define vec_zero _mm256_setzero_si256
#define vec_set16 _mm256_set1_epi16
#define vec_set32 _mm256_set1_epi32
#define vec_shuffle _mm256_shuffle_epi8
#define vec_add8 _mm256_add_epi8
#define vec_add16 _mm256_add_epi16
#define vec_add32 _mm256_add_epi32
#define vec_and _mm256_and_si256
#define vec_shift16 _mm256_srli_epi16
#define vec_shift32 _mm256_slli_epi32

#include "bgrad_body_x86.h"

void artem_bgrad_pack_avx2(struct artem_bgrad *grad)
{
    pack(grad);
}

void artem_bgrad_rows_avx2(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1)
{
    rows_apply(grad, y0, y1);
}
