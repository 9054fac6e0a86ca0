// SPDX-License-Identifier: Apache-2.0
// PNG by libpng's simplified interface, which converts every kind to 8-bit sRGB and needs no long jumps here.
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

bool image_png_read(FILE *file, const char *path, struct image *out_image)
{
    png_image png;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_stdio(&png, file)) {
        image_error("%s: %s", path, png.message);
        return false;
    }
    // The size is known and checked before any pixel is unpacked.
    if (!image_allocate(out_image, path, png.width, png.height)) {
        png_image_free(&png);
        return false;
    }
    out_image->has_alpha = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    png.format = PNG_FORMAT_RGBA;
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; // 16-bit files without a colour space would be taken for linear
    if (!png_image_finish_read(&png, NULL, out_image->rgba, 0, NULL)) {
        image_error("%s: %s", path, png.message);
        png_image_free(&png);
        return false;
    }
    return true;
}

static uint8_t *without_alpha(const struct image *image)
{
    size_t count = (size_t)image->width * image->height;
    uint8_t *rgb = malloc(count * 3);

    for (size_t i = 0; rgb && i < count; i++)
        memcpy(rgb + 3 * i, image->rgba + 4 * i, 3);
    return rgb;
}

bool image_png_write(FILE *file, const char *path, const struct image *image)
{
    png_image png;
    uint8_t *rgb = NULL;

    memset(&png, 0, sizeof png);
    png.version = PNG_IMAGE_VERSION;
    png.width = image->width;
    png.height = image->height;
    png.format = image->has_alpha ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    if (!image->has_alpha && !(rgb = without_alpha(image))) {
        image_error("%s: out of memory", path);
        return false;
    }
    bool good = png_image_write_to_stdio(&png, file, 0, rgb ? rgb : image->rgba, 0, NULL);
    if (!good)
        image_error("%s: cannot be written: %s", path, png.message);
    png_image_free(&png);
    free(rgb);
    return good;
}
