// SPDX-License-Identifier: Apache-2.0
// Files of binarised networks: docs/lab.md.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "weights_internal.h"

static const char format[] = "artem vgg16-xnor 1";

enum { TENSORS_MAX = 6 * VGG_LAYERS };

static const char *name_of(char name[32], uint32_t layer, const char *kind)
{
    snprintf(name, 32, "%s.%s", vgg_layer_names[layer], kind);
    return name;
}

static enum artem_result check_format(const struct tensors *file, enum vgg_variant *out_variant)
{
    const char *variant = tensors_metadata(file, "variant");

    if (strcmp(tensors_metadata(file, "format"), format) != 0) {
        artem_log(ARTEM_LOG_ERROR, "%s: is no binarised network: its metadata have no format \"%s\"", file->path,
                  format);
        return ARTEM_ERROR_FORMAT;
    }
    for (int i = VGG_PLAIN; i < VGG_VARIANTS; i++)
        if (strcmp(variant, vgg_variant_names[i]) == 0) {
            *out_variant = (enum vgg_variant)i;
            return ARTEM_OK;
        }
    artem_log(ARTEM_LOG_ERROR, "%s: its variant is none of plain, aware and trained", file->path);
    return ARTEM_ERROR_FORMAT;
}

static enum artem_result check_windows(const struct tensors *file, uint32_t i, const struct vgg_layer *layer)
{
    for (uint32_t c = 0; c < layer->inputs; c++)
        if (!(layer->binary.window[c] > 0)) {
            artem_log(ARTEM_LOG_ERROR, "%s: tensor %s.window: has values that are not positive", file->path,
                      vgg_layer_names[i]);
            return ARTEM_ERROR_FORMAT;
        }
    return ARTEM_OK;
}

static enum artem_result read_layer(const struct tensors *file, uint32_t i, struct vgg_layer *layer)
{
    const uint64_t outputs[] = {layer->outputs}, inputs[] = {layer->inputs},
                   bits[] = {layer->outputs, 9 * (uint64_t)layer->inputs / 8};
    struct binary_weights *b = &layer->binary;
    char name[32];

    if (i == 0)
        return weights_read_float_layer(file, 0, layer);
    enum artem_result result = tensors_bytes(file, name_of(name, i, "bits"), bits, 2, &b->bits);
    if (result == ARTEM_OK)
        result = tensors_floats(file, name_of(name, i, "alpha"), outputs, 1, &b->alpha);
    if (result == ARTEM_OK)
        result = tensors_floats(file, name_of(name, i, "bias"), outputs, 1, &layer->bias);
    if (result == ARTEM_OK)
        result = tensors_floats(file, name_of(name, i, "threshold"), inputs, 1, &b->threshold);
    if (result == ARTEM_OK)
        result = tensors_floats(file, name_of(name, i, "window"), inputs, 1, &b->window);
    if (result == ARTEM_OK)
        result = check_windows(file, i, layer);
    if (result == ARTEM_OK && tensors_have(file, name_of(name, i, "skip"))) {
        if (layer->inputs != layer->outputs) {
            artem_log(ARTEM_LOG_ERROR, "%s: tensor %s: the layer has not as many inputs as outputs", file->path, name);
            return ARTEM_ERROR_FORMAT;
        }
        result = tensors_floats(file, name, outputs, 1, &b->skip);
    }
    return result;
}

// Of those that follow each other.
static enum artem_result look(const char *path, enum vgg_variant *out_variant, uint32_t *out_layers)
{
    struct tensors file;
    char name[32];
    enum artem_result result = tensors_open(path, &file);

    *out_layers = 1;
    if (result != ARTEM_OK)
        return result;
    result = check_format(&file, out_variant);
    while (*out_layers < VGG_LAYERS && tensors_have(&file, name_of(name, *out_layers, "bits")))
        ++*out_layers;
    tensors_close(&file);
    return result;
}

uint32_t binary_weights_count(const char *path)
{
    enum vgg_variant variant;
    uint32_t layers;

    return look(path, &variant, &layers) == ARTEM_OK ? layers : 0;
}

enum artem_result binary_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights)
{
    enum vgg_variant variant = VGG_PLAIN;
    uint32_t there;
    enum artem_result result = look(path, &variant, &there);

    memset(out_weights, 0, sizeof *out_weights);
    if (result == ARTEM_OK && layers > there) {
        artem_log(ARTEM_LOG_ERROR, "%s: ends with %s; %s is needed", path, vgg_layer_names[there - 1],
                  vgg_layer_names[layers - 1]);
        result = ARTEM_ERROR_FORMAT;
    }
    if (result == ARTEM_OK)
        result = weights_read(path, layers, read_layer, out_weights);
    if (result == ARTEM_OK)
        out_weights->variant = variant;
    return result;
}

static void add_floats(struct tensor *list, size_t *count, uint32_t i, const char *kind, uint32_t values,
                       const float *data)
{
    struct tensor *tensor = &list[*count];

    if (data == NULL)
        return;
    *tensor = (struct tensor){.dimensions = 1, .shape = {values}, .data = data};
    name_of(tensor->name, i, kind);
    ++*count;
}

static void add_layer(struct tensor *list, size_t *count, uint32_t i, const struct vgg_layer *layer)
{
    const struct binary_weights *b = &layer->binary;
    struct tensor *bits = &list[(*count)++];

    *bits = (struct tensor){
        .is_bytes = true, .dimensions = 2, .shape = {layer->outputs, layer->inputs * 9 / 8}, .data = b->bits};
    name_of(bits->name, i, "bits");
    add_floats(list, count, i, "alpha", layer->outputs, b->alpha);
    add_floats(list, count, i, "bias", layer->outputs, layer->bias);
    add_floats(list, count, i, "threshold", layer->inputs, b->threshold);
    add_floats(list, count, i, "window", layer->inputs, b->window);
    add_floats(list, count, i, "skip", layer->outputs, b->skip);
}

bool binary_weights_save(const char *path, const struct vgg_weights *weights)
{
    const char *const metadata[][2] = {{"format", format}, {"variant", vgg_variant_names[weights->variant]}};
    const size_t first_values = (size_t)weights->layer[0].outputs * 27;
    struct tensor list[TENSORS_MAX];
    size_t count = 1;
    float *first = malloc(first_values * sizeof *first);

    if (first == NULL) {
        artem_log(ARTEM_LOG_ERROR, "%s: out of memory", path);
        return false;
    }
    memcpy(first, weights->layer[0].weights, first_values * sizeof *first);
    weights_swap_red_and_blue(first, weights->layer[0].outputs);
    list[0] = (struct tensor){.dimensions = 4, .shape = {weights->layer[0].outputs, 3, 3, 3}, .data = first};
    name_of(list[0].name, 0, "weight");
    add_floats(list, &count, 0, "bias", weights->layer[0].outputs, weights->layer[0].bias);
    for (uint32_t i = 1; i < weights->layers; i++)
        add_layer(list, &count, i, &weights->layer[i]);
    const bool good = tensors_save(path, metadata, 2, list, count);
    free(first);
    return good;
}
