// SPDX-License-Identifier: Apache-2.0
// artem bench gpu: an NVIDIA GPU, Art'Em's kernels on it, and what else there is for it.
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../cli.h"
#include "rows.h"

static const char help[] =
    "usage: artem bench gpu [--only gemm|conv|frames] [--matrix N] [--conv WIDTHxHEIGHT] [--channels N] [--runs N]\n"
    "                       [--frames N] [--frame-size WIDTHxHEIGHT] [--no-load] [--device NAME] [--style NAME]\n"
    "                       [--seconds S] [--json FILE]\n\n"
    "Measures an NVIDIA GPU: binary matrix products and 3 x 3 convolutions, forwards and backwards, beside plain and\n"
    "tiled floats, cuBLAS and cuDNN (those that are installed), and frames of the CUDA backend, alone and while "
    "another\n"
    "process keeps the GPU busy. Each row's result is compared with the reference before it is timed.\n\n"
    "  --only PART          only that part\n"
    "  --matrix N           largest side of the matrices, a multiple of 128 (default 8192; halves down to 1024 first)\n"
    "  --conv WxH           of the picture that is convolved (default 256x256)\n"
    "  --channels N         of it, a multiple of 128 (default 128)\n"
    "  --runs N             of each row (default 100)\n"
    "  --frames N           default 1000\n"
    "  --frame-size WxH     only that style resolution, multiples of 4, of pictures twice as wide and high\n"
    "  --no-load            frames only while nothing else runs\n"
    "  --device NAME        part of the GPU's name\n"
    "  --style NAME         default starry_night\n"
    "  --seconds S          that each row runs before it is timed (default 0.5)\n"
    "  --json FILE          the same numbers for programs";

static bool parse_size(const char *text, uint32_t unit, uint32_t *out_width, uint32_t *out_height)
{
    const char *by = strchr(text, 'x');
    char width[16];

    if (by == NULL || by - text >= (ptrdiff_t)sizeof width)
        return false;
    snprintf(width, sizeof width, "%.*s", (int)(by - text), text);
    return bench_parse_count(width, 2048, out_width) && bench_parse_count(by + 1, 2048, out_height) &&
           *out_width % unit == 0 && *out_height % unit == 0;
}

struct arguments {
    struct gpu_options options;
    const char *only, *json;
    uint32_t runs, frames;
    double load_only;
};

static bool take(int option, struct bench *b, struct arguments *a)
{
    struct gpu_options *o = &a->options;

    switch (option) {
    case 'o':
        a->only = optarg;
        return strcmp(optarg, "gemm") == 0 || strcmp(optarg, "conv") == 0 || strcmp(optarg, "frames") == 0;
    case 'm':
        return bench_parse_count(optarg, 32768, &o->matrix) && o->matrix % 128 == 0;
    case 'c':
        return parse_size(optarg, 1, &o->width, &o->height);
    case 'C':
        return bench_parse_count(optarg, 1024, &o->channels) && o->channels % 128 == 0;
    case 'r':
        return bench_parse_count(optarg, ARTEM_BENCH_TIMES, &a->runs);
    case 'f':
        return bench_parse_count(optarg, ARTEM_BENCH_TIMES, &a->frames);
    case 'F':
        return parse_size(optarg, 4, &o->frame_width, &o->frame_height);
    case 'n':
        o->load = false;
        return true;
    case 'd':
        o->device = optarg;
        return true;
    case 's':
        b->style = optarg;
        return true;
    case 'S':
        return bench_parse_number(optarg, 0, 100, &b->seconds);
    case 'j':
        a->json = optarg;
        return true;
    default: // 'l'
        return bench_parse_number(optarg, 0.01, 1, &a->load_only);
    }
}

static int parse(int argc, char **argv, struct bench *b, struct arguments *a)
{
    static const struct option options[] = {{"only", required_argument, NULL, 'o'},
                                            {"matrix", required_argument, NULL, 'm'},
                                            {"conv", required_argument, NULL, 'c'},
                                            {"channels", required_argument, NULL, 'C'},
                                            {"runs", required_argument, NULL, 'r'},
                                            {"frames", required_argument, NULL, 'f'},
                                            {"frame-size", required_argument, NULL, 'F'},
                                            {"no-load", no_argument, NULL, 'n'},
                                            {"device", required_argument, NULL, 'd'},
                                            {"style", required_argument, NULL, 's'},
                                            {"seconds", required_argument, NULL, 'S'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"load-only", required_argument, NULL, 'l'}, // the load's own process
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == 'h') {
            puts(help);
            return -1;
        }
        if (option == ':')
            return cli_usage_error("artem bench", "%s needs a value", argv[optind - 1]);
        if (option == '?')
            return cli_usage_error("artem bench", "unknown option %s", argv[optind - 1]);
        if (!take(option, b, a))
            return cli_usage_error("artem bench", "\"%s\" is not possible here", optarg);
    }
    return optind < argc ? cli_usage_error("artem bench", "\"%s\" is one too many", argv[optind]) : CLI_OK;
}

