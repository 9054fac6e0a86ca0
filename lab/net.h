// SPDX-License-Identifier: Apache-2.0
// VGG-16, in floats or binarised, for pictures of one size: features of its layers after their ReLU, and the gradient
// with respect to the picture of anything that is computed from them.
#ifndef ARTEM_LAB_NET_H
#define ARTEM_LAB_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"
#include "weights.h"

struct vgg_net;

struct vgg_features {
    uint32_t height, width, channels;
    float *values; // [height][width][channels], the network's own memory; valid until its next forward
};

// Layers 0..last of the weights, which may be freed afterwards. Sizes from 1 pixel times 2 to the level of `last`.
// gradient_bits: those of a binarised network's gradients, 1, 2, 4, 8 or 32 (as for any float network); 0: no way back.
enum artem_result vgg_net_create(const struct vgg_weights *weights, uint32_t last, uint32_t height, uint32_t width,
                                 bool average_pool, int gradient_bits, struct vgg_net **out_net);

// picture: [height][width][3], R, G, B, 0..1.
enum artem_result vgg_net_forward(struct vgg_net *net, const float *picture);
struct vgg_features vgg_net_features(const struct vgg_net *net, uint32_t layer);

// Adds a loss's gradient with respect to the features of a layer to grad (same shape as the features; all of it is
// there to be read and written).
typedef enum artem_result (*vgg_add_gradient)(void *user, uint32_t layer, const struct vgg_features *features,
                                              float *grad);

// After forward: calls add for every layer of the bit mask `layers`, the last first, and writes grad_picture.
enum artem_result vgg_net_backward(struct vgg_net *net, uint32_t layers, vgg_add_gradient add, void *user,
                                   float *grad_picture);

uint64_t vgg_net_memory(const struct vgg_net *net); // bytes of tensors
void vgg_net_destroy(struct vgg_net **net);

#endif
