// SPDX-License-Identifier: Apache-2.0
// The Vulkan backend: its passes by the device's own clock, what its population count allows, and the CPU beside it.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "artem/engine_vulkan.h"
#include "artem_vk/memory.h"
#include "artem_vk/pipeline.h"
#include "layer_passes.h"
#include "passes.h"
#include "pictures.h"
#include "shader_loop.h"

enum { RUNS = 5 };

// Seconds that so many rounds take; 0 if it fails.
static double best_time(struct shader_loop *loop, uint32_t rounds)
{
    double best = 0;

    for (int i = 0; i < RUNS; i++) {
        const double start = bench_now();
        if (shader_loop_run(loop, rounds) < 0)
            return 0;
        const double time = bench_now() - start;
        best = best == 0 || time < best ? time : best;
    }
    return best;
}

// Binary products per second on registers alone, from the difference of two lengths; 0 if it cannot be measured.
static double popcount_bound(const struct vulkan_device *device)
{
    struct shader_loop loop = {.device = device};
    double rate = 0;

    if (shader_loop_create(&loop)) {
        uint32_t rounds = 16;
        double time = best_time(&loop, rounds);
        while (time > 0 && time < 0.02 && rounds < 1 << 22) {
            rounds *= 2;
            time = best_time(&loop, rounds);
        }
        const double twice = time > 0 ? best_time(&loop, 2 * rounds) : 0;
        if (twice > time)
            rate = (double)SHADER_LOOP_PRODUCTS * rounds / (twice - time);
    }
    shader_loop_destroy(&loop);
    return rate;
}

// Products of a pass per frame, by its name; 0 for those that have none.
static double products_of(const char *name, double pixels)
{
    const struct bench_pass *pass = bench_pass_find(name);

    return pass != NULL ? pass->products * pixels / 16 : 0;
}

static void print_passes(struct bench *b, struct bench_pictures *p, double bound)
{
    struct artem_pass best[ARTEM_PASSES_MAX], now[ARTEM_PASSES_MAX];
    const double pixels = (double)b->views * b->width * b->height;
    uint32_t count = artem_engine_get_passes(p->engine, best);
    struct bench_times times;

    for (int i = 0; i < RUNS && bench_pictures_run(p, 0, 1, &times); i++) {
        artem_engine_get_passes(p->engine, now);
        for (uint32_t k = 0; k < count; k++)
            best[k].milliseconds = fmin(best[k].milliseconds, now[k].milliseconds);
    }
    if (count == 0)
        puts("  this queue has no timestamps");
    for (uint32_t k = 0; k < count; k++) {
        const double rate = products_of(best[k].name, pixels) / best[k].milliseconds * 1e-6;
        const bool binary = strncmp(best[k].name, "unit", 4) == 0;
        printf("  %-10s %9.3f ms", best[k].name, best[k].milliseconds);
        if (rate > 0)
            printf(" %10.1f GMAC/s", rate);
        if (binary && bound > 0)
            printf(" %5.0f %% of the bound", rate * 1e11 / bound);
        putchar('\n');
        cJSON *row = bench_row(b, "vulkan");
        cJSON_AddStringToObject(row, "pass", best[k].name);
        json_add_number(row, "best_ms", best[k].milliseconds);
        json_add_number(row, "gmacs", rate);
    }
}

static bool run(struct bench *b, const struct artem_engine_params *params, double bound, double *out_best)
{
    static struct bench_times times;
    struct artem_pass asked[ARTEM_PASSES_MAX];
    struct bench_pictures p;

    if (!bench_pictures_make(&p, params, b, b->views, b->width, b->height))
        return false;
    artem_engine_get_passes(p.engine, asked); // from the first frame on
    progress_show(&b->progress, b->share, "%s", params->backend);
    const bool ran = bench_pictures_run(&p, 10 * b->seconds, 5, &times);
    progress_hide(&b->progress);
    if (ran) {
        const double p50 = bench_percentile(&times, 50), p99 = bench_percentile(&times, 99);
        printf("%s, %u x %u x %u: best %.2f ms, p50 %.2f, p99 %.2f, with the copies there and back\n", params->backend,
               b->views, b->width, b->height, times.time[0] * 1e3, p50 * 1e3, p99 * 1e3);
        cJSON *row = bench_row(b, "vulkan");
        cJSON_AddStringToObject(row, "backend", params->backend);
        bench_add_times(row, "ms", 1e3, times.time[0], p50, p99);
        *out_best = times.time[0];
        if (params->vulkan != NULL)
            print_passes(b, &p, bound);
    }
    bench_pictures_free(&p);
    return ran || cli_error("the network cannot be run") == CLI_OK;
}

int bench_vulkan(struct bench *b)
{
    struct vulkan_own_device *own;
    double vulkan = 0, cpu = 0;

    if (vulkan_own_device_create(ARTEM_LOG_DEBUG, 0, &own) != ARTEM_OK) {
        puts("Vulkan: there is no device");
        return CLI_OK;
    }
    const struct vulkan_device *device = vulkan_own_device_get(own);
    const struct artem_engine_vulkan share = {.device = device};
    const double bound = popcount_bound(device);
    printf("Vulkan on %s%s\n", device->name, vulkan_dot_text(device->dot));
    printf("  population counts and sums on registers alone: %.1f GMAC/s\n", bound * 1e-9);
    cJSON *row = bench_row(b, "vulkan");
    cJSON_AddStringToObject(row, "device", device->name);
    json_add_number(row, "bound_gmacs", bound * 1e-9);
    const bool ran = run(b, &(struct artem_engine_params){.backend = "vulkan", .vulkan = &share}, bound, &vulkan) &&
                     layer_rows(b, device) &&
                     run(b, &(struct artem_engine_params){.backend = "cpu", .threads = b->threads}, 0, &cpu);
    if (ran)
        printf("  Vulkan is %.2f times as fast as the CPU backend on %u threads\n", cpu / vulkan, b->threads);
    vulkan_own_device_destroy(&own);
    return ran ? CLI_OK : CLI_ERROR;
}
