// SPDX-License-Identifier: Apache-2.0
// From weights and parameters as model files have them to the kernels' layout (layout.h). The output is written as a
// whole, padding included.
#ifndef ARTEM_KERNELS_CUDA_PACK_H
#define ARTEM_KERNELS_CUDA_PACK_H

#include "layout.h"

#ifdef __cplusplus
extern "C" {
#endif

struct artem_cuda_network_source {
    const uint8_t *trunk_bits; // [10][128 out][9 taps][16 bytes]: channel c is bit c % 8 of byte c / 8
    const int8_t *enc_weights; // [128 out][9 taps][64 in]
    const uint8_t *lut;        // [1024]
    int adapt, enc_shift;
};

struct artem_cuda_style_source {
    struct {
        const int16_t *gain, *bias;   // [128]
        const int64_t *mean, *square; // [128]
    } norm[ARTEM_CUDA_LAYERS];
    struct {
        const int8_t *threshold;      // [128]
        const int16_t *slope, *shift; // [128]
    } unit[ARTEM_CUDA_UNITS];
    const int16_t *dec_gain, *dec_bias; // [128]
    struct {
        const int8_t *weights;     // [out][9 taps][in]: 128 -> 32, 32 -> 12, 16 -> 3
        const int16_t *mul, *bias; // [out]
        int shift;
    } decoder[3];
};

void artem_cuda_pack_network(const struct artem_cuda_network_source *source, struct artem_cuda_network *out_network);
void artem_cuda_pack_style(const struct artem_cuda_style_source *source, struct artem_cuda_style *out_style);

#ifdef __cplusplus
}
#endif

#endif
