// SPDX-License-Identifier: Apache-2.0
// What computes a window's features and all that an objective asks of them, where they are: on the processor (net.h) or
// on a CUDA device (cuda_vgg.h). o->window is its picture, o->column and o->row its place.
#ifndef ARTEM_LAB_OBJECTIVE_ENGINE_H
#define ARTEM_LAB_OBJECTIVE_ENGINE_H

#include "objective_internal.h"

struct objective_engine {
    // The network, for windows of the size at hand. gradient_bits: as in net.h.
    enum artem_result (*create)(struct objective *o, int gradient_bits);
    void (*destroy)(struct objective *o);              // also one that was not made
    uint64_t (*memory)(const struct objective *o);     // bytes, likewise
    enum artem_result (*forward)(struct objective *o); // of o->window
    // The window's part of all P, for o->target.
    enum artem_result (*keep_targets)(struct objective *o);
    // Its part of all content losses, for o->content_loss.
    enum artem_result (*add_content)(struct objective *o);
    // Its part of all grams of that picture, [layer].
    enum artem_result (*add_grams)(struct objective *o, float **grams, const struct lab_picture *picture);
    // The gradient, to o->window_grad; o->gram is G - A.
    enum artem_result (*backward)(struct objective *o);
};

extern const struct objective_engine objective_on_processor, objective_on_cuda;

#endif
