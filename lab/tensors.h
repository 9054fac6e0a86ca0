// SPDX-License-Identifier: Apache-2.0
// safetensors files: 8 bytes, little endian, the length of a JSON object; the object, which says where each tensor
// lies; the tensors.
#ifndef ARTEM_LAB_TENSORS_H
#define ARTEM_LAB_TENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "artem/result.h"

enum { TENSOR_DIMENSIONS = 4 };

struct tensors {
    const char *path; // the caller's, for messages
    char *file;
    const unsigned char *data; // the part that offsets count from
    size_t size;
    struct cJSON *header;
};

// What fails says why in the log. `tensors` must be closed only where it was opened.
enum artem_result tensors_open(const char *path, struct tensors *out_tensors);
void tensors_close(struct tensors *tensors);

bool tensors_have(const struct tensors *tensors, const char *name);
// "" where there is none of that name.
const char *tensors_metadata(const struct tensors *tensors, const char *key);

// float32 or float16 of that shape, every value finite; or bytes. The caller frees *out.
enum artem_result tensors_floats(const struct tensors *tensors, const char *name, const uint64_t *shape, int dimensions,
                                 float **out);
enum artem_result tensors_bytes(const struct tensors *tensors, const char *name, const uint64_t *shape, int dimensions,
                                uint8_t **out);

// A tensor to be written.
struct tensor {
    char name[32];
    bool is_bytes; // else floats
    int dimensions;
    uint64_t shape[TENSOR_DIMENSIONS];
    const void *data;
};

// metadata: `pairs` keys and values. The file appears whole or not at all. False after a message in the log.
bool tensors_save(const char *path, const char *const metadata[][2], size_t pairs, const struct tensor *tensor,
                  size_t count);

#endif
