// SPDX-License-Identifier: Apache-2.0
#include "objective.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "objective_internal.h"
#include "window.h"

uint32_t objective_last_layer(const struct objective_params *params)
{
    uint32_t last = 0;

    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (params->content_weight[i] > 0 || params->style_weight[i] > 0)
            last = i;
    return last;
}

static float *allocate(struct objective *o, uint64_t values)
{
    float *memory = calloc(values, sizeof *memory);

    if (memory != NULL)
        o->memory += values * sizeof *memory;
    return memory;
}

static uint64_t square(uint32_t layer)
{
    return (uint64_t)vgg_layer_channels[layer] * vgg_layer_channels[layer];
}

static struct window window_at_hand(const struct objective *o)
{
    return (struct window){o->column, o->row, o->columns.window, o->rows.window};
}

// Calls what is to be done for every window, with its features computed.
static enum artem_result each_window(struct objective *o, const struct lab_picture *picture, bool is_computed,
                                     enum artem_result (*task)(struct objective *o, void *user), void *user)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t y = 0; y < o->rows.count; y++)
        for (uint32_t x = 0; x < o->columns.count && result == ARTEM_OK; x++) {
            o->column = tile_axis_span(&o->columns, x);
            o->row = tile_axis_span(&o->rows, y);
            if (!is_computed) {
                const struct window window = window_at_hand(o);
                window_cut(&window, picture, o->window);
                result = vgg_net_forward(o->net, o->window);
            }
            if (result == ARTEM_OK)
                result = task(o, user);
        }
    return result;
}

static enum artem_result take_targets(struct objective *o, void *user)
{
    (void)user;
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->params.content_weight[i] > 0)
            objective_keep_target(o, i);
    return ARTEM_OK;
}

static enum artem_result take_style(struct objective *o, void *user)
{
    return objective_add_grams(o, o->style_gram, user);
}

static enum artem_result measure(struct objective *o, void *user)
{
    (void)user;
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->params.content_weight[i] > 0)
            o->content_loss += (double)o->params.content_weight[i] * objective_content_part(o, i);
    return objective_add_grams(o, o->gram, &o->content);
}

static enum artem_result differentiate(struct objective *o, void *user)
{
    const struct window window = window_at_hand(o);
    const enum artem_result result = vgg_net_backward(o->net, o->layers, objective_add_gradient, o, o->window_grad);

    if (result == ARTEM_OK)
        window_add_gradient(&window, o->window_grad, o->content.width, o->content.height, user);
    return result;
}

static bool has_style(const struct objective_params *params)
{
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (params->style_weight[i] > 0)
            return true;
    return false;
}

// The style's own tiles: its picture has a size of its own.
static enum artem_result measure_style(struct objective *o, const struct lab_picture *style)
{
    const uint32_t last = objective_last_layer(&o->params);
    enum artem_result result;

    if (!has_style(&o->params))
        return ARTEM_OK;
    tile_axis_cut(style->width, o->params.tile, tile_halo(last), &o->columns);
    tile_axis_cut(style->height, o->params.tile, tile_halo(last), &o->rows);
    result = vgg_net_create(o->weights, last, o->rows.window, o->columns.window, o->params.average_pool, 0, &o->net);
    if (result == ARTEM_OK) {
        const uint64_t largest = (uint64_t)o->rows.window * o->columns.window * vgg_layer_channels[0];
        o->window = malloc((uint64_t)o->rows.window * o->columns.window * 3 * sizeof(float));
        o->scratch = malloc(largest * sizeof(float));
        result = o->window == NULL || o->scratch == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
    }
    if (result == ARTEM_OK)
        result = each_window(o, style, false, take_style, (void *)(uintptr_t)style);
    vgg_net_destroy(&o->net);
    free(o->window);
    free(o->scratch);
    o->window = o->scratch = NULL;
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        for (uint64_t j = 0; o->style_gram[i] != NULL && j < square(i); j++)
            o->style_energy[i] += (double)o->style_gram[i][j] * (double)o->style_gram[i][j];
    return result;
}

static enum artem_result measure_content(struct objective *o)
{
    const uint32_t last = objective_last_layer(&o->params);
    enum artem_result result;

    tile_axis_cut(o->content.width, o->params.tile, tile_halo(last), &o->columns);
    tile_axis_cut(o->content.height, o->params.tile, tile_halo(last), &o->rows);
    const uint64_t window = (uint64_t)o->rows.window * o->columns.window;
    result = vgg_net_create(o->weights, last, o->rows.window, o->columns.window, o->params.average_pool,
                            o->params.is_value_only        ? 0
                            : o->params.gradient_bits != 0 ? o->params.gradient_bits
                                                           : 32,
                            &o->net);
    if (result != ARTEM_OK)
        return result;
    o->memory += vgg_net_memory(o->net);
    o->window = allocate(o, window * 3);
    o->window_grad = allocate(o, window * 3);
    o->scratch = allocate(o, window * vgg_layer_channels[0]);
    o->product = allocate(o, window * vgg_layer_channels[0]);
    if (o->window == NULL || o->window_grad == NULL || o->product == NULL || o->scratch == NULL)
        return ARTEM_ERROR_MEMORY;
    result = each_window(o, &o->content, false, take_targets, NULL);
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        const uint64_t values = objective_cells(&o->content, i) * vgg_layer_channels[i];
        for (uint64_t j = 0; o->target[i] != NULL && j < values; j++)
            o->energy[i] += (double)o->target[i][j] * (double)o->target[i][j] / (double)values;
        o->energy[i] += 1e-3;
    }
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
    o->content = *content;
    if (objective_last_layer(params) >= weights->layers || content->width < OBJECTIVE_SIDE_MIN ||
        content->height < OBJECTIVE_SIDE_MIN || style->width < OBJECTIVE_SIDE_MIN || style->height < OBJECTIVE_SIDE_MIN)
        result = ARTEM_ERROR_ARGUMENT;
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        if (params->style_weight[i] > 0) {
            o->layers |= 1u << i;
            o->style_gram[i] = allocate(o, square(i));
            o->gram[i] = allocate(o, square(i));
            result = o->style_gram[i] == NULL || o->gram[i] == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
        }
        if (params->content_weight[i] > 0 && result == ARTEM_OK) {
            o->layers |= 1u << i;
            o->target[i] = allocate(o, objective_cells(content, i) * vgg_layer_channels[i]);
            result = o->target[i] == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
        }
    }
    if (result == ARTEM_OK)
        result = measure_style(o, style);
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

    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->gram[i] != NULL)
            memset(o->gram[i], 0, square(i) * sizeof(float));
    o->content_loss = 0;
    result = each_window(o, &picture, false, measure, NULL);
    if (result != ARTEM_OK)
        return result;
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        double sum = 0;
        for (uint64_t j = 0; o->gram[i] != NULL && j < square(i); j++) {
            const float d = o->gram[i][j] -= o->style_gram[i][j];
            sum += (double)d * (double)d;
        }
        if (o->gram[i] != NULL)
            terms.style += (double)o->params.style_weight[i] * sum / o->style_energy[i];
    }
    if (grad != NULL) {
        memset(grad, 0, values * sizeof *grad);
        // With one window its features are still there.
        result = each_window(o, &picture, objective_tiles(o) == 1, differentiate, grad);
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
    vgg_net_destroy(&o->net);
    for (uint32_t i = 0; i < VGG_LAYERS; i++) {
        free(o->target[i]);
        free(o->style_gram[i]);
        free(o->gram[i]);
    }
    free(o->window);
    free(o->window_grad);
    free(o->scratch);
    free(o->product);
    free(o);
}
