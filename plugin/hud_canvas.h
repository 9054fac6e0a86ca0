// SPDX-License-Identifier: Apache-2.0
// A small picture of a few colours, drawn by the CPU: text, areas. What is outside the picture is cut off.
#ifndef ARTEM_PLUGIN_HUD_CANVAS_H
#define ARTEM_PLUGIN_HUD_CANVAS_H

#include <stdint.h>

#include "artem_kernels/pixels.h"

enum hud_color {
    HUD_GROUND, // what is see-through
    HUD_TEXT,
    HUD_DIM,
    HUD_GOOD,
    HUD_WARN,
    HUD_BAD,
    HUD_COLORS
};

enum {
    HUD_SCALE = 2,              // pixels per pixel of the font
    HUD_COLUMN = 6 * HUD_SCALE, // of a character, with the gap
    HUD_ROW = 9 * HUD_SCALE,    // of a line
    HUD_MARGIN = 5 * HUD_SCALE, // around everything
    HUD_PIXEL_MAX = 8,          // bytes
};

struct hud_canvas {
    int width, height;
    uint8_t *pixels; // an enum hud_color each, rows without gaps
};

void hud_canvas_fill(const struct hud_canvas *canvas, int x, int y, int width, int height, enum hud_color color);
// x, y: of the upper left corner. Printable ASCII (artem/font.h).
void hud_canvas_text(const struct hud_canvas *canvas, int x, int y, enum hud_color color, const char *text);

// How each colour is stored in a format, multiplied by its alpha, which is `opacity` (0..256) for the ground and 1 for
// all others.
struct hud_palette {
    size_t pixel_size;
    uint8_t stored[HUD_COLORS][HUD_PIXEL_MAX];
};
void hud_palette_make(enum artem_pixel_format format, uint32_t opacity, struct hud_palette *out_palette);
// The canvas in the palette's format, rows without gaps, from the top down or from the bottom up.
void hud_canvas_store(const struct hud_canvas *canvas, const struct hud_palette *palette, bool bottom_up, void *out);

#endif
