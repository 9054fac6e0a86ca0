// SPDX-License-Identifier: Apache-2.0
// Stored pixels to code values and back, docs/arithmetic.md §9.
#include "pixel_codes.h"

enum { ONE = 65535 }; // linear 1.0

// Stored values as they are, R, G, B and A.
struct pixel {
    uint32_t colour[3], alpha;
};

static uint32_t load16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static void store16(uint32_t v, uint8_t *at)
{
    at[0] = (uint8_t)v;
    at[1] = (uint8_t)(v >> 8);
}

static struct pixel load_pixel(enum artem_pixel_format format, const uint8_t *at)
{
    uint32_t word;

    switch (format) {
    case ARTEM_PIXELS_BGRA8_SRGB:
    case ARTEM_PIXELS_BGRA8_UNORM:
        return (struct pixel){{at[2], at[1], at[0]}, at[3]};
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        word = load16(at) | load16(at + 2) << 16;
        return (struct pixel){{word & 1023, word >> 10 & 1023, word >> 20 & 1023}, word >> 30};
    case ARTEM_PIXELS_RGBA16_UNORM:
    case ARTEM_PIXELS_RGBA16_SFLOAT:
        return (struct pixel){{load16(at), load16(at + 2), load16(at + 4)}, load16(at + 6)};
    default:
        return (struct pixel){{at[0], at[1], at[2]}, at[3]};
    }
}

static void store_pixel(enum artem_pixel_format format, const struct pixel *p, uint8_t *at)
{
    uint32_t word;

    switch (format) {
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        word = p->colour[0] | p->colour[1] << 10 | p->colour[2] << 20 | p->alpha << 30;
        store16(word, at);
        store16(word >> 16, at + 2);
        break;
    case ARTEM_PIXELS_RGBA16_UNORM:
    case ARTEM_PIXELS_RGBA16_SFLOAT:
        for (int k = 0; k < 3; k++)
            store16(p->colour[k], at + 2 * k);
        store16(p->alpha, at + 6);
        break;
    default: {
        const bool bgr = format == ARTEM_PIXELS_BGRA8_SRGB || format == ARTEM_PIXELS_BGRA8_UNORM;
        for (int k = 0; k < 3; k++)
            at[bgr ? 2 - k : k] = (uint8_t)p->colour[k];
        at[3] = (uint8_t)p->alpha;
    }
    }
}

// ---- Halves ----

static bool is_special(uint32_t half)
{
    return (half & HALF_INF) == HALF_INF;
}

static uint32_t index_of_half(uint32_t half)
{
    if (half >= HALF_INF) // the sign bit, Inf or NaN
        return 0;
    return half > HALF_ONE ? HALF_ONE : half;
}

static uint32_t linear_of_half(uint32_t half)
{
    const uint32_t index = index_of_half(half), exponent = index >> 10, mantissa = index & 1023;

    if (exponent == 0)
        return (mantissa * ONE + (1u << 23)) >> 24;
    return ((1024 + mantissa) * ONE + (1u << (24 - exponent))) >> (25 - exponent);
}

static uint32_t half_of_linear(uint32_t linear)
{
    uint32_t top = 0;

    while (linear >> (top + 1) != 0)
        top++;
    if (top < 2) // below 2^-14
        return ((linear << 24) + ONE / 2) / ONE;
    // A mantissa that is rounded up to 2048 carries into the exponent.
    return ((top - 1) << 10) + (((linear << (26 - top)) + ONE / 2) / ONE - 1024);
}

// The product of two halves, to nearest, ties to even. Not for subnormal or infinite ones, factors or product.
static uint32_t half_product(uint32_t a, uint32_t b)
{
    uint32_t product = (1024 + (a & 1023)) * (1024 + (b & 1023)); // 2^20 to 2^22
    uint32_t exponent = (a >> 10) + (b >> 10) - 15;
    const uint32_t drop = product >> 21 != 0 ? 11 : 10;

    exponent += drop - 10;
    product += (1u << (drop - 1)) - 1 + (product >> drop & 1);
    return (exponent << 10) + (product >> drop) - 1024;
}

// ---- Colours ----

struct colours {
    enum pixel_kind kind;
    const struct pixel_codes *codes, *linear; // of this kind, and of values in 1/65535
};

static struct colours colours_of(enum artem_pixel_format format)
{
    const enum pixel_kind kind = artem_pixel_kind(format);

    return (struct colours){kind, artem_pixel_codes(kind), artem_pixel_codes(PIXEL_UNORM16)};
}

