// SPDX-License-Identifier: Apache-2.0
// JPEG by libjpeg. Its errors come back by longjmp: what a function changes after setjmp lives in the struct, not in
// locals.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "image.h"

enum { QUALITY = 92 };

struct errors {
    struct jpeg_error_mgr base;
    jmp_buf jump;
    const char *path;
};

static void on_error(j_common_ptr codec)
{
    struct errors *errors = (struct errors *)codec->err;
    char text[JMSG_LENGTH_MAX];

    errors->base.format_message(codec, text);
    image_error("%s: %s", errors->path, text);
    longjmp(errors->jump, 1);
}

// libjpeg fills up what is missing with grey; a picture that was cut off is an error here. Other warnings are harmless.
static void on_message(j_common_ptr codec, int level)
{
    if (level < 0 && (codec->err->msg_code == JWRN_JPEG_EOF || codec->err->msg_code == JWRN_HIT_MARKER))
        on_error(codec);
}

static struct jpeg_error_mgr *set_errors(struct errors *errors, const char *path)
{
    jpeg_std_error(&errors->base);
    errors->base.error_exit = on_error;
    errors->base.emit_message = on_message;
    errors->path = path;
    return &errors->base;
}

struct reading {
    struct jpeg_decompress_struct codec;
    struct errors errors;
    uint8_t *row;
};

// Rows of RGB to rows of RGBA.
static void read_rows(struct reading *r, struct image *image)
{
    while (r->codec.output_scanline < image->height) {
        uint8_t *out = image->rgba + (size_t)r->codec.output_scanline * image->width * 4;
        jpeg_read_scanlines(&r->codec, &r->row, 1);
        for (uint32_t x = 0; x < image->width; x++) {
            memcpy(out + 4 * (size_t)x, r->row + 3 * (size_t)x, 3);
            out[4 * (size_t)x + 3] = 255;
        }
    }
}

static bool read_picture(struct reading *r, FILE *file, const char *path, struct image *image)
{
    jpeg_create_decompress(&r->codec);
    jpeg_stdio_src(&r->codec, file);
    jpeg_read_header(&r->codec, TRUE);
    if (r->codec.num_components != 1 && r->codec.num_components != 3) {
        image_error("%s: a CMYK picture; convert it to RGB before", path);
        return false;
    }
    if (!image_allocate(image, path, r->codec.image_width, r->codec.image_height))
        return false;
    r->codec.out_color_space = JCS_RGB;
    r->row = malloc((size_t)image->width * 3);
    if (!r->row) {
        image_error("%s: out of memory", path);
        return false;
    }
    jpeg_start_decompress(&r->codec);
    read_rows(r, image);
    jpeg_finish_decompress(&r->codec);
    return true;
}

bool image_jpeg_read(FILE *file, const char *path, struct image *out_image)
{
    struct reading *r = calloc(1, sizeof *r);
    volatile bool good = false;

    if (!r) {
        image_error("%s: out of memory", path);
        return false;
    }
    r->codec.err = set_errors(&r->errors, path);
    if (setjmp(r->errors.jump) == 0)
        good = read_picture(r, file, path, out_image);
    jpeg_destroy_decompress(&r->codec);
    free(r->row);
    free(r);
    return good;
}

struct writing {
    struct jpeg_compress_struct codec;
    struct errors errors;
    uint8_t *row;
};

static bool write_picture(struct writing *w, FILE *file, const char *path, const struct image *image)
{
    w->row = malloc((size_t)image->width * 3);
    if (!w->row) {
        image_error("%s: out of memory", path);
        return false;
    }
    jpeg_create_compress(&w->codec);
    jpeg_stdio_dest(&w->codec, file);
    w->codec.image_width = image->width;
    w->codec.image_height = image->height;
    w->codec.input_components = 3;
    w->codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->codec);
    jpeg_set_quality(&w->codec, QUALITY, TRUE);
    w->codec.comp_info[0].h_samp_factor = w->codec.comp_info[0].v_samp_factor =
        1; // brush strokes keep their colour edges
    jpeg_start_compress(&w->codec, TRUE);
    while (w->codec.next_scanline < image->height) {
        const uint8_t *in = image->rgba + (size_t)w->codec.next_scanline * image->width * 4;
        for (uint32_t x = 0; x < image->width; x++)
            memcpy(w->row + 3 * (size_t)x, in + 4 * (size_t)x, 3);
        jpeg_write_scanlines(&w->codec, &w->row, 1);
    }
    jpeg_finish_compress(&w->codec);
    return true;
}

bool image_jpeg_write(FILE *file, const char *path, const struct image *image)
{
    struct writing *w = calloc(1, sizeof *w);
    volatile bool good = false;

    if (!w) {
        image_error("%s: out of memory", path);
        return false;
    }
    w->codec.err = set_errors(&w->errors, path);
    if (setjmp(w->errors.jump) == 0)
        good = write_picture(w, file, path, image);
    jpeg_destroy_compress(&w->codec);
    free(w->row);
    free(w);
    return good;
}
