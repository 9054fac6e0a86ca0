// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "cuda_vgg_internal.h"

static uint64_t values_of(const struct cuda_vgg_layer *l)
{
    return (uint64_t)l->conv.outputs * l->conv.height * l->conv.width;
}

// ---- Making ----

static enum artem_result create_layer(struct cuda_vgg *net, const struct vgg_weights *weights, uint32_t i)
{
    struct cuda_vgg_layer *l = &net->layer[i];
    enum artem_result result = ARTEM_OK;

    l->conv = (struct cuda_conv){.layer = i,
                                 .inputs = weights->layer[i].inputs,
                                 .outputs = weights->layer[i].outputs,
                                 .height = net->height >> vgg_layer_level[i],
                                 .width = net->width >> vgg_layer_level[i]};
    if (l->conv.height == 0 || l->conv.width == 0)
        return ARTEM_ERROR_ARGUMENT;
    l->has_pool = i > 0 && vgg_layer_level[i] > vgg_layer_level[i - 1];
    if (l->has_pool)
        result = cuda_allocate(net->device, (uint64_t)l->conv.inputs * l->conv.height * l->conv.width, &l->pooled,
                               &net->memory);
    if (result == ARTEM_OK)
        result = cuda_allocate(net->device, values_of(l), &l->values, &net->memory);
    if (result == ARTEM_OK)
        result = cuda_conv_choose(net->device, net->has_backward, &l->conv);
    return result == ARTEM_OK ? cuda_reserve(net->device, l->conv.workspace) : result;
}

static enum artem_result create(struct cuda_vgg *net, const struct vgg_weights *weights, uint32_t last)
{
    struct cuda_device *d = net->device;
    const uint64_t pixels = (uint64_t)net->height * net->width;
    enum artem_result result = cuda_take_weights(d, weights, last);

    for (uint32_t i = 0; i <= last && result == ARTEM_OK; i++) {
        net->layers = i + 1;
        result = create_layer(net, weights, i);
    }
    if (result == ARTEM_OK)
        result = cuda_allocate(d, pixels * 3, &net->picture, &net->memory);
    // No layer is larger than the first.
    for (int i = 0; i < SCRATCHES && result == ARTEM_OK; i++)
        result = cuda_allocate(d, values_of(&net->layer[0]), &net->scratch[i], &net->memory);
    for (int i = 0; i < 2 && net->has_backward && result == ARTEM_OK; i++)
        result = cuda_allocate(d, values_of(&net->layer[0]), &net->grads[i], &net->memory);
    if (result != ARTEM_OK)
        return result;
    const uint64_t largest = vgg_gram_size(last);
    net->host = malloc((pixels * 3 > largest ? pixels * 3 : largest) * sizeof *net->host);
    return net->host == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
}

enum artem_result cuda_vgg_create(struct cuda_device *device, const struct vgg_weights *weights, uint32_t last,
                                  uint32_t height, uint32_t width, bool average_pool, bool has_backward,
                                  struct cuda_vgg **out_net)
{
    struct cuda_vgg *net = calloc(1, sizeof *net);
    enum artem_result result;

    *out_net = net;
    if (net == NULL)
        return ARTEM_ERROR_MEMORY;
    net->device = device;
    net->height = height;
    net->width = width;
    net->average_pool = average_pool;
    net->has_backward = has_backward;
    if (last >= weights->layers || height == 0 || width == 0 || weights->layer[last].weights == NULL)
        result = ARTEM_ERROR_ARGUMENT;
    else if ((result = cuda_device_enter(device)) == ARTEM_OK) {
        result = create(net, weights, last);
        cuda_device_leave(device);
    }
    if (result != ARTEM_OK)
        cuda_vgg_destroy(out_net);
    return result;
}

