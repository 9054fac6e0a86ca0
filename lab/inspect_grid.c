// SPDX-License-Identifier: Apache-2.0
#include "inspect_grid.h"

#include <stdlib.h>

static const float background = 0.35f;

bool grid_create(uint32_t columns, uint32_t rows, struct lab_picture *out_grid)
{
    if (!lab_picture_allocate(columns * (GRID_TILE + GRID_GAP) - GRID_GAP, rows * (GRID_TILE + GRID_GAP) - GRID_GAP,
                              out_grid))
        return false;
    for (size_t i = 0; i < (size_t)out_grid->width * out_grid->height * 3; i++)
        out_grid->rgb[i] = background;
    return true;
}

// Where pixel (x, y) of a tile lies.
static float *pixel_at(struct lab_picture *grid, uint32_t column, uint32_t row, uint32_t x, uint32_t y)
{
    const size_t across = (size_t)column * (GRID_TILE + GRID_GAP) + x, down = (size_t)row * (GRID_TILE + GRID_GAP) + y;

    return grid->rgb + (down * grid->width + across) * 3;
}

void grid_put_photo(struct lab_picture *grid, uint32_t column, uint32_t row, const struct lab_picture *photo)
{
    struct lab_picture small;

    if (!lab_picture_scale(photo, GRID_TILE, GRID_TILE, &small))
        return; // the tile stays grey
    for (uint32_t y = 0; y < GRID_TILE; y++)
        for (uint32_t x = 0; x < GRID_TILE; x++)
            for (uint32_t c = 0; c < 3; c++)
                pixel_at(grid, column, row, x, y)[c] = small.rgb[((size_t)y * GRID_TILE + x) * 3 + c];
    lab_picture_free(&small);
}

void grid_put_channel(struct lab_picture *grid, uint32_t column, uint32_t row, const struct inspect_features *f,
                      uint32_t photo, uint32_t channel)
{
    const float *values = f->photo[photo] + channel;
    float largest = 0;

    for (size_t i = 0; i < (size_t)f->height * f->width; i++)
        largest = values[i * f->channels] > largest ? values[i * f->channels] : largest;
    for (uint32_t y = 0; y < GRID_TILE; y++)
        for (uint32_t x = 0; x < GRID_TILE; x++) {
            const size_t cell = (size_t)(y * f->height / GRID_TILE) * f->width + x * f->width / GRID_TILE;
            float *pixel = pixel_at(grid, column, row, x, y);
            pixel[0] = pixel[1] = pixel[2] = largest > 0 ? values[cell * f->channels] / largest : 0;
        }
}
