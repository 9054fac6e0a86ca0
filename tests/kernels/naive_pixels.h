// SPDX-License-Identifier: Apache-2.0
// docs/arithmetic.md §9 written a second time: the curves from libm, quotients in 64 bits, halves as doubles.
#ifndef ARTEM_TEST_NAIVE_PIXELS_H
#define ARTEM_TEST_NAIVE_PIXELS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "artem_kernels/pixels.h"
#include "test.h"

// Colours and alpha as stored, in the order R, G, B, A.
struct stored {
    uint32_t v[4];
};

static struct {
    uint8_t code8[256], code10[1024], code16[65536], half[0x3C01];
    uint16_t stored8[256], stored10[256], stored16[256], stored_half[256];
} naive;

static inline long double naive_encode(long double x)
{
    return x <= 0.0031308L ? 12.92L * x : 1.055L * powl(x, 1 / 2.4L) - 0.055L;
}

static inline long double naive_decode(long double x)
{
    return x <= 0.04045L ? x / 12.92L : powl((x + 0.055L) / 1.055L, 2.4L);
}

// No value lies so close to a half that a libm, or the 64 bits that valgrind has for long double, could round it the
// other way.
static inline uint32_t naive_round(long double x)
{
    CHECK(fabsl(x - floorl(x) - 0.5L) > 1e-9L);
    return (uint32_t)floorl(x + 0.5L);
}

static inline double naive_half_value(uint32_t half)
{
    const int exponent = half >> 10 & 31, mantissa = half & 1023;
    const double size = exponent == 0 ? ldexp(mantissa, -24) : ldexp(1024 + mantissa, exponent - 25);

    return half & 0x8000 ? -size : size;
}

static inline bool naive_half_is_special(uint32_t half)
{
    return (half >> 10 & 31) == 31;
}

// To nearest, ties to even; x is not negative and not too large.
static inline uint32_t naive_half(double x)
{
    int exponent;

    frexp(x, &exponent); // x < 2^exponent
    exponent = x == 0 || exponent < -13 ? -14 : exponent - 1;
    return (uint32_t)((exponent + 14) * 1024 + (int)nearbyint(ldexp(x, 10 - exponent)));
}

static inline void naive_pixels_start(void)
{
    for (int i = 0; i < 256; i++)
        naive.code8[i] = (uint8_t)naive_round(255 * naive_encode(i / 255.0L));
    for (int i = 0; i < 1024; i++)
        naive.code10[i] = (uint8_t)naive_round(255 * naive_encode(i / 1023.0L));
    for (int i = 0; i < 65536; i++)
        naive.code16[i] = (uint8_t)naive_round(255 * naive_encode(i / 65535.0L));
    for (uint32_t i = 0; i <= 0x3C00; i++)
        naive.half[i] = (uint8_t)naive_round(255 * naive_encode((long double)naive_half_value(i)));
    for (int c = 0; c < 256; c++) {
        const long double linear = naive_decode(c / 255.0L);
        naive.stored8[c] = (uint16_t)naive_round(255 * linear);
        naive.stored10[c] = (uint16_t)naive_round(1023 * linear);
        naive.stored16[c] = (uint16_t)naive_round(65535 * linear);
        naive.stored_half[c] = (uint16_t)naive_half((double)linear);
    }
}

static inline uint32_t naive_quotient(uint64_t a, uint64_t b)
{
    return (uint32_t)((2 * a + b) / (2 * b));
}

// Of a and b both odd or of no remainder: never a tie. 65535 · colour / alpha may be one and goes up.
static inline uint32_t naive_linear(enum artem_pixel_format format, uint32_t v)
{
    switch (format) {
    case ARTEM_PIXELS_RGBA8_SRGB:
    case ARTEM_PIXELS_BGRA8_SRGB:
        return naive.stored16[v];
    case ARTEM_PIXELS_RGBA16_SFLOAT: {
        const double x = naive_half_is_special(v) ? 0 : naive_half_value(v);
        return (uint32_t)floor((x < 0 ? 0 : x > 1 ? 1 : x) * 65535 + 0.5);
    }
    case ARTEM_PIXELS_RGBA16_UNORM:
        return v;
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        return naive_quotient((uint64_t)v * 65535, 1023);
    default:
        return naive_quotient((uint64_t)v * 65535, 255);
    }
}

