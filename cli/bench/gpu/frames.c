// SPDX-License-Identifier: Apache-2.0
// Stereo frames on the CUDA backend, alone and while another process uses the GPU.
#include <stdio.h>
#include <string.h>

#include "../../cli.h"
#include "../pictures.h"
#include "artem/cuda.h"
#include "artem/engine_vulkan.h"
#include "paint.h"
#include "rows.h"

static const double load_share = 0.7;

struct case_times {
    struct bench_times network, frame; // on the device; from submit to the end of wait, copies there and back included
};

// Warm, then so many frames.
static bool run(struct bench_pictures *p, int frames, struct case_times *out)
{
    struct bench_times ignored;
    struct artem_engine_stats stats;

    out->network.count = out->frame.count = 0;
    if (!bench_pictures_run(p, 0, 1, &ignored))
        return false;
    for (int i = 0; i < frames && i < ARTEM_BENCH_TIMES; i++) {
        const double start = bench_now();
        if (artem_engine_submit(p->engine, &p->frame) != ARTEM_OK ||
            artem_engine_wait(p->engine, UINT64_MAX) != ARTEM_OK)
            return false;
        out->frame.time[out->frame.count++] = bench_now() - start;
        artem_engine_get_stats(p->engine, &stats);
        out->network.time[out->network.count++] = stats.milliseconds * 1e-3;
    }
    bench_sort(&out->frame);
    bench_sort(&out->network);
    return true;
}

static void print(struct bench *bench, const char *step, const char *load, uint32_t width, uint32_t height,
                  const struct bench_times *times)
{
    const double best = times->time[0], p50 = bench_percentile(times, 50), p99 = bench_percentile(times, 99);

    printf("  %-46s %-10s %9.3f %9.3f %9.3f\n", step, load, best * 1e3, p50 * 1e3, p99 * 1e3);
    cJSON *row = bench_row(bench, "gpu frames");
    cJSON_AddStringToObject(row, "step", step);
    cJSON_AddStringToObject(row, "load", load);
    cJSON_AddNumberToObject(row, "width", width);
    cJSON_AddNumberToObject(row, "height", height);
    cJSON_AddNumberToObject(row, "frames", times->count);
    bench_add_times(row, "ms", 1e3, best, p50, p99);
}

static bool is_unit(const struct artem_pass *pass)
{
    return strncmp(pass->name, "unit", 4) == 0;
}

bool gpu_unit_times(struct bench *bench, uint32_t width, uint32_t height, int frames, struct bench_times *out)
{
    const struct artem_engine_params params = {.backend = "cuda"};
    struct artem_pass passes[ARTEM_PASSES_MAX];
    struct bench_pictures p;
    struct bench_times ignored;
    char why[256];

    out->count = 0;
    if (artem_cuda_probe(NULL, NULL, why, sizeof why) != ARTEM_OK ||
        !bench_pictures_make(&p, &params, bench, 1, 4 * width, 4 * height))
        return false;
    artem_engine_get_passes(p.engine, passes); // asks for them
    bool good = bench_pictures_run(&p, bench->seconds, 1, &ignored);
    for (int i = 0; i < frames && good; i++) {
        good = paint_frame(p.engine, &p.frame) == ARTEM_OK;
        const uint32_t count = good ? artem_engine_get_passes(p.engine, passes) : 0;
        for (uint32_t k = 0; k < count && out->count < ARTEM_BENCH_TIMES; k++)
            if (is_unit(&passes[k]))
                out->time[out->count++] = passes[k].milliseconds * 1e-3;
    }
    bench_sort(out);
    bench_pictures_free(&p);
    return good && out->count > 0;
}

// The passes of the latest frame, and what units have of the memory's rate.
static void print_passes(struct bench *bench, struct bench_pictures *p, double memory)
{
    struct artem_pass passes[ARTEM_PASSES_MAX];
    struct bench_times ignored;
    const double cells = p->frame.views * (double)p->frame.view[0].width * p->frame.view[0].height / 16;

    artem_engine_get_passes(p->engine, passes); // asks for them
    if (!bench_pictures_run(p, 0, 1, &ignored))
        return;
    const uint32_t count = artem_engine_get_passes(p->engine, passes);
    for (uint32_t i = 0; i < count; i++) {
        const double seconds = passes[i].milliseconds * 1e-3;
        cJSON *row = bench_row(bench, "gpu frames");
        cJSON_AddStringToObject(row, "pass", passes[i].name);
        json_add_number(row, "ms", passes[i].milliseconds);
        printf("    %-16s %9.4f ms", passes[i].name, passes[i].milliseconds);
        if (is_unit(&passes[i]) && seconds > 0) {
            const double tops = 2e-12 * cells * 9 * 128 * 128 / seconds, rate = cells * GPU_UNIT_BYTES / seconds;
            printf(" %9.2f TOPS %9.1f GB/s", tops, rate * 1e-9);
            if (memory > 0)
                printf(", %.0f %% of the memory's", 100 * rate / memory);
            json_add_number(row, "tops", tops);
            json_add_number(row, "gb_per_s", rate * 1e-9);
        }
        putchar('\n');
    }
}

// Style resolution of each of two eyes.
static bool measure(struct bench *bench, const struct gpu_options *o, const char *what, uint32_t width, uint32_t height)
{
    static struct case_times times;
    const struct artem_engine_params params = {.backend = "cuda"};
    struct bench_pictures p;
    struct gpu_load load;

    if (!bench_pictures_make(&p, &params, bench, 2, width, height))
        return false;
    printf("%s: 2 x %u x %u on the CUDA backend, %d frames\n", what, width, height, o->frames);
    printf("  %-46s %-10s %9s %9s %9s\n", "", "", "best ms", "p50", "p99");
    bool good = run(&p, o->frames, &times);
    if (good) {
        print(bench, "network, on the device", "idle", width, height, &times.network);
        print(bench, "frame, with the copies to the host and back", "idle", width, height, &times.frame);
        print_passes(bench, &p, o->memory);
    }
    if (good && o->load && gpu_load_start(load_share, o->device, &load)) {
        good = run(&p, o->frames, &times);
        gpu_load_stop(&load);
        if (good) {
            print(bench, "network, on the device", "loaded", width, height, &times.network);
            print(bench, "frame, with the copies to the host and back", "loaded", width, height, &times.frame);
            printf("  loaded: %s busy for %.0f %% of each 90th of a second, measured alone\n", load.name,
                   100 * load.share);
            cJSON *row = bench_row(bench, "gpu frames");
            cJSON_AddStringToObject(row, "load_device", load.name);
            json_add_number(row, "load_share", load.share);
        }
    } else if (good && o->load) {
        puts("  loaded: there is no Vulkan device to load");
    }
    bench_pictures_free(&p);
    return good || cli_error("the CUDA backend does not paint") == CLI_OK;
}

int gpu_frames(struct bench *bench, const struct gpu_options *o)
{
    char why[256];

    if (artem_cuda_probe(NULL, NULL, why, sizeof why) != ARTEM_OK) {
        printf("Frames: the CUDA backend cannot be used: %s\n", why);
        cJSON_AddStringToObject(bench_row(bench, "gpu frames"), "missing", why);
        return CLI_OK;
    }
    if (o->frame_width > 0)
        return measure(bench, o, "Frames", o->frame_width, o->frame_height) ? CLI_OK : CLI_ERROR;
    return measure(bench, o, "Frames of 1440 x 1600 at full style resolution", 1440, 1600) &&
                   measure(bench, o, "Frames of 2064 x 2208 at half the style resolution", 1032, 1104)
               ? CLI_OK
               : CLI_ERROR;
}
