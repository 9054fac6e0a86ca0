// SPDX-License-Identifier: Apache-2.0
// AVX2 kernels. Contracts: artem_kernels/kernels.h.
#ifndef ARTEM_KERNELS_VARIANTS_AVX2_H
#define ARTEM_KERNELS_VARIANTS_AVX2_H

#include "artem_kernels/kernels.h"

void artem_conv8_pack_avx2(struct artem_conv8 *layer);
void artem_conv8_avx2(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_avx2(struct artem_bconv *unit);
void artem_bconv_avx2(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s);
void artem_sums_avx2(const int16_t *s, int n, int64_t *s1, int64_t *s2);
void artem_encoder_output_avx2(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                               uint8_t *bits);
void artem_unit_output_avx2(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int16_t *slope,
                            const int16_t *shift, const int8_t *t, int8_t *x, uint8_t *bits);
void artem_decoder_input_avx2(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u);
void artem_requantise_avx2(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u);
void artem_double_row_avx2(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out);
void artem_output_avx2(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut,
                       uint8_t *rgba);

#endif