static inline uint32_t naive_alpha(enum artem_pixel_format format, uint32_t alpha)
{
    if (format == ARTEM_PIXELS_A2B10G10R10_UNORM)
        return naive_quotient((uint64_t)alpha * 65535, 3);
    if (format == ARTEM_PIXELS_RGBA16_UNORM || format == ARTEM_PIXELS_RGBA16_SFLOAT)
        return naive_linear(format, alpha);
    return naive_quotient((uint64_t)alpha * 65535, 255);
}

static inline uint32_t naive_opaque_code(enum artem_pixel_format format, uint32_t v)
{
    switch (format) {
    case ARTEM_PIXELS_RGBA8_SRGB:
    case ARTEM_PIXELS_BGRA8_SRGB:
        return v;
    case ARTEM_PIXELS_RGBA16_SFLOAT: {
        const double x = naive_half_is_special(v) ? 0 : naive_half_value(v);
        return x <= 0 ? 0 : x >= 1 ? 255 : naive.half[v];
    }
    case ARTEM_PIXELS_RGBA16_UNORM:
        return naive.code16[v];
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        return naive.code10[v];
    default:
        return naive.code8[v];
    }
}

static inline uint32_t naive_code(enum artem_pixel_format format, bool premultiplied, const struct stored *p, int k)
{
    const uint64_t alpha = naive_alpha(format, p->v[3]);

    if (!premultiplied)
        return naive_opaque_code(format, p->v[k]);
    if (alpha == 0)
        return 0;
    const uint64_t linear = ((uint64_t)naive_linear(format, p->v[k]) * 65535 + alpha / 2) / alpha;
    return naive.code16[linear < 65535 ? linear : 65535];
}

static inline uint32_t naive_opaque_stored(enum artem_pixel_format format, uint32_t v, uint32_t code)
{
    switch (format) {
    case ARTEM_PIXELS_RGBA8_SRGB:
    case ARTEM_PIXELS_BGRA8_SRGB:
        return code;
    case ARTEM_PIXELS_RGBA16_SFLOAT: {
        const uint32_t s = naive.stored_half[code];
        if (naive_half_is_special(v) || naive_half_value(v) <= 1)
            return s;
        return naive_half(naive_half_value(s) * naive_half_value(v));
    }
    case ARTEM_PIXELS_RGBA16_UNORM:
        return naive.stored16[code];
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        return naive.stored10[code];
    default:
        return naive.stored8[code];
    }
}

static inline uint32_t naive_stored(enum artem_pixel_format format, bool premultiplied, const struct stored *p, int k,
                                    uint32_t code)
{
    const uint64_t alpha = naive_alpha(format, p->v[3]);
    const bool special = format == ARTEM_PIXELS_RGBA16_SFLOAT && naive_half_is_special(p->v[k]);

    if ((premultiplied && alpha == 0) || (!special && naive_code(format, premultiplied, p, k) == code))
        return p->v[k];
    if (!premultiplied)
        return naive_opaque_stored(format, p->v[k], code);
    const uint32_t linear = naive_quotient(naive.stored16[code] * alpha, 65535);
    switch (format) {
    case ARTEM_PIXELS_RGBA8_SRGB:
    case ARTEM_PIXELS_BGRA8_SRGB:
        return naive.code16[linear];
    case ARTEM_PIXELS_RGBA16_SFLOAT:
        return naive_half(linear / 65535.0);
    case ARTEM_PIXELS_RGBA16_UNORM:
        return linear;
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        return naive_quotient((uint64_t)linear * 1023, 65535);
    default:
        return naive_quotient((uint64_t)linear * 255, 65535);
    }
}

// Bytes of one pixel.
static inline void naive_pack(enum artem_pixel_format format, const struct stored *p, uint8_t *out)
{
    static const uint8_t bits[][4] = {{8, 8, 8, 8}, {10, 10, 10, 2}, {16, 16, 16, 16}};
    const bool bgr = format == ARTEM_PIXELS_BGRA8_SRGB || format == ARTEM_PIXELS_BGRA8_UNORM;
    const uint8_t *widths = bits[artem_pixel_size(format) == 8 ? 2 : format == ARTEM_PIXELS_A2B10G10R10_UNORM];
    uint64_t word = 0;

    for (int k = 3; k >= 0; k--)
        word = word << widths[k] | p->v[bgr && k < 3 ? 2 - k : k];
    for (size_t i = 0; i < artem_pixel_size(format); i++)
        out[i] = (uint8_t)(word >> 8 * i);
}

#endif
