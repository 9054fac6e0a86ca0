// SPDX-License-Identifier: Apache-2.0
// VGG-16's content features and the gradient of their loss with respect to the picture, as a network for OpenVINO.
#ifndef ARTEM_LAB_OPENVINO_VGG_H
#define ARTEM_LAB_OPENVINO_VGG_H

#include <stdbool.h>

#include "openvino_ir.h"
#include "weights.h"

// Inputs and outputs are [1][height][width][channels]:
//   in  picture           R, G, B, 0..1, of that size
//   in  target_LAYER      P, for each layer whose bit is set
//   in  scale_LAYER       [1][height][width][1]: what F - P is multiplied by to be the gradient with respect to F
//   out features_LAYER    F
//   out gradient          with respect to the picture
void openvino_vgg_build(struct ir *ir, const struct vgg_weights *weights, uint32_t layers, uint32_t height,
                        uint32_t width, bool average_pool);

#endif
