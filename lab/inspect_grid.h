// SPDX-License-Identifier: Apache-2.0
// Grids of channels as pictures.
#ifndef ARTEM_LAB_INSPECT_GRID_H
#define ARTEM_LAB_INSPECT_GRID_H

#include "inspect.h"

enum { GRID_TILE = 72, GRID_GAP = 4 };

// Empty, grey. False without memory.
bool grid_create(uint32_t columns, uint32_t rows, struct lab_picture *out_grid);
void grid_put_photo(struct lab_picture *grid, uint32_t column, uint32_t row, const struct lab_picture *photo);
// A channel of a photo's features, from black, 0, to white, its largest value.
void grid_put_channel(struct lab_picture *grid, uint32_t column, uint32_t row, const struct inspect_features *features,
                      uint32_t photo, uint32_t channel);

#endif
