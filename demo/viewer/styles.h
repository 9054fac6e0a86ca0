// SPDX-License-Identifier: Apache-2.0
// The styles that are installed, with their thumbnails.
#ifndef ARTEM_VIEWER_STYLES_H
#define ARTEM_VIEWER_STYLES_H

#include <stdbool.h>

#include "artem/model.h"
#include "image.h"

struct style_entry {
    char name[ARTEM_NAME_MAX];
    char label[ARTEM_NAME_MAX]; // to be read
    char title[128];
    struct image thumb; // empty where the style has none
};

struct style_list {
    int count;
    struct style_entry *entries;
};

// Sorted by name; damaged ones are left out, the library says why. False, after a message, without any.
bool styles_load(struct style_list *out);
void styles_free(struct style_list *list);
// The place of a style; -1: not there.
int styles_find(const struct style_list *list, const char *name);

#endif
