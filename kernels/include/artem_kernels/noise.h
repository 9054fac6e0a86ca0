// SPDX-License-Identifier: Apache-2.0
// The noise that flat areas are painted from, docs/arithmetic.md §4: where a picture looks at it.
#ifndef ARTEM_KERNELS_NOISE_H
#define ARTEM_KERNELS_NOISE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ARTEM_NOISE = 16,             // channels
    ARTEM_NOISE_DENSITY = 4096,   // largest density
    ARTEM_NOISE_SLOPE = 1 << 18,  // largest |m| of the columns for X and Y
    ARTEM_NOISE_OFFSET = 1 << 29, // largest |m| of the last column
};

// Planar (density 0): cell (X, Y) has the noise of the point (X + m[2], Y + m[5]); all zero is a valid map.
// Directional (density > 0): cell (X, Y) looks in the direction m · (X, Y, 1), m being three rows of three, and sees
// the noise on a cube around the viewer whose faces are 2 · density points wide, at nearly equal angles.
struct artem_noise_map {
    int32_t m[9];
    int32_t density;
};

// Whether a map is within the ranges above.
bool artem_noise_map_valid(const struct artem_noise_map *map);

#endif
