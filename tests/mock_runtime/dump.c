// SPDX-License-Identifier: Apache-2.0
// ARTEM_MOCK_DUMP: views of chosen frames as PPM files, for people to look at. Linear formats are encoded for display;
// alpha is left out.
#include <math.h>
#include <stdio.h>

#include "mock_internal.h"

static double get_half(unsigned bits)
{
    int exponent = (int)(bits >> 10 & 31), mantissa = (int)(bits & 1023);
    double value = exponent > 0 ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);

    return exponent == 31 || (bits & 0x8000) != 0 ? 0 : value;
}

static int encode(double linear)
{
    double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;

    return value >= 1 ? 255 : (int)(value * 255 + 0.5);
}

static int get_colour(int64_t format, const uint8_t *pixel, int c)
{
    unsigned wide = pixel[2 * c] | (unsigned)pixel[2 * c + 1] << 8;
    unsigned word = pixel[0] | (unsigned)pixel[1] << 8 | (unsigned)pixel[2] << 16 | (unsigned)pixel[3] << 24;

    switch (format) {
    case VK_FORMAT_R8G8B8A8_SRGB:
        return pixel[c];
    case VK_FORMAT_B8G8R8A8_SRGB:
        return pixel[2 - c];
    case VK_FORMAT_R8G8B8A8_UNORM:
        return encode(pixel[c] / 255.0);
    case VK_FORMAT_B8G8R8A8_UNORM:
        return encode(pixel[2 - c] / 255.0);
    case VK_FORMAT_A2B10G10R10_UNORM_PACK32:
        return encode((word >> 10 * c & 1023) / 1023.0);
    case VK_FORMAT_R16G16B16A16_UNORM:
        return encode(wide / 65535.0);
    case VK_FORMAT_R16G16B16A16_SFLOAT:
        return encode(get_half(wide));
    default:
        return 128;
    }
}

static void dump_view(const struct mock_view *view, unsigned number)
{
    const XrRect2Di *rect = &view->info.subImage.imageRect;
    size_t pixel_size = mock_pixel_size(view->format);
    char path[768];
    FILE *file;

    snprintf(path, sizeof path, "%s/frame%06u-%u-%u.ppm", mock_options.dump_folder, number, view->layer, view->view);
    file = fopen(path, "wb");
    if (file == NULL) {
        fprintf(stderr, "mock runtime: %s cannot be written\n", path);
        return;
    }
    fprintf(file, "P6\n%d %d\n255\n", rect->extent.width, rect->extent.height);
    for (int32_t y = 0; y < rect->extent.height; y++) {
        const uint8_t *row =
            view->slice + ((size_t)(rect->offset.y + y) * view->width + (size_t)rect->offset.x) * pixel_size;

        for (int32_t x = 0; x < rect->extent.width; x++) {
            for (int c = 0; c < 3; c++)
                putc(get_colour(view->format, row + (size_t)x * pixel_size, c), file);
        }
    }
    fclose(file);
}

void mock_dump_frame(const struct mock_frame *frame, unsigned number)
{
    bool wanted = false;

    for (unsigned i = 0; i < mock_options.dump_count; i++)
        wanted = wanted || mock_options.dump_frames[i] == number;
    for (unsigned i = 0; wanted && XR_SUCCEEDED(frame->result) && i < frame->view_count; i++) {
        if (frame->views[i].slice != NULL)
            dump_view(&frame->views[i], number);
    }
}
