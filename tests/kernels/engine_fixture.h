// SPDX-License-Identifier: Apache-2.0
// Frames, a network and styles for the engine tests.
#ifndef ARTEM_TEST_ENGINE_FIXTURE_H
#define ARTEM_TEST_ENGINE_FIXTURE_H

#include "artem/engine.h"
#include "artem_kernels/kernels.h"
#include "naive.h"
#include "random.h"
#include "test.h"

// NOISE: of middle contrast. PATTERN: a hard pattern, the same in every cell but for some pixels, so that mean
// responses are far from those of NOISE. FLAT: exactly the same in every cell, without variance.
enum picture { NOISE, PATTERN, FLAT };

// Pictures with gaps between the rows, whose bytes must not matter and must not change.
struct pictures {
    struct artem_engine_frame frame;
    size_t size[ARTEM_MAX_VIEWS]; // of `in` and of `out`
    uint8_t *in[ARTEM_MAX_VIEWS], *out[ARTEM_MAX_VIEWS];
};

static inline void pictures_add(struct pictures *p, uint32_t width, uint32_t height)
{
    const uint32_t v = p->frame.views++;
    struct artem_engine_view *view = &p->frame.view[v];

    view->width = width;
    view->height = height;
    view->in_stride = (size_t)width * 4 + 8 + (size_t)v * 4;
    view->out_stride = view->in_stride + 4;
    p->size[v] = view->out_stride * height;
    view->in = p->in[v] = malloc(p->size[v]);
    view->out = p->out[v] = malloc(p->size[v]);
    view->noise = random_map(v % 2 == 0);
    random_bytes(p->in[v], p->size[v]);
    memset(p->out[v], 0x3C, p->size[v]);
}

static inline struct pictures pictures_alloc(uint32_t width, uint32_t height, uint32_t views)
{
    struct pictures p = {0};

    while (p.frame.views < views)
        pictures_add(&p, width, height);
    return p;
}

struct view_size {
    uint32_t width, height;
};

static inline struct pictures pictures_of_sizes(const struct view_size *sizes, uint32_t views)
{
    struct pictures p = {0};

    for (uint32_t v = 0; v < views; v++)
        pictures_add(&p, sizes[v].width, sizes[v].height);
    return p;
}

static inline void pictures_free(struct pictures *p)
{
    for (uint32_t v = 0; v < p->frame.views; v++) {
        free(p->in[v]);
        free(p->out[v]);
    }
}

static inline void pictures_fill(struct pictures *p, enum picture kind)
{
    uint8_t cell[4][4][4];

    random_bytes(cell, sizeof cell);
    for (uint32_t v = 0; v < p->frame.views; v++)
        for (uint32_t y = 0; y < p->frame.view[v].height; y++)
            for (uint32_t x = 0; x < p->frame.view[v].width * 4; x++) {
                const bool bright = cell[y % 4][x / 4 % 4][x % 4] > 127, flip = random_u32() % 16 == 0;
                p->in[v][y * p->frame.view[v].in_stride + x] =
                    (uint8_t)(kind == NOISE     ? random_in(60, 80) + (random_u32() % 2 ? 110 : 0)
                              : kind == PATTERN ? (bright != flip ? 255 : 0)
                                                : (bright ? 200 : 30));
            }
}

static inline void pictures_clear(struct pictures *p)
{
    for (uint32_t v = 0; v < p->frame.views; v++)
        memset(p->out[v], 0x3C, p->size[v]);
}

// Statistics of a noise picture, so that frames are neither blank nor cuts for no reason.
static inline void calibrate(struct artem_style *style, const struct artem_network *network)
{
    struct pictures p = pictures_alloc(16, 16, 1);
    struct naive naive;

    pictures_fill(&p, NOISE);
    p.frame.exact = true;
    naive_restart(&naive, network, style);
    naive_frame(&naive, &p.frame);
    for (int k = 0; k < ARTEM_NORMS; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            int64_t mean = style->norms[k].mean[c] = naive.mean[k][c];
            int64_t least = ((mean * mean) >> 16) + 1;
            style->norms[k].square[c] = naive.square[k][c] > least ? naive.square[k][c] : least;
        }
    pictures_free(&p);
}

static inline struct artem_engine *engine_make(struct artem_network *network, struct artem_style *style,
                                               enum artem_cpu cpu, uint32_t threads)
{
    struct artem_engine_params params = {.backend = "cpu", .threads = threads, .network = network};
    struct artem_engine *engine = NULL;

    setenv("ARTEM_CPU", artem_cpu_name(cpu), 1);
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
    if (style != NULL)
        CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    return engine;
}

// What the caller may not do while a frame is in flight.
static inline void engine_check_refusals(struct artem_engine *engine, const struct pictures *p,
                                         struct artem_style *other)
{
    CHECK_INT(artem_engine_wait(engine, 0), ARTEM_TIMEOUT);
    CHECK_INT(artem_engine_submit(engine, &p->frame), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_set_style(engine, other), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_wait(engine, 1000000), ARTEM_TIMEOUT);
}

static inline void engine_run(struct artem_engine *engine, struct pictures *p)
{
    CHECK_INT(artem_engine_submit(engine, &p->frame), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, UINT64_MAX), ARTEM_OK);
}

// The pictures that the engine made against those of another frame of the same sizes, gaps included.
static inline void pictures_compare(const char *what, const struct pictures *p, const struct pictures *expected)
{
    for (uint32_t v = 0; v < p->frame.views; v++) {
        test_checks++;
        for (size_t i = 0; i < p->size[v]; i++)
            if (p->out[v][i] != expected->out[v][i]) {
                TEST_FAIL("%s, view %u, %u x %u: %d, expected %d at byte %zu", what, v, p->frame.view[v].width,
                          p->frame.view[v].height, p->out[v][i], expected->out[v][i], i);
                break;
            }
    }
}

// A frame with the same input and its own output.
static inline struct pictures pictures_twin(const struct pictures *p)
{
    struct pictures twin = {0};

    for (uint32_t v = 0; v < p->frame.views; v++) {
        pictures_add(&twin, p->frame.view[v].width, p->frame.view[v].height);
        memcpy(twin.in[v], p->in[v], p->size[v]);
        twin.frame.view[v].noise = p->frame.view[v].noise;
    }
    twin.frame.resolution = p->frame.resolution;
    twin.frame.exact = p->frame.exact;
    return twin;
}

#endif
