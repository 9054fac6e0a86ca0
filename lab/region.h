// SPDX-License-Identifier: Apache-2.0
// The part of a window's features that belongs to the window's inside.
#ifndef ARTEM_LAB_REGION_H
#define ARTEM_LAB_REGION_H

#include "net.h"
#include "tiles.h"

struct region {
    uint32_t x, y, width, height; // in cells of the window's features
    uint64_t first_x, first_y;    // of its first cell, in the features of the picture without margins
};

// Of a layer whose cells are 2^level pixels wide.
struct region region_of(const struct tile_span *columns, const struct tile_span *rows, uint32_t level);

uint64_t region_cells(const struct region *region);

// Its cells one after the other: in the features themselves where they lie so, else copied to scratch.
const float *region_gather(const struct region *region, const struct vgg_features *features, float *scratch);

// Adds [cells][channels] to the same cells of a tensor that has the features' shape.
void region_add(const struct region *region, const struct vgg_features *features, const float *values, float *out);

#endif
