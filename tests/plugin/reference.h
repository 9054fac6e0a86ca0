// SPDX-License-Identifier: Apache-2.0
// Scaling and composite written plainly from docs/arithmetic.md §3 and §8, on RGBA8 pictures, for tests only.
#ifndef ARTEM_TEST_PLUGIN_REFERENCE_H
#define ARTEM_TEST_PLUGIN_REFERENCE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static uint32_t reference_overlap(uint32_t out, uint32_t outs, uint32_t in, uint32_t ins)
{
    uint32_t from = out * ins > in * outs ? out * ins : in * outs;
    uint32_t to = (out + 1) * ins < (in + 1) * outs ? (out + 1) * ins : (in + 1) * outs;

    return to > from ? to - from : 0;
}

// in: width x height with rows of `stride` pixels.
static void reference_scale(const uint8_t *in, uint32_t stride, uint32_t width, uint32_t height, uint8_t *out,
                            uint32_t w, uint32_t h)
{
    if (width == 0 || height == 0)
        abort();
    for (uint32_t y = 0; y < h; y++) {
        for (uint32_t x = 0; x < w; x++) {
            uint32_t sum[3] = {0};

            for (uint32_t j = y * height / h; j < height && j * h < (y + 1) * height; j++) {
                for (uint32_t i = x * width / w; i < width && i * w < (x + 1) * width; i++) {
                    uint32_t weight = reference_overlap(x, w, i, width) * reference_overlap(y, h, j, height);

                    for (int c = 0; c < 3; c++)
                        sum[c] += weight * in[4 * ((size_t)j * stride + i) + (size_t)c];
                }
            }
            for (int c = 0; c < 3; c++)
                out[4 * ((size_t)y * w + x) + (size_t)c] =
                    (uint8_t)((sum[c] + (width * height >> 1)) / (width * height));
            out[4 * ((size_t)y * w + x) + 3] = 255;
        }
    }
}

static int32_t reference_clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

static int32_t reference_luma(const int32_t *c)
{
    return (77 * c[0] + 150 * c[1] + 29 * c[2] + 128) >> 8;
}

static void reference_pixel(const uint8_t *original, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                            const uint8_t *in, const uint8_t *styled, uint32_t w, uint32_t h, int32_t strength,
                            int32_t keep, uint8_t *out)
{
    int32_t px = (int32_t)((2 * x + 1) * w * 64 / width) - 64, py = (int32_t)((2 * y + 1) * h * 64 / height) - 64;
    uint32_t sum[3] = {0}, total = 0;
    int32_t s[3], o[3];

    for (int n = 0; n < 4; n++) {
        int dx = n & 1, dy = n >> 1;
        int32_t qx = reference_clamp((px >> 7) + dx, 0, (int32_t)w - 1);
        int32_t qy = reference_clamp((py >> 7) + dy, 0, (int32_t)h - 1);
        const uint8_t *near_in = &in[4 * ((size_t)qy * w + (size_t)qx)];
        uint32_t fx = (uint32_t)px & 127, fy = (uint32_t)py & 127, d = 0;
        uint32_t ws = (dx ? fx : 128 - fx) * (dy ? fy : 128 - fy), k;

        for (int c = 0; c < 3; c++)
            d += (uint32_t)abs(original[c] - near_in[c]);
        k = ((ws * (65536 / (64 + d * d) + 1)) >> 8) + (ws > 0);
        for (int c = 0; c < 3; c++)
            sum[c] += k * styled[4 * ((size_t)qy * w + (size_t)qx) + (size_t)c];
        total += k;
    }
    if (total == 0)
        abort();
    for (int c = 0; c < 3; c++) {
        s[c] = (int32_t)((sum[c] + (total >> 1)) / total);
        o[c] = original[c];
    }
    for (int c = 0; c < 3; c++) {
        int32_t detail = (o[c] - reference_luma(o)) - (s[c] - reference_luma(s));
        int32_t t = reference_clamp(s[c] + ((keep * detail + 128) >> 8), 0, 255);

        out[c] = (uint8_t)(o[c] + ((strength * (t - o[c]) + 128) >> 8));
    }
    out[3] = original[3];
}

// original and out: width x height with rows of `stride` pixels.
static void reference_composite(const uint8_t *original, uint32_t stride, uint32_t width, uint32_t height,
                                const uint8_t *in, const uint8_t *styled, uint32_t w, uint32_t h, int32_t strength,
                                int32_t keep, uint8_t *out)
{
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++)
            reference_pixel(&original[4 * ((size_t)y * stride + x)], x, y, width, height, in, styled, w, h, strength,
                            keep, &out[4 * ((size_t)y * stride + x)]);
    }
}

#endif
