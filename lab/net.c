// SPDX-License-Identifier: Apache-2.0
#include "net.h"

#include <stdlib.h>
#include <string.h>

#include "binary_conv.h"
#include "dnn.h"

struct layer {
    uint32_t height, width, channels;
    struct dnn_conv *conv; // or, in a binarised network:
    struct binary_conv *binary;
    struct dnn_pool *pool; // before the convolution, or NULL
    float *pooled, *values;
};

struct vgg_net {
    uint32_t layers;
    uint64_t picture_values, memory;
    float *input;    // the picture as the network wants it
    float *grads[2]; // of the layer at hand and of what it was computed from
    struct layer layer[VGG_LAYERS];
};

static uint64_t values_of(const struct layer *layer)
{
    return (uint64_t)layer->height * layer->width * layer->channels;
}

static float *allocate(struct vgg_net *net, uint64_t values)
{
    void *memory = NULL;

    if (posix_memalign(&memory, 64, values * sizeof(float)) != 0)
        return NULL;
    net->memory += values * sizeof(float);
    return memory;
}

static enum artem_result create_conv(struct vgg_net *net, const struct vgg_layer *weights, int gradient_bits,
                                     struct layer *layer)
{
    if (weights->weights != NULL)
        return dnn_conv_create(layer->height, layer->width, weights->inputs, weights->outputs, weights->weights,
                               weights->bias, true, gradient_bits != 0, &layer->conv);
    const enum artem_result result =
        binary_conv_create(layer->height, layer->width, weights, gradient_bits, &layer->binary);
    if (result == ARTEM_OK)
        net->memory += binary_conv_memory(layer->binary);
    return result;
}

static enum artem_result create_layer(struct vgg_net *net, const struct vgg_weights *weights, uint32_t i,
                                      bool average_pool, int gradient_bits)
{
    struct layer *layer = &net->layer[i];
    const uint32_t inputs = weights->layer[i].inputs, before = i > 0 ? i - 1 : 0;
    enum artem_result result = ARTEM_OK;

    layer->channels = weights->layer[i].outputs;
    if (i > 0) {
        const struct layer *from = &net->layer[before];
        const uint32_t halving = vgg_layer_level[i] - vgg_layer_level[before];
        layer->height = from->height >> halving;
        layer->width = from->width >> halving;
        if (layer->height == 0 || layer->width == 0)
            return ARTEM_ERROR_ARGUMENT;
        if (halving > 0) {
            layer->pooled = allocate(net, (uint64_t)layer->height * layer->width * inputs);
            if (layer->pooled == NULL)
                return ARTEM_ERROR_MEMORY;
            result = dnn_pool_create(from->height, from->width, inputs, average_pool, &layer->pool);
        }
    }
    layer->values = allocate(net, values_of(layer));
    if (layer->values == NULL)
        return ARTEM_ERROR_MEMORY;
    if (result == ARTEM_OK)
        result = create_conv(net, &weights->layer[i], gradient_bits, layer);
    return result;
}

enum artem_result vgg_net_create(const struct vgg_weights *weights, uint32_t last, uint32_t height, uint32_t width,
                                 bool average_pool, int gradient_bits, struct vgg_net **out_net)
{
    struct vgg_net *net = calloc(1, sizeof *net);
    enum artem_result result = ARTEM_OK;
    uint64_t largest = 0;

    *out_net = NULL;
    if (net == NULL)
        return ARTEM_ERROR_MEMORY;
    if (last >= weights->layers || height == 0 || width == 0)
        result = ARTEM_ERROR_ARGUMENT;
    net->picture_values = (uint64_t)height * width * 3;
    net->layer[0].height = height;
    net->layer[0].width = width;
    for (uint32_t i = 0; i <= last && result == ARTEM_OK; i++) {
        net->layers = i + 1;
        result = create_layer(net, weights, i, average_pool, gradient_bits);
        largest = values_of(&net->layer[i]) > largest ? values_of(&net->layer[i]) : largest;
    }
    if (result == ARTEM_OK && (net->input = allocate(net, net->picture_values)) == NULL)
        result = ARTEM_ERROR_MEMORY;
    for (int i = 0; i < 2 && gradient_bits != 0 && result == ARTEM_OK; i++)
        if ((net->grads[i] = allocate(net, largest)) == NULL)
            result = ARTEM_ERROR_MEMORY;
    if (result == ARTEM_OK)
        *out_net = net;
    else
        vgg_net_destroy(&net);
    return result;
}

