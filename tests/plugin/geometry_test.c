// SPDX-License-Identifier: Apache-2.0
// Style resolution (docs/arithmetic.md §2) and where the noise lies.
#include "artem/geometry.h"

#include <math.h>

#include "test.h"

static void expect_size(uint32_t width, uint32_t height, uint32_t longer, uint32_t w, uint32_t h)
{
    uint32_t got_w = 0, got_h = 0;

    CHECK(geometry_style_size(width, height, longer, &got_w, &got_h));
    CHECK_INT(got_w, w);
    CHECK_INT(got_h, h);
}

static void test_sizes(void)
{
    expect_size(2000, 2000, 512, 512, 512);
    expect_size(896, 1007, 256, 228, 256); // divr(256 * 896, 1007) = 228
    expect_size(1007, 896, 256, 256, 228);
    expect_size(320, 240, 512, 320, 240); // never above the picture's own size
    expect_size(319, 239, 2048, 316, 236);
    expect_size(4096, 16, 64, 64, 4); // 0.25 pixels become one cell
    expect_size(4, 4, 64, 4, 4);
    expect_size(8, 7, 7, 4, 4);
}

static void test_limits(void)
{
    uint32_t w, h;

    CHECK(!geometry_style_size(3, 100, 64, &w, &h));
    CHECK(!geometry_style_size(100, 3, 64, &w, &h));
    CHECK(geometry_style_size(8192, 8192, 512, &w, &h));
    CHECK(!geometry_style_size(8193, 8192, 512, &w, &h)); // area sums are tested no further
    CHECK(geometry_style_size(16384, 1024, 2048, &w, &h));
    CHECK(!geometry_style_size(16388, 1000, 2048, &w, &h)); // positions no longer fit
    CHECK(!geometry_style_size(4096, 4096, 4096, &w, &h));  // style picture above 2^22
    CHECK(!geometry_can_scale(64, 64, 68, 64));             // never enlarged
}

static struct geometry_view view(uint32_t width, uint32_t height, float side, float up)
{
    return (struct geometry_view){width, height, -side, side, up, -up};
}

static void expect_similar(struct geometry_view anchor, struct geometry_view other, bool strict, uint32_t w, uint32_t h)
{
    uint32_t got_w = 0, got_h = 0;

    CHECK(geometry_similar_size(&anchor, 320, 240, &other, strict, &got_w, &got_h));
    CHECK_INT(got_w, w);
    CHECK_INT(got_h, h);
}

// Strokes have one angular size in all views of a frame.
static void test_similar(void)
{
    const float quarter = 0.78539816f; // tan = 1
    const struct geometry_view anchor = view(1600, 1200, quarter, quarter);
    struct geometry_view other = anchor;
    uint32_t w, h;

    expect_similar(anchor, anchor, true, 320, 240);
    // The other eye, mirrored and computed a little differently.
    other.left = -0.6f;
    other.right = atanf(2.0f - tanf(0.6f)) + 1e-4f;
    expect_similar(anchor, other, true, 320, 240);
    // Half the field of view: half the style pixels, however many pixels it has.
    expect_similar(anchor, view(1600, 1200, atanf(0.5f), atanf(0.5f)), true, 160, 120);
    expect_similar(anchor, view(500, 900, atanf(0.5f), atanf(0.5f)), true, 160, 120);
    // Twice the field of view with too few pixels: what there is, or, among the views of one layer, nothing.
    expect_similar(anchor, view(600, 480, atanf(2.0f), atanf(2.0f)), false, 600, 480);
    other = view(600, 480, atanf(2.0f), atanf(2.0f));
    CHECK(!geometry_similar_size(&anchor, 320, 240, &other, true, &w, &h));
    // Senseless angles: pixels count.
    expect_similar(anchor, view(800, 600, 0, 0), true, 160, 120);
    expect_similar(anchor, view(800, 600, NAN, INFINITY), true, 160, 120);
    expect_similar(view(1600, 1200, 0, 0), view(1600, 1200, 0, 0), true, 320, 240);
    // Never smaller than one cell.
    expect_similar(anchor, view(100, 100, 0.002f, 0.002f), true, 4, 4);
    // What the arithmetic cannot hold.
    other = view(3, 3, quarter, quarter);
    CHECK(!geometry_similar_size(&anchor, 320, 240, &other, false, &w, &h));
    other = view(9000, 9000, quarter, quarter);
    CHECK(!geometry_similar_size(&anchor, 320, 240, &other, false, &w, &h));
}

