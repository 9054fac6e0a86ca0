// SPDX-License-Identifier: Apache-2.0
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

bool lab_picture_allocate(uint32_t width, uint32_t height, struct lab_picture *out_picture)
{
    *out_picture = (struct lab_picture){width, height, calloc((size_t)width * height, 3 * sizeof(float))};
    return out_picture->rgb != NULL;
}

void lab_picture_free(struct lab_picture *picture)
{
    free(picture->rgb);
    memset(picture, 0, sizeof *picture);
}

void lab_picture_to_rgba(const struct lab_picture *picture, uint8_t *rgba)
{
    for (size_t i = 0; i < (size_t)picture->width * picture->height; i++) {
        for (int c = 0; c < 3; c++) {
            const float value = picture->rgb[3 * i + (size_t)c];
            rgba[4 * i + (size_t)c] = (uint8_t)lrintf(255.0f * (value < 0 ? 0 : value > 1 ? 1 : value));
        }
        rgba[4 * i + 3] = 255;
    }
}

void lab_picture_from_rgba(const uint8_t *rgba, struct lab_picture *picture)
{
    for (size_t i = 0; i < (size_t)picture->width * picture->height; i++)
        for (int c = 0; c < 3; c++)
            picture->rgb[3 * i + (size_t)c] = (float)rgba[4 * i + (size_t)c] / 255.0f;
}

bool lab_picture_load(const char *path, struct lab_picture *out_picture)
{
    struct image image;

    memset(out_picture, 0, sizeof *out_picture);
    if (!image_load(path, &image))
        return false;
    const bool good = lab_picture_allocate(image.width, image.height, out_picture);
    if (good)
        lab_picture_from_rgba(image.rgba, out_picture);
    image_free(&image);
    if (!good)
        image_error("%s: out of memory", path);
    return good;
}

bool lab_picture_save(const char *path, const struct lab_picture *picture)
{
    struct image image = {0};

    if (!image_allocate(&image, path, picture->width, picture->height))
        return false;
    lab_picture_to_rgba(picture, image.rgba);
    const bool good = image_save(path, &image);
    image_free(&image);
    return good;
}

// The weights of one output: of the inputs `first` to `first + count - 1`.
static float weight_at(uint32_t from, uint32_t to, uint32_t at, uint32_t index, uint32_t *out_first,
                       uint32_t *out_count)
{
    const double ratio = (double)from / (double)to;

    if (from > to) { // how much of the input pixel the output pixel covers
        const double begin = at * ratio, end = begin + ratio;
        *out_first = (uint32_t)begin;
        const uint32_t last = (uint32_t)ceil(end) - 1 < from ? (uint32_t)ceil(end) - 1 : from - 1;
        *out_count = last - *out_first + 1;
        const double low = fmax(begin, *out_first + index), high = fmin(end, *out_first + index + 1.0);
        return (float)(fmax(high - low, 0) / ratio);
    }
    const double centre = fmax((at + 0.5) * ratio - 0.5, 0);
    *out_first = (uint32_t)centre < from - 1 ? (uint32_t)centre : from - 1;
    *out_count = *out_first + 1 < from ? 2 : 1;
    const double share = *out_count == 2 ? centre - *out_first : 0;
    return (float)(index == 0 ? 1 - share : share);
}

// One row or column: pixels lie `step` values apart.
static void scale_line(const float *in, uint32_t from, float *out, uint32_t to, size_t step)
{
    for (uint32_t at = 0; at < to; at++) {
        uint32_t first, count;
        float sum[3] = {0, 0, 0};
        weight_at(from, to, at, 0, &first, &count);
        for (uint32_t i = 0; i < count; i++) {
            const float weight = weight_at(from, to, at, i, &first, &count);
            for (int c = 0; c < 3; c++)
                sum[c] += weight * in[(first + i) * step + (size_t)c];
        }
        memcpy(&out[at * step], sum, sizeof sum);
    }
}

bool lab_picture_scale(const struct lab_picture *picture, uint32_t width, uint32_t height,
                       struct lab_picture *out_picture)
{
    struct lab_picture narrow;

    memset(out_picture, 0, sizeof *out_picture);
    if (!lab_picture_allocate(width, picture->height, &narrow))
        return false;
    const bool good = lab_picture_allocate(width, height, out_picture);
    for (uint32_t y = 0; good && y < picture->height; y++)
        scale_line(picture->rgb + (size_t)y * picture->width * 3, picture->width, narrow.rgb + (size_t)y * width * 3,
                   width, 3);
    for (uint32_t x = 0; good && x < width; x++)
        scale_line(narrow.rgb + (size_t)x * 3, picture->height, out_picture->rgb + (size_t)x * 3, height,
                   (size_t)width * 3);
    lab_picture_free(&narrow);
    return good;
}

void lab_picture_fit(const struct lab_picture *picture, uint32_t longer, uint32_t *out_width, uint32_t *out_height)
{
    const uint32_t side = picture->width > picture->height ? picture->width : picture->height;

    *out_width = (uint32_t)(((uint64_t)picture->width * longer + side / 2) / side);
    *out_height = (uint32_t)(((uint64_t)picture->height * longer + side / 2) / side);
    *out_width += *out_width == 0;
    *out_height += *out_height == 0;
}
