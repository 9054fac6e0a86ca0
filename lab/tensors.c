// SPDX-License-Identifier: Apache-2.0
#include "tensors.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"

enum { FILE_MAX = 256 << 20, HEADER_MAX = 1 << 20 };

enum artem_result tensors_open(const char *path, struct tensors *out_tensors)
{
    size_t size = 0;
    uint64_t length = 0;

    *out_tensors = (struct tensors){.path = path};
    const enum artem_result result = artem_file_read(path, FILE_MAX, &out_tensors->file, &size);
    if (result != ARTEM_OK) {
        artem_log(ARTEM_LOG_ERROR, "%s: %s", path,
                  result == ARTEM_ERROR_IO ? strerror(errno) : artem_result_string(result));
        return result;
    }
    for (size_t i = 0; i < 8 && i < size; i++)
        length |= (uint64_t)(unsigned char)out_tensors->file[i] << 8 * i;
    if (size < 8 || length > HEADER_MAX || length > size - 8) {
        artem_log(ARTEM_LOG_ERROR, "%s: is no safetensors file", path);
    } else {
        out_tensors->header = cJSON_ParseWithLength(out_tensors->file + 8, length);
        if (cJSON_IsObject(out_tensors->header)) {
            out_tensors->data = (const unsigned char *)out_tensors->file + 8 + length;
            out_tensors->size = size - 8 - length;
            return ARTEM_OK;
        }
        artem_log(ARTEM_LOG_ERROR, "%s: is no safetensors file: its header cannot be read", path);
    }
    tensors_close(out_tensors);
    return ARTEM_ERROR_FORMAT;
}

void tensors_close(struct tensors *tensors)
{
    cJSON_Delete(tensors->header);
    free(tensors->file);
    memset(tensors, 0, sizeof *tensors);
}

bool tensors_have(const struct tensors *tensors, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(tensors->header, name) != NULL;
}

const char *tensors_metadata(const struct tensors *tensors, const char *key)
{
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(tensors->header, "__metadata__");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(metadata, key);

    return cJSON_IsString(value) ? value->valuestring : "";
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

static enum artem_result bad(const struct tensors *tensors, const char *name, const char *why)
{
    artem_log(ARTEM_LOG_ERROR, "%s: tensor %s: %s", tensors->path, name, why);
    return ARTEM_ERROR_FORMAT;
}

struct found {
    const unsigned char *data;
    uint64_t count; // of values
    size_t each;    // bytes of one
};

// The size of a value of that type; 0 for a type that is not wanted.
static size_t type_size(const cJSON *type, bool is_bytes)
{
    const char *name = cJSON_IsString(type) ? type->valuestring : "";

    if (is_bytes)
        return strcmp(name, "U8") == 0;
    return strcmp(name, "F32") == 0 ? 4 : strcmp(name, "F16") == 0 ? 2 : 0;
}

static enum artem_result find(const struct tensors *tensors, const char *name, bool is_bytes, const uint64_t *shape,
                              int dimensions, struct found *out)
{
    const cJSON *tensor = cJSON_GetObjectItemCaseSensitive(tensors->header, name);
    const cJSON *sizes = cJSON_GetObjectItemCaseSensitive(tensor, "shape");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(tensor, "data_offsets");
    uint64_t begin, end;

    if (tensor == NULL)
        return bad(tensors, name, "is missing");
    *out = (struct found){.count = 1, .each = type_size(cJSON_GetObjectItemCaseSensitive(tensor, "dtype"), is_bytes)};
    if (out->each == 0)
        return bad(tensors, name, is_bytes ? "is not of bytes (U8)" : "is neither float32 nor float16");
    if (!cJSON_IsArray(sizes) || cJSON_GetArraySize(sizes) != dimensions)
        return bad(tensors, name, "has another number of dimensions");
    for (int i = 0; i < dimensions; i++) {
        uint64_t size;
        if (!get_size(cJSON_GetArrayItem(sizes, i), &size) || size != shape[i])
            return bad(tensors, name, "has another shape than VGG-16's");
        out->count *= size;
    }
    if (cJSON_GetArraySize(offsets) != 2 || !get_size(cJSON_GetArrayItem(offsets, 0), &begin) ||
        !get_size(cJSON_GetArrayItem(offsets, 1), &end) || end > tensors->size || end - begin != out->count * out->each)
        return bad(tensors, name, "lies outside the file");
    out->data = tensors->data + begin;
    return ARTEM_OK;
}

enum artem_result tensors_floats(const struct tensors *tensors, const char *name, const uint64_t *shape, int dimensions,
                                 float **out)
{
    struct found found;
    const enum artem_result result = find(tensors, name, false, shape, dimensions, &found);
    bool is_finite = true;

    *out = NULL;
    if (result != ARTEM_OK)
        return result;
    float *values = malloc(found.count * sizeof *values);
    if (values == NULL)
        return ARTEM_ERROR_MEMORY;
    if (found.each == 4)
        memcpy(values, found.data, found.count * 4);
    for (uint64_t i = 0; i < found.count; i++) {
        uint16_t half;
        if (found.each == 2) {
            memcpy(&half, found.data + 2 * i, 2);
            values[i] = half_to_float(half);
        }
        is_finite = is_finite && isfinite(values[i]);
    }
    if (!is_finite) {
        free(values);
        return bad(tensors, name, "has values that are no finite numbers");
    }
    *out = values;
    return ARTEM_OK;
}

enum artem_result tensors_bytes(const struct tensors *tensors, const char *name, const uint64_t *shape, int dimensions,
                                uint8_t **out)
{
    struct found found;
    const enum artem_result result = find(tensors, name, true, shape, dimensions, &found);

    *out = NULL;
    if (result != ARTEM_OK)
        return result;
    *out = malloc(found.count);
    if (*out == NULL)
        return ARTEM_ERROR_MEMORY;
    memcpy(*out, found.data, found.count);
    return ARTEM_OK;
}
