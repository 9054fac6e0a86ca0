// SPDX-License-Identifier: Apache-2.0
// Weights and parameters in the form that the kernels read.
#include <stdlib.h>

#include "cuda_engine.h"
#include "kernels/cuda/pack.h"

enum artem_result cuda_upload_network(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;
    const struct artem_network *network = cuda->network;
    const struct artem_cuda_network_source source = {
        .trunk_bits = network->trunk_bits,
        .enc_weights = network->enc_weights,
        .lut = network->lut,
        .adapt = network->adapt,
        .enc_shift = network->enc_shift,
    };
    void *staging = NULL;
    enum artem_result result = cuda_result(cuda, d->cuMemHostAlloc(&staging, cuda->model.size, 0), "no pinned memory");

    if (result != ARTEM_OK)
        return result;
    artem_cuda_pack_network(&source, staging);
    result = cuda_result(cuda, d->cuMemcpyHtoDAsync(cuda->model.address, staging, cuda->model.size, cuda->stream),
                         "the network cannot be copied");
    // Before the staging memory goes, whatever the copy said.
    const enum artem_result copied = cuda_result(cuda, d->cuStreamSynchronize(cuda->stream), "the copy fails");
    d->cuMemFreeHost(staging);
    cuda->stray = cuda->stray && copied != ARTEM_OK;
    return result != ARTEM_OK ? result : copied;
}

void cuda_pack_style(const struct artem_style *style, void *to)
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
    artem_cuda_pack_style(&source, to);
}
