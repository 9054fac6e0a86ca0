// SPDX-License-Identifier: Apache-2.0
// Reading test vectors.
#ifndef ARTEM_TEST_FILES_H
#define ARTEM_TEST_FILES_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A file's bytes with a read position. Reading past the end gives NULL and marks it short.
struct bytes {
    uint8_t *data;
    size_t size, at;
    int is_short;
};

static inline struct bytes bytes_read(const char *path)
{
    struct bytes b = {.is_short = 1};
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return b;
    fseek(f, 0, SEEK_END);
    b.size = (size_t)ftell(f);
    rewind(f);
    b.data = malloc(b.size + 1);
    b.is_short = b.data == NULL || fread(b.data, 1, b.size, f) != b.size;
    fclose(f);
    return b;
}

static inline const uint8_t *bytes_take(struct bytes *b, size_t count)
{
    const uint8_t *at = b->data + b->at;

    if (b->is_short || count > b->size - b->at) {
        b->is_short = 1;
        return NULL;
    }
    b->at += count;
    return at;
}

static inline uint32_t bytes_u32(struct bytes *b)
{
    const uint8_t *p = bytes_take(b, 4);

    return p == NULL ? 0 : p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static inline void rgb_to_rgba(const uint8_t *rgb, size_t pixels, uint8_t alpha, uint8_t *rgba)
{
    for (size_t i = 0; i < pixels; i++, rgb += 3, rgba += 4) {
        memcpy(rgba, rgb, 3);
        rgba[3] = alpha;
    }
}

#endif
