// SPDX-License-Identifier: Apache-2.0
#include "weights.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"

enum { FILE_MAX = 256 << 20, HEADER_MAX = 1 << 20 };

const char *const vgg_layer_names[VGG_LAYERS] = {"conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1",
                                                 "conv3_2", "conv3_3", "conv4_1", "conv4_2", "conv4_3",
                                                 "conv5_1", "conv5_2", "conv5_3"};
const uint32_t vgg_layer_channels[VGG_LAYERS] = {64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512};
const uint32_t vgg_layer_level[VGG_LAYERS] = {0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
const float vgg_mean[3] = {123.68f, 116.779f, 103.939f};

uint32_t vgg_layer_by_name(const char *name)
{
    uint32_t i = 0;

    while (i < VGG_LAYERS && strcmp(vgg_layer_names[i], name) != 0)
        i++;
    return i;
}

// IEEE 754 binary16.
static float half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16, exponent = half >> 10 & 31u, mantissa = half & 0x3ffu;
    uint32_t bits;
    float value;

    if (exponent == 0) {
        value = (float)mantissa * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    bits = sign | (exponent == 31 ? 0xffu << 23 : (exponent + 112) << 23) | mantissa << 13;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// A number of the header that can be an offset or a size of this file.
static bool get_size(const cJSON *item, uint64_t *out)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || item->valuedouble > FILE_MAX)
        return false;
    *out = (uint64_t)item->valuedouble;
    return (double)*out == item->valuedouble;
}

struct file {
    const char *path;
    const unsigned char *data; // the part that offsets count from
    size_t size;
    const cJSON *header;
};

static enum artem_result bad(const struct file *file, const char *name, const char *why)
{
    artem_log(ARTEM_LOG_ERROR, "%s: tensor %s: %s", file->path, name, why);
    return ARTEM_ERROR_FORMAT;
}

// Any number of dimensions, together `count` values.
static enum artem_result read_tensor(const struct file *file, const char *name, const uint64_t *shape, int dimensions,
                                     float **out)
{
    const cJSON *tensor = cJSON_GetObjectItemCaseSensitive(file->header, name);
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(tensor, "dtype");
    const cJSON *sizes = cJSON_GetObjectItemCaseSensitive(tensor, "shape");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(tensor, "data_offsets");
    uint64_t count = 1, begin, end;

    if (tensor == NULL)
        return bad(file, name, "is missing");
    if (!cJSON_IsString(type) || (strcmp(type->valuestring, "F16") != 0 && strcmp(type->valuestring, "F32") != 0))
        return bad(file, name, "is neither float32 nor float16");
    if (!cJSON_IsArray(sizes) || cJSON_GetArraySize(sizes) != dimensions)
        return bad(file, name, "has another number of dimensions");
    for (int i = 0; i < dimensions; i++) {
        uint64_t size;
        if (!get_size(cJSON_GetArrayItem(sizes, i), &size) || size != shape[i])
            return bad(file, name, "has another shape than VGG-16's");
        count *= size;
    }
    const uint64_t each = strcmp(type->valuestring, "F16") == 0 ? 2 : 4;
    if (cJSON_GetArraySize(offsets) != 2 || !get_size(cJSON_GetArrayItem(offsets, 0), &begin) ||
        !get_size(cJSON_GetArrayItem(offsets, 1), &end) || end > file->size || end - begin != count * each)
        return bad(file, name, "lies outside the file");
    *out = malloc(count * sizeof **out);
    if (*out == NULL)
        return ARTEM_ERROR_MEMORY;
    if (each == 4)
        memcpy(*out, file->data + begin, count * 4);
    else
        for (uint64_t i = 0; i < count; i++) {
            uint16_t half;
            memcpy(&half, file->data + begin + 2 * i, 2);
            (*out)[i] = half_to_float(half);
        }
    return ARTEM_OK;
}

// The file's first layer takes B, G, R.
static void swap_red_and_blue(float *weights, uint32_t outputs)
{
    for (uint32_t o = 0; o < outputs; o++)
        for (uint32_t tap = 0; tap < 9; tap++) {
            float *blue = &weights[o * 27 + tap], *red = blue + 18, swapped = *blue;
            *blue = *red;
            *red = swapped;
        }
}

static enum artem_result read_layers(const struct file *file, uint32_t layers, struct vgg_weights *weights)
{
    uint32_t inputs = 3;

    for (uint32_t i = 0; i < layers; i++) {
        const uint32_t outputs = vgg_layer_channels[i];
        const uint64_t shape[] = {outputs, inputs, 3, 3};
        char name[32];
        weights->layers = i + 1; // for vgg_weights_free
        weights->layer[i].inputs = inputs;
        weights->layer[i].outputs = outputs;
        snprintf(name, sizeof name, "%s.weight", vgg_layer_names[i]);
        enum artem_result result = read_tensor(file, name, shape, 4, &weights->layer[i].weights);
        snprintf(name, sizeof name, "%s.bias", vgg_layer_names[i]);
        if (result == ARTEM_OK)
            result = read_tensor(file, name, shape, 1, &weights->layer[i].bias);
        if (result != ARTEM_OK)
            return result;
        inputs = outputs;
    }
    swap_red_and_blue(weights->layer[0].weights, weights->layer[0].outputs);
    return ARTEM_OK;
}

// safetensors: 8 bytes, little endian, the length of a JSON object; the object; the tensors.
static enum artem_result parse(const char *path, const char *data, size_t size, uint32_t layers,
                               struct vgg_weights *weights)
{
    uint64_t length = 0;

    for (size_t i = 0; i < 8 && i < size; i++)
        length |= (uint64_t)(unsigned char)data[i] << 8 * i;
    if (size < 8 || length > HEADER_MAX || length > size - 8) {
        artem_log(ARTEM_LOG_ERROR, "%s: is no safetensors file", path);
        return ARTEM_ERROR_FORMAT;
    }
    cJSON *header = cJSON_ParseWithLength(data + 8, length);
    if (!cJSON_IsObject(header)) {
        artem_log(ARTEM_LOG_ERROR, "%s: is no safetensors file: its header cannot be read", path);
        cJSON_Delete(header);
        return ARTEM_ERROR_FORMAT;
    }
    const struct file file = {path, (const unsigned char *)data + 8 + length, size - 8 - length, header};
    const enum artem_result result = read_layers(&file, layers, weights);
    cJSON_Delete(header);
    return result;
}

enum artem_result vgg_weights_load(const char *path, uint32_t layers, struct vgg_weights *out_weights)
{
    char *data = NULL;
    size_t size = 0;

    memset(out_weights, 0, sizeof *out_weights);
    if (layers == 0 || layers > VGG_LAYERS)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = artem_file_read(path, FILE_MAX, &data, &size);
    if (result == ARTEM_ERROR_IO)
        artem_log(ARTEM_LOG_ERROR, "%s: %s", path, strerror(errno));
    else if (result != ARTEM_OK)
        artem_log(ARTEM_LOG_ERROR, "%s: %s", path, artem_result_string(result));
    if (result == ARTEM_OK)
        result = parse(path, data, size, layers, out_weights);
    free(data);
    if (result != ARTEM_OK)
        vgg_weights_free(out_weights);
    return result;
}

void vgg_weights_free(struct vgg_weights *weights)
{
    for (uint32_t i = 0; i < weights->layers; i++) {
        free(weights->layer[i].weights);
        free(weights->layer[i].bias);
    }
    memset(weights, 0, sizeof *weights);
}
