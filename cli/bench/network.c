// SPDX-License-Identifier: Apache-2.0
// The whole network, and the way of a picture from full resolution to full resolution on the CPU.
#include <stdio.h>
#include <stdlib.h>

#include "artem/engine.h"
#include "bench.h"
#include "pictures.h"
#include "../cli.h"
#include "paint.h"

enum { FULL_WIDTH = 1440, FULL_HEIGHT = 1600 };

static bool make_pictures(struct bench_pictures *p, enum artem_cpu cpu, const struct bench *bench, uint32_t threads,
                          uint32_t views, uint32_t width, uint32_t height)
{
    const struct artem_engine_params params = {.backend = "cpu", .threads = threads};

    setenv("ARTEM_CPU", artem_cpu_name(cpu), 1);
    return bench_pictures_make(p, &params, bench, views, width, height);
}

// One line; returns the best time in seconds, or 0 after a message.
static double measure(struct bench *bench, enum artem_cpu cpu, uint32_t threads, uint32_t views, uint32_t width,
                      uint32_t height)
{
    static struct bench_times times;
    struct bench_pictures p;
    struct artem_engine_stats stats = {0};
    const bool slow = cpu == ARTEM_CPU_C;

    if (!make_pictures(&p, cpu, bench, threads, views, width, height))
        return 0;
    progress_show(&bench->progress, bench->share, "%s, %u threads, %u x %u x %u", artem_cpu_name(cpu), threads, views,
                  width, height);
    const bool ran = bench_pictures_run(&p, slow ? 0 : 10 * bench->seconds, slow ? 1 : 20, &times);
    progress_hide(&bench->progress);
    artem_engine_get_stats(p.engine, &stats);
    bench_pictures_free(&p);
    if (!ran) {
        cli_error("the network cannot be run");
        return 0;
    }
    const double best = times.time[0], p50 = bench_percentile(&times, 50), p99 = bench_percentile(&times, 99);
    const double pixels = (double)views * width * height;
    const double memory = (double)stats.memory_bytes / (1 << 20);
    printf("  %-13s %u thread%c %u x %4u x %4u %9.2f %9.2f %9.2f %8.1f %8.2f %8.1f\n", artem_cpu_name(cpu), threads,
           threads == 1 ? ' ' : 's', views, width, height, best * 1e3, p50 * 1e3, p99 * 1e3,
           pixels * BENCH_PRODUCTS_PER_PIXEL / best * 1e-9, p50 * 1e9 / pixels, memory);
    fflush(stdout);
    cJSON *row = bench_row(bench, "network");
    cJSON_AddStringToObject(row, "cpu", artem_cpu_name(cpu));
    cJSON_AddNumberToObject(row, "threads", threads);
    cJSON_AddNumberToObject(row, "views", views);
    cJSON_AddNumberToObject(row, "width", width);
    cJSON_AddNumberToObject(row, "height", height);
    cJSON_AddNumberToObject(row, "frames", times.count);
    bench_add_times(row, "ms", 1e3, best, p50, p99);
    json_add_number(row, "memory_mib", memory);
    return best;
}

int bench_network(struct bench *b)
{
    const enum artem_cpu best = artem_cpu_detect();
    const double share = b->share;
    double one = 0, all = 0, smallest = 0, largest = 0;

    puts("Network, frames with statistics of the frames before");
    printf("  %-13s %-9s %-15s %9s %9s %9s %8s %8s %8s\n", "", "", "", "best ms", "p50", "p99", "GMAC/s", "ns/pixel",
           "MiB");
    for (int i = ARTEM_CPU_C; i < ARTEM_CPU_COUNT; i++) {
        const enum artem_cpu cpu = (enum artem_cpu)i;
        b->share = share + b->part * (b->sweep ? 0.5 : 1) * i / ARTEM_CPU_COUNT;
        if (!artem_cpu_supported(cpu))
            continue;
        const double single = measure(b, cpu, 1, b->views, b->width, b->height);
        const double several =
            b->threads > 1 && single > 0 ? measure(b, cpu, b->threads, b->views, b->width, b->height) : single;
        if (several == 0)
            return CLI_ERROR;
        if (cpu == best) {
            one = single;
            all = several;
        }
    }
    printf("  %u threads are %.2f times as fast as one (%s)\n", b->threads, one / all, artem_cpu_name(best));
    if (!b->sweep)
        return CLI_OK;
    puts("  one picture, by its size");
    b->share = share + b->part * 0.5;
    for (uint32_t side = 128; side <= 2048; side *= 2, b->share += b->part * 0.1) {
        const double time = measure(b, best, b->threads, 1, side, side) / ((double)side * side);
        if (time == 0)
            return CLI_ERROR;
        smallest = smallest == 0 || time < smallest ? time : smallest;
        largest = time > largest ? time : largest;
    }
    printf("  time per pixel varies by %.0f %%\n", 100 * (largest / smallest - 1));
    return CLI_OK;
}