enum artem_result vgg_net_forward(struct vgg_net *net, const float *picture)
{
    const float *from = net->input;
    enum artem_result result = ARTEM_OK;

    for (uint64_t i = 0; i < net->picture_values; i += 3)
        for (int c = 0; c < 3; c++)
            net->input[i + (uint64_t)c] = picture[i + (uint64_t)c] * 255.0f - vgg_mean[c];
    for (uint32_t i = 0; i < net->layers && result == ARTEM_OK; i++) {
        struct layer *layer = &net->layer[i];
        if (layer->pool != NULL) {
            result = dnn_pool_forward(layer->pool, from, layer->pooled);
            from = layer->pooled;
        }
        if (result == ARTEM_OK)
            result = layer->conv != NULL ? dnn_conv_forward(layer->conv, from, layer->values)
                                         : binary_conv_forward(layer->binary, from, layer->values);
        from = layer->values;
    }
    return result;
}

struct vgg_features vgg_net_features(const struct vgg_net *net, uint32_t layer)
{
    const struct layer *l = &net->layer[layer];
    return (struct vgg_features){l->height, l->width, l->channels, l->values};
}

// What was cut off by the ReLU does not count.
static void mask(const float *values, uint64_t count, float *grad)
{
#pragma omp parallel for
    for (uint64_t i = 0; i < count; i++)
        grad[i] = values[i] > 0 ? grad[i] : 0;
}

// Of layer i's convolution; grad is used up.
static enum artem_result conv_backward(const struct vgg_net *net, uint32_t i, float *grad, float *grad_in)
{
    const struct layer *layer = &net->layer[i];

    if (layer->conv == NULL)
        return binary_conv_backward(layer->binary, layer->pool != NULL ? layer->pooled : net->layer[i - 1].values,
                                    layer->values, grad, grad_in);
    mask(layer->values, values_of(layer), grad);
    return dnn_conv_backward(layer->conv, grad, grad_in);
}

enum artem_result vgg_net_backward(struct vgg_net *net, uint32_t layers, vgg_add_gradient add, void *user,
                                   float *grad_picture)
{
    enum artem_result result = ARTEM_OK;
    float *grad = net->grads[0], *next = net->grads[1];

    if (net->layers == 0 || net->grads[1] == NULL)
        return ARTEM_ERROR_ARGUMENT;
    memset(grad, 0, values_of(&net->layer[net->layers - 1]) * sizeof *grad);
    for (uint32_t i = net->layers; i-- > 0 && result == ARTEM_OK;) {
        const struct layer *layer = &net->layer[i];
        float *swapped;
        if ((layers >> i & 1u) != 0) {
            const struct vgg_features features = vgg_net_features(net, i);
            result = add(user, i, &features, grad);
        }
        if (result == ARTEM_OK)
            result = conv_backward(net, i, grad, i > 0 ? next : grad_picture);
        if (layer->pool != NULL && result == ARTEM_OK)
            result = dnn_pool_backward(layer->pool, next, grad); // grad has been used up
        if (layer->pool != NULL)
            continue;
        swapped = grad;
        grad = next;
        next = swapped;
    }
    for (uint64_t i = 0; i < net->picture_values; i++)
        grad_picture[i] *= 255.0f;
    return result;
}

uint64_t vgg_net_memory(const struct vgg_net *net)
{
    return net->memory;
}

void vgg_net_destroy(struct vgg_net **net)
{
    struct vgg_net *n = *net;

    *net = NULL;
    if (n == NULL)
        return;
    for (uint32_t i = 0; i < n->layers; i++) {
        dnn_conv_destroy(&n->layer[i].conv);
        binary_conv_destroy(&n->layer[i].binary);
        dnn_pool_destroy(&n->layer[i].pool);
        free(n->layer[i].pooled);
        free(n->layer[i].values);
    }
    free(n->input);
    free(n->grads[0]);
    free(n->grads[1]);
    free(n);
}
