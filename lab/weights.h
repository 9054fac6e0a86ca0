// SPDX-License-Identifier: Apache-2.0
// VGG-16's convolutions (Simonyan & Zisserman 2015) from a safetensors file: tensors NAME.weight and NAME.bias with the
// names of vgg_layer_names, float32 or float16, [outputs][inputs][3][3]; the network takes BGR of 0..255 minus
// VGG_MEAN. models/fetch-vgg gets such a file.
#ifndef ARTEM_LAB_WEIGHTS_H
#define ARTEM_LAB_WEIGHTS_H

#include <stdint.h>

#include "artem/result.h"

enum { VGG_LAYERS = 13 };

extern const char *const vgg_layer_names[VGG_LAYERS]; // "conv1_1" to "conv5_3"
extern const uint32_t vgg_layer_channels[VGG_LAYERS];
extern const uint32_t vgg_layer_level[VGG_LAYERS]; // how often the picture was halved before it
extern const float vgg_mean[3];                    // of R, G, B

struct vgg_weights {
    uint32_t layers; // the first that many are there
    struct {
        uint32_t inputs, outputs;
        float *weights; // input channels of the first layer: R, G, B
        float *bias;
    } layer[VGG_LAYERS];
};

// Reads the first `layers`. On failure says why in the log, and *out_weights is empty.
enum artem_result vgg_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights);
void vgg_weights_free(struct vgg_weights *weights);

// 0..VGG_LAYERS-1, or VGG_LAYERS for a name that no layer has.
uint32_t vgg_layer_by_name(const char *name);

#endif
