// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensors.h"
#include "weights_internal.h"

const char *const vgg_layer_names[VGG_LAYERS] = {"conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1",
                                                 "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3",
                                                 "conv5_1", "conv5_2", "conv5_3"};
const uint32_t vgg_layer_channels[VGG_LAYERS] = {64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512};
const uint32_t vgg_layer_level[VGG_LAYERS] = {0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
const char *const vgg_variant_names[VGG_VARIANTS] = {"float", "plain", "aware", "trained"};
const float vgg_mean[3] = {123.68f, 116.779f, 103.939f};

uint32_t vgg_layer_by_name(const char *name)
{
    uint32_t i = 0;

    while (i < VGG_LAYERS && strcmp(vgg_layer_names[i], name) != 0)
        i++;
    return i;
}

// The file's first layer takes B, G, R.
void weights_swap_red_and_blue(float *weights, uint32_t outputs)
{
    for (uint32_t o = 0; o < outputs; o++)
        for (uint32_t tap = 0; tap < 9; tap++) {
            float *blue = &weights[o * 27 + tap], *red = blue + 18, swapped = *blue;
            *blue = *red;
            *red = swapped;
        }
}

enum artem_result weights_read_float_layer(const struct tensors *file, uint32_t i, struct vgg_layer *layer)
{
    const uint64_t shape[] = {layer->outputs, layer->inputs, 3, 3};
    char name[32];

    snprintf(name, sizeof name, "%s.weight", vgg_layer_names[i]);
    enum artem_result result = tensors_floats(file, name, shape, 4, &layer->weights);
    snprintf(name, sizeof name, "%s.bias", vgg_layer_names[i]);
    if (result == ARTEM_OK)
        result = tensors_floats(file, name, shape, 1, &layer->bias);
    if (result == ARTEM_OK && i == 0)
        weights_swap_red_and_blue(layer->weights, layer->outputs);
    return result;
}

enum artem_result weights_read(const char *path, uint32_t layers, weights_read_layer read,
                               struct vgg_weights *out_weights)
{
    struct tensors file;
    enum artem_result result = layers == 0 || layers > VGG_LAYERS ? ARTEM_ERROR_ARGUMENT : tensors_open(path, &file);

    memset(out_weights, 0, sizeof *out_weights);
    if (result != ARTEM_OK)
        return result;
    for (uint32_t i = 0; i < layers && result == ARTEM_OK; i++) {
        struct vgg_layer *layer = &out_weights->layer[i];
        out_weights->layers = i + 1; // for vgg_weights_free
        layer->inputs = i > 0 ? vgg_layer_channels[i - 1] : 3;
        layer->outputs = vgg_layer_channels[i];
        result = read(&file, i, layer);
    }
    tensors_close(&file);
    if (result != ARTEM_OK)
        vgg_weights_free(out_weights);
    return result;
}

enum artem_result vgg_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights)
{
    return weights_read(path, layers, weights_read_float_layer, out_weights);
}

void vgg_weights_free(struct vgg_weights *weights)
{
    for (uint32_t i = 0; i < weights->layers; i++) {
        struct vgg_layer *layer = &weights->layer[i];
        free(layer->weights);
        free(layer->bias);
        free(layer->binary.bits);
        free(layer->binary.alpha);
        free(layer->binary.threshold);
        free(layer->binary.window);
        free(layer->binary.skip);
    }
    memset(weights, 0, sizeof *weights);
}
