// SPDX-License-Identifier: Apache-2.0
// usage: make_recording FOLDER STYLE
// A small session as the layer would record it, made by the library's own functions: two views of different formats, a
// change of size, a late frame, a restart of the statistics, and frames without an engine run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/engine.h"
#include "artem/recording.h"
#include "artem_kernels/picture.h"
#include "artem_kernels/pixels.h"

enum { WIDTH = 44, HEIGHT = 40, FRAMES = 8, LATE = 3, RESTART = 5, PIXEL_MAX = 8 };

struct picture {
    enum artem_pixel_format format;
    bool premultiplied;
    uint8_t stored[WIDTH * HEIGHT * PIXEL_MAX], result[WIDTH * HEIGHT * PIXEL_MAX];
    uint8_t code[WIDTH * HEIGHT * 4], guide[WIDTH * HEIGHT * 4], styled[WIDTH * HEIGHT * 4];
    uint8_t painted[WIDTH * HEIGHT * 4];
};

static struct picture pictures[2];
static uint32_t state = 1;

static uint8_t random_byte(void)
{
    state = state * 1664525 + 1013904223;
    return (uint8_t)(state >> 24);
}

static void require(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "make_recording: %s\n", what);
    exit(1);
}

static void paint(struct picture *p, const struct artem_engine_view *view, uint32_t text)
{
    struct artem_pixels pixels = {.format = p->format,
                                  .premultiplied = p->premultiplied,
                                  .width = WIDTH,
                                  .height = HEIGHT,
                                  .stored = p->stored,
                                  .stored_stride = WIDTH * artem_pixel_size(p->format)};

    artem_composite_rows(&(struct artem_composite){.full_width = WIDTH,
                                                   .full_height = HEIGHT,
                                                   .width = view->width,
                                                   .height = view->height,
                                                   .strength = 128,
                                                   .keep = 64,
                                                   .text = text,
                                                   .original = p->code,
                                                   .original_stride = (size_t)WIDTH * 4,
                                                   .guide = p->guide,
                                                   .styled = p->styled,
                                                   .guide_stride = view->in_stride,
                                                   .styled_stride = view->out_stride,
                                                   .out = p->painted,
                                                   .out_stride = (size_t)WIDTH * 4},
                         0, HEIGHT);
    artem_pixels_from_code(&pixels, p->painted, (size_t)WIDTH * 4, p->result, pixels.stored_stride);
}

static void capture(struct picture *p, struct artem_engine_view *view, int index, uint32_t size)
{
    struct artem_pixels pixels = {.format = p->format,
                                  .premultiplied = p->premultiplied,
                                  .width = WIDTH,
                                  .height = HEIGHT,
                                  .stored = p->stored,
                                  .stored_stride = WIDTH * artem_pixel_size(p->format)};

    for (size_t i = 0; i < sizeof p->stored; i++)
        p->stored[i] = random_byte();
    artem_pixels_to_code(&pixels, p->code, (size_t)WIDTH * 4);
    *view = (struct artem_engine_view){.width = size,
                                       .height = size - 4 * (uint32_t)index,
                                       .in = p->guide,
                                       .in_stride = (size_t)size * 4,
                                       .out = p->styled,
                                       .out_stride = (size_t)size * 4,
                                       .noise.m = {[2] = 3 * index, [5] = -index}};
    artem_scale_rows(&(struct artem_scale){.full_width = WIDTH,
                                           .full_height = HEIGHT,
                                           .width = view->width,
                                           .height = view->height,
                                           .in = p->code,
                                           .in_stride = (size_t)WIDTH * 4,
                                           .out = p->guide,
                                           .out_stride = view->in_stride},
                     0, view->height);
}

static void record_frame(struct artem_recording *recording, struct artem_engine *engine, uint64_t number)
{
    uint32_t size = number < 2 ? 20 : 16;
    struct artem_engine_frame run = {.views = 2, .resolution = size};
    struct artem_recorded_frame frame = {.frame = number,
                                         .display_time = (int64_t)number * 11111111,
                                         .decision = number == LATE ? ARTEM_DECISION_LATE : ARTEM_DECISION_STYLED,
                                         .strength = 128,
                                         .keep = 64,
                                         .text = number % 2 == 0 ? 0 : 200,
                                         .resolution = size,
                                         .pictures = 2};

    for (int i = 0; i < 2; i++)
        capture(&pictures[i], &run.view[i], i, size);
    require(artem_engine_submit(engine, &run) == ARTEM_OK && artem_engine_wait(engine, UINT64_MAX) == ARTEM_OK,
            "the engine failed");
    for (int i = 0; i < 2; i++) {
        struct picture *p = &pictures[i];
        size_t stride = WIDTH * artem_pixel_size(p->format);

        paint(p, &run.view[i], frame.text);
        frame.picture[i] = (struct artem_recorded_picture){.view = (uint32_t)i,
                                                           .format = p->format,
                                                           .premultiplied = p->premultiplied,
                                                           .width = WIDTH,
                                                           .height = HEIGHT,
                                                           .style_width = run.view[i].width,
                                                           .style_height = run.view[i].height,
                                                           .noise = run.view[i].noise,
                                                           .stored = p->stored,
                                                           .stored_stride = stride,
                                                           .result = number == LATE ? NULL : p->result,
                                                           .result_stride = stride};
    }
    artem_recording_frame(recording, &frame);
}

int main(int argc, char **argv)
{
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    struct artem_engine *engine = NULL;
    struct artem_recording *recording = NULL;

    require(argc == 3 || argc == 5, "usage: make_recording FOLDER STYLE [BLENDED-STYLE SHARE-IN-256]");
    require(artem_library_load_network(&network) == ARTEM_OK, "no network");
    require(artem_library_load_blend(argv[2], argc == 5 ? argv[3] : NULL, argc == 5 ? (uint32_t)atoi(argv[4]) : 0,
                                     &style) == ARTEM_OK,
            "no style");
    struct artem_engine_params engine_params = {.backend = "cpu", .threads = 1, .network = network};
    struct artem_recording_params params = {.folder = argv[1],
                                            .app_name = "make_recording",
                                            .layer_version = "1.2.3",
                                            .backend = "cpu",
                                            .network_id = network->id,
                                            .max_frames = FRAMES};
    require(artem_engine_create(&engine_params, &engine) == ARTEM_OK, "no engine");
    require(artem_recording_create(&params, &recording) == ARTEM_OK, "no recording");
    pictures[0].format = ARTEM_PIXELS_BGRA8_UNORM;
    pictures[1].format = ARTEM_PIXELS_RGBA16_SFLOAT;
    pictures[1].premultiplied = true;
    for (uint64_t n = 0; n < FRAMES; n++) {
        if (n == 0 || n == RESTART) {
            require(artem_engine_set_style(engine, style) == ARTEM_OK, "the style is not for this network");
            artem_recording_style(recording, style);
        }
        artem_recording_event(recording, n, (int64_t)n * 11111111, ARTEM_DECISION_BUDGET);
        record_frame(recording, engine, n);
    }
    artem_recording_destroy(&recording);
    artem_engine_destroy(&engine);
    artem_style_unref(&style);
    artem_network_unref(&network);
    return 0;
}
