// SPDX-License-Identifier: Apache-2.0
#include "sheet.h"

#include <string.h>

#include "artem/font.h"
#include "thumbnail.h"

enum { SIDE = 192, MARGIN = 16, CAPTION = 24, TEXT_SCALE = 2, BACKGROUND = 24, INK = 230, FRAME = 90 };

static void put(struct sheet *s, uint32_t x, uint32_t y, uint8_t grey)
{
    uint8_t *pixel = s->image.rgba + ((size_t)y * s->image.width + x) * 4;

    memset(pixel, grey, 3);
    pixel[3] = 255;
}

bool sheet_create(struct sheet *s, unsigned count)
{
    const unsigned columns = count < 5 ? (count > 0 ? count : 1) : 5, rows = (count + columns - 1) / columns;

    *s = (struct sheet){.columns = columns};
    if (!image_allocate(&s->image, "the contact sheet", MARGIN + columns * (SIDE + MARGIN),
                        MARGIN + (rows > 0 ? rows : 1) * (SIDE + CAPTION + MARGIN)))
        return false;
    for (uint32_t y = 0; y < s->image.height; y++)
        for (uint32_t x = 0; x < s->image.width; x++)
            put(s, x, y, BACKGROUND);
    return true;
}

static void write_name(struct sheet *s, uint32_t left, uint32_t top, const char *name)
{
    char text[SIDE / ((FONT_WIDTH + 1) * TEXT_SCALE) + 1];

    font_fold(name, text, sizeof text);
    for (uint32_t i = 0; text[i] != '\0'; i++)
        for (uint32_t y = 0; y < FONT_HEIGHT * TEXT_SCALE; y++)
            for (uint32_t x = 0; x < FONT_WIDTH * TEXT_SCALE; x++)
                if (font_pixel(text[i], (int)(x / TEXT_SCALE), (int)(y / TEXT_SCALE)))
                    put(s, left + i * (FONT_WIDTH + 1) * TEXT_SCALE + x, top + y, INK);
}

bool sheet_add(struct sheet *s, const struct image *picture, const char *name)
{
    const uint32_t left = MARGIN + s->next % s->columns * (SIDE + MARGIN);
    const uint32_t top = MARGIN + s->next / s->columns * (SIDE + CAPTION + MARGIN);
    struct image scaled = {0};

    s->next++;
    if (picture != NULL && !thumbnail_scale(picture, SIDE, SIDE, &scaled))
        return false;
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++) {
            if (picture != NULL)
                memcpy(s->image.rgba + ((size_t)(top + y) * s->image.width + left + x) * 4,
                       scaled.rgba + ((size_t)y * SIDE + x) * 4, 3);
            else if (x == 0 || y == 0 || x == SIDE - 1 || y == SIDE - 1)
                put(s, left + x, top + y, FRAME);
        }
    image_free(&scaled);
    write_name(s, left, top + SIDE + 6, name);
    return true;
}

void sheet_free(struct sheet *s)
{
    image_free(&s->image);
}
