// SPDX-License-Identifier: Apache-2.0
// A picture in memory that the window shows, and what is drawn on it: rectangles, text, pictures. RGBA8, 8-bit sRGB
// code values, rows from the top without gaps. Whatever lies outside is not drawn.
#ifndef ARTEM_VIEWER_CANVAS_H
#define ARTEM_VIEWER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct canvas {
    uint32_t width, height;
    uint8_t *rgba;
    size_t room;
};

struct area {
    int x, y, width, height;
};

// 0xRRGGBBAA
typedef uint32_t canvas_color;

// False, after a message, without memory; the content is lost.
bool canvas_resize(struct canvas *canvas, uint32_t width, uint32_t height);
void canvas_free(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, struct area area, canvas_color color);
// The border of an area, THICK pixels inside of it.
void canvas_border(struct canvas *canvas, struct area area, int thick, canvas_color color);
// A picture of WIDTH x HEIGHT opaque pixels.
void canvas_picture(struct canvas *canvas, int x, int y, const uint8_t *rgba, int width, int height);

// Text in the demo's font, each of its pixels SCALE pixels wide; returns the x after it.
int canvas_text(struct canvas *canvas, int x, int y, int scale, canvas_color color, const char *text);
int canvas_text_width(int scale, const char *text);
// Height of a line of capitals.
int canvas_text_height(int scale);
// Text that is cut, with "..." at its end, so that it is no wider than WIDTH.
void canvas_text_cut(struct canvas *canvas, int x, int y, int scale, int width, canvas_color color, const char *text);

#endif
