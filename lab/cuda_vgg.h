// SPDX-License-Identifier: Apache-2.0
// VGG-16 in floats on a CUDA device, for pictures of one size, and what an objective asks of its features, which stay
// there: only pictures, Gram matrices and sums travel. Layouts on the host are those of net.h.
#ifndef ARTEM_LAB_CUDA_VGG_H
#define ARTEM_LAB_CUDA_VGG_H

#include "cuda_device.h"
#include "region.h"

struct cuda_vgg;

// Layers 0..last of float weights; both must hold as long as the device.
enum artem_result cuda_vgg_create(struct cuda_device *device, const struct vgg_weights *weights, uint32_t last,
                                  uint32_t height, uint32_t width, bool average_pool, bool has_backward,
                                  struct cuda_vgg **out_net);
void cuda_vgg_destroy(struct cuda_vgg **net);
uint64_t cuda_vgg_memory(const struct cuda_vgg *net); // bytes, of the device's

// picture: [height][width][3], R, G, B, 0..1.
enum artem_result cuda_vgg_forward(struct cuda_vgg *net, const float *picture);
// Features of a region, [cells][channels].
enum artem_result cuda_vgg_read(struct cuda_vgg *net, uint32_t layer, const struct region *region, float *out);
// Computes scale * FᵀF over a region; read_gram adds it to gram.
enum artem_result cuda_vgg_gram(struct cuda_vgg *net, uint32_t layer, const struct region *region, float scale);
enum artem_result cuda_vgg_read_gram(struct cuda_vgg *net, uint32_t layer, float *gram);
// Keeps P, of the whole picture's [height][width][channels].
enum artem_result cuda_vgg_keep_target(struct cuda_vgg *net, uint32_t layer, uint32_t height, uint32_t width,
                                       const float *target);
bool cuda_vgg_has_target(const struct cuda_vgg *net, uint32_t layer);
// The sum of (F - P)² over a region.
enum artem_result cuda_vgg_distance(struct cuda_vgg *net, uint32_t layer, const struct region *region, double *out);

// After forward: calls add for every layer of the bit mask, the last first, and writes grad_picture. add calls
// add_style, of the gram that was written before, and add_content.
enum artem_result cuda_vgg_backward(struct cuda_vgg *net, uint32_t layers,
                                    enum artem_result (*add)(void *user, uint32_t layer), void *user,
                                    float *grad_picture);
enum artem_result cuda_vgg_write_gram(struct cuda_vgg *net, uint32_t layer, const float *gram);
// Add scale * F · gram, and scale * (F - P), over a region, to the gradient with respect to the layer at hand.
enum artem_result cuda_vgg_add_style(struct cuda_vgg *net, uint32_t layer, const struct region *region, float scale);
enum artem_result cuda_vgg_add_content(struct cuda_vgg *net, uint32_t layer, const struct region *region, float scale);

#endif
