// SPDX-License-Identifier: Apache-2.0
#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem_kernels/pixels.h"
#include "cli.h"
#include "image.h"
#include "paint.h"

static bool grow(uint8_t **buffer, size_t *have, size_t size)
{
    if (*have >= size)
        return true;
    free(*buffer);
    *buffer = malloc(size);
    *have = *buffer ? size : 0;
    return *buffer != NULL;
}

static size_t code_bytes(const struct artem_recorded_picture *p)
{
    return (size_t)p->width * p->height * 4;
}

static size_t style_bytes(const struct artem_recorded_picture *p)
{
    return (size_t)p->style_width * p->style_height * 4;
}

static bool reserve(struct replay *r, const struct artem_recorded_frame *frame)
{
    size_t code = 0, style = 0, result = 0;

    for (uint32_t i = 0; i < frame->pictures; i++) {
        const struct artem_recorded_picture *p = &frame->picture[i];
        size_t stored = p->stored_stride * p->height;
        code += code_bytes(p);
        style += style_bytes(p);
        result = stored > result ? stored : result;
    }
    if (grow(&r->code, &r->code_size, code) && grow(&r->guide, &r->guide_size, style) &&
        grow(&r->styled, &r->styled_size, style) && grow(&r->result, &r->result_size, result))
        return true;
    cli_error("out of memory");
    return false;
}

static struct artem_pixels pixels_of(const struct artem_recorded_picture *p, const void *stored)
{
    return (struct artem_pixels){.format = (enum artem_pixel_format)p->format,
                                 .premultiplied = p->premultiplied,
                                 .width = p->width,
                                 .height = p->height,
                                 .stored = stored,
                                 .stored_stride = p->stored_stride};
}

// code: the picture's; at: where its part of guide and styled begins.
static struct painting painting_of(const struct replay *r, const struct artem_recorded_frame *frame,
                                   const struct artem_recorded_picture *p, const uint8_t *code, size_t at)
{
    return (struct painting){.width = p->width,
                             .height = p->height,
                             .style_width = p->style_width,
                             .style_height = p->style_height,
                             .text = frame->text,
                             .original = code,
                             .stride = (size_t)p->width * 4,
                             .guide = r->guide + at,
                             .styled = r->styled + at};
}

// Code values of every picture, and what the engine sees of them.
static void prepare(struct replay *r, const struct artem_recorded_frame *frame, struct artem_engine_frame *run)
{
    uint8_t *code = r->code;
    size_t at = 0;

    *run = (struct artem_engine_frame){.views = frame->pictures, .resolution = frame->resolution};
    for (uint32_t i = 0; i < frame->pictures; i++) {
        const struct artem_recorded_picture *p = &frame->picture[i];
        struct artem_pixels pixels = pixels_of(p, p->stored);
        const struct painting painting = painting_of(r, frame, p, code, at);

        artem_pixels_to_code(&pixels, code, (size_t)p->width * 4);
        painting_scale(&painting);
        run->view[i] = painting_view(&painting);
        run->view[i].noise = p->noise;
        code += code_bytes(p);
        at += style_bytes(p);
    }
}

static bool run_engine(struct replay *r, const struct artem_engine_frame *run, uint64_t frame)
{
    const enum artem_result result = paint_frame(r->engine, run);

    if (result != ARTEM_OK)
        cli_error("frame %" PRIu64 ": the network cannot be run: %s", frame, artem_result_string(result));
    return result == ARTEM_OK;
}

static bool save(const struct replay *r, const struct artem_recorded_frame *frame,
                 const struct artem_recorded_picture *p, const void *stored, const char *what)
{
    char path[ARTEM_PATH_MAX];
    struct image image = {.has_alpha = false};
    struct artem_pixels pixels = pixels_of(p, stored);

    if (snprintf(path, sizeof path, "%s/frame%06" PRIu64 "-view%u-%s.png", r->out_folder, frame->frame, p->view,
                 what) >= (int)sizeof path) {
        cli_error("%s: the path is too long", r->out_folder);
        return false;
    }
    if (!image_allocate(&image, path, p->width, p->height))
        return false;
    artem_pixels_to_code(&pixels, image.rgba, (size_t)p->width * 4);
    bool good = image_save(path, &image);
    image_free(&image);
    return good;
}

static void print_bytes(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%02x", bytes[i]);
}

// Prints how many pixels differ and the first one.
static void print_difference(const struct artem_recorded_frame *frame, const struct artem_recorded_picture *p,
                             const uint8_t *replayed)
{
    size_t pixel = artem_pixel_size((enum artem_pixel_format)p->format), count = 0, first = 0;
    size_t all = (size_t)p->width * p->height;
    const uint8_t *recorded = p->result;

    for (size_t i = all; i-- > 0;)
        if (memcmp(recorded + i * pixel, replayed + i * pixel, pixel) != 0) {
            count++;
            first = i;
        }
    printf("frame %" PRIu64 ", view %u (%s): %zu of %zu pixels differ, the first at (%zu, %zu): recorded ",
           frame->frame, p->view, artem_pixel_format_name((enum artem_pixel_format)p->format), count, all,
           first % p->width, first / p->width);
    print_bytes(recorded + first * pixel, pixel);
    printf(", replayed ");
    print_bytes(replayed + first * pixel, pixel);
    printf("\n");
}

// `code` is painted over.
static bool compare(struct replay *r, const struct artem_recorded_frame *frame, const struct artem_recorded_picture *p,
                    uint8_t *code, size_t at, bool *different)
{
    size_t stride = (size_t)p->width * 4;
    const struct painting painting = painting_of(r, frame, p, code, at);
    struct artem_pixels pixels = pixels_of(p, p->stored);
    // With text, the original is read around each pixel.
    uint8_t *apart = frame->text > 0 ? malloc(stride * p->height) : NULL;
    uint8_t *out = apart != NULL ? apart : code;

    if (frame->text > 0 && apart == NULL) {
        cli_error("out of memory");
        return false;
    }
    painting_composite(&painting, frame->strength, frame->keep, out, stride);
    artem_pixels_from_code(&pixels, out, stride, r->result, p->stored_stride);
    free(apart);
    r->pictures++;
    if (memcmp(r->result, p->result, p->stored_stride * p->height) != 0) {
        if (!r->quiet)
            print_difference(frame, p, r->result);
        r->different_pictures++;
        *different = true;
        if (r->out_folder && !save(r, frame, p, p->result, "recorded"))
            return false;
    }
    return !r->out_folder || (save(r, frame, p, p->stored, "before") && save(r, frame, p, r->result, "after"));
}

bool replay_frame(struct replay *r, const struct artem_recorded_frame *frame)
{
    struct artem_engine_frame run;
    bool different = false;
    uint8_t *code;
    size_t at = 0;

    if (!reserve(r, frame))
        return false;
    prepare(r, frame, &run);
    if (!run_engine(r, &run, frame->frame))
        return false;
    r->frames++;
    // A late frame was not shown, but the engine's statistics have moved by it.
    if (frame->decision != ARTEM_DECISION_STYLED)
        return true;
    code = r->code;
    for (uint32_t i = 0; i < frame->pictures; i++) {
        if (!compare(r, frame, &frame->picture[i], code, at, &different))
            return false;
        code += code_bytes(&frame->picture[i]);
        at += style_bytes(&frame->picture[i]);
    }
    r->different_frames += different;
    return true;
}

void replay_free(struct replay *r)
{
    free(r->code);
    free(r->guide);
    free(r->styled);
    free(r->result);
}
