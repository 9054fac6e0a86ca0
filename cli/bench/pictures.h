// SPDX-License-Identifier: Apache-2.0
// Frames that the network is measured with.
#ifndef ARTEM_CLI_BENCH_PICTURES_H
#define ARTEM_CLI_BENCH_PICTURES_H

#include "artem/engine.h"
#include "bench.h"

// Products of one style pixel: encoder, ten units, d0 per cell; d1 per four pixels; d2.
#define BENCH_PRODUCTS_PER_PIXEL (9.0 * ((64 * 128 + 10 * 128 * 128 + 128 * 32) / 16.0 + 32 * 12 / 4.0 + 16 * 3))

struct bench_pictures {
    struct artem_engine *engine;
    struct artem_engine_frame frame;
    uint8_t *memory;
};

// An engine in the bench's style with its frame; false after a message. `params` without a network.
bool bench_pictures_make(struct bench_pictures *p, const struct artem_engine_params *params, const struct bench *bench,
                         uint32_t views, uint32_t width, uint32_t height);
void bench_pictures_free(struct bench_pictures *p);
// Frames for some seconds, one at least, which are not measured: clocks rise, and what is made once is made.
bool bench_pictures_warm(struct bench_pictures *p, double seconds);
// Wall time of submit and wait, for some seconds but not fewer frames than that.
bool bench_pictures_run(struct bench_pictures *p, double seconds, int at_least, struct bench_times *out);

// Something of everything: flat areas, slopes, detail. RGBA.
void bench_draw(uint8_t *rgba, uint32_t width, uint32_t height);

#endif
