// SPDX-License-Identifier: Apache-2.0
// AArch64 kernels. Contracts: artem_kernels/kernels.h.
#ifndef ARTEM_KERNELS_VARIANTS_NEON_H
#define ARTEM_KERNELS_VARIANTS_NEON_H

#include "artem_kernels/kernels.h"

void artem_conv8_pack_neon(struct artem_conv8 *layer);
void artem_conv8_neon(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_neon(struct artem_bconv *conv);
void artem_unit_neon(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,
                     int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2);
void artem_sums_neon(const int16_t *s, int n, int64_t *s1, int64_t *s2);
void artem_encoder_output_neon(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                               uint8_t *bits);
void artem_decoder_input_neon(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u);
void artem_requantise_neon(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u);
void artem_double_row_neon(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out);

#endif
