// SPDX-License-Identifier: Apache-2.0
// What files of float and of binarised networks share.
#ifndef ARTEM_LAB_WEIGHTS_INTERNAL_H
#define ARTEM_LAB_WEIGHTS_INTERNAL_H

#include "tensors.h"
#include "weights.h"

// Reads layer i, whose inputs and outputs are set.
typedef enum artem_result (*weights_read_layer)(const struct tensors *file, uint32_t i, struct vgg_layer *layer);

enum artem_result weights_read(const char *path, uint32_t layers, weights_read_layer read,
                               struct vgg_weights *out_weights);
enum artem_result weights_read_float_layer(const struct tensors *file, uint32_t i, struct vgg_layer *layer);

// The first layer's channels: files have B, G, R.
void weights_swap_red_and_blue(float *weights, uint32_t outputs);

#endif
