// SPDX-License-Identifier: Apache-2.0
#include "thumbnail.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool thumbnail_parse(const char *name, enum thumbnail_way *out_way)
{
    static const char *const names[] = {
        [THUMBNAIL_NONE] = "none",   [THUMBNAIL_KITTY] = "kitty",   [THUMBNAIL_ITERM2] = "iterm2",
        [THUMBNAIL_SIXEL] = "sixel", [THUMBNAIL_BLOCKS] = "blocks",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) {
            *out_way = (enum thumbnail_way)i;
            return true;
        }
    return false;
}

bool thumbnail_scale(const struct image *image, uint32_t width, uint32_t height, struct image *out)
{
    if (!image_allocate(out, "a thumbnail", width, height))
        return false;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++) {
            const uint32_t left = x * image->width / width, top = y * image->height / height;
            uint32_t right = (x + 1) * image->width / width, bottom = (y + 1) * image->height / height;
            right = right > left ? right : left + 1;
            bottom = bottom > top ? bottom : top + 1;
            uint32_t sum[4] = {0}, count = (right - left) * (bottom - top);
            for (uint32_t v = top; v < bottom; v++)
                for (uint32_t u = left; u < right; u++)
                    for (int c = 0; c < 4; c++)
                        sum[c] += image->rgba[((size_t)v * image->width + u) * 4 + (size_t)c];
            for (int c = 0; c < 4; c++)
                out->rgba[((size_t)y * width + x) * 4 + (size_t)c] = (uint8_t)((sum[c] + count / 2) / count);
        }
    return true;
}

// Pixels that the picture may have on its side, so that it ends above the line that follows: sixels know no cells.
static unsigned find_side(void)
{
    struct winsize size;
    unsigned cell = 16;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_ypixel / size.ws_row > 5)
        cell = size.ws_ypixel / size.ws_row;
    return (cell * THUMBNAIL_ROWS - 1) / 6 * 6; // sixels are six pixels high
}

void thumbnail_make_room(void)
{
    for (int i = 0; i < THUMBNAIL_ROWS; i++)
        putchar('\n');
    printf("\033[%dA", THUMBNAIL_ROWS);
}

void thumbnail_print(enum thumbnail_way way, const struct image *image)
{
    fputs("\0337", stdout); // the cursor's place
    switch (way) {
    case THUMBNAIL_KITTY:
        thumbnail_print_kitty(image);
        break;
    case THUMBNAIL_ITERM2:
        thumbnail_print_iterm2(image);
        break;
    case THUMBNAIL_SIXEL:
        thumbnail_print_sixel(image, find_side());
        break;
    case THUMBNAIL_BLOCKS:
        thumbnail_print_blocks(image);
        break;
    case THUMBNAIL_NONE:
        break;
    }
    fputs("\0338", stdout);
}
