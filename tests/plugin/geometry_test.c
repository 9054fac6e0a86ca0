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
    test_noise();
    return test_result();
}
