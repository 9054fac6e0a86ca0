// SPDX-License-Identifier: Apache-2.0
// How a frame is cut among devices: only geometry. Sizes are in cells.
#ifndef ARTEM_TILE_CUT_H
#define ARTEM_TILE_CUT_H

#include "artem/devices.h"
#include "step.h"

struct tile_sizes {
    uint32_t views;
    struct {
        uint32_t width, height;
    } view[ARTEM_MAX_VIEWS];
};

// What one device has to paint: at most one rectangle of each view.
struct tile_share {
    uint32_t parts;
    struct tile_part {
        uint32_t view;
        struct tile_rect rect;
    } part[ARTEM_MAX_VIEWS];
};

struct tile_sizes tile_sizes_of(const struct artem_engine_frame *frame);
bool tile_sizes_equal(const struct tile_sizes *a, const struct tile_sizes *b);

// Cuts the views into `count` shares whose areas are as the weights (all above 0), no cut nearer than `least` (at least
// 1) to an edge. False where a share would be empty.
bool tile_cut(const struct tile_sizes *sizes, uint32_t count, const double *weights, uint32_t least,
              struct tile_share *out_shares);

// A part with its halo, which ends where the picture does.
struct tile_rect tile_with_halo(const struct tile_sizes *sizes, const struct tile_part *part);

// Cells of a share, without halos and with them.
uint64_t tile_share_cells(const struct tile_share *share);
uint64_t tile_share_work(const struct tile_sizes *sizes, const struct tile_share *share);

#endif