// The direction in which a map looks at the middle of cell (x, y), of unit length.
static void look(const struct artem_noise_map *map, double x, double y, double out[3])
{
    double length = 0;

    for (int i = 0; i < 3; i++) {
        out[i] = map->m[3 * i] * x + map->m[3 * i + 1] * y + map->m[3 * i + 2];
        length += out[i] * out[i];
    }
    for (int i = 0; i < 3; i++)
        out[i] /= sqrt(length);
}

static double apart(const double a[3], const double b[3])
{
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

static const struct geometry_pose nowhere = {{0, 0, 0, 1}, {0, 0, 0}};

static void test_noise_direction(void)
{
    const float quarter = 0.78539816f;
    const struct geometry_view square = view(1024, 1024, quarter, quarter);
    const double forward[3] = {0, 0, -1}, right[3] = {1, 0, 0}, corner[3] = {-0.57735, 0.57735, -0.57735};
    struct geometry_pose pose = nowhere;
    struct artem_noise_map map;
    double d[3];

    CHECK_INT(geometry_noise_density(&square, 256, 256, 0), 23); // 0.9 * pi / 4 * 256 / 2 / 4, rounded
    CHECK_INT(geometry_noise_density(&square, 260, 252, 23), 23);
    CHECK_INT(geometry_noise_density(&square, 256, 256, 19), 19); // what there was is near enough
    CHECK_INT(geometry_noise_density(&square, 256, 256, 28), 28);
    CHECK_INT(geometry_noise_density(&square, 256, 256, 18), 23);
    CHECK_INT(geometry_noise_density(&square, 256, 256, 29), 23);
    geometry_noise_map(&square, &pose, 256, 256, 26, &map);
    CHECK(artem_noise_map_valid(&map) && map.density == 26);
    look(&map, 31.5, 31.5, d); // the middle of 64 cells
    CHECK(apart(d, forward) < 1e-3);
    look(&map, -0.5, -0.5, d);
    CHECK(apart(d, corner) < 1e-3);
    // The head turned to the right by 90 degrees: -y axis of rotation.
    pose.orientation[1] = -0.70710678f;
    pose.orientation[3] = 0.70710678f;
    geometry_noise_map(&square, &pose, 256, 256, 26, &map);
    look(&map, 31.5, 31.5, d);
    CHECK(apart(d, right) < 1e-3);
}

// Two eyes with mirrored angles see the same noise at the distance chosen, and nearly the same at infinity.
static void test_noise_eyes(void)
{
    const struct geometry_view left = {1000, 1000, -1.0f, 0.7f, 0.8f, -0.8f},
                               right = {1000, 1000, -0.7f, 1.0f, 0.8f, -0.8f};
    struct geometry_pose pose = nowhere;
    struct artem_noise_map map[2];
    double d[2][3];

    pose.offset[0] = -0.032f;
    geometry_noise_map(&left, &pose, 256, 256, 40, &map[0]);
    pose.offset[0] = 0.032f;
    geometry_noise_map(&right, &pose, 256, 256, 40, &map[1]);
    // A point 2 m ahead and 0.5 m to the right, as either eye's picture shows it.
    const double width = tan(1.0) + tan(0.7);
    look(&map[0], (0.532 / 2 + tan(1.0)) / width * 64 - 0.5, 31.5, d[0]);
    look(&map[1], (0.468 / 2 + tan(0.7)) / width * 64 - 0.5, 31.5, d[1]);
    CHECK(apart(d[0], d[1]) < 2e-3);
}

static void test_noise_nonsense(void)
{
    const float odd[] = {0, NAN, INFINITY, 1.5707963f, -3e38f};
    const struct geometry_view good = view(1000, 1000, 0.8f, 0.8f);
    struct geometry_pose pose = nowhere;
    struct artem_noise_map map;

    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        const struct geometry_view bad = view(1000, 1000, odd[i], 0.8f);
        CHECK_INT(geometry_noise_density(&bad, 256, 256, 30), 0);
        geometry_noise_map(&bad, &pose, 256, 256, 40, &map);
        CHECK(artem_noise_map_valid(&map) && map.density == 0);
        // An odd pose is left out of account.
        struct geometry_pose far = {{odd[i], odd[i], odd[i], odd[i]}, {odd[i] + 7, NAN, INFINITY}};
        geometry_noise_map(&good, &far, 256, 256, 40, &map);
        CHECK(artem_noise_map_valid(&map) && map.density == 40);
    }
    geometry_noise_map(&good, &pose, 256, 256, 0, &map); // no density: planar
    CHECK(map.density == 0 && map.m[2] == 0 && map.m[5] == 0);
    CHECK(geometry_noise_density(&good, 4, 4, 0) >= 1);
    // Any rotation stays in range.
    for (int i = 0; i < 1000; i++) {
        const float a = (float)i * 0.7f;
        pose.orientation[0] = sinf(a) * 0.5f, pose.orientation[1] = cosf(a) * 0.5f;
        pose.orientation[2] = sinf(3 * a) * 0.7071f, pose.orientation[3] = cosf(3 * a) * 0.7071f;
        geometry_noise_map(&good, &pose, 4096 - 4 * (uint32_t)i, 4 + 4 * (uint32_t)i, 40, &map);
        CHECK(artem_noise_map_valid(&map) && map.density == 40);
    }
}

