// SPDX-License-Identifier: Apache-2.0
// The objective on two devices at once: the content loss on one, style and variation on the other. Sums and gradients
// are joined at the end of each evaluation.
#ifndef ARTEM_LAB_SPLIT_H
#define ARTEM_LAB_SPLIT_H

#include "objective.h"
#include "times.h"

enum { SPLIT_CPUS = 2, SPLIT_NAME = 32 };

enum split_kind { SPLIT_CPU, SPLIT_OPENVINO, SPLIT_CUDA };

struct split_device {
    enum split_kind kind;
    uint32_t index;        // cpu:0 or cpu:1, a half of the processors; cuda:N
    char name[SPLIT_NAME]; // OpenVINO's, or as it was given
};

struct split_devices {
    bool is_split;
    struct split_device content, style; // style: not OpenVINO's
};

// "cpu:0", "cpu:1", "cuda:N", "openvino:NAME". False if it is none of these.
bool split_device_parse(const char *text, struct split_device *out_device);
// Puts one where another is given and this one is not.
struct split_device split_device_beside(const struct split_device *other);
// Whether the two can work at once.
bool split_devices_differ(const struct split_device *content, const struct split_device *style);

struct split_objective;

// As objective_create. threads: 0 = one per processor, shared by the devices that are processors.
enum artem_result split_create(const struct vgg_weights *weights, const struct objective_params *params,
                               const struct lab_picture *content, const struct lab_picture *style,
                               const struct split_devices *devices, uint32_t threads,
                               struct split_objective **out_split);
// As objective_evaluate.
enum artem_result split_evaluate(struct split_objective *split, const float *rgb, float *grad,
                                 struct objective_terms *out_terms);
// How long each has worked in an evaluation, by the median.
void split_times(const struct split_objective *split, double *out_content, double *out_style);
void split_destroy(struct split_objective **split);

#endif
