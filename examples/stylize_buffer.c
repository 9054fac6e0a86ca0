// SPDX-License-Identifier: Apache-2.0
// Loads a style and paints one picture from memory with it. Against an installed libartem:
//
//     cc -std=c17 stylize_buffer.c -o stylize_buffer $(pkg-config --cflags --libs --static artem)
//
// usage: stylize_buffer [STYLE]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "artem/engine.h"
#include "artem/model.h"

enum { WIDTH = 256, HEIGHT = 192 }; // multiples of 4

// A disc on a gradient, RGBA.
static void draw(uint8_t *rgba)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++, rgba += 4) {
            int dx = x - WIDTH / 2, dy = y - HEIGHT / 2;
            rgba[0] = dx * dx + dy * dy < 3600 ? 230 : 40;
            rgba[1] = (uint8_t)(255 * y / HEIGHT);
            rgba[2] = (uint8_t)(255 * x / WIDTH);
            rgba[3] = 255;
        }
}

static uint32_t checksum(const uint8_t *data, size_t size) // FNV-1a
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 16777619u;
    return hash;
}

int main(int argc, char **argv)
{
    static uint8_t in[WIDTH * HEIGHT * 4], out[sizeof in];
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    struct artem_engine *engine = NULL;
    struct artem_engine_stats stats;

    draw(in);
    enum artem_result result = artem_library_load_network(&network);
    if (result == ARTEM_OK)
        result = artem_library_load_style(argc > 1 ? argv[1] : "great_wave", &style);
    if (result == ARTEM_OK)
        result = artem_engine_create(&(struct artem_engine_params){.backend = "cpu", .network = network}, &engine);
    if (result == ARTEM_OK)
        result = artem_engine_set_style(engine, style);

    // Exact: the statistics of this very picture, as for a still; a video takes those of the frames before.
    struct artem_engine_frame frame = {
        .views = 1,
        .view[0] =
            {.width = WIDTH, .height = HEIGHT, .in = in, .in_stride = WIDTH * 4, .out = out, .out_stride = WIDTH * 4},
        .exact = true,
    };
    if (result == ARTEM_OK)
        result = artem_engine_submit(engine, &frame);
    if (result == ARTEM_OK)
        result = artem_engine_wait(engine, UINT64_MAX);
    if (result == ARTEM_OK) {
        artem_engine_get_stats(engine, &stats);
        printf("%s: checksum %08" PRIx32 ", %.1f ms\n", style->name, checksum(out, sizeof out), stats.milliseconds);
    } else {
        fprintf(stderr, "%s: %s\n", argv[0], artem_result_string(result));
    }

    artem_engine_destroy(&engine);
    artem_style_unref(&style);
    artem_network_unref(&network);
    return result == ARTEM_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
