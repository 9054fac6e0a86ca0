// SPDX-License-Identifier: Apache-2.0
// int8 convolution with AVX512-VNNI.
#include <immintrin.h>

static inline __m512i dot(__m512i sum, __m512i u, __m512i w)
{
    return _mm512_dpbusd_epi32(sum, u, w);
}

#include "conv8_body_avx512.h"

void artem_conv8_avx512icl(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    conv8(layer, rows, n, s);
}