void cuda_vgg_destroy(struct cuda_vgg **net)
{
    struct cuda_vgg *n = *net;

    *net = NULL;
    if (n == NULL)
        return;
    // A lost device's memory is given back all the same.
    const bool entered = n->device->api.driver.cuCtxPushCurrent(n->device->context) == CUDA_SUCCESS;
    if (entered)
        n->device->api.driver.cuStreamSynchronize(n->device->stream);
    for (uint32_t i = 0; i < n->layers; i++) {
        cuda_free(n->device, &n->layer[i].pooled);
        cuda_free(n->device, &n->layer[i].values);
        cuda_free(n->device, &n->layer[i].gram);
        cuda_free(n->device, &n->layer[i].target);
    }
    cuda_free(n->device, &n->picture);
    for (int i = 0; i < 2; i++)
        cuda_free(n->device, &n->grads[i]);
    for (int i = 0; i < SCRATCHES; i++)
        cuda_free(n->device, &n->scratch[i]);
    if (entered)
        cuda_device_leave(n->device);
    free(n->host);
    free(n);
}

uint64_t cuda_vgg_memory(const struct cuda_vgg *net)
{
    return net->memory;
}

// ---- Forwards ----

enum artem_result cuda_vgg_forward(struct cuda_vgg *net, const float *picture)
{
    const uint64_t pixels = (uint64_t)net->height * net->width;
    CUdeviceptr from = net->picture;
    enum artem_result result;

    for (uint64_t i = 0; i < pixels; i++)
        for (uint64_t c = 0; c < 3; c++)
            net->host[c * pixels + i] = picture[3 * i + c] * 255.0f - vgg_mean[c];
    result = cuda_upload(net->device, net->picture, net->host, pixels * 3);
    for (uint32_t i = 0; i < net->layers && result == ARTEM_OK; i++) {
        const struct cuda_vgg_layer *l = &net->layer[i];
        if (l->has_pool) {
            const struct cuda_view in = cuda_vgg_planes(net, i - 1, from);
            result = cuda_pool_forward(net->device, net->average_pool, &in, l->pooled);
            from = l->pooled;
        }
        if (result == ARTEM_OK)
            result = cuda_conv_forward(net->device, &l->conv, from, l->values);
        from = l->values;
    }
    return result;
}

// ---- Backwards ----

enum artem_result cuda_vgg_backward(struct cuda_vgg *net, uint32_t layers,
                                    enum artem_result (*add_layer)(void *user, uint32_t layer), void *user,
                                    float *grad_picture)
{
    struct cuda_device *d = net->device;
    const uint64_t pixels = (uint64_t)net->height * net->width;
    CUdeviceptr grad = net->grads[0], next = net->grads[1];
    enum artem_result result = cuda_clear(d, grad, values_of(&net->layer[net->layers - 1]));

    for (uint32_t i = net->layers; i-- > 0 && result == ARTEM_OK;) {
        const struct cuda_vgg_layer *l = &net->layer[i];
        net->grad = grad;
        if ((layers >> i & 1u) != 0)
            result = add_layer(user, i);
        if (result == ARTEM_OK)
            result = cuda_conv_backward(d, &l->conv, l->values, grad, i > 0 ? next : net->picture);
        if (l->has_pool) {
            const struct cuda_view in = cuda_vgg_planes(net, i - 1, net->layer[i - 1].values);
            if (result == ARTEM_OK) // grad has been used up
                result = cuda_pool_backward(d, net->average_pool, &in, l->pooled, next, grad, net->scratch);
            continue;
        }
        const CUdeviceptr swapped = grad;
        grad = next;
        next = swapped;
    }
    if (result == ARTEM_OK) // the picture itself is not needed any longer
        result = cuda_download(d, net->host, net->picture, pixels * 3);
    for (uint64_t i = 0; i < pixels && result == ARTEM_OK; i++)
        for (uint64_t c = 0; c < 3; c++)
            grad_picture[3 * i + c] = 255.0f * net->host[c * pixels + i];
    return result;
}
