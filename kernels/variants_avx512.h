// SPDX-License-Identifier: Apache-2.0
// AVX-512 kernels. Contracts: artem_kernels/kernels.h.
#ifndef ARTEM_KERNELS_VARIANTS_AVX512_H
#define ARTEM_KERNELS_VARIANTS_AVX512_H

#include "artem_kernels/kernels.h"

void artem_conv8_avx512(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_avx512(struct artem_bconv *unit);
void artem_bconv_avx512(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s);

#endif
