// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "objective_internal.h"

// Both evaluations leave G - A of the picture in their grams.
enum artem_result objective_correct_style(struct objective *o, struct objective *judge, const float *rgb, float share)
{
    struct objective_terms terms;
    enum artem_result result = objective_evaluate(judge, rgb, NULL, &terms);

    if (result == ARTEM_OK)
        result = objective_evaluate(o, rgb, NULL, &terms);
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        if (o->style_gram[i] == NULL || judge->style_gram[i] == NULL)
            continue;
        for (uint64_t j = 0; j < vgg_gram_size(i); j++)
            o->style_gram[i][j] += o->gram[i][j] - share * judge->gram[i][j];
        o->style_energy[i] = judge->style_energy[i];
    }
    return result;
}
