// SPDX-License-Identifier: Apache-2.0
// Style resolution (docs/arithmetic.md §2) and noise origin.
#include "geometry.h"

#include <math.h>
#include <stdlib.h>

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
    CHECK(geometry_style_size(4096, 4096, 512, &w, &h));
    CHECK(!geometry_style_size(4097, 4096, 512, &w, &h)); // area sums no longer fit
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
    other = view(5000, 5000, quarter, quarter);
    CHECK(!geometry_similar_size(&anchor, 320, 240, &other, false, &w, &h));
}

static void test_noise(void)
{
    const float pi = 3.14159265f;

    // Symmetric: the axis is in the middle, cell 32 of 64.
    CHECK_INT(geometry_noise_origin(-0.8f, 0.8f, 256), -32);
    CHECK_INT(geometry_noise_origin(0.8f, -0.8f, 256), -32);
    // tan(-45 degrees) to tan(0): the axis is the last edge.
    CHECK_INT(geometry_noise_origin(-pi / 4, 0.0f, 256), -64);
    // Beside the picture.
    CHECK(geometry_noise_origin(0.2f, 0.8f, 256) > 0);
    // Mirrored eyes: cells of equal angle get equal noise up to one cell of rounding.
    int32_t left = geometry_noise_origin(-1.0f, 0.7f, 256), right = geometry_noise_origin(-0.7f, 1.0f, 256);
    CHECK(abs(-left + -right - 64) <= 1);
    // Nonsense is no crash.
    CHECK_INT(geometry_noise_origin(0.0f, 0.0f, 256), 0);
    CHECK_INT(geometry_noise_origin(NAN, 1.0f, 256), 0);
    CHECK_INT(geometry_noise_origin(INFINITY, 1.0f, 256), 0);
    CHECK_INT(geometry_noise_origin(1.0f, 1.0f, 256), 0);
    CHECK_INT(geometry_noise_origin(1.0f, 1.00000012f, 4096) % 1, 0);
}

int main(void)
{
    test_sizes();
    test_limits();
    test_similar();
    test_noise();
    return test_result();
}
