// SPDX-License-Identifier: Apache-2.0
// A contact sheet: a scene in every style with its name below, in one picture.
#ifndef ARTEM_CLI_SHEET_H
#define ARTEM_CLI_SHEET_H

#include "image.h"

struct sheet {
    struct image image;
    unsigned columns, next;
};

// For so many pictures. False after a message.
bool sheet_create(struct sheet *sheet, unsigned count);
// picture: NULL where there is none; then a frame with the name stands for it.
bool sheet_add(struct sheet *sheet, const struct image *picture, const char *name);
void sheet_free(struct sheet *sheet);

#endif
