// SPDX-License-Identifier: Apache-2.0
// VGG-16's convolutions (Simonyan & Zisserman 2015) from a safetensors file: tensors NAME.weight and NAME.bias with the
// names of vgg_layer_names, float32 or float16, [outputs][inputs][3][3]; the network takes BGR of 0..255 minus
// VGG_MEAN. models/fetch-vgg gets such a file.
#ifndef ARTEM_LAB_WEIGHTS_H
#define ARTEM_LAB_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"

enum { VGG_LAYERS = 13 };

extern const char *const vgg_layer_names[VGG_LAYERS]; // "conv1_1" to "conv5_3"
extern const uint32_t vgg_layer_channels[VGG_LAYERS];
extern const uint32_t vgg_layer_level[VGG_LAYERS]; // how often the picture was halved before it
extern const float vgg_mean[3];                    // of R, G, B

// Values of a layer's Gram matrix.
static inline uint64_t vgg_gram_size(uint32_t layer)
{
    return (uint64_t)vgg_layer_channels[layer] * vgg_layer_channels[layer];
}

// A layer of a binarised network; docs/lab.md says what it computes.
struct binary_weights {
    uint8_t *bits;             // [outputs][9][inputs / 8], tap by tap, lowest bit first; 1 is +1, 0 is -1
    float *alpha;              // [outputs]
    float *threshold, *window; // [inputs]
    float *skip;               // [outputs], or NULL
};

struct vgg_layer {
    uint32_t inputs, outputs;
    float *weights; // input channels of the first layer: R, G, B; NULL where the layer is binary
    float *bias;
    struct binary_weights binary; // empty where it is not
};

enum vgg_variant { VGG_FLOAT, VGG_PLAIN, VGG_AWARE, VGG_TRAINED, VGG_VARIANTS };
extern const char *const vgg_variant_names[VGG_VARIANTS];

struct vgg_weights {
    enum vgg_variant variant; // the others are binarised
    uint32_t layers;          // the first that many are there
    struct vgg_layer layer[VGG_LAYERS];
};

// Reads the first `layers`. On failure says why in the log, and *out_weights is empty.
enum artem_result vgg_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights);
// The same from a file of a binarised network.
enum artem_result binary_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights);
// Writes such a file. False after a message in the log.
bool binary_weights_save(const char *path, const struct vgg_weights *weights);
// How many layers it has, or 0 after a message.
uint32_t binary_weights_count(const char *path);
void vgg_weights_free(struct vgg_weights *weights);

// 0..VGG_LAYERS-1, or VGG_LAYERS for a name that no layer has.
uint32_t vgg_layer_by_name(const char *name);

#endif
