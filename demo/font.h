// SPDX-License-Identifier: Apache-2.0
// A font of 5 x 7 pixels for printable ASCII.
#ifndef ARTEM_DEMO_FONT_H
#define ARTEM_DEMO_FONT_H

#include <stdbool.h>

#define FONT_WIDTH 5
#define FONT_HEIGHT 7

// Whether the pixel (0, 0 at the top left) of the character is set; characters without a glyph look like '?', and
// pixels outside are not set.
bool font_pixel(char character, int x, int y);

#endif
