// SPDX-License-Identifier: Apache-2.0
// One frame painted by several backends at once: each has a part of it, a tile, and is told step by step how far to go,
// so that sums of all tiles can be put together before the gains that depend on them are used.
#ifndef ARTEM_STEP_H
#define ARTEM_STEP_H

#include "artem/engine.h"

// How far around the inside of a tile, in cells, each layer has to be computed for the inside to be what it is in the
// whole picture. Pixels of the inside need the half size from one of its pixels outside on: doubling looks half a pixel
// further, d2's 3 x 3 one pixel of the full size. That is within one cell; the same at half the size makes d0's second.
// d0, units and encoder are 3 x 3 of cells: one each.
enum {
    TILE_MARGIN_D2 = 0,
    TILE_MARGIN_D1 = TILE_MARGIN_D2 + 1,
    TILE_MARGIN_D0 = TILE_MARGIN_D1 + 1,
    TILE_MARGIN_STREAM = TILE_MARGIN_D0 + 1,          // of the last unit
    TILE_HALO = TILE_MARGIN_STREAM + ARTEM_UNITS + 1, // of the encoder's input
};

// Of the encoder (layer 0) or a unit.
static inline int tile_margin(uint32_t layer)
{
    return TILE_MARGIN_STREAM + (int)(ARTEM_UNITS - layer);
}

// In cells.
struct tile_rect {
    uint32_t x, y, width, height;
};

struct tile {
    // The views' pictures are the inside with its halo, which ends where the picture does. Only the inside is written.
    // Noise maps are those of the part. `exact` and `resolution` mean nothing.
    struct artem_engine_frame frame;
    struct tile_rect inside[ARTEM_MAX_VIEWS]; // within the view
};

// One normalised layer's.
struct layer_gains {
    int16_t a[ARTEM_CHANNELS], b[ARTEM_CHANNELS];
};
struct layer_sums {
    int64_t s1[ARTEM_CHANNELS], s2[ARTEM_CHANNELS]; // over the inside of all views
};

// In this order: a new tile's input; layers first … end - 1 with their gains; the sums of layer `end`; the decoder.
struct step {
    const struct tile *tile; // copied; NULL: goes on with the tile of the step before
    uint32_t first, end;
    bool sums;                       // of those layers too
    bool ahead;                      // sums of layer `end`, whose gains are not known yet
    bool decode;                     // only with end = ARTEM_NORMS
    const struct layer_gains *gains; // [ARTEM_NORMS]; like out_sums valid until wait has returned
    struct layer_sums *out_sums;     // [ARTEM_NORMS]; those asked for are set once wait has returned ARTEM_OK
};

#endif
