// SPDX-License-Identifier: Apache-2.0
// The network's state, for the files that it is made of.
#ifndef ARTEM_LAB_CUDA_VGG_INTERNAL_H
#define ARTEM_LAB_CUDA_VGG_INTERNAL_H

#include "cuda_layers.h"
#include "cuda_vgg.h"

enum { SCRATCHES = 2 };

struct cuda_vgg_layer {
    struct cuda_conv conv;
    bool has_pool; // before the convolution
    CUdeviceptr pooled, values, gram, target;
    uint32_t target_height, target_width;
};

struct cuda_vgg {
    struct cuda_device *device;
    uint32_t layers, height, width;
    bool average_pool, has_backward;
    uint64_t memory;
    float *host; // the picture, or its gradient, in planes; a Gram matrix
    CUdeviceptr picture, grads[2], scratch[SCRATCHES];
    CUdeviceptr grad; // of the layer at hand, while backward calls
    struct cuda_vgg_layer layer[VGG_LAYERS];
};

// Something of a layer's features' shape.
static inline struct cuda_view cuda_vgg_planes(const struct cuda_vgg *net, uint32_t layer, CUdeviceptr data)
{
    const struct cuda_conv *c = &net->layer[layer].conv;

    return cuda_planes(data, c->outputs, c->height, c->width);
}

#endif
