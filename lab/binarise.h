// SPDX-License-Identifier: Apache-2.0
// Binarised networks from VGG-16, without training. docs/lab.md says what they hold.
#ifndef ARTEM_LAB_BINARISE_H
#define ARTEM_LAB_BINARISE_H

#include "picture.h"
#include "weights.h"

// As in XNOR-Net (Rastegari et al. 2016): the weights' signs, alpha = mean |W| of each filter, activations by their
// signs. After a ReLU those are all ones, so that nothing of the picture but its border is left: what is to be shown.
enum artem_result binarise_plain(const struct vgg_weights *vgg, struct vgg_weights *out_network);

// Photos that a network is fitted to: squares of one size.
struct binarise_photos {
    uint32_t side, count;
    const struct lab_picture *photo; // side x side each
};
enum { BINARISE_SIDE_MIN = 32 };

// Aware of the loss: layer by layer, thresholds where two levels stand best for what arrives in each channel, then
// alpha, bias and skip of each filter by least squares against the float layer's output. What arrives comes from the
// layers that are binarised already, so that errors do not add up. progress may be NULL.
enum artem_result binarise_aware(const struct vgg_weights *vgg, const struct binarise_photos *photos,
                                 void (*progress)(void *user, uint32_t done, uint32_t all), void *user,
                                 struct vgg_weights *out_network);

// For both: a layer with the signs of W, and room for the rest. False without memory.
bool binarise_signs(const struct vgg_layer *from, struct vgg_layer *out_layer);

#endif
