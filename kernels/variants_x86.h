// SPDX-License-Identifier: Apache-2.0
// x86 kernels by instruction set. Contracts: artem_kernels/kernels.h.
#ifndef ARTEM_KERNELS_VARIANTS_X86_H
#define ARTEM_KERNELS_VARIANTS_X86_H

#include "artem_kernels/kernels.h"

// CPUID leaf 7.1 EAX bit 4: compilers of today's distributions do not all know its name.
bool artem_cpu_has_avxvnni(void);

#define ARTEM_UNIT_KERNEL(name)                                                                                        \
    void name(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,      \
              int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2)

void artem_noise_avx2(const struct artem_noise_map *map, int x, int y, int n, int8_t *v);
void artem_encoder_input_avx2(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u);
void artem_conv8_pack_avx2(struct artem_conv8 *layer);
void artem_conv8_avx2(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_avx2(struct artem_bconv *conv);
ARTEM_UNIT_KERNEL(artem_unit_avx2);
void artem_sums_avx2(const int16_t *s, int n, int64_t *s1, int64_t *s2);
void artem_encoder_output_avx2(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                               uint8_t *bits);
void artem_decoder_input_avx2(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u);
void artem_requantise_avx2(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u);
void artem_double_row_avx2(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out);
void artem_output_avx2(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut,
                       uint8_t *rgba);

void artem_scale_rows_avx2(const struct artem_scale *s, uint32_t y0, uint32_t y1);
void artem_composite_rows_avx2(const struct artem_composite *c, uint32_t y0, uint32_t y1);

void artem_bgrad_pack_avx2(struct artem_bgrad *grad);
void artem_bgrad_rows_avx2(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1);
void artem_bgrad_quantise_avx2(const float *gradient, size_t n, uint32_t channels, int bits, float step,
                               uint8_t *planes);
void artem_binarise_avx2(const float *values, size_t n, uint32_t channels, const float *threshold, uint8_t *planes);

void artem_conv8_avxvnni(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);

void artem_conv8_avx512(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_avx512(struct artem_bconv *conv);
ARTEM_UNIT_KERNEL(artem_unit_avx512);

void artem_bgrad_pack_avx512(struct artem_bgrad *grad);
void artem_bgrad_rows_avx512(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1);

void artem_bconv_pack_avx512popcnt(struct artem_bconv *conv);
ARTEM_UNIT_KERNEL(artem_unit_avx512popcnt);

void artem_conv8_avx512icl(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);
void artem_bconv_pack_avx512icl(struct artem_bconv *conv);
ARTEM_UNIT_KERNEL(artem_unit_avx512icl);

#endif
