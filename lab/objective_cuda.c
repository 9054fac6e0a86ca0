// SPDX-License-Identifier: Apache-2.0
// An objective's windows on a CUDA device. Each call is entered and left by itself: networks are made, used and
// destroyed by different threads, one after the other.
#include <stdlib.h>
#include <string.h>

#include "cuda_vgg.h"
#include "objective_engine.h"
#include "objective_spread.h"

static enum artem_result create(struct objective *o, int gradient_bits)
{
    return cuda_vgg_create(o->cuda_device, o->weights, objective_last_layer(&o->params), o->rows.window,
                           o->columns.window, o->params.average_pool, gradient_bits != 0, &o->cuda);
}

static void destroy(struct objective *o)
{
    cuda_vgg_destroy(&o->cuda);
}

static uint64_t memory(const struct objective *o)
{
    return o->cuda != NULL ? cuda_vgg_memory(o->cuda) : 0;
}

static enum artem_result on_device(struct objective *o, enum artem_result (*work)(struct objective *o))
{
    const enum artem_result entered = cuda_device_enter(o->cuda_device);

    if (entered != ARTEM_OK)
        return entered;
    const enum artem_result result = work(o);
    cuda_device_leave(o->cuda_device);
    return result;
}

static enum artem_result forward_there(struct objective *o)
{
    return cuda_vgg_forward(o->cuda, o->window);
}

static enum artem_result forward(struct objective *o)
{
    return on_device(o, forward_there);
}

static enum artem_result keep_targets_there(struct objective *o)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        const struct region region = objective_region(o, i);
        float *values;
        if (!(o->params.content_weight[i] > 0))
            continue;
        values = malloc(region_cells(&region) * vgg_layer_channels[i] * sizeof *values);
        result = values == NULL ? ARTEM_ERROR_MEMORY : cuda_vgg_read(o->cuda, i, &region, values);
        if (result == ARTEM_OK)
            objective_put_target(o, &region, i, values);
        free(values);
    }
    return result;
}

static enum artem_result keep_targets(struct objective *o)
{
    return on_device(o, keep_targets_there);
}

// P is brought there when it is first wanted, once whoever computed it is done.
static enum artem_result need_target(struct objective *o, uint32_t layer)
{
    if (cuda_vgg_has_target(o->cuda, layer))
        return ARTEM_OK;
    return cuda_vgg_keep_target(o->cuda, layer, o->content.height >> vgg_layer_level[layer],
                                o->content.width >> vgg_layer_level[layer], o->target[layer]);
}

static enum artem_result add_content_there(struct objective *o)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        const struct region region = objective_region(o, i);
        double sum = 0;
        if (!(o->params.content_weight[i] > 0))
            continue;
        result = need_target(o, i);
        if (result == ARTEM_OK)
            result = cuda_vgg_distance(o->cuda, i, &region, &sum);
        o->content_loss += (double)o->params.content_weight[i] * objective_content_loss(o, i, sum);
    }
    return result;
}

static enum artem_result add_content(struct objective *o)
{
    return on_device(o, add_content_there);
}

// All are queued before the first is waited for.
static enum artem_result add_grams(struct objective *o, float **grams, const struct lab_picture *picture)
{
    enum artem_result result = cuda_device_enter(o->cuda_device);

    if (result != ARTEM_OK)
        return result;
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++) {
        const struct region region = objective_region(o, i);
        if (o->params.style_weight[i] > 0)
            result = cuda_vgg_gram(o->cuda, i, &region, objective_gram_scale(picture, i));
    }
    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++)
        if (o->params.style_weight[i] > 0)
            result = cuda_vgg_read_gram(o->cuda, i, grams[i]);
    cuda_device_leave(o->cuda_device);
    return result;
}

static enum artem_result add_gradient(void *user, uint32_t layer)
{
    struct objective *o = user;
    const struct region region = objective_region(o, layer);
    enum artem_result result = ARTEM_OK;

    if (o->params.style_weight[layer] > 0)
        result = cuda_vgg_add_style(o->cuda, layer, &region, objective_style_scale(o, layer));
    if (o->params.content_weight[layer] > 0 && result == ARTEM_OK)
        result = need_target(o, layer);
    if (o->params.content_weight[layer] > 0 && result == ARTEM_OK)
        result = cuda_vgg_add_content(o->cuda, layer, &region, objective_content_scale(o, layer));
    return result;
}

static enum artem_result backward_there(struct objective *o)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < VGG_LAYERS && result == ARTEM_OK; i++)
        if (o->params.style_weight[i] > 0)
            result = cuda_vgg_write_gram(o->cuda, i, o->gram[i]);
    return result == ARTEM_OK ? cuda_vgg_backward(o->cuda, o->layers, add_gradient, o, o->window_grad) : result;
}

static enum artem_result backward(struct objective *o)
{
    return on_device(o, backward_there);
}

const struct objective_engine objective_on_cuda = {create,       destroy,     memory,    forward,
                                                   keep_targets, add_content, add_grams, backward};
