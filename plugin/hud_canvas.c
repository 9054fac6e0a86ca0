// SPDX-License-Identifier: Apache-2.0
#include "hud_canvas.h"

#include <string.h>

#include "artem/font.h"

void hud_canvas_fill(const struct hud_canvas *canvas, int x, int y, int width, int height, enum hud_color color)
{
    const int left = x < 0 ? 0 : x, right = x + width < canvas->width ? x + width : canvas->width;
    const int top = y < 0 ? 0 : y, bottom = y + height < canvas->height ? y + height : canvas->height;

    for (int row = top; row < bottom && left < right; row++)
        memset(canvas->pixels + (size_t)row * (size_t)canvas->width + left, color, (size_t)(right - left));
}

void hud_canvas_text(const struct hud_canvas *canvas, int x, int y, enum hud_color color, const char *text)
{
    for (; *text != '\0' && x < canvas->width; text++, x += HUD_COLUMN) {
        for (int i = 0; i < FONT_WIDTH * FONT_HEIGHT; i++) {
            const int column = i % FONT_WIDTH, row = i / FONT_WIDTH;

            if (font_pixel(*text, column, row))
                hud_canvas_fill(canvas, x + column * HUD_SCALE, y + row * HUD_SCALE, HUD_SCALE, HUD_SCALE, color);
        }
    }
}

// The half of v / 256, 0 <= v <= 256.
static uint32_t half_of(uint32_t v)
{
    uint32_t bit = 0;

    while (v >> (bit + 1) != 0)
        bit++;
    return v == 0 ? 0 : (bit + 7) << 10 | (v << (10 - bit) & 1023);
}

// Alpha as a format stores it, in the last channel; all others are 0.
static void store_alpha(enum artem_pixel_format format, uint32_t opacity, uint8_t out[HUD_PIXEL_MAX])
{
    const uint32_t a16 = opacity * 65535 / 256;
    uint32_t word;

    memset(out, 0, HUD_PIXEL_MAX);
    switch (format) {
    case ARTEM_PIXELS_A2B10G10R10_UNORM:
        word = (a16 * 3 + 32767) / 65535 << 30;
        memcpy(out, &word, 4);
        break;
    case ARTEM_PIXELS_RGBA16_UNORM:
        out[6] = (uint8_t)a16;
        out[7] = (uint8_t)(a16 >> 8);
        break;
    case ARTEM_PIXELS_RGBA16_SFLOAT:
        word = half_of(opacity);
        out[6] = (uint8_t)word;
        out[7] = (uint8_t)(word >> 8);
        break;
    default:
        out[3] = (uint8_t)((a16 * 255 + 32767) / 65535);
        break;
    }
}

void hud_palette_make(enum artem_pixel_format format, uint32_t opacity, struct hud_palette *out_palette)
{
    static const uint8_t codes[HUD_COLORS][4] = {
        [HUD_GROUND] = {16, 18, 24},  [HUD_TEXT] = {236, 236, 230}, [HUD_DIM] = {178, 184, 194},
        [HUD_GOOD] = {120, 210, 120}, [HUD_WARN] = {240, 190, 80},  [HUD_BAD] = {240, 90, 80},
    };

    out_palette->pixel_size = artem_pixel_size(format);
    for (int color = 0; color < HUD_COLORS; color++) {
        uint8_t *stored = out_palette->stored[color];
        const struct artem_pixels pixel = {
            .format = format,
            .premultiplied = true,
            .width = 1,
            .height = 1,
            .stored = stored,
            .stored_stride = HUD_PIXEL_MAX,
        };

        store_alpha(format, color == HUD_GROUND ? opacity : 256, stored);
        artem_pixels_from_code(&pixel, codes[color], 4, stored, HUD_PIXEL_MAX);
    }
}

static void store_row(const struct hud_palette *palette, const uint8_t *pixels, size_t count, void *out)
{
    if (palette->pixel_size == 4) {
        uint32_t words[HUD_COLORS], *to = out;

        for (int color = 0; color < HUD_COLORS; color++)
            memcpy(&words[color], palette->stored[color], 4);
        for (size_t i = 0; i < count; i++)
            to[i] = words[pixels[i]];
    } else {
        uint64_t words[HUD_COLORS], *to = out;

        memcpy(words, palette->stored, sizeof words);
        for (size_t i = 0; i < count; i++)
            to[i] = words[pixels[i]];
    }
}

void hud_canvas_store(const struct hud_canvas *canvas, const struct hud_palette *palette, bool bottom_up, void *out)
{
    const size_t width = (size_t)canvas->width, height = (size_t)canvas->height;

    for (size_t y = 0; y < height; y++) {
        const size_t row = bottom_up ? height - 1 - y : y;

        store_row(palette, &canvas->pixels[row * width], width, (uint8_t *)out + y * width * palette->pixel_size);
    }
}
