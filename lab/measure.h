// SPDX-License-Identifier: Apache-2.0
// The losses of a finished picture.
#ifndef ARTEM_LAB_MEASURE_H
#define ARTEM_LAB_MEASURE_H

#include "objective.h"

// All pictures of any size: they are compared with content `size` pixels along the longer side, and style `style_size`.
enum artem_result lab_measure(const struct vgg_weights *weights, const struct objective_params *params, uint32_t size,
                              uint32_t style_size, const struct lab_picture *picture, const struct lab_picture *content,
                              const struct lab_picture *style, struct objective_terms *out_terms);

#endif
