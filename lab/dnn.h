// SPDX-License-Identifier: Apache-2.0
// Float layers of a convolutional network and their gradients with respect to their inputs, on oneDNN. All tensors are
// dense [height][width][channels] float. A layer is made for one size; it may be used from one thread at a time,
// different layers at once.
#ifndef ARTEM_LAB_DNN_H
#define ARTEM_LAB_DNN_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/result.h"

struct dnn_conv;
struct dnn_pool;

// 3 x 3 convolution, zero padding, bias and, if wanted, ReLU. weights: [outputs][inputs][3][3], bias: [outputs]; both
// are copied.
enum artem_result dnn_conv_create(uint32_t height, uint32_t width, uint32_t inputs, uint32_t outputs,
                                  const float *weights, const float *bias, bool has_relu, bool has_backward,
                                  struct dnn_conv **out_conv);
enum artem_result dnn_conv_forward(struct dnn_conv *conv, const float *in, float *out);
// grad_sum: with respect to the sums before the ReLU.
enum artem_result dnn_conv_backward(struct dnn_conv *conv, const float *grad_sum, float *grad_in);
// The weights of the convolution that computes the gradient with respect to the input: out is [inputs][outputs][3][3].
void dnn_conv_transpose(uint32_t inputs, uint32_t outputs, const float *weights, float *out);
void dnn_conv_destroy(struct dnn_conv **conv);

// 2 x 2, stride 2; an odd last row or column is dropped.
enum artem_result dnn_pool_create(uint32_t height, uint32_t width, uint32_t channels, bool average,
                                  struct dnn_pool **out_pool);
enum artem_result dnn_pool_forward(struct dnn_pool *pool, const float *in, float *out);
enum artem_result dnn_pool_backward(struct dnn_pool *pool, const float *grad_out, float *grad_in);
void dnn_pool_destroy(struct dnn_pool **pool);

// gram[channels][channels] = scale * inᵀ · in + keep * gram, over `cells` rows of in.
enum artem_result dnn_gram(const float *in, uint64_t cells, uint32_t channels, float scale, float keep, float *gram);
// out = scale * in · matrix, [cells][channels] by [channels][channels].
enum artem_result dnn_product(const float *in, uint64_t cells, uint32_t channels, const float *matrix, float scale,
                              float *out);

// How many threads the layers of the calling thread use; 0 = one per CPU.
void dnn_set_threads(uint32_t threads);

#endif
