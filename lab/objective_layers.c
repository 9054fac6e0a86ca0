// SPDX-License-Identifier: Apache-2.0
// An objective's windows on the processor, and what all engines need of its formula.
#include <stdlib.h>
#include <string.h>

#include "dnn.h"
#include "objective_engine.h"
#include "objective_spread.h"

uint64_t objective_cells(const struct lab_picture *picture, uint32_t layer)
{
    return (uint64_t)(picture->width >> vgg_layer_level[layer]) * (picture->height >> vgg_layer_level[layer]);
}

struct region objective_region(const struct objective *o, uint32_t layer)
{
    return region_of(&o->column, &o->row, vgg_layer_level[layer]);
}

float objective_gram_scale(const struct lab_picture *picture, uint32_t layer)
{
    return 1.0f / ((float)vgg_layer_channels[layer] * (float)objective_cells(picture, layer));
}

float objective_style_scale(const struct objective *o, uint32_t layer)
{
    return (float)(4.0 * (double)o->params.style * (double)o->params.style_weight[layer] /
                   ((double)vgg_layer_channels[layer] * (double)objective_cells(&o->content, layer) *
                    o->style_energy[layer]));
}

float objective_content_scale(const struct objective *o, uint32_t layer)
{
    return (float)(2.0 * (double)o->params.content * (double)o->params.content_weight[layer] /
                   ((double)objective_cells(&o->content, layer) * vgg_layer_channels[layer] * o->energy[layer]));
}

double objective_content_loss(const struct objective *o, uint32_t layer, double sum)
{
    return sum / ((double)objective_cells(&o->content, layer) * vgg_layer_channels[layer]) / o->energy[layer];
}

static enum artem_result create(struct objective *o, int gradient_bits)
{
    const uint64_t largest = (uint64_t)o->rows.window * o->columns.window * vgg_layer_channels[0];

    o->scratch = objective_allocate(o, largest);
    if (gradient_bits != 0)
        o->product = objective_allocate(o, largest);
    if (o->scratch == NULL || (gradient_bits != 0 && o->product == NULL))
        return ARTEM_ERROR_MEMORY;
    return vgg_net_create(o->weights, objective_last_layer(&o->params), o->rows.window, o->columns.window,
                          o->params.average_pool, gradient_bits, &o->net);
}

static void destroy(struct objective *o)
{
    vgg_net_destroy(&o->net);
    free(o->scratch);
    free(o->product);
    o->scratch = o->product = NULL;
}

static uint64_t memory(const struct objective *o)
{
    return o->net != NULL ? vgg_net_memory(o->net) : 0;
}

static enum artem_result forward(struct objective *o)
{
    return vgg_net_forward(o->net, o->window);
}

// The window's part of all grams.
static enum artem_result add_grams(struct objective *o, float **grams, const struct lab_picture *picture)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        if (!(o->params.style_weight[i] > 0))
            continue;
        const struct vgg_features features = vgg_net_features(o->net, i);
        const struct region region = objective_region(o, i);
        result = dnn_gram(region_gather(&region, &features, o->scratch), region_cells(&region), features.channels,
                          objective_gram_scale(picture, i), 1, grams[i]);
    }
    return result;
}

static float *target_at(const struct objective *o, const struct region *region, uint32_t layer, uint32_t row)
{
    const uint64_t width = o->content.width >> vgg_layer_level[layer];
    return o->target[layer] + ((region->first_y + row) * width + region->first_x) * vgg_layer_channels[layer];
}

void objective_put_target(struct objective *o, const struct region *region, uint32_t layer, const float *values)
{
    const uint64_t row = (uint64_t)region->width * vgg_layer_channels[layer];

    for (uint32_t y = 0; y < region->height; y++)
        memcpy(target_at(o, region, layer, y), values + y * row, row * sizeof *values);
}

static enum artem_result keep_targets(struct objective *o)
{
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        if (!(o->params.content_weight[i] > 0))
            continue;
        const struct vgg_features features = vgg_net_features(o->net, i);
        const struct region region = objective_region(o, i);
        objective_put_target(o, &region, i, region_gather(&region, &features, o->scratch));
    }
    return ARTEM_OK;
}

static double content_part(struct objective *o, uint32_t layer)
{
    const struct vgg_features features = vgg_net_features(o->net, layer);
    const struct region region = objective_region(o, layer);
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
    return objective_content_loss(o, layer, sum);
}

static enum artem_result add_content(struct objective *o)
{
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->params.content_weight[i] > 0)
            o->content_loss += (double)o->params.content_weight[i] * content_part(o, i);
    return ARTEM_OK;
}

static enum artem_result add_content_gradient(struct objective *o, uint32_t layer, const struct vgg_features *features,
                                              float *grad)
{
    const struct region region = objective_region(o, layer);
    const uint64_t row = (uint64_t)region.width * features->channels;
    const float scale = objective_content_scale(o, layer);

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
    const struct region region = objective_region(o, layer);
    const enum artem_result result =
        dnn_product(region_gather(&region, features, o->scratch), region_cells(&region), features->channels,
                    o->gram[layer], objective_style_scale(o, layer), o->product);

    if (result == ARTEM_OK)
        region_add(&region, features, o->product, grad);
    return result;
}

static enum artem_result add_gradient(void *user, uint32_t layer, const struct vgg_features *features, float *grad)
{
    struct objective *o = user;
    enum artem_result result = ARTEM_OK;

    if (o->params.style_weight[layer] > 0)
        result = add_style_gradient(o, layer, features, grad);
    if (o->params.content_weight[layer] > 0 && result == ARTEM_OK)
        result = add_content_gradient(o, layer, features, grad);
    return result;
}

static enum artem_result backward(struct objective *o)
{
    return vgg_net_backward(o->net, o->layers, add_gradient, o, o->window_grad);
}

const struct objective_engine objective_on_processor = {create,       destroy,     memory,    forward,
                                                        keep_targets, add_content, add_grams, backward};
