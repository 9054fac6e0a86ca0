// SPDX-License-Identifier: Apache-2.0
// What a network and a style have for the packing of kernels/cuda/pack.h.
#ifndef ARTEM_CUDA_SOURCES_H
#define ARTEM_CUDA_SOURCES_H

#include "artem/engine.h"
#include "kernels/cuda/pack.h"

static inline struct artem_cuda_network_source cuda_network_source(const struct artem_network *network)
{
    return (struct artem_cuda_network_source){
        .trunk_bits = network->trunk_bits,
        .enc_weights = network->enc_weights,
        .lut = network->lut,
        .adapt = network->adapt,
        .enc_shift = network->enc_shift,
    };
}

static inline struct artem_cuda_style_source cuda_style_source(const struct artem_style *style)
{
    struct artem_cuda_style_source source = {
        .dec_gain = style->dec_gain,
        .dec_bias = style->dec_bias,
        .decoder = {{style->d0_weights, style->d0_mul, style->d0_bias, style->d0_shift},
                    {style->d1_weights, style->d1_mul, style->d1_bias, style->d1_shift},
                    {style->d2_weights, style->d2_mul, style->d2_bias, style->d2_shift}},
    };

    for (int k = 0; k < ARTEM_NORMS; k++) {
        source.norm[k].gain = style->norms[k].gain;
        source.norm[k].bias = style->norms[k].bias;
        source.norm[k].mean = style->norms[k].mean;
        source.norm[k].square = style->norms[k].square;
    }
    for (int k = 0; k < ARTEM_UNITS; k++) {
        source.unit[k].threshold = style->units[k].threshold;
        source.unit[k].slope = style->units[k].slope;
        source.unit[k].shift = style->units[k].shift;
    }
    return source;
}

#endif
