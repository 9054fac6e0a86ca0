// SPDX-License-Identifier: Apache-2.0
// Picture files: 8-bit sRGB code values with alpha, PNG or JPEG outside.
#ifndef ARTEM_PICTURES_IMAGE_H
#define ARTEM_PICTURES_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { IMAGE_PIXELS_MAX = 1 << 26 };

struct image {
    uint32_t width, height;
    bool has_alpha; // otherwise A is 255
    uint8_t *rgba;  // width * 4 bytes per row
};

// Whether the file begins as pictures do that image_load reads. Says nothing.
bool image_is_picture(const char *path);

// By content. False after a message; then the image is empty.
bool image_load(const char *path, struct image *out_image);

// By the ending of the name: .png, .jpg, .jpeg. The file appears whole or not at all. False after a message.
bool image_save(const char *path, const struct image *image);

// False after a message if image_save cannot write under that name: to say so before any work is done.
bool image_can_save(const char *path);

void image_free(struct image *image);

// The message of the latest failure in this process, "" before the first. One thread at a time.
const char *image_last_error(void);

// For the codecs.
void image_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Checks the size (before anything of that size is allocated) and allocates.
bool image_allocate(struct image *image, const char *path, uint32_t width, uint32_t height);

bool image_png_read(FILE *file, const char *path, struct image *out_image);
bool image_png_write(FILE *file, const char *path, const struct image *image);
bool image_jpeg_read(FILE *file, const char *path, struct image *out_image);
bool image_jpeg_write(FILE *file, const char *path, const struct image *image);

#endif
