// SPDX-License-Identifier: Apache-2.0
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "artem/file.h"
#include "artem/log.h"
#include "tensors.h"

static size_t bytes_of(const struct tensor *tensor)
{
    size_t bytes = tensor->is_bytes ? 1 : sizeof(float);

    for (int i = 0; i < tensor->dimensions; i++)
        bytes *= tensor->shape[i];
    return bytes;
}

static void describe(cJSON *header, const struct tensor *tensor, size_t begin)
{
    cJSON *object = cJSON_AddObjectToObject(header, tensor->name);

    cJSON_AddStringToObject(object, "dtype", tensor->is_bytes ? "U8" : "F32");
    cJSON *shape = cJSON_AddArrayToObject(object, "shape");
    for (int i = 0; i < tensor->dimensions; i++)
        cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->shape[i]));
    cJSON *offsets = cJSON_AddArrayToObject(object, "data_offsets");
    cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)begin));
    cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)(begin + bytes_of(tensor))));
}

static char *make_header(const char *const metadata[][2], size_t pairs, const struct tensor *tensor, size_t count,
                         size_t *out_bytes)
{
    cJSON *header = cJSON_CreateObject(), *object = cJSON_AddObjectToObject(header, "__metadata__");

    *out_bytes = 0;
    for (size_t i = 0; i < pairs; i++)
        cJSON_AddStringToObject(object, metadata[i][0], metadata[i][1]);
    for (size_t i = 0; i < count; i++) {
        describe(header, &tensor[i], *out_bytes);
        *out_bytes += bytes_of(&tensor[i]);
    }
    char *text = cJSON_PrintUnformatted(header);
    cJSON_Delete(header);
    return text;
}

bool tensors_save(const char *path, const char *const metadata[][2], size_t pairs, const struct tensor *tensor,
                  size_t count)
{
    size_t bytes;
    char *header = make_header(metadata, pairs, tensor, count, &bytes);
    const size_t written = header != NULL ? strlen(header) : 0, length = (written + 7) / 8 * 8;
    char *file = header != NULL ? malloc(8 + length + bytes) : NULL, *at = file;
    bool good = false;

    if (file == NULL) {
        artem_log(ARTEM_LOG_ERROR, "%s: out of memory", path);
        cJSON_free(header);
        return false;
    }
    for (int i = 0; i < 8; i++)
        *at++ = (char)(length >> 8 * i & 0xff);
    memset(at, ' ', length); // the format's own padding
    memcpy(at, header, written);
    at += length;
    for (size_t i = 0; i < count; i++) {
        memcpy(at, tensor[i].data, bytes_of(&tensor[i]));
        at += bytes_of(&tensor[i]);
    }
    good = artem_file_replace(path, file, (size_t)(at - file), 0644);
    if (!good)
        artem_log(ARTEM_LOG_ERROR, "%s: cannot be written: %s", path, strerror(errno));
    cJSON_free(header);
    free(file);
    return good;
}
