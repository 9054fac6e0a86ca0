// SPDX-License-Identifier: Apache-2.0
#include "capture.h"
#include "log.h"
#include "texture.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t capture_pixel_bytes(enum demo_format format)
{
    return format == FORMAT_RGBA16_UNORM || format == FORMAT_RGBA16F ? 8 : 4;
}

static float half_to_float(uint16_t half)
{
    int exponent = half >> 10 & 31, mantissa = half & 1023;
    float value = exponent == 0    ? ldexpf((float)mantissa, -24)
                  : exponent == 31 ? (mantissa ? 0.0f : INFINITY)
                                   : ldexpf((float)(mantissa + 1024), exponent - 25);
    return half >> 15 ? -value : value;
}

static uint8_t encode(float linear)
{
    return (uint8_t)(texture_linear_to_srgb(linear) * 255 + 0.5f);
}

void capture_convert(enum demo_format format, const void *pixel, uint8_t out_rgb[3])
{
    const bool bgra = format == FORMAT_BGRA8_SRGB || format == FORMAT_BGRA8_UNORM;
    uint8_t bytes[4];
    uint16_t words[4];
    uint32_t packed;
    switch (format) {
    case FORMAT_RGBA16_UNORM:
    case FORMAT_RGBA16F:
        memcpy(words, pixel, sizeof words);
        for (int c = 0; c < 3; c++)
            out_rgb[c] = encode(format == FORMAT_RGBA16F ? half_to_float(words[c]) : (float)words[c] / 65535);
        break;
    case FORMAT_A2B10G10R10:
        memcpy(&packed, pixel, sizeof packed);
        for (int c = 0; c < 3; c++)
            out_rgb[c] = encode((float)(packed >> 10 * c & 1023) / 1023);
        break;
    default:
        memcpy(bytes, pixel, sizeof bytes);
        for (int c = 0; c < 3; c++) {
            uint8_t value = bytes[bgra ? 2 - c : c];
            out_rgb[c] =
                format == FORMAT_RGBA8_SRGB || format == FORMAT_BGRA8_SRGB ? value : encode((float)value / 255);
        }
    }
}

bool capture_create(uint32_t width, uint32_t height, struct capture *out)
{
    *out = (struct capture){width, height, calloc((size_t)width * height, 3)};
    return out->rgb || demo_error("no memory for a picture of %u x %u", width, height);
}

void capture_place(struct capture *capture, uint32_t left, enum demo_format format, const void *pixels, uint32_t width,
                   uint32_t height)
{
    const uint32_t bytes = capture_pixel_bytes(format);
    for (uint32_t y = 0; y < height && y < capture->height; y++)
        for (uint32_t x = 0; x < width && left + x < capture->width; x++)
            capture_convert(format, (const uint8_t *)pixels + ((size_t)y * width + x) * bytes,
                            capture->rgb + ((size_t)y * capture->width + left + x) * 3);
}

bool capture_write(const struct capture *capture, const char *file)
{
    FILE *stream = fopen(file, "wb");
    size_t size = (size_t)capture->width * capture->height * 3;
    bool ok;
    if (!stream)
        return demo_error("%s: %s", file, strerror(errno));
    ok = fprintf(stream, "P6\n%u %u\n255\n", capture->width, capture->height) > 0 &&
         fwrite(capture->rgb, 1, size, stream) == size;
    ok = fclose(stream) == 0 && ok;
    return ok || demo_error("%s could not be written: %s", file, strerror(errno));
}

void capture_free(struct capture *capture)
{
    free(capture->rgb);
    *capture = (struct capture){0};
}
