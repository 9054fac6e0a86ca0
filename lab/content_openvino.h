// SPDX-License-Identifier: Apache-2.0
// The content loss and its gradient on a device of OpenVINO's.
#ifndef ARTEM_LAB_CONTENT_OPENVINO_H
#define ARTEM_LAB_CONTENT_OPENVINO_H

#include "objective.h"

struct content_openvino;

// device: a name of OpenVINO's, like CPU, GPU or NPU. threads: of a CPU. weights need not hold any longer; content:
// only the picture's pixels need not. ARTEM_ERROR_UNSUPPORTED after a message where OpenVINO or the device is not
// there.
enum artem_result content_openvino_create(const struct vgg_weights *weights, const struct objective_params *params,
                                          const struct lab_picture *content, const char *device, uint32_t threads,
                                          struct content_openvino **out_content);

// As objective_evaluate, of the content alone: total is content times its weight, style and variation are 0.
enum artem_result content_openvino_evaluate(struct content_openvino *content, const float *rgb, float *grad,
                                            struct objective_terms *out_terms);
void content_openvino_destroy(struct content_openvino **content);

#endif
