// SPDX-License-Identifier: Apache-2.0
// Sizes and origins of the style picture of a view.
#include "geometry.h"

#include <math.h>

#include "artem_kernels/picture.h"

#define AREA_MAX (UINT64_C(1) << 24)       // of a picture: uint32 sums of the area average
#define STYLE_AREA_MAX (UINT64_C(1) << 22) // of a style picture
#define PRODUCT_MAX (UINT64_C(1) << 25)    // of the two sides on one axis: uint32 positions of the composite

enum { CELL = 4, STYLE_SIDE_MAX = 4096 };

bool geometry_can_scale(uint32_t width, uint32_t height, uint32_t style_width, uint32_t style_height)
{
    return style_width <= width && style_height <= height && style_width <= STYLE_SIDE_MAX &&
           style_height <= STYLE_SIDE_MAX && (uint64_t)width * height <= AREA_MAX &&
           (uint64_t)style_width * style_height <= STYLE_AREA_MAX && (uint64_t)width * style_width <= PRODUCT_MAX &&
           (uint64_t)height * style_height <= PRODUCT_MAX;
}

bool geometry_style_size(uint32_t width, uint32_t height, uint32_t longer, uint32_t *out_width, uint32_t *out_height)
{
    return artem_style_size(width, height, longer, out_width, out_height) &&
           geometry_can_scale(width, height, *out_width, *out_height);
}

// How far apart two edges are on a plane at distance 1; 0 if that makes no sense.
static double find_extent(float from, float to)
{
    double extent = fabs(tan((double)to) - tan((double)from));

    return extent > 1e-3 && extent < 1e3 ? extent : 0;
}

static bool find_similar_side(double anchor_extent, uint32_t anchor_side, uint32_t anchor_style, double extent,
                              uint32_t side, bool strict, uint32_t *out_style)
{
    const double tolerance = 0.01; // two eyes' angles, as apps compute them
    const bool angles = anchor_extent > 0 && extent > 0;
    double ratio = angles ? extent / anchor_extent : (double)side / anchor_side;
    double cells;

    if (side == anchor_side && (!angles || fabs(ratio - 1) < tolerance))
        ratio = 1;
    cells = floor(anchor_style * ratio / CELL + 0.5);
    if (cells * CELL > side && strict)
        return false;
    cells = fmin(cells, side / CELL);
    *out_style = cells >= 1 ? (uint32_t)cells * CELL : CELL;
    return true;
}

bool geometry_similar_size(const struct geometry_view *anchor, uint32_t anchor_width, uint32_t anchor_height,
                           const struct geometry_view *view, bool strict, uint32_t *out_width, uint32_t *out_height)
{
    return find_similar_side(find_extent(anchor->left, anchor->right), anchor->width, anchor_width,
                             find_extent(view->left, view->right), view->width, strict, out_width) &&
           find_similar_side(find_extent(anchor->up, anchor->down), anchor->height, anchor_height,
                             find_extent(view->up, view->down), view->height, strict, out_height) &&
           geometry_can_scale(view->width, view->height, *out_width, *out_height);
}

int32_t geometry_noise_origin(float from, float to, uint32_t style_side)
{
    double first = tan((double)from), last = tan((double)to);
    double cell = first / (first - last) * style_side / CELL;

    // Apps send odd angles (all zero, flipped, not a number): any origin is good enough then.
    if (!(fabs(cell) < 1e6))
        return 0;
    return -(int32_t)floor(cell);
}
