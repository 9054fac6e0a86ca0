// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "artem/engine.h"
#include "artem/geometry.h"
#include "artem/model.h"
#include "artem_kernels/picture.h"
#include "cli.h"
#include "image.h"
#include "paint.h"

static const char help[] =
    "usage: artem stylize IN OUT --style NAME [options]\n\n"
    "Paints the picture IN (PNG or JPEG) in a style and writes OUT (.png, .jpg or .jpeg).\n\n"
    "  --style NAME        one of those that artem styles lists\n"
    "  --blend-style NAME  a second style to mix in\n"
    "  --blend X           its share: 0 is the first style, 1 the second (0.5)\n"
    "  --resolution N      style pixels along the longer side, 64 to 2048; more means finer strokes (512)\n"
    "  --strength X        0 is the original, 1 the painting (1)\n"
    "  --keep-color X      0 takes the colours of the painting, 1 those of the original (0)\n"
    "  --keep-text X       how much writing and other fine, strong detail keeps its own brightness (0)\n"
    "  --backend NAME      what the network runs on: auto, cpu or vulkan (auto)\n"
    "  --threads N         threads of the CPU backend, 0 means automatic (0)\n\n"
    "At most 2^24 pixels. Alpha is kept in PNG. The orientation in a JPEG's EXIF data and colour profiles are not "
    "applied.";

struct job {
    const char *in, *out;
    struct artem_settings settings;
    struct image picture; // the composite is written over it
    uint8_t *copy;        // of the picture, where the composite looks around each pixel; else NULL
    struct painting painting;
    double network_ms;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static int parse_options(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"style", required_argument, NULL, 's'},
        {"blend-style", required_argument, NULL, 'b'},
        {"blend", required_argument, NULL, 'w'},
        {"resolution", required_argument, NULL, 'r'},
        {"strength", required_argument, NULL, 'x'},
        {"keep-color", required_argument, NULL, 'k'},
        {"keep-text", required_argument, NULL, 'l'},
        {"backend", required_argument, NULL, 'e'},
        {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool has_style = false, has_blend = false;
    int option, result = CLI_OK;

    artem_settings_default(&job->settings);
    while (result == CLI_OK && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            has_style = true;
            result = cli_set(argv[0], &job->settings, "style", optarg);
            break;
        case 'b':
            result = cli_set(argv[0], &job->settings, "blend_style", optarg);
            break;
        case 'w':
            has_blend = true;
            result = cli_set(argv[0], &job->settings, "blend", optarg);
            break;
        case 'r':
            result = cli_set(argv[0], &job->settings, "resolution", optarg);
            break;
        case 'x':
            result = cli_set(argv[0], &job->settings, "strength", optarg);
            break;
        case 'k':
            result = cli_set(argv[0], &job->settings, "keep_color", optarg);
            break;
        case 'l':
            result = cli_set(argv[0], &job->settings, "keep_text", optarg);
            break;
        case 'e':
            result = cli_set(argv[0], &job->settings, "backend", optarg);
            break;
        case 't':
            result = cli_set(argv[0], &job->settings, "threads", optarg);
            break;
        case 'h':
            puts(help);
            exit(cli_finish_output());
        default:
            return CLI_USAGE; // getopt has said why
        }
    }
    if (result != CLI_OK)
        return result;
    if (argc - optind != 2)
        return cli_usage_error(argv[0], "expected two pictures, IN and OUT");
    if (has_blend && job->settings.blend_style[0] == '\0')
        return cli_usage_error(argv[0], "--blend needs --blend-style");
    if (!has_style)
        return cli_usage_error(argv[0], "--style is missing");
    job->in = argv[optind];
    job->out = argv[optind + 1];
    return CLI_OK;
}

