// SPDX-License-Identifier: Apache-2.0
#include "objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "objective_engine.h"
#include "objective_spread.h"
#include "window.h"

uint32_t objective_last_layer(const struct objective_params *params)
{
    uint32_t last = 0;

    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (params->content_weight[i] > 0 || params->style_weight[i] > 0)
            last = i;
    return last;
}

float *objective_allocate(struct objective *o, uint64_t values)
{
    float *memory = calloc(values, sizeof *memory);

    if (memory != NULL)
        o->memory += values * sizeof *memory;
    return memory;
}

enum artem_result objective_create_work(struct objective *o)
{
    const uint64_t window = (uint64_t)o->rows.window * o->columns.window;

    o->window = objective_allocate(o, window * 3);
    o->window_grad = objective_allocate(o, window * 3);
    return o->window == NULL || o->window_grad == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
}

void objective_free_work(struct objective *o)
{
    o->engine->destroy(o);
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        free(o->gram[i]);
    free(o->window);
    free(o->window_grad);
}

struct window objective_window(const struct objective *o)
{
    return (struct window){o->column, o->row, o->columns.window, o->rows.window};
}

static enum artem_result take_targets(struct objective *o, float *grad)
{
    (void)grad;
    return o->engine->keep_targets(o);
}

static enum artem_result measure(struct objective *o, float *grad)
{
    (void)grad;
    const enum artem_result result = o->engine->add_content(o);
    return result == ARTEM_OK ? o->engine->add_grams(o, o->gram, &o->content) : result;
}

static enum artem_result differentiate(struct objective *o, float *grad)
{
    const struct window window = objective_window(o);
    const enum artem_result result = o->engine->backward(o);

    if (result == ARTEM_OK)
        window_add_gradient(&window, o->window_grad, o->content.width, o->content.height, grad);
    return result;
}

// Devices that share a picture need a tile each: unless the caller has said otherwise, strips across the longer side.
static void cut_content(struct objective *o)
{
    const uint32_t width = o->content.width, height = o->content.height, tile = o->params.tile;
    const uint32_t devices = o->params.team != NULL ? o->params.team->count : 1;
    const uint32_t halo = tile_halo(objective_last_layer(&o->params));
    const bool strips = tile == 0 && devices > 1, wide = width >= height;

    tile_axis_cut(width, strips && wide ? (width + devices - 1) / devices : tile, halo, &o->columns);
    tile_axis_cut(height, strips && !wide ? (height + devices - 1) / devices : tile, halo, &o->rows);
}

static enum artem_result measure_content(struct objective *o)
{
    cut_content(o);
    enum artem_result result = objective_create_net(o, 0);
    if (result != ARTEM_OK)
        return result;
    o->memory += o->engine->memory(o);
    if (objective_create_work(o) != ARTEM_OK)
        return ARTEM_ERROR_MEMORY;
    result = objective_spread_create(o, o->params.team, &o->spread);
    if (result == ARTEM_OK)
        result = objective_spread_run(o->spread, &o->content, false, take_targets, NULL);
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        const uint64_t values = objective_cells(&o->content, i) * vgg_layer_channels[i];
        for (uint64_t j = 0; o->target[i] != NULL && j < values; j++)
            o->energy[i] += (double)o->target[i][j] * (double)o->target[i][j] / (double)values;
        o->energy[i] += 1e-3;
    }
    if (result == ARTEM_OK)
        objective_spread_share(o->spread);
    return result;
}

enum artem_result objective_create(const struct vgg_weights *weights, const struct objective_params *params,
                                   const struct lab_picture *content, const struct lab_picture *style,
                                   struct objective **out_objective)
{
    struct objective *o = calloc(1, sizeof *o);
    enum artem_result result = ARTEM_OK;

