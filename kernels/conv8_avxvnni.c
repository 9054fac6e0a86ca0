// SPDX-License-Identifier: Apache-2.0
// int8 convolution with AVX-VNNI.
#include <immintrin.h>

static inline __m256i dot(__m256i sum, __m256i u, __m256i w)
{
    return _mm256_dpbusd_avx_epi32(sum, u, w);
}

#include "conv8_body_avx2.h"

void artem_conv8_avxvnni(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    conv8(layer, rows, n, s);
}
