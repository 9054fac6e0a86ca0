// SPDX-License-Identifier: Apache-2.0
// Pictures of floats, and from and to files.
#ifndef ARTEM_LAB_PICTURE_H
#define ARTEM_LAB_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

struct lab_picture { // R, G, B as sRGB code values, 0..1
    uint32_t width, height;
    float *rgb; // [height][width][3]
};

// PNG or JPEG; alpha is ignored. False after a message; then the picture is empty.
bool lab_picture_load(const char *path, struct lab_picture *out_picture);
// PNG or JPEG by the name, values rounded to 8 bits. False after a message.
bool lab_picture_save(const char *path, const struct lab_picture *picture);

// Scales both ways: area averages to smaller sizes, linear interpolation to larger ones. False without memory.
bool lab_picture_scale(const struct lab_picture *picture, uint32_t width, uint32_t height,
                       struct lab_picture *out_picture);
// The size of the same shape whose longer side is `longer`; no side is less than 1.
void lab_picture_fit(const struct lab_picture *picture, uint32_t longer, uint32_t *out_width, uint32_t *out_height);

// [height][width][4], 8 bits: values are rounded, alpha is 255; and back, into a picture that has its size.
void lab_picture_to_rgba(const struct lab_picture *picture, uint8_t *rgba);
void lab_picture_from_rgba(const uint8_t *rgba, struct lab_picture *picture);

bool lab_picture_allocate(uint32_t width, uint32_t height, struct lab_picture *out_picture);
void lab_picture_free(struct lab_picture *picture);

#endif
