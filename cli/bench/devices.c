// SPDX-License-Identifier: Apache-2.0
// What several devices that share each frame gain: the first one of a list alone, then the first two, and so on.
#include "artem/devices.h"

#include <stdio.h>

#include "../cli.h"
#include "../device_reports.h"
#include "bench.h"
#include "pictures.h"

enum { LIST_MAX = ARTEM_DEVICES_MAX * ARTEM_DEVICE_NAME_MAX, STILL = 1024, FRAMES = 20 };

// What is painted.
struct scene {
    const char *name;
    uint32_t views, width, height;
    bool exact;
};

static uint32_t count_pools(const struct artem_devices *list, uint32_t count)
{
    uint32_t pools = 0;

    for (uint32_t i = 0; i < count; i++)
        pools += list->device[i].kind == ARTEM_DEVICE_CPU;
    return pools;
}

static void join_names(const struct artem_devices *list, uint32_t count, char out[LIST_MAX])
{
    size_t length = 0;

    for (uint32_t i = 0; i < count; i++)
        length += (size_t)snprintf(out + length, LIST_MAX - length, "%s%s", i > 0 ? "," : "", list->device[i].name);
}

// One line; returns the median in seconds, or 0 after a message. `first`: that of the first device alone, 0: this is
// it.
static double measure(struct bench *b, const struct scene *scene, const struct artem_devices *list, uint32_t count,
                      double first)
{
    static struct bench_times times;
    const uint32_t all = count_pools(list, list->count), each = all == 0 || b->threads < all ? 1 : b->threads / all;
    const uint32_t pools = count_pools(list, count);
    char names[LIST_MAX], shares[256];
    struct bench_pictures p;

    join_names(list, count, names);
    const struct artem_engine_params params = {.devices = names, .threads = pools * each};
    if (!bench_pictures_make(&p, &params, b, scene->views, scene->width, scene->height))
        return 0;
    p.frame.exact = scene->exact;
    progress_show(&b->progress, b->share, "%s, %s", scene->name, names);
    const bool ran = bench_pictures_run(&p, 10 * b->seconds, scene->exact ? FRAMES / 4 : FRAMES, &times);
    progress_hide(&b->progress);
    if (!ran) {
        bench_pictures_free(&p);
        return cli_error("the network cannot be run"), 0;
    }
    const double best = times.time[0], p50 = bench_percentile(&times, 50), p99 = bench_percentile(&times, 99);
    cJSON *row = bench_row(b, "devices");
    cJSON_AddStringToObject(row, "devices", names);
    cJSON_AddNumberToObject(row, "threads_each", each);
    cJSON_AddNumberToObject(row, "views", scene->views);
    cJSON_AddNumberToObject(row, "width", scene->width);
    cJSON_AddNumberToObject(row, "height", scene->height);
    cJSON_AddBoolToObject(row, "exact", scene->exact);
    bench_add_times(row, "ms", 1e3, best, p50, p99);
    json_add_number(row, "speedup", first > 0 ? first / p50 : 1);
    const double halo = device_reports_describe(p.engine, shares, sizeof shares);
    device_reports_add(p.engine, row, "tiles");
    json_add_number(row, "halo", halo);
    printf("  %-28s %9.2f %9.2f %9.2f %8.2f %7.1f %%  %s\n", names, best * 1e3, p50 * 1e3, p99 * 1e3,
           first > 0 ? first / p50 : 1, 100 * halo, shares);
    fflush(stdout);
    bench_pictures_free(&p);
    return p50;
}

static bool measure_scene(struct bench *b, const struct scene *scene, const struct artem_devices *list)
{
    double first = 0;

    printf("  %s, %u x %u x %u\n", scene->name, scene->views, scene->width, scene->height);
    for (uint32_t count = 1; count <= list->count; count++) {
        const double time = measure(b, scene, list, count, first);
        if (time == 0)
            return false;
        first = first > 0 ? first : time;
        b->share += b->part / 2 / list->count;
    }
    return true;
}

int bench_devices(struct bench *b)
{
    const struct scene live = {"live frames", b->views, b->width, b->height, false},
                       still = {"stills", 1, STILL, STILL, true};
    struct artem_devices list = {0};
    char why[128];

    // Without a list: pools of a thread each.
    for (uint32_t i = 0; b->devices == NULL && i < b->threads && i < 4; i++) {
        list.device[i] = (struct artem_device){.kind = ARTEM_DEVICE_CPU, .index = i};
        snprintf(list.device[i].name, sizeof list.device[i].name, "cpu:%u", i);
        list.count++;
    }
    if (b->devices != NULL && !artem_devices_parse(b->devices, &list, why, sizeof why))
        return cli_error("devices: %s", why);
    puts("Devices that share each frame");
    printf("  %-28s %9s %9s %9s %8s %9s  %s\n", "", "best ms", "p50", "p99", "speed-up", "halo", "tiles");
    if (!measure_scene(b, &live, &list) || (b->sweep && !measure_scene(b, &still, &list)))
        return CLI_ERROR;
    return CLI_OK;
}
