// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <stddef.h>

enum artem_result lab_measure(const struct vgg_weights *weights, const struct objective_params *params, uint32_t size,
                              uint32_t style_size, const struct lab_picture *picture, const struct lab_picture *content,
                              const struct lab_picture *style, struct objective_terms *out_terms)
{
    struct lab_picture scaled[3] = {{0}};
    struct objective_params only = *params;
    struct objective *objective = NULL;
    enum artem_result result = ARTEM_ERROR_MEMORY;
    uint32_t width, height, style_width, style_height;

    only.is_value_only = true;
    lab_picture_fit(content, size, &width, &height);
    lab_picture_fit(style, style_size, &style_width, &style_height);
    if (lab_picture_scale(picture, width, height, &scaled[0]) &&
        lab_picture_scale(content, width, height, &scaled[1]) &&
        lab_picture_scale(style, style_width, style_height, &scaled[2]))
        result = objective_create(weights, &only, &scaled[1], &scaled[2], &objective);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, scaled[0].rgb, NULL, out_terms);
    objective_destroy(&objective);
    for (int i = 0; i < 3; i++)
        lab_picture_free(&scaled[i]);
    return result;
}
