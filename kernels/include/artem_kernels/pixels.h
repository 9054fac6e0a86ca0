// SPDX-License-Identifier: Apache-2.0
// What swapchain images store, and the 8-bit sRGB code values that the network works on: docs/arithmetic.md §9.
#ifndef ARTEM_KERNELS_PIXELS_H
#define ARTEM_KERNELS_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Shaders and recordings use these numbers.
enum artem_pixel_format {
    ARTEM_PIXELS_RGBA8_SRGB,
    ARTEM_PIXELS_BGRA8_SRGB,
    ARTEM_PIXELS_RGBA8_UNORM,
    ARTEM_PIXELS_BGRA8_UNORM,
    ARTEM_PIXELS_A2B10G10R10_UNORM, // R in the lowest bits of a little-endian word
    ARTEM_PIXELS_RGBA16_UNORM,
    ARTEM_PIXELS_RGBA16_SFLOAT,
    ARTEM_PIXELS_COUNT
};

// Bytes of one pixel: 4 or 8.
size_t artem_pixel_size(enum artem_pixel_format format);
const char *artem_pixel_format_name(enum artem_pixel_format format); // "RGBA8 sRGB", ...

// Tables, 32-bit words, as the shaders read them (shaders/common.glsl):
//   [0, 256)      stored value of each code value (for SFLOAT: the bits of a half)
//   [256, 512)    linear value of each code value, in 1/65535
//   [512, 16896)  code value of each linear value in 1/65535, as 65536 bytes, the first in the lowest byte
//   [16896, ...)  code value of each stored index, as bytes: 256, 1024, 65536 or 15361 of them, rounded up to words
enum { ARTEM_PIXEL_TABLE_LINEAR = 256, ARTEM_PIXEL_TABLE_CODE16 = 512, ARTEM_PIXEL_TABLE_CODE = 512 + 16384 };
size_t artem_pixel_tables_words(enum artem_pixel_format format);
void artem_pixel_tables(enum artem_pixel_format format, uint32_t *out_words);

struct artem_pixels {
    enum artem_pixel_format format;
    bool premultiplied; // colours are multiplied by alpha
    uint32_t width, height;
    const void *stored;
    size_t stored_stride; // bytes
};

// Code values of the picture as RGBA8; A is 255.
void artem_pixels_to_code(const struct artem_pixels *pixels, uint8_t *code, size_t code_stride);

// The way back: what is stored for the code values in `code` (RGBA8, A ignored) where the picture had stored `pixels`.
// Colours whose code value is unchanged, and alpha, keep their bits. `out` has the format of `pixels` and may be it.
void artem_pixels_from_code(const struct artem_pixels *pixels, const uint8_t *code, size_t code_stride, void *out,
                            size_t out_stride);

#endif
