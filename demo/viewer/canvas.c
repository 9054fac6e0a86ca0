// SPDX-License-Identifier: Apache-2.0
#include "canvas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/font.h"
#include "log.h"

enum { ADVANCE = FONT_WIDTH + 1 };

bool canvas_resize(struct canvas *canvas, uint32_t width, uint32_t height)
{
    const size_t size = (size_t)width * height * 4;

    if (size > canvas->room) {
        free(canvas->rgba);
        canvas->rgba = malloc(size);
        canvas->room = canvas->rgba ? size : 0;
        if (!canvas->rgba)
            return demo_error("no memory for a window of %u x %u pixels", width, height);
    }
    canvas->width = width;
    canvas->height = height;
    return true;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->rgba);
    *canvas = (struct canvas){0};
}

static struct area clip(const struct canvas *canvas, struct area a)
{
    const int right = a.x + a.width < (int)canvas->width ? a.x + a.width : (int)canvas->width;
    const int bottom = a.y + a.height < (int)canvas->height ? a.y + a.height : (int)canvas->height;

    a.x = a.x < 0 ? 0 : a.x;
    a.y = a.y < 0 ? 0 : a.y;
    a.width = right > a.x ? right - a.x : 0;
    a.height = bottom > a.y ? bottom - a.y : 0;
    return a;
}

static void blend(uint8_t *pixel, canvas_color color)
{
    const uint32_t alpha = color & 255;

    for (int c = 0; c < 3; c++) {
        const uint32_t value = color >> (24 - 8 * c) & 255;
        pixel[c] = (uint8_t)((value * alpha + pixel[c] * (255 - alpha) + 127) / 255);
    }
    pixel[3] = 255;
}

void canvas_fill(struct canvas *canvas, struct area area, canvas_color color)
{
    const struct area a = clip(canvas, area);

    for (int y = a.y; y < a.y + a.height; y++) {
        uint8_t *row = canvas->rgba + ((size_t)y * canvas->width + (size_t)a.x) * 4;
        for (int x = 0; x < a.width; x++)
            blend(row + (size_t)x * 4, color);
    }
}

void canvas_border(struct canvas *canvas, struct area a, int thick, canvas_color color)
{
    canvas_fill(canvas, (struct area){a.x, a.y, a.width, thick}, color);
    canvas_fill(canvas, (struct area){a.x, a.y + a.height - thick, a.width, thick}, color);
    canvas_fill(canvas, (struct area){a.x, a.y + thick, thick, a.height - 2 * thick}, color);
    canvas_fill(canvas, (struct area){a.x + a.width - thick, a.y + thick, thick, a.height - 2 * thick}, color);
}

void canvas_picture(struct canvas *canvas, int x, int y, const uint8_t *rgba, int width, int height)
{
    const struct area a = clip(canvas, (struct area){x, y, width, height});

    for (int row = a.y; row < a.y + a.height; row++)
        memcpy(canvas->rgba + ((size_t)row * canvas->width + (size_t)a.x) * 4,
               rgba + ((size_t)(row - y) * (size_t)width + (size_t)(a.x - x)) * 4, (size_t)a.width * 4);
}

int canvas_text(struct canvas *canvas, int x, int y, int scale, canvas_color color, const char *text)
{
    for (; *text; text++, x += ADVANCE * scale)
        for (int row = 0; row < FONT_HEIGHT; row++)
            for (int column = 0; column < FONT_WIDTH; column++)
                if (font_pixel(*text, column, row))
                    canvas_fill(canvas, (struct area){x + column * scale, y + row * scale, scale, scale}, color);
    return x;
}

int canvas_text_width(int scale, const char *text)
{
    const int length = (int)strlen(text);

    return length > 0 ? (length * ADVANCE - 1) * scale : 0;
}

int canvas_text_height(int scale)
{
    return FONT_HEIGHT * scale;
}

void canvas_text_cut(struct canvas *canvas, int x, int y, int scale, int width, canvas_color color, const char *text)
{
    char cut[256];
    int keep = (width + scale) / (ADVANCE * scale) - 3;

    if (canvas_text_width(scale, text) <= width) {
        canvas_text(canvas, x, y, scale, color, text);
        return;
    }
    keep = keep < 250 ? keep : 250;
    while (keep > 0 && text[keep - 1] == ' ')
        keep--;
    if (keep > 0) {
        snprintf(cut, sizeof cut, "%.*s...", keep, text);
        canvas_text(canvas, x, y, scale, color, cut);
    }
}
