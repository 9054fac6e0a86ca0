// SPDX-License-Identifier: Apache-2.0
// The binary convolution backwards on vectors of 64 outputs.
#include <immintrin.h>

#include "variants_x86.h"

enum { VEC = 64, VECTORS = 2, CELLS = 4 };

typedef __m512i vec;

static inline vec vec_load(const void *p)
{
    return _mm512_loadu_si512(p);
}

static inline void vec_store(void *p, vec v)
{
    _mm512_storeu_si512(p, v);
}

static inline vec vec_table(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)p));
}

// The uint16 of one half as int32.
static inline vec vec_widen(vec v, int half)
{
    return _mm512_cvtepu16_epi32(half == 0 ? _mm512_castsi512_si256(v) : _mm512_extracti64x4_epi64(v, 1));
}

// int32 times scale, as floats.
static inline vec vec_float(vec v, float scale)
{
    return _mm512_castps_si512(_mm512_mul_ps(_mm512_cvtepi32_ps(v), _mm512_set1_ps(scale)));
}

#define vec_zero _mm512_setzero_si512
#define vec_set16 _mm512_set1_epi16
#define vec_set32 _mm512_set1_epi32
#define vec_shuffle _mm512_shuffle_epi8
#define vec_add8 _mm512_add_epi8
#define vec_add16 _mm512_add_epi16
#define vec_add32 _mm512_add_epi32
#define vec_and _mm512_and_si512
#define vec_shift16 _mm512_srli_epi16
#define vec_shift32 _mm512_slli_epi32

#include "bgrad_body_x86.h"

void artem_bgrad_pack_avx512(struct artem_bgrad *grad)
{
    pack(grad);
}

void artem_bgrad_rows_avx512(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1)
{
    rows_apply(grad, y0, y1);
}
