// SPDX-License-Identifier: Apache-2.0
#include "pictures.h"

#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "paint.h"

enum { WARM_UP = 5 };

void bench_pictures_free(struct bench_pictures *p)
{
    artem_engine_destroy(&p->engine);
    free(p->memory);
}

void bench_draw(uint8_t *rgba, uint32_t width, uint32_t height)
{
    uint32_t seed = 1;

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++, rgba += 4) {
            const uint32_t area = (x / 64 + y / 64) % 3;
            seed = seed * 1664525 + 1013904223;
            for (uint32_t k = 0; k < 3; k++)
                rgba[k] = (uint8_t)(area == 0 ? 40 + 60 * k : area == 1 ? (x * (k + 1) + y) / 4 : seed >> (8 * k + 8));
            rgba[3] = 255;
        }
}

static bool make_engine(struct bench_pictures *p, const struct artem_engine_params *params, const char *style_name)
{
    struct artem_engine_params own = *params;
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    bool made = false;

    if (artem_library_load_network(&network) == ARTEM_OK &&
        artem_library_load_style(style_name, &style) == ARTEM_OK) { // else the log says why
        own.network = network;
        made =
            artem_engine_create(&own, &p->engine) == ARTEM_OK && artem_engine_set_style(p->engine, style) == ARTEM_OK;
        if (!made)
            cli_error("the engine cannot be made");
    }
    artem_style_unref(&style);
    artem_network_unref(&network);
    return made;
}

bool bench_pictures_make(struct bench_pictures *p, const struct artem_engine_params *params, const struct bench *bench,
                         uint32_t views, uint32_t width, uint32_t height)
{
    const size_t bytes = (size_t)width * height * 4;

    memset(p, 0, sizeof *p);
    p->memory = malloc((size_t)2 * views * bytes);
    if (p->memory == NULL || !make_engine(p, params, bench->style)) {
        if (p->memory == NULL)
            cli_error("out of memory");
        bench_pictures_free(p);
        return false;
    }
    p->frame.views = views;
    p->frame.resolution = width;
    for (uint32_t v = 0; v < views; v++) {
        p->frame.view[v] = (struct artem_engine_view){.width = width,
                                                      .height = height,
                                                      .in = p->memory + (size_t)2 * v * bytes,
                                                      .in_stride = (size_t)width * 4,
                                                      .out = p->memory + ((size_t)2 * v + 1) * bytes,
                                                      .out_stride = (size_t)width * 4};
        bench_draw(p->memory + (size_t)2 * v * bytes, width, height);
    }
    return true;
}

bool bench_pictures_warm(struct bench_pictures *p, double seconds)
{
    const double end = bench_now() + seconds;

    do {
        if (paint_frame(p->engine, &p->frame) != ARTEM_OK)
            return false;
    } while (bench_now() < end);
    return true;
}

bool bench_pictures_run(struct bench_pictures *p, double seconds, int at_least, struct bench_times *out)
{
    const double end = bench_now() + seconds;

    out->count = -WARM_UP;
    do {
        const double start = bench_now();
        if (paint_frame(p->engine, &p->frame) != ARTEM_OK)
            return false;
        if (out->count >= 0)
            out->time[out->count] = bench_now() - start;
        out->count++;
    } while ((bench_now() < end || out->count < at_least) && out->count < ARTEM_BENCH_TIMES);
    bench_sort(out);
    return true;
}
