// SPDX-License-Identifier: Apache-2.0
// Photos that a network is fitted to or looked at by: cut to squares of one size.
#ifndef ARTEM_LAB_PHOTOS_H
#define ARTEM_LAB_PHOTOS_H

#include <stdbool.h>
#include <stdint.h>

#include "picture.h"

struct photos {
    uint32_t count;
    char **path;
    struct lab_picture *picture; // side x side
};

// The middle of each, scaled. False after a message; then there are none.
bool photos_load(const char *const paths[], uint32_t count, uint32_t side, struct photos *out_photos);
// At most `most` of a folder's pictures, spread evenly over their names in order. False after a message.
bool photos_load_folder(const char *folder, uint32_t most, uint32_t side, struct photos *out_photos);
void photos_free(struct photos *photos);

#endif
