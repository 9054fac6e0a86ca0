// SPDX-License-Identifier: Apache-2.0
// How fast this machine is: kernels, network, end to end.
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "artem/devices.h"
#include "artem/engine.h"
#include "bench/bench.h"
#include "cli.h"

static const char help[] =
    "usage: artem bench [--only kernels|network|end-to-end|devices|vulkan] [--threads N] [--size WIDTHxHEIGHT] "
    "[--views N]\n"
    "                   [--style NAME] [--devices LIST] [--seconds S] [--json FILE]\n\n"
    "Measures every set of kernels that this machine has, each kernel alone and in the whole network, and prints "
    "tables:\n"
    "the best, the median and the 99th percentile of the times, billions of products per second, and their share of "
    "what\n"
    "the same instructions reach on registers alone. docs/benchmarks.md tells how it is done and what others reach;\n"
    "scripts/bench measures them in the same run.\n\n"
    "  --only PART    only that part\n"
    "  --threads N    beside one thread (default: one per CPU, at most 8)\n"
    "  --size WxH     only that style resolution, multiples of 4 (default 320x352, and squares of 128 to 2048)\n"
    "  --views N      pictures per frame (default 2)\n"
    "  --style NAME   default starry_night\n"
    "  --devices LIST those of the part devices: the first alone, then the first two, ... (default: cpu:0,cpu:1,... of "
    "a\n"
    "                 thread each, at most four; otherwise the pools on the CPU share the threads)\n"
    "  --seconds S    per kernel (default 0.1; frames take ten times as long)\n"
    "  --json FILE    the same numbers for programs\n\n"
    "artem bench gpu measures an NVIDIA GPU: artem bench gpu --help.";

// "model name" of the first processor.
static void cpu_model(char *out, size_t size)
{
    FILE *f = fopen("/proc/cpuinfo", "re");
    char line[256];

    snprintf(out, size, "unknown CPU");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) != 0 || value == NULL)
            continue;
        value[strcspn(value, "\n")] = '\0';
        snprintf(out, size, "%s", value + 2);
        break;
    }
    if (f != NULL)
        fclose(f);
}

static bool parse_size(const char *text, struct bench *b)
{
    const char *by = strchr(text, 'x');
    char width[16];

    if (by == NULL || by - text >= (ptrdiff_t)sizeof width)
        return false;
    snprintf(width, sizeof width, "%.*s", (int)(by - text), text);
    return bench_parse_count(width, 2048, &b->width) && bench_parse_count(by + 1, 2048, &b->height) &&
           b->width % 4 == 0 && b->height % 4 == 0;
}

static int kernels(struct bench *b)
{
    bench_kernels(b);
    return CLI_OK;
}

static const struct part {
    const char *name;
    int (*run)(struct bench *b);
} parts[] = {{"kernels", kernels},
             {"network", bench_network},
             {"end-to-end", bench_end_to_end},
             {"devices", bench_devices},
             {"vulkan", bench_vulkan}};

enum { PARTS = sizeof parts / sizeof parts[0] };

static bool is_part(const char *name)
{
    for (int i = 0; i < PARTS; i++)
        if (strcmp(name, parts[i].name) == 0)
            return true;
    return false;
}

static int run_parts(struct bench *b, const char *only)
{
    int result = CLI_OK;

    b->part = only == NULL ? 1.0 / PARTS : 1;
    for (int i = 0; i < PARTS && result == CLI_OK; i++) {
        b->share = only == NULL ? (double)i / PARTS : 0;
        if (only == NULL || strcmp(only, parts[i].name) == 0)
            result = parts[i].run(b);
    }
    return result;
}

struct options {
    const char *only, *json, *style;
    char why[128]; // a list of devices is none
};

static int parse(int argc, char **argv, struct bench *b, struct options *o)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'},    {"threads", required_argument, NULL, 't'},
        {"size", required_argument, NULL, 'z'},    {"views", required_argument, NULL, 'v'},
        {"style", required_argument, NULL, 's'},   {"devices", required_argument, NULL, 'd'},
        {"seconds", required_argument, NULL, 'S'}, {"json", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        bool good = true;
        switch (option) {
        case 'o':
            o->only = optarg;
            good = is_part(optarg);
            break;
        case 't':
            good = bench_parse_count(optarg, 64, &b->threads);
            break;
        case 'z':
            good = parse_size(optarg, b);
            b->sweep = false;
            break;
        case 'v':
            good = bench_parse_count(optarg, 8, &b->views);
            break;
        case 's':
            b->style = o->style = optarg;
            break;
        case 'd':
            b->devices = optarg;
            good = artem_devices_parse(optarg, &(struct artem_devices){0}, o->why, sizeof o->why);
            break;
        case 'S':
            good = bench_parse_number(optarg, 0.001, 100, &b->seconds);
            break;
        case 'j':
            o->json = optarg;
            break;
        case 'h':
            puts(help);
            return -1;
        case ':':
            return cli_usage_error(argv[0], "%s needs a value", argv[optind - 1]);
        default:
            return cli_usage_error(argv[0], "unknown option %s", argv[optind - 1]);
        }
        if (!good && o->why[0] != '\0')
            return cli_usage_error(argv[0], "--devices: %s", o->why);
        if (!good)
            return cli_usage_error(argv[0], "\"%s\" is not possible here", optarg);
    }
    return optind < argc ? cli_usage_error(argv[0], "\"%s\" is one too many", argv[optind]) : CLI_OK;
}

int cmd_bench(int argc, char **argv)
{
    struct bench b = {.seconds = 0.1,
                      .threads = artem_engine_automatic_threads(),
                      .width = 320,
                      .height = 352,
                      .views = 2,
                      .style = "starry_night",
                      .sweep = true};
    struct options o = {0};
    char model[128];

    if (argc > 1 && strcmp(argv[1], "gpu") == 0)
        return bench_gpu(argc - 1, argv + 1);
    int result = parse(argc, argv, &b, &o);

    if (result != CLI_OK)
        return result < 0 ? cli_finish_output() : result;
    if (o.style != NULL && !cli_has_style(o.style)) // before minutes of work, not after them
        return CLI_ERROR;
    struct bench_json json;
    if (!bench_json_open(&json, o.json, argv[0], &b))
        return CLI_ERROR;
    cpu_model(model, sizeof model);
    printf("%s, %s\n", model, artem_cpu_name(artem_cpu_detect()));
    cJSON *row = bench_row(&b, "machine");
    cJSON_AddStringToObject(row, "model", model);
    cJSON_AddStringToObject(row, "cpu", artem_cpu_name(artem_cpu_detect()));
    cJSON_AddNumberToObject(row, "threads", b.threads);
    result = run_parts(&b, o.only);
    progress_hide(&b.progress);
    if (!bench_json_close(&json))
        return CLI_ERROR;
    return result == CLI_OK ? cli_finish_output() : result;
}
