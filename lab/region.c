// SPDX-License-Identifier: Apache-2.0
#include "region.h"

#include <string.h>

struct region region_of(const struct tile_span *columns, const struct tile_span *rows, uint32_t level)
{
    return (struct region){
        .x = (columns->begin - columns->start) >> level,
        .y = (rows->begin - rows->start) >> level,
        .width = (columns->end >> level) - (columns->begin >> level),
        .height = (rows->end >> level) - (rows->begin >> level),
        .first_x = (columns->begin - TILE_MARGIN) >> level,
        .first_y = (rows->begin - TILE_MARGIN) >> level,
    };
}

uint64_t region_cells(const struct region *region)
{
    return (uint64_t)region->width * region->height;
}

static uint64_t offset(const struct region *region, const struct vgg_features *features, uint32_t row)
{
    return ((uint64_t)(region->y + row) * features->width + region->x) * features->channels;
}

const float *region_gather(const struct region *region, const struct vgg_features *features, float *scratch)
{
    const uint64_t row = (uint64_t)region->width * features->channels;

    if (region->width == features->width)
        return features->values + offset(region, features, 0);
    for (uint32_t y = 0; y < region->height; y++)
        memcpy(scratch + y * row, features->values + offset(region, features, y), row * sizeof *scratch);
    return scratch;
}

void region_add(const struct region *region, const struct vgg_features *features, const float *values, float *out)
{
    const uint64_t row = (uint64_t)region->width * features->channels;

    for (uint32_t y = 0; y < region->height; y++) {
        float *to = out + offset(region, features, y);
        for (uint64_t i = 0; i < row; i++)
            to[i] += values[y * row + i];
    }
}
