// SPDX-License-Identifier: Apache-2.0
// int8 convolution with AVX-512 but without VNNI.
#include <immintrin.h>

// Pairs of products fit int16 because |w| <= 64.
static inline __m512i dot(__m512i sum, __m512i u, __m512i w)
{
    return _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_maddubs_epi16(u, w), _mm512_set1_epi16(1)));
}

#include "conv8_body_avx512.h"

void artem_conv8_avx512(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    conv8(layer, rows, n, s);
}