// Picks the style resolution, within what the composite's integers hold (picture.h).
static int choose_size(struct job *job)
{
    const struct image *picture = &job->picture;
    uint32_t width, height;

    if (!artem_style_size(picture->width, picture->height, job->settings.resolution, &width, &height))
        return cli_error("%s: %u x %u is too small or too long and thin to be painted", job->in, picture->width,
                         picture->height);
    if (!geometry_can_scale(picture->width, picture->height, width, height))
        return cli_error("%s: %u pixels on one side are too many for --resolution %u", job->in,
                         picture->width > picture->height ? picture->width : picture->height, job->settings.resolution);
    job->painting = (struct painting){.width = picture->width,
                                      .height = picture->height,
                                      .style_width = width,
                                      .style_height = height,
                                      .original = picture->rgba,
                                      .stride = (size_t)picture->width * 4};
    return CLI_OK;
}

static int run_network(struct job *job, struct artem_network *network, struct artem_style *style)
{
    struct artem_engine *engine = NULL;
    struct artem_engine_params params = {
        .backend = job->settings.backend, .threads = job->settings.threads, .network = network};
    struct artem_engine_frame frame = {
        .views = 1,
        .view = {painting_view(&job->painting)},
        .resolution = job->settings.resolution,
        .exact = true,
    };

    enum artem_result result = artem_engine_create(&params, &engine);
    if (result == ARTEM_OK)
        result = artem_engine_set_style(engine, style);
    double start = now_ms();
    if (result == ARTEM_OK)
        result = paint_frame(engine, &frame);
    job->network_ms = now_ms() - start;
    artem_engine_destroy(&engine);
    return result == ARTEM_OK ? CLI_OK : cli_error("the network cannot be run: %s", artem_result_string(result));
}

static int paint(struct job *job, struct artem_network *network, struct artem_style *style)
{
    const size_t size = job->painting.stride * job->picture.height;

    job->painting.text = job->settings.keep_text;
    if (job->painting.text > 0)
        job->painting.original = job->copy = malloc(size);
    if (!job->painting.original || !painting_reserve(&job->painting))
        return cli_error("out of memory");
    if (job->copy)
        memcpy(job->copy, job->picture.rgba, size);
    painting_scale(&job->painting);
    int result = run_network(job, network, style);
    if (result == CLI_OK)
        painting_composite(&job->painting, job->settings.strength, job->settings.keep_color, job->picture.rgba,
                           job->painting.stride);
    return result;
}

static int report(const struct job *job, const struct artem_style *style, double total_ms)
{
    struct rusage usage;

    printf("style    %s%s%s\n", job->settings.style, style->title[0] ? ": " : "", style->title);
    if (style->blend_weight > 0)
        printf("blend    %u/%d of %s\n", style->blend_weight, ARTEM_BLEND_ONE, style->blend_name);
    printf("picture  %u x %u, painted at %u x %u\n", job->picture.width, job->picture.height, job->painting.style_width,
           job->painting.style_height);
    printf("time     network %.1f ms, in all %.1f ms\n", job->network_ms, total_ms);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        printf("memory   %.1f MiB at most\n", (double)usage.ru_maxrss / 1024);
    return cli_finish_output();
}

int cmd_stylize(int argc, char **argv)
{
    struct job job = {0};
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;
    double start = now_ms();

    int result = parse_options(argc, argv, &job);
    if (result != CLI_OK)
        return result;
    // What fails, fails before the work; the library and image.h say why.
    if (!image_can_save(job.out) ||
        artem_library_load_blend(job.settings.style, job.settings.blend_style, job.settings.blend, &style) !=
            ARTEM_OK ||
        artem_library_load_network(&network) != ARTEM_OK || !image_load(job.in, &job.picture))
        result = CLI_ERROR;
    if (result == CLI_OK)
        result = choose_size(&job);
    if (result == CLI_OK)
        result = paint(&job, network, style);
    if (result == CLI_OK && !image_save(job.out, &job.picture))
        result = CLI_ERROR;
    if (result == CLI_OK)
        result = report(&job, style, now_ms() - start);
    painting_free(&job.painting);
    free(job.copy);
    image_free(&job.picture);
    artem_style_unref(&style);
    artem_network_unref(&network);
    return result;
}