static void introduce(struct gpu *gpu)
{
    printf("%s: compute capability %d.%d, %d multiprocessors", gpu->name, gpu->capability / 10, gpu->capability % 10,
           gpu->multiprocessors);
    if (gpu->clock > 0)
        printf(", up to %.0f MHz", gpu->clock * 1e-6);
    if (gpu->memory > 0)
        printf(", memory %s %.0f GB/s", gpu->memory_measured ? "by a copy" : "up to", gpu->memory * 1e-9);
    puts("\n\"of peak\": of the products that its units can do in a clock (computed), at that clock");
    cJSON *row = bench_row(gpu->bench, "gpu");
    cJSON_AddStringToObject(row, "name", gpu->name);
    cJSON_AddNumberToObject(row, "capability", gpu->capability);
    cJSON_AddNumberToObject(row, "multiprocessors", gpu->multiprocessors);
    cJSON_AddNumberToObject(row, "clock_mhz", gpu->clock * 1e-6);
    cJSON_AddNumberToObject(row, "memory_gb_per_s", gpu->memory * 1e-9);
    cJSON_AddStringToObject(row, "memory", gpu->memory_measured ? "measured" : "computed");
    cJSON_AddNumberToObject(row, "driver", gpu->driver.version);
    cJSON_AddStringToObject(row, "peaks", "computed");
}

static bool wants(const struct arguments *a, const char *part)
{
    return a->only == NULL || strcmp(a->only, part) == 0;
}

// Products of one device; false when something is wrong.
static bool products(struct gpu *gpu, const struct arguments *a)
{
    struct peer_cublas cublas;
    struct peer_cudnn cudnn;
    bool good = true;

    if (wants(a, "gemm")) {
        peer_cublas_open(gpu, &cublas);
        good = gpu_matrices(gpu, &cublas, &a->options);
        peer_cublas_close(&cublas);
    }
    if (good && wants(a, "conv")) {
        peer_cudnn_open(gpu, &cudnn);
        good = gpu_convolutions(gpu, &cudnn, &a->options);
        peer_cudnn_close(&cudnn);
    }
    return good;
}

int bench_gpu(int argc, char **argv)
{
    struct bench b = {.seconds = 0.5, .views = 2, .style = "starry_night", .part = 1};
    struct arguments a = {.options = {.matrix = 8192, .width = 256, .height = 256, .channels = 128, .load = true},
                          .runs = 100,
                          .frames = 1000};
    struct gpu gpu = {.bench = &b};
    struct bench_json json;
    char why[192];
    int result = parse(argc, argv, &b, &a);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (a.load_only > 0)
        return gpu_load_run(a.load_only, a.options.device);
    if (a.options.device != NULL)
        setenv("ARTEM_CUDA_DEVICE", a.options.device, 1); // the backend's engines, too
    if (!bench_json_open(&json, a.json, "artem bench", &b))
        return CLI_ERROR;
    if (!gpu_open(&gpu, a.options.device, why, sizeof why)) {
        cJSON_AddStringToObject(bench_row(&b, "gpu"), "missing", why);
        bench_json_close(&json);
        return cli_error("no NVIDIA GPU can be measured: %s", why);
    }
    gpu.runs = (int)a.runs;
    a.options.frames = (int)a.frames;
    a.options.name = gpu.name;
    a.options.bits = fmax(gpu_peak(&gpu, GPU_BITS), gpu_peak(&gpu, GPU_FP4));
    a.options.int8 = gpu_peak(&gpu, GPU_INT8);
    result = gpu_find_memory_rate(&gpu) ? CLI_OK : CLI_ERROR;
    a.options.memory = gpu.memory;
    if (result == CLI_OK) {
        introduce(&gpu);
        if (!products(&gpu, &a))
            result = cli_error("a result of Art'Em's is wrong, or the GPU failed");
    }
    gpu_close(&gpu);
    if (result == CLI_OK && wants(&a, "frames"))
        result = gpu_frames(&b, &a.options);
    progress_hide(&b.progress);
    if (result == CLI_OK && gpu.wrong > 0)
        result = cli_error("results of NVIDIA's libraries are wrong (%d rows, not timed)", gpu.wrong);
    if (!bench_json_close(&json))
        return CLI_ERROR;
    return result == CLI_OK ? cli_finish_output() : result;
}
