// SPDX-License-Identifier: Apache-2.0
// Pictures as terminals take them.
#include <stdlib.h>
#include <string.h>

#include "thumbnail.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void print_base64(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t word =
            (uint32_t)data[i] << 16 | (left > 1 ? (uint32_t)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);
        putchar(digits[word >> 18]);
        putchar(digits[word >> 12 & 63]);
        putchar(left > 1 ? digits[word >> 6 & 63] : '=');
        putchar(left > 2 ? digits[word & 63] : '=');
    }
}

// https://sw.kovidgoyal.net/kitty/graphics-protocol: raw RGBA, in pieces of 4096 letters, no answers wanted.
void thumbnail_print_kitty(const struct image *image)
{
    enum { PIECE = 3072 };
    const size_t size = (size_t)image->width * image->height * 4;

    for (size_t at = 0; at < size; at += PIECE) {
        const size_t piece = size - at < PIECE ? size - at : PIECE;
        if (at == 0)
            printf("\033_Ga=T,q=2,C=1,f=32,s=%u,v=%u,c=%d,r=%d,m=%d;", image->width, image->height, THUMBNAIL_COLUMNS,
                   THUMBNAIL_ROWS, piece < size);
        else
            printf("\033_Gm=%d;", at + piece < size);
        print_base64(image->rgba + at, piece);
        fputs("\033\\", stdout);
    }
}

// https://iterm2.com/documentation-images.html: a file, here a PNG.
void thumbnail_print_iterm2(const struct image *image)
{
    char *data = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&data, &size);

    if (file == NULL)
        return;
    const bool written = image_png_write(file, "a thumbnail", image);
    if (fclose(file) == 0 && written) {
        printf("\033]1337;File=inline=1;size=%zu;width=%d;height=%d;preserveAspectRatio=1:", size, THUMBNAIL_COLUMNS,
               THUMBNAIL_ROWS);
        print_base64((const uint8_t *)data, size);
        putchar('\a');
    }
    free(data);
}

// Six levels of each colour, with an ordered pattern that hides the steps.
static unsigned quantise(const uint8_t *pixel, uint32_t x, uint32_t y)
{
    static const int pattern[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
    unsigned colour = 0;

    for (int c = 0; c < 3; c++) {
        const int level = (pixel[c] * 5 * 16 + pattern[y & 3][x & 3] * 255 + 128) / (255 * 16);
        colour = colour * 6 + (unsigned)(level > 5 ? 5 : level);
    }
    return colour;
}

// One colour of one band of six rows.
static void print_band(const uint8_t *colours, uint32_t side, uint32_t top, unsigned colour)
{
    printf("#%u", colour);
    for (uint32_t x = 0; x < side;) {
        unsigned bits = 0, run = 1;
        for (uint32_t i = 0; i < 6; i++)
            bits |= (unsigned)(colours[(size_t)(top + i) * side + x] == colour) << i;
        for (; x + run < side; run++) {
            unsigned next = 0;
            for (uint32_t i = 0; i < 6; i++)
                next |= (unsigned)(colours[(size_t)(top + i) * side + x + run] == colour) << i;
            if (next != bits)
                break;
        }
        if (run > 3)
            printf("!%u%c", run, 63 + bits);
        else
            for (unsigned i = 0; i < run; i++)
                putchar((char)(63 + bits));
        x += run;
    }
    putchar('$');
}

// side: a multiple of 6.
void thumbnail_print_sixel(const struct image *image, unsigned side)
{
    uint8_t *colours = malloc((size_t)side * side);
    struct image scaled = {0};

    if (colours != NULL && thumbnail_scale(image, side, side, &scaled)) {
        for (uint32_t i = 0; i < side * side; i++)
            colours[i] = (uint8_t)quantise(scaled.rgba + (size_t)i * 4, i % side, i / side);
        printf("\033P0;1;0q\"1;1;%u;%u", side, side);
        for (unsigned c = 0; c < 216; c++)
            printf("#%u;2;%u;%u;%u", c, c / 36 * 20, c / 6 % 6 * 20, c % 6 * 20);
        for (uint32_t top = 0; top < side; top += 6) {
            bool used[216] = {false};
            for (size_t i = (size_t)top * side; i < (size_t)(top + 6) * side; i++)
                used[colours[i]] = true;
            for (unsigned c = 0; c < 216; c++)
                if (used[c])
                    print_band(colours, side, top, c);
            putchar('-');
        }
        fputs("\033\\", stdout);
    }
    image_free(&scaled);
    free(colours);
}

// The upper half of a cell is its letter, the lower one what is behind it.
void thumbnail_print_blocks(const struct image *image)
{
    struct image scaled = {0};

    if (!thumbnail_scale(image, THUMBNAIL_COLUMNS, THUMBNAIL_ROWS * 2, &scaled))
        return;
    for (uint32_t row = 0; row < THUMBNAIL_ROWS; row++) {
        for (uint32_t x = 0; x < THUMBNAIL_COLUMNS; x++) {
            const uint8_t *up = scaled.rgba + ((size_t)row * 2 * THUMBNAIL_COLUMNS + x) * 4;
            const uint8_t *low = up + (size_t)THUMBNAIL_COLUMNS * 4;
            printf("\033[38;2;%u;%u;%um\033[48;2;%u;%u;%um\xE2\x96\x80", up[0], up[1], up[2], low[0], low[1], low[2]);
        }
        printf("\033[0m\033[%dD\033[1B", THUMBNAIL_COLUMNS);
    }
    image_free(&scaled);
}
