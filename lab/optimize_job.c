// SPDX-License-Identifier: Apache-2.0
#include "optimize_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "layers.h"
#include "optimize_help.h"
#include "team.h"

enum { SIZE_MIN = 32 };

static void set_defaults(struct optimize_job *job)
{
    struct optimize_options *o = &job->options;

    *o = (struct optimize_options){.rate = 0.02f, .iterations = 300, .size = 512, .scales = 1, .seed = 1};
    job->scale_down = 1;
    o->objective.content = 1;
    o->objective.style = 10;
    o->objective.variation = 0.2f;
    layers_parse("conv4_2", o->objective.content_weight);
    layers_parse("conv1_1,conv2_1,conv3_1,conv4_1,conv5_1", o->objective.style_weight);
}

static int parse_layers(const char *command, const char *option, const char *text, float weights[VGG_LAYERS])
{
    if (layers_parse(text, weights))
        return CLI_OK;
    return cli_usage_error(
        command,
        "--%s: '%s' is not a list of layers, conv1_1 to conv5_3, each with :WEIGHT from 1e-9 to 1e9 or without", option,
        text);
}

// One of two words.
static int parse_word(const char *command, const char *option, const char *text, const char *const words[2],
                      unsigned *out)
{
    for (unsigned i = 0; i < 2; i++)
        if (strcmp(text, words[i]) == 0)
            return *out = i, CLI_OK;
    return cli_usage_error(command, "--%s: '%s' is neither %s nor %s", option, text, words[0], words[1]);
}

