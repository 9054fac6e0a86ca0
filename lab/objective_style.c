// SPDX-License-Identifier: Apache-2.0
// The style's part of an objective: its grams, computed once. Its tiles are its own, for its picture has its own size.
#include <stdlib.h>
#include <string.h>

#include "objective_engine.h"
#include "objective_spread.h"

static enum artem_result take_grams(struct objective *o, const struct lab_picture *style)
{
    enum artem_result result = o->engine->create(o, 0);

    o->window = malloc((uint64_t)o->rows.window * o->columns.window * 3 * sizeof *o->window);
    if (result == ARTEM_OK && o->window == NULL)
        result = ARTEM_ERROR_MEMORY;
    for (uint32_t w = 0; w < objective_tiles(o) && result == ARTEM_OK; w++) {
        o->column = tile_axis_span(&o->columns, w % o->columns.count);
        o->row = tile_axis_span(&o->rows, w / o->columns.count);
        const struct window window = objective_window(o);
        window_cut(&window, style, o->window);
        result = o->engine->forward(o);
        if (result == ARTEM_OK)
            result = o->engine->add_grams(o, o->style_gram, style);
    }
    o->engine->destroy(o);
    free(o->window);
    o->window = NULL;
    return result;
}

static void clear(struct objective *o)
{
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if (o->style_gram[i] != NULL)
            memset(o->style_gram[i], 0, vgg_gram_size(i) * sizeof(float));
}

// A CUDA device where the team has one: it would stand idle, and is the fastest. Else all of the processor.
static enum artem_result take_somewhere(struct objective *o, const struct lab_picture *style)
{
    struct lab_team *team = o->params.team;
    enum artem_result result = ARTEM_ERROR_DEVICE;
    bool has_processor = team == NULL;

    for (uint32_t i = 0; team != NULL && i < team->count; i++) {
        has_processor = has_processor || team->member[i].cuda == NULL;
        if (team->member[i].cuda == NULL || team->member[i].failed)
            continue;
        objective_use(o, i);
        result = take_grams(o, style);
        if (result == ARTEM_OK)
            return result;
        objective_give_up(team, i, result);
        clear(o);
    }
    o->engine = &objective_on_processor;
    return has_processor ? take_grams(o, style) : result;
}

enum artem_result objective_measure_style(struct objective *o, const struct lab_picture *style)
{
    const uint32_t last = objective_last_layer(&o->params);
    const uint64_t memory = o->memory;
    bool has_style = false;

    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        has_style = has_style || o->params.style_weight[i] > 0;
    if (!has_style)
        return ARTEM_OK;
    tile_axis_cut(style->width, o->params.tile, tile_halo(last), &o->columns);
    tile_axis_cut(style->height, o->params.tile, tile_halo(last), &o->rows);
    const enum artem_result result = take_somewhere(o, style);
    o->memory = memory; // nothing of it stays
    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        for (uint64_t j = 0; o->style_gram[i] != NULL && j < vgg_gram_size(i); j++)
            o->style_energy[i] += (double)o->style_gram[i][j] * (double)o->style_gram[i][j];
    return result;
}
