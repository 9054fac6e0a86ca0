// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "dnn.h"
#include "objective_internal.h"
#include "region.h"

uint64_t objective_cells(const struct lab_picture *picture, uint32_t layer)
{
    return (uint64_t)(picture->width >> vgg_layer_level[layer]) * (picture->height >> vgg_layer_level[layer]);
}

static struct region region_at(const struct objective *o, uint32_t layer)
{
    return region_of(&o->column, &o->row, vgg_layer_level[layer]);
}

// The window's part of all grams.
enum artem_result objective_add_grams(struct objective *o, float **grams, const struct lab_picture *picture)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        if (!(o->params.style_weight[i] > 0))
            continue;
        const struct vgg_features features = vgg_net_features(o->net, i);
        const struct region region = region_at(o, i);
        const float scale = 1.0f / ((float)features.channels * (float)objective_cells(picture, i));
        result = dnn_gram(region_gather(&region, &features, o->scratch), region_cells(&region), features.channels,
                          scale, 1, grams[i]);
    }
    return result;
}

static float *target_at(const struct objective *o, const struct region *region, uint32_t layer, uint32_t row)
{
    const uint64_t width = o->content.width >> vgg_layer_level[layer];
    return o->target[layer] + ((region->first_y + row) * width + region->first_x) * vgg_layer_channels[layer];
}

void objective_keep_target(struct objective *o, uint32_t layer)
{
    const struct vgg_features features = vgg_net_features(o->net, layer);
    const struct region region = region_at(o, layer);
    const uint64_t row = (uint64_t)region.width * features.channels;
    const float *values = region_gather(&region, &features, o->scratch);

    for (uint32_t y = 0; y < region.height; y++)
        memcpy(target_at(o, &region, layer, y), values + y * row, row * sizeof *values);
}

double objective_content_part(struct objective *o, uint32_t layer)
{
    const struct vgg_features features = vgg_net_features(o->net, layer);
    const struct region region = region_at(o, layer);
    const uint64_t row = (uint64_t)region.width * features.channels;
    const float *values = region_gather(&region, &features, o->scratch);
    double sum = 0;

    for (uint32_t y = 0; y < region.height; y++) {
        const float *target = target_at(o, &region, layer, y);
        double part = 0; // rows are short: their sums need no double for each value
        for (uint64_t i = 0; i < row; i++) {
            const double d = (double)values[y * row + i] - (double)target[i];
            part += d * d;
        }
        sum += part;
    }
    return sum / ((double)objective_cells(&o->content, layer) * features.channels) / o->energy[layer];
}

static enum artem_result add_content_gradient(struct objective *o, uint32_t layer, const struct vgg_features *features,
                                              float *grad)
{
    const struct region region = region_at(o, layer);
    const uint64_t row = (uint64_t)region.width * features->channels;
    const float scale = (float)(2.0 * (double)o->params.content * (double)o->params.content_weight[layer] /
                                ((double)objective_cells(&o->content, layer) * features->channels * o->energy[layer]));

    for (uint32_t y = 0; y < region.height; y++) {
        const uint64_t at = ((uint64_t)(region.y + y) * features->width + region.x) * features->channels;
        const float *target = target_at(o, &region, layer, y);
        for (uint64_t i = 0; i < row; i++)
            grad[at + i] += scale * (features->values[at + i] - target[i]);
    }
    return ARTEM_OK;
}

// d‖G - A‖² / dF = 4 F (G - A) / (channels · cells), G and A being symmetric.
static enum artem_result add_style_gradient(struct objective *o, uint32_t layer, const struct vgg_features *features,
                                            float *grad)
{
    const struct region region = region_at(o, layer);
    const float scale =
        (float)(4.0 * (double)o->params.style * (double)o->params.style_weight[layer] /
                ((double)features->channels * (double)objective_cells(&o->content, layer) * o->style_energy[layer]));
    const enum artem_result result = dnn_product(region_gather(&region, features, o->scratch), region_cells(&region),
                                                 features->channels, o->gram[layer], scale, o->product);

    if (result == ARTEM_OK)
        region_add(&region, features, o->product, grad);
    return result;
}

enum artem_result objective_add_gradient(void *user, uint32_t layer, const struct vgg_features *features, float *grad)
{
    struct objective *o = user;
    enum artem_result result = ARTEM_OK;

    if (o->params.style_weight[layer] > 0)
        result = add_style_gradient(o, layer, features, grad);
    if (o->params.content_weight[layer] > 0 && result == ARTEM_OK)
        result = add_content_gradient(o, layer, features, grad);
    return result;
}
