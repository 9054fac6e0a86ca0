// SPDX-License-Identifier: Apache-2.0
// Sizes and origins of the style picture of a view. Pure functions.
#ifndef ARTEM_GEOMETRY_H
#define ARTEM_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "artem_kernels/noise.h"

#define GEOMETRY_AREA_MAX (UINT64_C(1) << 26) // pixels of a picture

// The style resolution of a width x height picture for a wished longer side (docs/arithmetic.md §2). False if the
// picture is outside what the shaders compute exactly in 32 bits.
bool geometry_style_size(uint32_t width, uint32_t height, uint32_t longer, uint32_t *out_width, uint32_t *out_height);
// Whether a picture can be scaled to a given style resolution within those limits.
bool geometry_can_scale(uint32_t width, uint32_t height, uint32_t style_width, uint32_t style_height);

// A projection view: pixels, and the angles of its edges in radians.
struct geometry_view {
    uint32_t width, height;
    float left, right, up, down;
};

// The style resolution of `view` at which strokes have the same angular size as in `anchor`, which is painted at
// anchor_width x anchor_height. Views whose size or angles differ by no more than rounding get the anchor's resolution;
// with senseless angles, pixels count instead. A view with too few pixels for that gets as many as it has, or, if
// `strict`, false.
bool geometry_similar_size(const struct geometry_view *anchor, uint32_t anchor_width, uint32_t anchor_height,
                           const struct geometry_view *view, bool strict, uint32_t *out_width, uint32_t *out_height);

// Where the view lies in its layer's space. Orientation x, y, z, w; a senseless one counts as none. `offset`: metres
// from the middle of the layer's views.
struct geometry_pose {
    float orientation[4];
    float offset[3];
};

// From places in a picture of `view`, width x height pixels, to homogeneous ones in an older picture, old_width x
// old_height, of what is far away: row-major, to be divided by the third. False if the angles or poses make no sense.
bool geometry_turn(const struct geometry_view *view, const struct geometry_pose *pose, uint32_t width, uint32_t height,
                   const struct geometry_view *old_view, const struct geometry_pose *old_pose, uint32_t old_width,
                   uint32_t old_height, float out_map[9]);

// Points of noise per 45 degrees: about one for each cell in the middle of the view, a little less, so that hardly any
// is skipped. All views of a frame need the same, or the eyes see different textures, and so do the frames of a
// session, or the texture is another one: `last` (0: none) is kept while it is not far off. 0 if the angles make no
// sense.
int32_t geometry_noise_density(const struct geometry_view *view, uint32_t style_width, uint32_t style_height,
                               int32_t last);
// The noise of a view, fixed to the layer's space in direction and, for the offset between the eyes, at a distance of
// GEOMETRY_NOISE_METRES. Density 0 or senseless angles: planar, fixed to the picture.
#define GEOMETRY_NOISE_METRES 2.0
void geometry_noise_map(const struct geometry_view *view, const struct geometry_pose *pose, uint32_t style_width,
                        uint32_t style_height, int32_t density, struct artem_noise_map *out_map);

#endif
