// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dnn.h"
#include "inspect.h"
#include "inspect_grid.h"
#include "lab.h"
#include "photos.h"
#include "progress.h"

static const char help[] =
    "usage: artem lab inspect PHOTO... -o DIR [options]\n\n"
    "Holds the features of binarised networks against those of VGG-16 on photos.\n\n"
    "  -o DIR          a grid for each photo: columns are the layers, rows VGG-16 and the networks, tiles the channel\n"
    "                  in which VGG-16's features are largest (outside the margin); layers.csv: similarity to VGG-16 "
    "and collapse of each\n"
    "                  layer; maxima.csv: where each photo's features are largest\n"
    "  --network FILE  a binarised network (artem lab binarize); may be given four times\n"
    "  --weights FILE  VGG-16 (where models/fetch-vgg leaves it)\n"
    "  --size N        pixels of a side that photos are cut and scaled to (160)\n"
    "  --threads N     0 is one per processor (0)\n\n"
    "Collapse is how alike different photos are to a network, the mean cosine between their features after each\n"
    "channel's mean was taken away: 1 means that it sees the same in all of them. It takes two photos.";

enum { NETWORKS = 4, PHOTOS = 32 };

struct job {
    const char *weights, *out, *network[NETWORKS], *const *photo;
    uint32_t networks, photos, size, threads;
};

struct inspection {
    const struct job *job;
    uint32_t layers, networks;                // with VGG-16, which is the first
    struct vgg_weights weights[NETWORKS + 1]; //
    struct photos photos;
    struct lab_picture grid[PHOTOS];
    FILE *measures, *maxima;
};

static int parse_option(void *user, const char *command, int option, const char *name, const char *text)
{
    struct job *job = user;

    switch (option) {
    case 'o':
        job->out = text;
        return CLI_OK;
    case 'w':
        job->weights = text;
        return CLI_OK;
    case 's':
        return lab_parse_uint(command, name, text, 32, 512, &job->size);
    case 'j':
        return lab_parse_uint(command, name, text, 0, 256, &job->threads);
    default: // 'n'
        if (job->networks == NETWORKS)
            return cli_usage_error(command, "--network: given more than four times");
        job->network[job->networks++] = text;
        return CLI_OK;
    }
}

