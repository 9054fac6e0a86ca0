// SPDX-License-Identifier: Apache-2.0
// A font of 5 x 7 pixels for printable ASCII.
#ifndef ARTEM_FONT_H
#define ARTEM_FONT_H

#include <stdbool.h>
#include <stddef.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7 };

// Whether the pixel (0, 0 at the top left) of the character is set; characters without a glyph look like '?', and
// pixels outside are not set.
bool font_pixel(char character, int x, int y);

// Text as the font can show it: UTF-8 becomes ASCII, accents fall off Latin letters, '?' stands for anything else. Cut
// to `size` with its end.
void font_fold(const char *utf8, char *out, size_t size);

#endif