// Where a place of a picture is in an older one: pixels.
static void place_in(const float m[9], double x, double y, double *out_x, double *out_y)
{
    const double z = m[6] * x + m[7] * y + m[8];

    *out_x = (m[0] * x + m[1] * y + m[2]) / z;
    *out_y = (m[3] * x + m[4] * y + m[5]) / z;
}

static void test_turn(void)
{
    const struct geometry_view view = {.left = -0.8f, .right = 0.6f, .up = 0.7f, .down = -0.9f};
    const struct geometry_view narrow = {.left = -0.4f, .right = 0.4f, .up = 0.4f, .down = -0.4f};
    struct geometry_view flat = view;
    const struct geometry_pose ahead = {.orientation = {0, 0, 0, 1}};
    const double angle = 0.2; // to the left, about the axis that points up
    const struct geometry_pose left = {.orientation = {0, (float)sin(angle / 2), 0, (float)cos(angle / 2)}};
    float m[9];
    double x, y;

    // The same view at another size.
    CHECK(geometry_turn(&view, &ahead, 100, 80, &view, &ahead, 200, 120, m));
    place_in(m, 25, 20, &x, &y);
    CHECK(fabs(x - 50) < 1e-3 && fabs(y - 30) < 1e-3);
    CHECK(geometry_turn(&view, &left, 100, 80, &view, &left, 100, 80, m));
    place_in(m, 99.5, 0.5, &x, &y);
    CHECK(fabs(x - 99.5) < 1e-3 && fabs(y - 0.5) < 1e-3);
    // Other angles: the edge of the narrow one lies where its tangent says.
    CHECK(geometry_turn(&narrow, &ahead, 100, 100, &view, &ahead, 1000, 1000, m));
    place_in(m, 0, 50, &x, &y);
    CHECK(fabs(x - 1000 * (tan(0.8) - tan(0.4)) / (tan(0.8) + tan(0.6))) < 1e-2);
    CHECK(fabs(y - 1000 * tan(0.7) / (tan(0.7) + tan(0.9))) < 1e-2);
    // The head has turned to the left: what is in its middle now was left of it before.
    CHECK(geometry_turn(&narrow, &left, 100, 100, &narrow, &ahead, 100, 100, m));
    place_in(m, 50, 50, &x, &y);
    CHECK(fabs(x - 50 * (1 - tan(0.2) / tan(0.4))) < 1e-2 && fabs(y - 50) < 1e-3);
    // And what is in the middle then is right of it now.
    place_in(m, 50 * (1 + tan(0.2) / tan(0.4)), 50, &x, &y);
    CHECK(fabs(x - 50) < 1e-2);
    flat.up = flat.down;
    CHECK(!geometry_turn(&flat, &ahead, 100, 80, &view, &ahead, 100, 80, m));
    CHECK(!geometry_turn(&view, &ahead, 100, 80, &flat, &ahead, 100, 80, m));
}

int main(void)
{
    test_sizes();
    test_limits();
    test_similar();
    test_noise_direction();
    test_noise_eyes();
    test_noise_nonsense();
    test_turn();
    return test_result();
}