static int parse(int argc, char **argv, struct job *job)
{
    static const struct option options[] = {
        {"network", required_argument, NULL, 'n'}, {"weights", required_argument, NULL, 'w'},
        {"size", required_argument, NULL, 's'},    {"threads", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int result;

    *job = (struct job){.size = 160};
    result = lab_parse_options(argc, argv, "o:", options, help, parse_option, job);
    if (result != CLI_OK)
        return result;
    job->photo = (const char *const *)argv + optind;
    job->photos = (uint32_t)(argc - optind);
    if (job->photos == 0 || job->photos > PHOTOS)
        return cli_usage_error(argv[0], "expected photos, at most %d", PHOTOS);
    return job->out != NULL ? CLI_OK : cli_usage_error(argv[0], "-o is missing");
}

// "aware", or for one of two of the same variant its file.
static const char *name_of(const struct inspection *in, uint32_t network)
{
    const enum vgg_variant variant = in->weights[network].variant;

    for (uint32_t i = 1; i < in->networks; i++)
        if (network > 0 && i != network && in->weights[i].variant == variant)
            return in->job->network[network - 1];
    return vgg_variant_names[variant];
}

// A path may have commas and quotes.
static void put_name(FILE *file, const char *name)
{
    if (strpbrk(name, ",\"\r\n") == NULL) {
        fputs(name, file);
        return;
    }
    fputc('"', file);
    for (; *name != '\0'; name++) {
        if (*name == '"')
            fputc('"', file); // twice
        fputc(*name, file);
    }
    fputc('"', file);
}

// One layer of VGG-16, as it is and centred.
struct reference {
    struct inspect_features raw, centred;
    uint32_t channel[PHOTOS]; // in which each photo's features are largest
};

static void write_maxima(struct inspection *in, uint32_t layer, uint32_t network,
                         const struct inspect_features *features, struct reference *reference)
{
    for (uint32_t p = 0; p < in->photos.count; p++) {
        const struct inspect_maximum max = inspect_maximum(features, p);
        if (network == 0)
            reference->channel[p] = max.channel;
        fprintf(in->maxima, "%s,", vgg_layer_names[layer]);
        put_name(in->maxima, name_of(in, network));
        fputc(',', in->maxima);
        put_name(in->maxima, in->photos.path[p]);
        fprintf(in->maxima, ",%u,%u,%u,%.6g\n", max.channel, max.row, max.column, (double)max.value);
        grid_put_channel(&in->grid[p], layer + 1, network, features, p, reference->channel[p]);
    }
}

// `features` are centred afterwards.
static enum artem_result measure(struct inspection *in, uint32_t layer, uint32_t network,
                                 struct inspect_features *features, struct reference *reference)
{
    write_maxima(in, layer, network, features, reference);
    const double similarity = inspect_similarity(features, &reference->raw), collapse = inspect_collapse(features);
    const enum artem_result result = inspect_centre(features);
    fprintf(in->measures, "%s,", vgg_layer_names[layer]);
    put_name(in->measures, name_of(in, network));
    fprintf(in->measures, ",%.6f,%.6f,", similarity, inspect_similarity(features, &reference->centred));
    if (features->photos > 1)
        fprintf(in->measures, "%.6f,%.6f\n", collapse, inspect_collapse(features));
    else
        fprintf(in->measures, ",\n"); // there is no pair to compare
    return result;
}

// VGG-16's own features are computed once, whatever is done with them.
static enum artem_result compute(const struct inspection *in, uint32_t layer, uint32_t network,
                                 const struct reference *reference, struct inspect_features *out)
{
    if (network == 0)
        return inspect_copy(&reference->raw, out);
    return inspect_compute(&in->weights[network], layer, in->job->size, in->photos.picture, in->photos.count, out);
}

static enum artem_result look_at_layer(struct inspection *in, uint32_t layer, struct progress *progress)
{
    struct reference reference = {0};
    struct inspect_features features = {0};

    progress_show(progress, (double)layer / in->layers, "%s", vgg_layer_names[layer]);
    enum artem_result result =
        inspect_compute(&in->weights[0], layer, in->job->size, in->photos.picture, in->photos.count, &reference.raw);
    if (result == ARTEM_OK)
        result = inspect_copy(&reference.raw, &reference.centred);
    if (result == ARTEM_OK)
        result = inspect_centre(&reference.centred);
    for (uint32_t network = 0; network < in->networks && result == ARTEM_OK; network++) {
        result = compute(in, layer, network, &reference, &features);
        if (result == ARTEM_OK)
            result = measure(in, layer, network, &features, &reference);
        inspect_free(&features);
    }
    inspect_free(&reference.raw);
    inspect_free(&reference.centred);
    return result;
}

// Of a path, what stands after its last slash; without what follows its last dot it has this length.
static const char *base_of(const char *path, int *out_length)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path, *dot = strrchr(name, '.');

    *out_length = dot != NULL ? (int)(dot - name) : (int)strlen(name);
    return name;
}

// DIR/NAME.png of a photo; false after a message.
static bool grid_path(const struct job *job, const char *photo, char out[PATH_MAX])
{
    int length;
    const char *name = base_of(photo, &length);

    return snprintf(out, PATH_MAX, "%s/%.*s.png", job->out, length, name) < PATH_MAX ||
           !cli_error("%s: the path is too long", job->out);
}

// CLI_ERROR where two photos would have one grid, or a grid would take the place of a photo.
static int check_names(const struct job *job)
{
    char out[PATH_MAX];

    for (uint32_t i = 0; i < job->photos; i++) {
        if (!grid_path(job, job->photo[i], out))
            return CLI_ERROR;
        for (uint32_t k = 0; k < job->photos; k++)
            if (cli_check_output(out, job->photo[k]) != CLI_OK)
                return CLI_ERROR;
    }
    for (uint32_t i = 0; i < job->photos; i++)
        for (uint32_t k = 0; k < i; k++) {
            int a, b;
            const char *first = base_of(job->photo[k], &a), *second = base_of(job->photo[i], &b);
            if (a == b && strncmp(first, second, (size_t)a) == 0)
                return cli_error("%s and %s have one name: they cannot both have a grid in %s", job->photo[k],
                                 job->photo[i], job->out);
        }
    return CLI_OK;
}

static bool save_grid(const struct inspection *in, uint32_t i)
{
    char out[PATH_MAX];

    return grid_path(in->job, in->photos.path[i], out) && lab_picture_save(out, &in->grid[i]);
}

static FILE *open_table(const struct job *job, const char *name, const char *head)
{
    char path[PATH_MAX];
    FILE *file = NULL;

    if (snprintf(path, sizeof path, "%s/%s", job->out, name) < (int)sizeof path)
        file = fopen(path, "w");
    if (file == NULL)
        cli_error("%s/%s: %m", job->out, name);
    else
        fprintf(file, "%s\n", head);
    return file;
}

static bool close_table(FILE *file, const char *name)
{
    const bool good = ferror(file) == 0;

    return (fclose(file) == 0 && good) || !cli_error("%s: cannot be written", name);
}

static int inspect(struct inspection *in)
{
    struct progress progress = {0};
    enum artem_result result = ARTEM_OK;

    if (mkdir(in->job->out, 0755) != 0 && errno != EEXIST)
        return cli_error("%s: %m", in->job->out);
    in->measures =
        open_table(in->job, "layers.csv", "layer,network,similarity,similarity_centred,collapse,collapse_centred");
    if (in->measures == NULL)
        return CLI_ERROR;
    in->maxima = open_table(in->job, "maxima.csv", "layer,network,photo,channel,row,column,value");
    bool good = in->maxima != NULL;
    for (uint32_t i = 0; i < in->photos.count && good; i++) {
        good = grid_create(in->layers + 1, in->networks, &in->grid[i]) || !cli_error("out of memory");
        for (uint32_t row = 0; row < in->networks && good; row++)
            grid_put_photo(&in->grid[i], 0, row, &in->photos.picture[i]);
    }
    for (uint32_t layer = 0; layer < in->layers && good && result == ARTEM_OK; layer++)
        result = look_at_layer(in, layer, &progress);
    progress_hide(&progress);
    if (result != ARTEM_OK)
        good = !cli_error("the features could not be computed: %s", artem_result_string(result));
    for (uint32_t i = 0; i < in->photos.count && good; i++)
        good = save_grid(in, i);
    good = close_table(in->measures, "layers.csv") && good;
    if (in->maxima != NULL)
        good = close_table(in->maxima, "maxima.csv") && good;
    return good ? CLI_OK : CLI_ERROR;
}

// VGG-16 and the networks, as deep as the shallowest.
static bool load(struct inspection *in)
{
    const struct job *job = in->job;

    in->layers = VGG_LAYERS;
    for (uint32_t i = 0; i < job->networks; i++) {
        const uint32_t count = binary_weights_count(job->network[i]);
        if (count == 0)
            return false;
        in->layers = count < in->layers ? count : in->layers;
    }
    if (!lab_load_vgg(job->weights, in->layers, &in->weights[0]))
        return false;
    in->networks = 1;
    for (uint32_t i = 0; i < job->networks; i++, in->networks++)
        if (binary_weights_load(job->network[i], in->layers, &in->weights[i + 1]) != ARTEM_OK)
            return false;
    return photos_load(job->photo, job->photos, job->size, &in->photos);
}

int lab_inspect(int argc, char **argv)
{
    struct job job;
    struct inspection in = {.job = &job};
    int status = parse(argc, argv, &job);

    if (status == CLI_OK)
        status = check_names(&job);
    if (status != CLI_OK)
        return status;
    dnn_set_threads(job.threads);
    status = load(&in) ? inspect(&in) : CLI_ERROR;
    for (uint32_t i = 0; i <= NETWORKS; i++)
        vgg_weights_free(&in.weights[i]);
    for (uint32_t i = 0; i < PHOTOS; i++)
        lab_picture_free(&in.grid[i]);
    photos_free(&in.photos);
    return status;
}
