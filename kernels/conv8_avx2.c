// SPDX-License-Identifier: Apache-2.0
// int8 convolution without VNNI, and how weights are packed for all x86 variants.
#include <immintrin.h>

// Pairs of products fit int16 because |w| <= 64.
static inline __m256i dot(__m256i sum, __m256i u, __m256i w)
{
    return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(u, w), _mm256_set1_epi16(1)));
}

#include "conv8_body_avx2.h"
#include "reference.h"

void artem_conv8_pack_avx2(struct artem_conv8 *layer)
{
    artem_conv8_pack_tiles(layer, TILE, STEP);
}

void artem_conv8_avx2(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    conv8(layer, rows, n, s);
}
