// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <string.h>

enum artem_result judge_create(const struct vgg_weights *vgg, const struct objective_params *params,
                               const struct lab_picture *content, const struct lab_picture *style,
                               struct objective **out_judge)
{
    struct objective_params only = *params;

    memset(only.content_weight, 0, sizeof only.content_weight);
    only.is_value_only = true;
    return objective_create(vgg, &only, content, style, out_judge);
}

enum artem_result judge_style(struct objective *judge, const struct lab_picture *picture, double *out_loss)
{
    struct objective_terms terms;
    const enum artem_result result = objective_evaluate(judge, picture->rgb, NULL, &terms);

    *out_loss = terms.style;
    return result;
}