static uint32_t linear_of_colour(const struct colours *c, uint32_t v)
{
    switch (c->kind) {
    case PIXEL_SRGB8:
        return pixel_stored(c->linear, v);
    case PIXEL_UNORM8:
        return 257 * v;
    case PIXEL_UNORM10:
        return (v * ONE + 511) / 1023;
    case PIXEL_UNORM16:
        return v;
    case PIXEL_HALF:
        break;
    }
    return linear_of_half(v);
}

static uint32_t colour_of_linear(const struct colours *c, uint32_t linear)
{
    switch (c->kind) {
    case PIXEL_SRGB8:
        return pixel_code(c->linear, linear);
    case PIXEL_UNORM8:
        return (linear * 255 + ONE / 2) / ONE;
    case PIXEL_UNORM10:
        return (linear * 1023 + ONE / 2) / ONE;
    case PIXEL_UNORM16:
        return linear;
    case PIXEL_HALF:
        break;
    }
    return half_of_linear(linear);
}

// In 1/65535; ONE where colours are not multiplied by it.
static uint32_t linear_of_alpha(const struct artem_pixels *pixels, uint32_t alpha)
{
    if (!pixels->premultiplied)
        return ONE;
    switch (pixels->format) {
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        return 21845 * alpha;
    case ARTEM_PIXELS_RGBA16_UNORM:
        return alpha;
    case ARTEM_PIXELS_RGBA16_SFLOAT:
        return linear_of_half(alpha);
    default:
        return 257 * alpha;
    }
}

// `alpha` is in 1/65535 and not 0 where it counts.
static uint32_t code_of_colour(const struct colours *c, bool premultiplied, uint32_t v, uint32_t alpha)
{
    if (!premultiplied)
        return pixel_code(c->codes, c->kind == PIXEL_HALF ? index_of_half(v) : v);
    const uint32_t quotient = (linear_of_colour(c, v) * ONE + (alpha >> 1)) / alpha;
    return pixel_code(c->linear, quotient < ONE ? quotient : ONE);
}

static uint32_t colour_of_code(const struct colours *c, bool premultiplied, uint32_t v, uint32_t alpha, uint32_t code)
{
    if (premultiplied)
        return colour_of_linear(c, (pixel_stored(c->linear, code) * alpha + ONE / 2) / ONE);
    const uint32_t stored = pixel_stored(c->codes, code);
    const bool bright = c->kind == PIXEL_HALF && v > HALF_ONE && v < HALF_INF;
    return bright && stored != 0 ? half_product(stored, v) : stored;
}

// ---- Pictures ----

void artem_pixels_to_code(const struct artem_pixels *pixels, uint8_t *code, size_t code_stride)
{
    const struct colours colours = colours_of(pixels->format);
    const size_t size = artem_pixel_size(pixels->format);

    for (uint32_t y = 0; y < pixels->height; y++) {
        const uint8_t *in = (const uint8_t *)pixels->stored + y * pixels->stored_stride;
        uint8_t *out = code + y * code_stride;
        for (uint32_t x = 0; x < pixels->width; x++, in += size, out += 4) {
            const struct pixel p = load_pixel(pixels->format, in);
            const uint32_t alpha = linear_of_alpha(pixels, p.alpha);
            for (int k = 0; k < 3; k++)
                out[k] = alpha == 0 ? 0 : (uint8_t)code_of_colour(&colours, pixels->premultiplied, p.colour[k], alpha);
            out[3] = 255;
        }
    }
}

static void paint_pixel(const struct artem_pixels *pixels, const struct colours *colours, struct pixel *p,
                        const uint8_t *code)
{
    const uint32_t alpha = linear_of_alpha(pixels, p->alpha);

    if (alpha == 0)
        return;
    for (int k = 0; k < 3; k++) {
        const uint32_t v = p->colour[k];
        const bool known = colours->kind != PIXEL_HALF || !is_special(v);
        if (!known || code_of_colour(colours, pixels->premultiplied, v, alpha) != code[k])
            p->colour[k] = colour_of_code(colours, pixels->premultiplied, v, alpha, code[k]);
    }
}

void artem_pixels_from_code(const struct artem_pixels *pixels, const uint8_t *code, size_t code_stride, void *out,
                            size_t out_stride)
{
    const struct colours colours = colours_of(pixels->format);
    const size_t size = artem_pixel_size(pixels->format);

    for (uint32_t y = 0; y < pixels->height; y++) {
        const uint8_t *in = (const uint8_t *)pixels->stored + y * pixels->stored_stride, *from = code + y * code_stride;
        uint8_t *to = (uint8_t *)out + y * out_stride;
        for (uint32_t x = 0; x < pixels->width; x++, in += size, to += size, from += 4) {
            struct pixel p = load_pixel(pixels->format, in);
            paint_pixel(pixels, &colours, &p, from);
            store_pixel(pixels->format, &p, to);
        }
    }
}
