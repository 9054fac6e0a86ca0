// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binarise.h"
#include "dnn.h"
#include "lab.h"
#include "photos.h"
#include "progress.h"

static const char help[] =
    "usage: artem lab binarize VGG -o OUT.safetensors [options]\n\n"
    "Binarises VGG-16 without training it: weights of one bit, activations of one bit.\n\n"
    "  -o OUT          the binarised network\n"
    "  --variant NAME  plain: signs, scaled by their filter's mean, as in XNOR-Net\n"
    "                  aware: thresholds, scales and biases fitted to the float network's output on photos (plain)\n"
    "  --photos DIR    for aware: PNG and JPEG pictures\n"
    "  --count N       at most that many of them (32)\n"
    "  --size N        pixels of a side they are scaled to (160)\n"
    "  --last LAYER    the deepest layer (conv5_1)\n"
    "  --threads N     0 is one per processor (0)";

struct job {
    const char *vgg, *out, *photos;
    bool is_aware;
    uint32_t count, size, layers, threads;
};

static int parse_option(void *user, const char *command, int option, const char *name, const char *text)
{
    struct job *job = user;

    switch (option) {
    case 'v':
        job->is_aware = strcmp(text, "aware") == 0;
        return job->is_aware || strcmp(text, "plain") == 0
                   ? CLI_OK
                   : cli_usage_error(command, "--variant: '%s' is neither plain nor aware", text);
    case 'o':
        job->out = text;
        return CLI_OK;
    case 'p':
        job->photos = text;
        return CLI_OK;
    case 'c':
        return lab_parse_uint(command, name, text, 1, 256, &job->count);
    case 's':
        return lab_parse_uint(command, name, text, BINARISE_SIDE_MIN, 512, &job->size);
    case 'l':
        job->layers = vgg_layer_by_name(text) + 1;
        return job->layers > 1 && job->layers <= VGG_LAYERS
                   ? CLI_OK
                   : cli_usage_error(command, "--last: '%s' is none of conv1_2 to conv5_3", text);
    default: // 'j'
        return lab_parse_uint(command, name, text, 0, 256, &job->threads);
    }
}

static int parse(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"variant", required_argument, NULL, 'v'}, {"photos", required_argument, NULL, 'p'},
        {"count", required_argument, NULL, 'c'},   {"size", required_argument, NULL, 's'},
        {"last", required_argument, NULL, 'l'},    {"threads", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int result;

    *job = (struct job){.count = 32, .size = 160, .layers = vgg_layer_by_name("conv5_1") + 1};
    result = lab_parse_options(argc, argv, "o:", options, help, parse_option, job);
    if (result != CLI_OK)
        return result;
    if (argc - optind != 1)
        return cli_usage_error(argv[0], "expected one file, VGG-16's weights");
    if (job->out == NULL)
        return cli_usage_error(argv[0], "-o is missing");
    if (job->is_aware != (job->photos != NULL))
        return cli_usage_error(argv[0], "--photos goes with --variant aware");
    job->vgg = argv[optind];
    return cli_check_output(job->out, job->vgg);
}

static void on_progress(void *user, uint32_t done, uint32_t all)
{
    progress_show(user, (double)done / all, "%s", vgg_layer_names[done]);
}

static int binarise(const struct job *job, const struct vgg_weights *vgg)
{
    struct progress progress = {0};
    struct vgg_weights network;
    struct photos photos = {0};
    enum artem_result result;

    if (!job->is_aware) {
        result = binarise_plain(vgg, &network);
    } else {
        if (!photos_load_folder(job->photos, job->count, job->size, &photos))
            return CLI_ERROR;
        const struct binarise_photos squares = {job->size, photos.count, photos.picture};
        result = binarise_aware(vgg, &squares, on_progress, &progress, &network);
        progress_hide(&progress);
        photos_free(&photos);
    }
    if (result != ARTEM_OK)
        return cli_error("it could not be binarised: %s", artem_result_string(result));
    const bool good = binary_weights_save(job->out, &network);
    if (good)
        printf("%s  %s, %u layers\n", job->out, vgg_variant_names[network.variant], network.layers);
    vgg_weights_free(&network);
    return good ? cli_finish_output() : CLI_ERROR;
}

int lab_binarize(int argc, char **argv)
{
    struct vgg_weights vgg;
    struct job job;
    int status = parse(argc, argv, &job);

    if (status != CLI_OK)
        return status;
    dnn_set_threads(job.threads);
    if (vgg_weights_load(job.vgg, job.layers, &vgg) != ARTEM_OK)
        return CLI_ERROR;
    status = binarise(&job, &vgg);
    vgg_weights_free(&vgg);
    return status;
}
