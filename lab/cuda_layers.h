// SPDX-License-Identifier: Apache-2.0
// Layers of VGG-16 on a CUDA device, by cuDNN and cuBLAS, in 32-bit floats (no TF32). Work is queued on the device's
// stream; only cuda_square_sum waits. Between cuda_device_enter and leave.
#ifndef ARTEM_LAB_CUDA_LAYERS_H
#define ARTEM_LAB_CUDA_LAYERS_H

#include "cuda_device.h"

// A tensor, or a part of one: [channels][height][width] with these distances, in values.
struct cuda_view {
    CUdeviceptr data;
    uint32_t channels, height, width;
    uint64_t channel_step, row_step, column_step;
};

// One without gaps.
struct cuda_view cuda_planes(CUdeviceptr data, uint32_t channels, uint32_t height, uint32_t width);
// The same as [height][width][channels].
struct cuda_view cuda_pixels(CUdeviceptr data, uint32_t channels, uint32_t height, uint32_t width);
// A part of it: height x width from (x, y) on, of each step-th.
struct cuda_view cuda_part(const struct cuda_view *whole, uint32_t x, uint32_t y, uint32_t height, uint32_t width,
                           uint32_t step);

// to = scale * from + keep * to. They have the same size and do not overlap.
enum artem_result cuda_blend(struct cuda_device *device, float scale, const struct cuda_view *from, float keep,
                             const struct cuda_view *to);

// The convolutions of a layer, for one size.
struct cuda_conv {
    uint32_t layer, inputs, outputs, height, width;
    int forward, backward; // algorithms
    size_t workspace;      // of either, in bytes
};

// The weights have been taken to the device.
enum artem_result cuda_conv_choose(struct cuda_device *device, bool has_backward, struct cuda_conv *conv);
// With bias and ReLU.
enum artem_result cuda_conv_forward(struct cuda_device *device, const struct cuda_conv *conv, CUdeviceptr in,
                                    CUdeviceptr out);
// out: what forward computed; grad is masked by its ReLU.
enum artem_result cuda_conv_backward(struct cuda_device *device, const struct cuda_conv *conv, CUdeviceptr out,
                                     CUdeviceptr grad, CUdeviceptr grad_in);

// 2 x 2.
enum artem_result cuda_pool_forward(struct cuda_device *device, bool average, const struct cuda_view *in,
                                    CUdeviceptr out);
// in, out: forward's. Of equal values the first gets the gradient, as on the processor; cuDNN does not say which. grad
// is used up; scratch: two tensors like out.
enum artem_result cuda_pool_backward(struct cuda_device *device, bool average, const struct cuda_view *in,
                                     CUdeviceptr out, CUdeviceptr grad, CUdeviceptr grad_in,
                                     const CUdeviceptr scratch[2]);

// gram[channels][channels] = scale * in · inᵀ of [channels][cells].
enum artem_result cuda_gram(struct cuda_device *device, CUdeviceptr in, uint64_t cells, uint32_t channels, float scale,
                            CUdeviceptr gram);
// out = scale * matrix · in, the matrix being symmetric.
enum artem_result cuda_product(struct cuda_device *device, CUdeviceptr in, uint64_t cells, uint32_t channels,
                               CUdeviceptr matrix, float scale, CUdeviceptr out);
enum artem_result cuda_square_sum(struct cuda_device *device, CUdeviceptr in, uint64_t values, double *out);

#endif
