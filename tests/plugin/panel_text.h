// SPDX-License-Identifier: Apache-2.0
// Reads the words on a panel from its pixels, by comparing them with the font.
#ifndef ARTEM_TEST_PANEL_TEXT_H
#define ARTEM_TEST_PANEL_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "artem/font.h"
#include "hud_canvas.h"

struct panel_pixels {
    const uint8_t *data; // rows without gaps; the first pixel is ground
    int width, height;
    size_t pixel; // bytes
};

static inline bool panel_is_ground(const struct panel_pixels *p, int x, int y)
{
    return memcmp(p->data, p->data + ((size_t)y * (size_t)p->width + (size_t)x) * p->pixel, p->pixel) == 0;
}

static inline bool panel_shows(const struct panel_pixels *p, int x, int y, char character)
{
    for (int row = 0; row < 9 * HUD_SCALE; row++)
        for (int column = 0; column < HUD_COLUMN; column++)
            if (panel_is_ground(p, x + column, y + row) == font_pixel(character, column / HUD_SCALE, row / HUD_SCALE))
                return false;
    return true;
}

// The line whose cells begin at (x, y), without blanks at its end; '~' where there is no character.
static inline const char *panel_line(const struct panel_pixels *p, int x, int y)
{
    static char line[256];
    size_t used = 0, end = 0;

    for (; x + HUD_COLUMN <= p->width && used + 1 < sizeof line; x += HUD_COLUMN) {
        char c = ' ';

        while (c < '~' && !panel_shows(p, x, y, c))
            c++;
        line[used++] = c;
        end = c != ' ' ? used : end;
    }
    line[end] = '\0';
    return line;
}

#endif
