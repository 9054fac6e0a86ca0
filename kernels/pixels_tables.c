// SPDX-License-Identifier: Apache-2.0
// Formats and tables, docs/arithmetic.md §9.
#include "pixel_codes.h"
#include "pixel_tables.h"

static const struct {
    const char *name;
    size_t size;
    enum pixel_kind kind;
} formats[ARTEM_PIXELS_COUNT] = {
    [ARTEM_PIXELS_RGBA8_SRGB] = {"RGBA8 sRGB", 4, PIXEL_SRGB8},
    [ARTEM_PIXELS_BGRA8_SRGB] = {"BGRA8 sRGB", 4, PIXEL_SRGB8},
    [ARTEM_PIXELS_RGBA8_UNORM] = {"RGBA8 UNORM", 4, PIXEL_UNORM8},
    [ARTEM_PIXELS_BGRA8_UNORM] = {"BGRA8 UNORM", 4, PIXEL_UNORM8},
    [ARTEM_PIXELS_A2B10G10R10_UNORM] = {"A2B10G10R10 UNORM", 4, PIXEL_UNORM10},
    [ARTEM_PIXELS_RGBA16_UNORM] = {"RGBA16 UNORM", 8, PIXEL_UNORM16},
    [ARTEM_PIXELS_RGBA16_SFLOAT] = {"RGBA16 SFLOAT", 8, PIXEL_HALF},
};

static const struct pixel_codes kinds[] = {
    [PIXEL_SRGB8] = {256, NULL, NULL},
    [PIXEL_UNORM8] = {256, begin_8, stored_8},
    [PIXEL_UNORM10] = {1024, begin_10, stored_10},
    [PIXEL_UNORM16] = {65536, begin_16, stored_16},
    [PIXEL_HALF] = {HALF_ONE + 1, begin_half, stored_half},
};

size_t artem_pixel_size(enum artem_pixel_format format)
{
    return formats[format].size;
}

const char *artem_pixel_format_name(enum artem_pixel_format format)
{
    return formats[format].name;
}

enum pixel_kind artem_pixel_kind(enum artem_pixel_format format)
{
    return formats[format].kind;
}

const struct pixel_codes *artem_pixel_codes(enum pixel_kind kind)
{
    return &kinds[kind];
}

static uint32_t words_of_bytes(uint32_t bytes)
{
    return (bytes + 3) / 4;
}

// Each word is written once and never read: it may lie in a graphics card.
static void put_codes(const struct pixel_codes *codes, uint32_t *words)
{
    for (uint32_t i = 0; i < codes->indices; i += 4) {
        uint32_t word = 0;

        for (uint32_t k = 0; k < 4 && i + k < codes->indices; k++)
            word |= pixel_code(codes, i + k) << k * 8;
        words[i / 4] = word;
    }
}

size_t artem_pixel_tables_words(enum artem_pixel_format format)
{
    return ARTEM_PIXEL_TABLE_CODE + words_of_bytes(kinds[formats[format].kind].indices);
}

void artem_pixel_tables(enum artem_pixel_format format, uint32_t *out_words)
{
    const struct pixel_codes *codes = &kinds[formats[format].kind], *linear = &kinds[PIXEL_UNORM16];

    for (uint32_t c = 0; c < 256; c++) {
        out_words[c] = pixel_stored(codes, c);
        out_words[ARTEM_PIXEL_TABLE_LINEAR + c] = pixel_stored(linear, c);
    }
    put_codes(linear, out_words + ARTEM_PIXEL_TABLE_CODE16);
    put_codes(codes, out_words + ARTEM_PIXEL_TABLE_CODE);
}
