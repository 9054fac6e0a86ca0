// SPDX-License-Identifier: Apache-2.0
// A binarised layer as docs/lab.md defines it, in plain loops.
#ifndef ARTEM_TEST_PLAIN_BINARY_H
#define ARTEM_TEST_PLAIN_BINARY_H

#include "weights.h"

struct plain_shape {
    uint32_t height, width;
};

// A layer of random weights for inputs of 0..1. Free with plain_free.
struct vgg_layer plain_layer(uint32_t inputs, uint32_t outputs, bool has_skip);
void plain_free(struct vgg_layer *layer);
float plain_random(void); // -1..1

// What stands for an input value: 1 or 0, or with is_smooth a ramp of the window's width around the threshold, whose
// slope is what the way back goes by.
double plain_activation(const struct vgg_layer *layer, uint32_t channel, double x, bool is_smooth);

// Σ w·b, [height][width][outputs].
void plain_sums(const struct vgg_layer *layer, struct plain_shape shape, const double *in, bool is_smooth, double *out);
// The layer, with its ReLU.
void plain_forward(const struct vgg_layer *layer, struct plain_shape shape, const double *in, bool is_smooth,
                   double *out);
// The transposed convolution of `sent`, [height][width][outputs], by the signs.
void plain_transposed(const struct vgg_layer *layer, struct plain_shape shape, const double *sent, double *out);
// The way back in floats. out: the layer's; grad: with respect to it.
void plain_backward(const struct vgg_layer *layer, struct plain_shape shape, const double *in, const double *out,
                    const double *grad, double *grad_in);

#endif
