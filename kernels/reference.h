// SPDX-License-Identifier: Apache-2.0
// The reference: the kernels in plain C, the twin of docs/arithmetic.md. Contracts: artem_kernels/kernels.h.
#ifndef ARTEM_KERNELS_REFERENCE_H
#define ARTEM_KERNELS_REFERENCE_H

#include "artem_kernels/kernels.h"

void artem_noise_c(const struct artem_noise_map *map, int x, int y, int n, int8_t *v);
void artem_encoder_input_c(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u);
void artem_conv8_pack_c(struct artem_conv8 *layer);
// For the variants: weights as [tiles of outputs][steps of a window][outputs][inputs of a step], and the offsets.
void artem_conv8_pack_tiles(struct artem_conv8 *layer, int tile, int step);
void artem_conv8_c(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_c(struct artem_bconv *conv);
void artem_unit_c(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,
                  int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2);
void artem_threshold_c(const int8_t *x, const int8_t *t, uint8_t *bits); // one cell
void artem_sums_c(const int16_t *s, int n, int64_t *s1, int64_t *s2);
void artem_encoder_output_c(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                            uint8_t *bits);
void artem_decoder_input_c(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u);
void artem_requantise_c(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u);
void artem_double_row_c(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out);
void artem_output_c(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut,
                    uint8_t *rgba);

#endif