static int parse_bits(const char *command, const char *text, int *out)
{
    static const char *const words[] = {"1", "2", "4", "8", "32"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return *out = atoi(text), CLI_OK;
    return cli_usage_error(command, "--gradient-bits: '%s' is none of 1, 2, 4, 8 and 32", text);
}

static int parse_device(const char *command, const char *option, const char *text, struct split_device *out)
{
    if (split_device_parse(text, out))
        return CLI_OK;
    return cli_usage_error(command, "--%s: '%s' is none of cpu:0, cpu:1, cuda:N and openvino:NAME", option, text);
}

static int check_devices(struct optimize_job *job, const char *command)
{
    struct split_devices *devices = &job->options.devices;

    if (job->team_devices != NULL && job->network != NULL && strstr(job->team_devices, "cuda") != NULL)
        return cli_usage_error(command, "--network: cuda:N computes VGG-16 in floats only");
    if (job->content_device == NULL && job->style_device == NULL)
        return CLI_OK;
    if (job->team_devices != NULL)
        return cli_usage_error(command, "--devices goes neither with --content-device nor with --style-device");
    devices->is_split = true;
    if (job->style_device == NULL)
        devices->style = split_device_beside(&devices->content);
    if (job->content_device == NULL)
        devices->content = split_device_beside(&devices->style);
    if (devices->style.kind == SPLIT_OPENVINO)
        return cli_usage_error(command, "--style-device: style is not computed by OpenVINO, only content is");
    if (!split_devices_differ(&devices->content, &devices->style))
        return cli_usage_error(command, "--content-device and --style-device are the same");
    if (job->network != NULL && (devices->content.kind != SPLIT_CPU || devices->style.kind != SPLIT_CPU))
        return cli_usage_error(command, "--network: %s computes VGG-16 in floats only",
                               devices->content.kind == SPLIT_OPENVINO ? "OpenVINO" : "cuda:N");
    if (devices->content.kind == SPLIT_OPENVINO && job->options.objective.tile > 0)
        return cli_usage_error(command, "--tile: OpenVINO works in one piece");
    return CLI_OK;
}

static int check_network(struct optimize_job *job, const char *command)
{
    int *bits = &job->options.objective.gradient_bits;

    if (job->network != NULL && job->weights != NULL)
        return cli_usage_error(command, "--weights and --network: it is one or the other; --judge names VGG-16");
    if (job->network == NULL &&
        (*bits != 0 || job->judge != NULL || job->options.judges_all || job->options.correct > 0))
        return cli_usage_error(command, "--gradient-bits, --judge, --judge-curve and --correct go with --network");
    if (job->options.correct > 0 && (job->options.method != OPTIMIZE_ADAM || job->options.devices.is_split))
        return cli_usage_error(command, "--correct goes with --method adam, on one device or on --devices");
    if (job->network != NULL && *bits == 0)
        *bits = 2;
    return CLI_OK;
}

static int parse_option(void *user, const char *command, int option, const char *name, const char *text)
{
    static const char *const methods[] = {"lbfgs", "adam"}, *const starts[] = {"content", "noise"},
                             *const pools[] = {"max", "average"};
    struct optimize_job *job = user;
    struct optimize_options *o = &job->options;
    unsigned word = 0;
    char why[128];
    int result = CLI_OK;

    switch (option) {
    case 'i':
        return lab_parse_uint(command, name, text, 1, 1000000, &o->iterations);
    case 's':
        return lab_parse_uint(command, name, text, SIZE_MIN, 4096, &o->size);
    case 'S':
        return lab_parse_uint(command, name, text, SIZE_MIN, 4096, &o->style_size);
    case 'n':
        return lab_parse_uint(command, name, text, 1, 16, &job->scale_down);
    case 'k':
        return lab_parse_uint(command, name, text, 1, 6, &o->scales);
    case 'd':
        return lab_parse_uint(command, name, text, 0, UINT32_MAX, &o->seed);
    case 't':
        return lab_parse_uint(command, name, text, 0, 4096, &o->objective.tile);
    case 'e':
        return lab_parse_uint(command, name, text, 1, 1000000, &job->every);
    case 'j':
        return lab_parse_uint(command, name, text, 0, 256, &o->threads);
    case 'r':
        return lab_parse_float(command, name, text, 1e-6, 1, &o->rate);
    case 'C':
        return lab_parse_float(command, name, text, 0, 1e9, &o->objective.content);
    case 'Y':
        return lab_parse_float(command, name, text, 0, 1e9, &o->objective.style);
    case 'V':
        return lab_parse_float(command, name, text, 0, 1e9, &o->objective.variation);
    case 'c':
        return parse_layers(command, name, text, o->objective.content_weight);
    case 'y':
        return parse_layers(command, name, text, o->objective.style_weight);
    case 'm':
        result = parse_word(command, name, text, methods, &word);
        o->method = word == 0 ? OPTIMIZE_LBFGS : OPTIMIZE_ADAM;
        return result;
    case 'b':
        result = parse_word(command, name, text, starts, &word);
        o->start = word == 0 ? OPTIMIZE_FROM_CONTENT : OPTIMIZE_FROM_NOISE;
        return result;
    case 'p':
        result = parse_word(command, name, text, pools, &word);
        o->objective.average_pool = word == 1;
        return result;
    case 'D':
        job->content_device = text;
        return parse_device(command, name, text, &o->devices.content);
    case 'E':
        job->style_device = text;
        return parse_device(command, name, text, &o->devices.style);
    case 'W':
        job->team_devices = text;
        if (lab_team_check(text, why, sizeof why))
            return CLI_OK;
        return cli_usage_error(command, "--devices: %s", why);
    case 'u':
        if (job->curve_count == OPTIMIZE_CURVES)
            return cli_usage_error(command, "--curve: given more than twice");
        job->curves[job->curve_count++] = text;
        return curve_is_named(text) ? CLI_OK : CLI_USAGE;
    case 'g':
        return parse_bits(command, text, &o->objective.gradient_bits);
    case 'o':
        job->out = text;
        return CLI_OK;
    case 'f':
        job->is_fresh = true;
        return CLI_OK;
    case 'a':
        o->judges_all = true;
        return CLI_OK;
    case 'K':
        return lab_parse_uint(command, name, text, 0, 1000000, &o->correct);
    case 'N':
        job->network = text;
        return CLI_OK;
    case 'J':
        job->judge = text;
        return CLI_OK;
    default: // 'w'
        job->weights = text;
        return CLI_OK;
    }
}

// Those that both commands have.
#define COMMON_OPTIONS                                                                                                 \
    {"size", required_argument, NULL, 's'}, {"style-size", required_argument, NULL, 'S'},                              \
        {"content-weight", required_argument, NULL, 'C'}, {"style-weight", required_argument, NULL, 'Y'},              \
        {"variation", required_argument, NULL, 'V'}, {"content-layers", required_argument, NULL, 'c'},                 \
        {"style-layers", required_argument, NULL, 'y'}, {"pool", required_argument, NULL, 'p'},                        \
        {"tile", required_argument, NULL, 't'}, {"weights", required_argument, NULL, 'w'},                             \
        {"threads", required_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'},                                   \
    {                                                                                                                  \
        NULL, 0, NULL, 0                                                                                               \
    }

// Sizes are those to work at afterwards.
static int parse_options(int argc, char **argv, const char *letters, const struct option *options, const char *help,
                         struct optimize_job *job)
{
    int result;

    memset(job, 0, sizeof *job);
    set_defaults(job);
    result = lab_parse_options(argc, argv, letters, options, help, parse_option, job);
    if (job->options.style_size == 0)
        job->options.style_size = job->options.size;
    job->size = job->options.size;
    job->style_size = job->options.style_size;
    job->options.size /= job->scale_down;
    job->options.style_size /= job->scale_down;
    return result;
}

int optimize_job_parse(int argc, char **argv, struct optimize_job *job)
{
    static const struct option options[] = {
        {"iterations", required_argument, NULL, 'i'},
        {"scale-down", required_argument, NULL, 'n'},
        {"scales", required_argument, NULL, 'k'},
        {"start", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 'd'},
        {"method", required_argument, NULL, 'm'},
        {"rate", required_argument, NULL, 'r'},
        {"curve", required_argument, NULL, 'u'},
        {"every", required_argument, NULL, 'e'},
        {"network", required_argument, NULL, 'N'},
        {"gradient-bits", required_argument, NULL, 'g'},
        {"judge", required_argument, NULL, 'J'},
        {"judge-curve", no_argument, NULL, 'a'},
        {"correct", required_argument, NULL, 'K'},
        {"content-device", required_argument, NULL, 'D'},
        {"style-device", required_argument, NULL, 'E'},
        {"devices", required_argument, NULL, 'W'},
        {"fresh", no_argument, NULL, 'f'},
        COMMON_OPTIONS,
    };
    int result = parse_options(argc, argv, "o:", options, optimize_help, job);

    if (result != CLI_OK)
        return result;
    if (argc - optind != 2)
        return cli_usage_error(argv[0], "expected two pictures, CONTENT and STYLE");
    if (job->out == NULL)
        return cli_usage_error(argv[0], "-o is missing");
    job->content = argv[optind];
    job->style = argv[optind + 1];
    if (job->options.iterations < job->options.scales)
        return cli_usage_error(argv[0], "--iterations: fewer than scales");
    if (job->options.size < SIZE_MIN || job->options.style_size < SIZE_MIN)
        return cli_usage_error(argv[0], "--scale-down: %u leaves fewer than %d pixels", job->scale_down, SIZE_MIN);
    result = check_devices(job, argv[0]); // says whether there are two
    return result == CLI_OK ? check_network(job, argv[0]) : result;
}

int optimize_job_parse_measure(int argc, char **argv, struct optimize_job *job)
{
    static const struct option options[] = {COMMON_OPTIONS};
    const int result = parse_options(argc, argv, "", options, optimize_measure_help, job);

    if (result != CLI_OK)
        return result;
    if (argc - optind != 3)
        return cli_usage_error(argv[0], "expected three pictures, PICTURE, CONTENT and STYLE");
    job->picture = argv[optind];
    job->content = argv[optind + 1];
    job->style = argv[optind + 2];
    return CLI_OK;
}
