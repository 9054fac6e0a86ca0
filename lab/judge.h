// SPDX-License-Identifier: Apache-2.0
// The style loss of a picture as the float network sees it, whatever network it was painted by.
#ifndef ARTEM_LAB_JUDGE_H
#define ARTEM_LAB_JUDGE_H

#include "objective.h"

// An objective for judge_style, with the layers, weights, pooling and tiles of `params`.
enum artem_result judge_create(const struct vgg_weights *vgg, const struct objective_params *params,
                               const struct lab_picture *content, const struct lab_picture *style,
                               struct objective **out_judge);
enum artem_result judge_style(struct objective *judge, const struct lab_picture *picture, double *out_loss);

#endif
