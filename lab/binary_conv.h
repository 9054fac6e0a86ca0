// SPDX-License-Identifier: Apache-2.0
// A layer of a binarised network (docs/lab.md) on the kernels of binary.h, for tensors as dnn.h has them: dense
// [height][width][channels] float. The same rules: made for one size, one thread at a time; dnn_set_threads counts.
#ifndef ARTEM_LAB_BINARY_CONV_H
#define ARTEM_LAB_BINARY_CONV_H

#include "weights.h"

struct binary_conv;

// layer is copied. gradient_bits: 1, 2, 4, 8, or 32 for floats; 0: there is no way back.
enum artem_result binary_conv_create(uint32_t height, uint32_t width, const struct vgg_layer *layer, int gradient_bits,
                                     struct binary_conv **out_conv);
// Σ w·b alone.
void binary_conv_sums(struct binary_conv *conv, const float *in, float *sums);
// out: after the ReLU.
enum artem_result binary_conv_forward(struct binary_conv *conv, const float *in, float *out);
// in and out: as forward had them. grad: with respect to out; with 32 bits it is changed.
enum artem_result binary_conv_backward(struct binary_conv *conv, const float *in, const float *out, float *grad,
                                       float *grad_in);
uint64_t binary_conv_memory(const struct binary_conv *conv); // bytes beside the weights
void binary_conv_destroy(struct binary_conv **conv);

#endif
