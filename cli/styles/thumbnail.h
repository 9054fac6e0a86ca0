// SPDX-License-Identifier: Apache-2.0
// Small pictures in a terminal, in whatever way it has: the kitty protocol, iTerm2's, sixels, or half blocks in true
// colour.
#ifndef ARTEM_CLI_THUMBNAIL_H
#define ARTEM_CLI_THUMBNAIL_H

#include <stdbool.h>
#include <stdio.h>

#include "image.h"

enum thumbnail_way { THUMBNAIL_NONE, THUMBNAIL_KITTY, THUMBNAIL_ITERM2, THUMBNAIL_SIXEL, THUMBNAIL_BLOCKS };

enum { THUMBNAIL_COLUMNS = 12, THUMBNAIL_ROWS = 6 }; // cells of the terminal

// From a name: kitty, iterm2, sixel, blocks, none; false if it is none of these.
bool thumbnail_parse(const char *name, enum thumbnail_way *out_way);
// What the terminal at standard output can do: it is asked, and has a third of a second to answer.
enum thumbnail_way thumbnail_detect(void);

// The picture, square, at the cursor, which stays where it is; there must be room below (thumbnail_make_room).
void thumbnail_print(enum thumbnail_way way, const struct image *image);
// Scrolls, so that the next THUMBNAIL_ROWS lines are on the screen; the cursor stands in the first.
void thumbnail_make_room(void);

// The picture as width x height, each pixel the mean of those that it covers. False without memory.
bool thumbnail_scale(const struct image *image, uint32_t width, uint32_t height, struct image *out_image);

// The ways. side: pixels, a multiple of 6.
void thumbnail_print_kitty(const struct image *image);
void thumbnail_print_iterm2(const struct image *image);
void thumbnail_print_sixel(const struct image *image, unsigned side);
void thumbnail_print_blocks(const struct image *image);

#endif
