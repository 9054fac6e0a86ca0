// SPDX-License-Identifier: Apache-2.0
// A picture cut into windows of one size that overlap, so that what a network computes for the inside of each is what
// it computes for the whole picture. Only geometry.
#ifndef ARTEM_LAB_TILES_H
#define ARTEM_LAB_TILES_H

#include <stdbool.h>
#include <stdint.h>

// Pixels mirrored around a picture: what the network's zero padding does stays outside of it, and no frame is painted.
// They count as part of the picture below, but belong to no inside.
enum { TILE_MARGIN = 16 };

// Along one side. Starts are multiples of 16, the cell of VGG-16's fourth halving, and so are all insides but the
// last's end.
struct tile_axis {
    uint32_t size;   // of the picture with its margins
    uint32_t inside; // pixels that a window is responsible for
    uint32_t halo;   // pixels around them
    uint32_t window; // size of every window
    uint32_t count;
};

struct tile_span {
    uint32_t start;      // of the window, in the picture with its margins
    uint32_t begin, end; // of its inside, likewise
};

// How far, in pixels, what layer `last` computes looks, rounded up to 16.
uint32_t tile_halo(uint32_t last);

// size: without margins. inside: wish, 0 = one window; rounded up to 16.
void tile_axis_cut(uint32_t size, uint32_t inside, uint32_t halo, struct tile_axis *out_axis);
struct tile_span tile_axis_span(const struct tile_axis *axis, uint32_t index);

#endif
