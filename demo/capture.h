// SPDX-License-Identifier: Apache-2.0
// Pictures of what was rendered: from pixels of any of our formats to a PPM file.
#ifndef ARTEM_DEMO_CAPTURE_H
#define ARTEM_DEMO_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

uint32_t capture_pixel_bytes(enum demo_format format);

// One pixel as 8-bit sRGB; linear values (UNORM and float formats) are encoded.
void capture_convert(enum demo_format format, const void *pixel, uint8_t out_rgb[3]);

// A picture that is put together from parts; RGB, rows from the top.
struct capture {
    uint32_t width, height;
    uint8_t *rgb;
};
bool capture_create(uint32_t width, uint32_t height, struct capture *out);
// Places WIDTH x HEIGHT pixels, tightly packed, with their upper left corner at LEFT, 0.
void capture_place(struct capture *capture, uint32_t left, enum demo_format format, const void *pixels, uint32_t width,
                   uint32_t height);
bool capture_write(const struct capture *capture, const char *file);
void capture_free(struct capture *capture);

#endif
