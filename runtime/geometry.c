// SPDX-License-Identifier: Apache-2.0
// Sizes and origins of the style picture of a view.
#include "artem/geometry.h"

#include <math.h>

#include "artem_kernels/picture.h"

#define STYLE_AREA_MAX (UINT64_C(1) << 22) // of a style picture
#define PRODUCT_MAX (UINT64_C(1) << 25)    // of the two sides on one axis: uint32 positions of the composite

enum { CELL = 4, STYLE_SIDE_MAX = 4096 };

bool geometry_can_scale(uint32_t width, uint32_t height, uint32_t style_width, uint32_t style_height)
{
    return style_width <= width && style_height <= height && style_width <= STYLE_SIDE_MAX &&
           style_height <= STYLE_SIDE_MAX && (uint64_t)width * height <= GEOMETRY_AREA_MAX &&
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

// Apps send odd angles (all zero, flipped, not a number). Also false for views so wide that a plane is no picture of
// them any more.
static bool is_sensible(const struct geometry_view *view)
{
    const float edges[4] = {view->left, view->right, view->up, view->down};

    for (int i = 0; i < 4; i++)
        if (!(fabsf(edges[i]) < 1.55f)) // 89 degrees
            return false;
    return find_extent(view->left, view->right) > 0 && find_extent(view->up, view->down) > 0;
}

int32_t geometry_noise_density(const struct geometry_view *view, uint32_t style_width, uint32_t style_height,
                               int32_t last)
{
    const double share = 0.9, quarter = 0.78539816; // pi / 4: what one unit of tangent is in the middle of a face
    const double tolerance = 1.25;

    if (!is_sensible(view))
        return 0;
    const double x = style_width / find_extent(view->left, view->right);
    const double y = style_height / find_extent(view->up, view->down);
    const double wanted = fmin(fmax(floor(share * quarter * fmin(x, y) / CELL + 0.5), 1), ARTEM_NOISE_DENSITY);
    return last > 0 && wanted <= last * tolerance && last <= wanted * tolerance ? last : (int32_t)wanted;
}

// Row-major rotation of a quaternion; the identity for one that is far from a unit.
static void rotation_of(const float q[4], double out[9])
{
    double x = (double)q[0], y = (double)q[1], z = (double)q[2], w = (double)q[3];
    const double length = sqrt(x * x + y * y + z * z + w * w);

    if (length > 0.9 && length < 1.1)
        x /= length, y /= length, z /= length, w /= length;
    else
        x = y = z = 0, w = 1;
    const double rows[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
                            2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
                            2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
    for (int i = 0; i < 9; i++)
        out[i] = rows[i];
}

bool geometry_turn(const struct geometry_view *view, const struct geometry_pose *pose, uint32_t width, uint32_t height,
                   const struct geometry_view *old_view, const struct geometry_pose *old_pose, uint32_t old_width,
                   uint32_t old_height, float out_map[9])
{
    double r[9], old_r[9], rays[9], turned[9];

    if (!is_sensible(view) || !is_sensible(old_view) || width == 0 || height == 0)
        return false;
    const double left = tan((double)view->left), up = tan((double)view->up);
    const double old_left = tan((double)old_view->left), old_up = tan((double)old_view->up);
    const double scale_x = old_width / (tan((double)old_view->right) - old_left);
    const double scale_y = old_height / (tan((double)old_view->down) - old_up);
    // The ray of place (x, y) is (left + x step, up + y step, -1), turned.
    const double frame[9] = {
        (tan((double)view->right) - left) / width, 0, left, 0, (tan((double)view->down) - up) / height, up, 0, 0, -1};
    rotation_of(pose->orientation, r);
    rotation_of(old_pose->orientation, old_r);
    for (int i = 0; i < 9; i++) {
        rays[i] = 0;
        for (int k = 0; k < 3; k++)
            rays[i] += r[i / 3 * 3 + k] * frame[3 * k + i % 3];
    }
    for (int i = 0; i < 9; i++) {
        turned[i] = 0;
        for (int k = 0; k < 3; k++)
            turned[i] += old_r[3 * k + i / 3] * rays[3 * k + i % 3]; // the inverse: transposed
    }
    for (int i = 0; i < 3; i++) {
        const double z = -turned[6 + i];

        out_map[i] = (float)((turned[i] - old_left * z) * scale_x);
        out_map[3 + i] = (float)((turned[3 + i] - old_up * z) * scale_y);
        out_map[6 + i] = (float)z;
    }
    for (int i = 0; i < 9; i++)
        if (!isfinite(out_map[i]))
            return false;
    return true;
}

// Of entry i of a noise map.
static double limit_of(int i)
{
    return i % 3 == 2 ? ARTEM_NOISE_OFFSET : ARTEM_NOISE_SLOPE;
}

void geometry_noise_map(const struct geometry_view *view, const struct geometry_pose *pose, uint32_t style_width,
                        uint32_t style_height, int32_t density, struct artem_noise_map *out_map)
{
    const double left = tan((double)view->left), up = tan((double)view->up);
    const double step_x = (tan((double)view->right) - left) * CELL / style_width;
    const double step_y = (tan((double)view->down) - up) * CELL / style_height;
    double r[9], columns[9];
    bool sane = density > 0 && is_sensible(view);

    *out_map = (struct artem_noise_map){0};
    rotation_of(pose->orientation, r);
    for (int i = 0; i < 3; i++) {
        const double offset = (double)pose->offset[i] / GEOMETRY_NOISE_METRES;
        // The ray of the middle of cell (X, Y) is (left + (X + 0.5) step_x, up + (Y + 0.5) step_y, -1), turned.
        const double *row = &r[3 * i];
        columns[3 * i] = row[0] * step_x;
        columns[3 * i + 1] = row[1] * step_y;
        columns[3 * i + 2] = row[0] * (left + step_x / 2) + row[1] * (up + step_y / 2) - row[2];
        if (fabs(offset) < 1)
            columns[3 * i + 2] += offset;
    }
    // As many bits as the ranges leave.
    double scale = ARTEM_NOISE_OFFSET;
    for (int i = 0; i < 9; i++) {
        const double limit = limit_of(i);
        if (fabs(columns[i]) * scale > limit)
            scale = limit / fabs(columns[i]);
    }
    for (int i = 0; i < 9 && sane; i++)
        sane = fabs(columns[i] * scale) <= ARTEM_NOISE_OFFSET; // no NaN
    if (!sane)
        return;
    for (int i = 0; i < 9; i++) {
        const double limit = limit_of(i);
        out_map->m[i] = (int32_t)fmin(fmax(floor(columns[i] * scale + 0.5), -limit), limit);
    }
    out_map->density = density;
}