    *out_objective = NULL;
    if (o == NULL)
        return ARTEM_ERROR_MEMORY;
    o->weights = weights;
    o->params = *params;
    o->engine = &objective_on_processor;
    o->content = *content;
    if (objective_last_layer(params) >= weights->layers || content->width < OBJECTIVE_SIDE_MIN ||
        content->height < OBJECTIVE_SIDE_MIN || style->width < OBJECTIVE_SIDE_MIN || style->height < OBJECTIVE_SIDE_MIN)
        result = ARTEM_ERROR_ARGUMENT;
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        if (params->style_weight[i] > 0) {
            o->layers |= 1u << i;
            o->style_gram[i] = objective_allocate(o, vgg_gram_size(i));
            o->gram[i] = objective_allocate(o, vgg_gram_size(i));
            result = o->style_gram[i] == NULL || o->gram[i] == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
        }
        if (params->content_weight[i] > 0 && result == ARTEM_OK) {
            o->layers |= 1u << i;
            o->target[i] = objective_allocate(o, objective_cells(content, i) * vgg_layer_channels[i]);
            result = o->target[i] == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
        }
    }
    if (result == ARTEM_OK)
        result = objective_measure_style(o, style);
    if (result == ARTEM_OK)
        result = measure_content(o);
    if (result == ARTEM_OK)
        *out_objective = o;
    else
        objective_destroy(&o);
    return result;
}

// The mean squared difference of pixels `step` values apart; its gradient is added.
static double variation_part(const struct objective *o, const float *rgb, bool is_vertical, float *grad)
{
    const uint32_t width = o->content.width, height = o->content.height;
    const uint32_t columns = is_vertical ? width : width - 1, rows = is_vertical ? height - 1 : height;
    const uint64_t step = is_vertical ? (uint64_t)width * 3 : 3;
    const double count = (double)columns * rows * 3;
    const float scale = (float)(2.0 * (double)o->params.variation / count);
    double sum = 0;

    for (uint32_t y = 0; y < rows; y++)
        for (uint64_t i = (uint64_t)y * width * 3, end = i + (uint64_t)columns * 3; i < end; i++) {
            const float d = window_shown(rgb[i + step]) - window_shown(rgb[i]);
            sum += (double)d * (double)d;
            if (grad != NULL) {
                grad[i + step] += scale * d;
                grad[i] -= scale * d;
            }
        }
    return sum / count;
}

enum artem_result objective_evaluate(struct objective *o, const float *rgb, float *grad,
                                     struct objective_terms *out_terms)
{
    const uint64_t values = (uint64_t)o->content.width * o->content.height * 3;
    const struct lab_picture picture = {o->content.width, o->content.height, (float *)(uintptr_t)rgb}; // only read
    struct objective_terms terms = {0, 0, 0, 0};
    enum artem_result result;

    result = objective_spread_run(o->spread, &picture, false, measure, NULL);
    if (result != ARTEM_OK)
        return result;
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        double sum = 0;
        for (uint64_t j = 0; o->gram[i] != NULL && j < vgg_gram_size(i); j++) {
            const float d = o->gram[i][j] -= o->style_gram[i][j];
            sum += (double)d * (double)d;
        }
        if (o->gram[i] != NULL)
            terms.style += (double)o->params.style_weight[i] * sum / o->style_energy[i];
    }
    if (grad != NULL) {
        objective_spread_share(o->spread);
        result = objective_spread_run(o->spread, &picture, true, differentiate, grad);
    }
    terms.content = o->content_loss;
    terms.variation = variation_part(o, rgb, false, grad) + variation_part(o, rgb, true, grad);
    terms.total = (double)o->params.content * terms.content + (double)o->params.style * terms.style +
                  (double)o->params.variation * terms.variation;
    for (uint64_t i = 0; grad != NULL && i < values; i++)
        if (rgb[i] < 0 || rgb[i] > 1)
            grad[i] = 0;
    *out_terms = terms;
    return result == ARTEM_OK && !isfinite(terms.total) ? ARTEM_ERROR_DEVICE : result;
}

uint32_t objective_tiles(const struct objective *o)
{
    return o->columns.count * o->rows.count;
}

uint64_t objective_memory(const struct objective *o)
{
    return o->memory;
}

void objective_destroy(struct objective **objective)
{
    struct objective *o = *objective;

    *objective = NULL;
    if (o == NULL)
        return;
    objective_spread_destroy(&o->spread);
    objective_free_work(o);
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        free(o->target[i]);
        free(o->style_gram[i]);
    }
    free(o);
}
