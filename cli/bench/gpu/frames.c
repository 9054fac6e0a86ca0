// SPDX-License-Identifier: Apache-2.0
// Stereo frames on the CUDA backend, alone and while another process uses the GPU.
#include <stdio.h>

#include "../../cli.h"
#include "artem/cuda.h"
#include "passes.h"

static const double load_share = 0.7;

struct case_times {
    struct bench_times network, frame; // on the device; from submit to the end of wait, copies there and back included
};

// Warm, then so many frames.
static bool run(struct bench_pictures *p, double seconds, int frames, struct case_times *out)
{
    struct artem_engine_stats stats;

    out->network.count = out->frame.count = 0;
    if (!bench_pictures_warm(p, seconds))
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

static bool run_and_print(struct bench *bench, const struct gpu_options *o, struct bench_pictures *p, const char *load)
{
    static struct case_times times;
    const uint32_t width = p->frame.view[0].width, height = p->frame.view[0].height;

    if (!run(p, bench->seconds, o->frames, &times))
        return cli_error("the CUDA backend does not paint") == CLI_OK;
    print(bench, "network, on the device", load, width, height, &times.network);
    print(bench, "frame, with the copies to the host and back", load, width, height, &times.frame);
    return true;
}

static bool run_loaded(struct bench *bench, const struct gpu_options *o, struct bench_pictures *p)
{
    struct gpu_load load;

    if (!gpu_load_start(load_share, o->device, &load)) {
        puts("  loaded: there is no Vulkan device to load");
        return true;
    }
    const bool good = run_and_print(bench, o, p, "loaded");
    gpu_load_stop(&load);
    if (!good)
        return false;
    printf("  loaded: %s busy for %.0f %% of each 90th of a second, measured alone\n", load.name, 100 * load.share);
    cJSON *row = bench_row(bench, "gpu frames");
    cJSON_AddStringToObject(row, "load_device", load.name);
    json_add_number(row, "load_share", load.share);
    return true;
}

static bool measure(struct bench *bench, const struct gpu_options *o, const char *what, const struct layer_size *size)
{
    static struct bench_times kernels;
    const struct artem_engine_params params = {.backend = "cuda"};
    struct bench_pictures p;

    if (!bench_pictures_make(&p, &params, bench, size->views, size->style_width, size->style_height))
        return false;
    printf("Frames of %u x %u at %s: %u x %u x %u on the CUDA backend, %d frames\n", size->width, size->height, what,
           size->views, size->style_width, size->style_height, o->frames);
    printf("  %-46s %-10s %9s %9s %9s\n", "", "", "best ms", "p50", "p99");
    // Passes last: from then on events stand between them.
    bool good = run_and_print(bench, o, &p, "idle") && (!o->load || run_loaded(bench, o, &p)) &&
                gpu_pass_rows(bench, o, &p, &kernels);
    bench_pictures_free(&p);
    if (good)
        print(bench, "network, its kernels alone", "idle", size->style_width, size->style_height, &kernels);
    return good && gpu_app_share(bench, o, size, &kernels);
}

int gpu_frames(struct bench *bench, const struct gpu_options *o)
{
    const struct layer_size own = {2, 2 * o->frame_width, 2 * o->frame_height, o->frame_width, o->frame_height};
    bool good = true;
    char why[256];

    if (artem_cuda_probe(NULL, NULL, why, sizeof why) != ARTEM_OK) {
        printf("Frames: the CUDA backend cannot be used: %s\n", why);
        cJSON_AddStringToObject(bench_row(bench, "gpu frames"), "missing", why);
        return CLI_OK;
    }
    if (o->frame_width > 0)
        return measure(bench, o, "half the style resolution", &own) ? CLI_OK : CLI_ERROR;
    for (size_t i = 0; i < LAYER_USUAL_SIZES && good; i++) {
        struct layer_size size;
        const char *what;
        good = layer_size_usual(i, 2, &size, &what) && measure(bench, o, what, &size);
    }
    return good ? CLI_OK : CLI_ERROR;
}