// Scaling down, network, composite, on one picture after the other.
int bench_end_to_end(struct bench *b)
{
    static struct bench_times times[4]; // scaling, network, composite, all
    const enum artem_cpu cpu = artem_cpu_detect();
    const size_t stride = (size_t)FULL_WIDTH * 4, bytes = stride * FULL_HEIGHT;
    uint8_t *full = malloc(2 * bytes);
    struct bench_pictures p;
    struct painting paintings[ARTEM_MAX_VIEWS];

    if (full == NULL)
        return cli_error("out of memory");
    if (!make_pictures(&p, cpu, b, b->threads, b->views, b->width, b->height)) {
        free(full);
        return CLI_ERROR;
    }
    bench_draw(full, FULL_WIDTH, FULL_HEIGHT);
    for (uint32_t v = 0; v < b->views; v++)
        paintings[v] = (struct painting){.width = FULL_WIDTH,
                                         .height = FULL_HEIGHT,
                                         .style_width = b->width,
                                         .style_height = b->height,
                                         .original = full,
                                         .stride = stride,
                                         .guide = (uint8_t *)(uintptr_t)p.frame.view[v].in,
                                         .styled = p.frame.view[v].out};
    const double end = bench_now() + 10 * b->seconds;
    for (int i = 0; i < 5 || (bench_now() < end && i < ARTEM_BENCH_TIMES); i++) {
        double at[4] = {bench_now()};
        for (uint32_t v = 0; v < b->views; v++)
            painting_scale(&paintings[v]);
        at[1] = bench_now();
        if (paint_frame(p.engine, &p.frame) != ARTEM_OK)
            break;
        at[2] = bench_now();
        for (uint32_t v = 0; v < b->views; v++)
            painting_composite(&paintings[v], 256, 0, full + bytes, stride);
        at[3] = bench_now();
        for (int k = 0; k < 4; k++)
            times[k].time[times[k].count++] = k < 3 ? at[k + 1] - at[k] : at[3] - at[0];
    }
    bench_pictures_free(&p);
    free(full);
    if (times[3].count == 0)
        return cli_error("the network cannot be run");
    printf("End to end, %u pictures of %d x %d, network at %u x %u on %u threads, the rest on one (%s)\n", b->views,
           FULL_WIDTH, FULL_HEIGHT, b->width, b->height, b->threads, artem_cpu_name(cpu));
    printf("  %-24s %9s %9s %9s\n", "", "best ms", "p50", "p99");
    for (int k = 0; k < 4; k++) {
        static const char *const names[4] = {"scaling down", "network", "composite", "all"};
        bench_sort(&times[k]);
        const double p50 = bench_percentile(&times[k], 50), p99 = bench_percentile(&times[k], 99);
        printf("  %-24s %9.2f %9.2f %9.2f\n", names[k], times[k].time[0] * 1e3, p50 * 1e3, p99 * 1e3);
        cJSON *row = bench_row(b, "end to end");
        cJSON_AddStringToObject(row, "step", names[k]);
        bench_add_times(row, "ms", 1e3, times[k].time[0], p50, p99);
    }
    return CLI_OK;
}
