// SPDX-License-Identifier: Apache-2.0
// Capture and composite in `artem bench --only vulkan`.
#include <stdio.h>

#include "../cli.h"
#include "layer_passes.h"

void layer_size_add(cJSON *row, const struct layer_size *size)
{
    cJSON_AddNumberToObject(row, "width", size->width);
    cJSON_AddNumberToObject(row, "height", size->height);
    cJSON_AddNumberToObject(row, "style_width", size->style_width);
    cJSON_AddNumberToObject(row, "style_height", size->style_height);
}

static void print(struct bench *b, const struct layer_size *s, const char *pass, const struct bench_times *times,
                  double bytes, double copy)
{
    const double best = times->time[0], p50 = bench_percentile(times, 50), p99 = bench_percentile(times, 99);
    const double rate = p50 > 0 ? bytes / p50 : 0;

    printf("  %-10s %u x %4u x %4u, style %4u x %4u: best %8.3f ms, p50 %8.3f, p99 %8.3f %9.1f GB/s", pass, s->views,
           s->width, s->height, s->style_width, s->style_height, best * 1e3, p50 * 1e3, p99 * 1e3, rate * 1e-9);
    if (copy > 0)
        printf(" %5.0f %% of a copy's", 100 * rate / copy);
    putchar('\n');
    cJSON *row = bench_row(b, "vulkan");
    cJSON_AddStringToObject(row, "layer_pass", pass);
    cJSON_AddNumberToObject(row, "views", s->views);
    layer_size_add(row, s);
    cJSON_AddNumberToObject(row, "runs", times->count);
    bench_add_times(row, "ms", 1e3, best, p50, p99);
    cJSON_AddNumberToObject(row, "gb_per_s", rate * 1e-9);
    if (copy > 0)
        cJSON_AddNumberToObject(row, "of_copy", rate / copy);
}

static bool measure(struct bench *b, const struct vulkan_device *device, const struct layer_size *s, double copy)
{
    static struct layer_passes passes;

    progress_show(&b->progress, b->share, "capture and composite, %u x %u", s->width, s->height);
    const bool ran = layer_passes_run(device, s, 10 * b->seconds, &passes);
    progress_hide(&b->progress);
    if (!ran)
        return cli_error("capture and composite cannot be run") == CLI_OK;
    print(b, s, "capture", &passes.capture, layer_capture_bytes(s), copy);
    print(b, s, "composite", &passes.composite, layer_composite_bytes(s), copy);
    return true;
}

bool layer_rows(struct bench *b, const struct vulkan_device *device)
{
    struct layer_size own = {b->views, 2 * b->width, 2 * b->height, b->width, b->height};
    bool good = true;

    if (device->timestamp_ms <= 0) {
        puts("  capture and composite: this queue has no timestamps");
        return true;
    }
    const double copy = layer_copy_rate(device, 10 * b->seconds);
    if (copy > 0)
        printf("  memory: a copy reads and writes %.1f GB/s\n", copy * 1e-9);
    else
        puts("  memory: its rate cannot be measured");
    cJSON_AddNumberToObject(bench_row(b, "vulkan"), "copy_gb_per_s", copy * 1e-9);
    if (!b->sweep)
        return measure(b, device, &own, copy);
    // A processor takes minutes for all of them, which tell nothing new.
    const size_t count = device->type == VK_PHYSICAL_DEVICE_TYPE_CPU ? 1 : LAYER_USUAL_SIZES;
    for (size_t i = 0; i < count && good; i++) {
        struct layer_size size;
        const char *what;
        good = layer_size_usual(i, b->views, &size, &what) && measure(b, device, &size, copy);
    }
    return good;
}
