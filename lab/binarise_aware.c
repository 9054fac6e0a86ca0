// SPDX-License-Identifier: Apache-2.0
// Layer after layer on photos: what arrives in the float network and in the binarised one is kept side by side.
#include <stdlib.h>
#include <string.h>

#include "binarise.h"
#include "binary_conv.h"
#include "dnn.h"
#include "fit.h"

enum { SAMPLES = 4096 }; // of a channel

enum { FLOAT, BINARY, KINDS };

struct fitting {
    const struct binarise_photos *photos;
    uint32_t side, channels;   // of what arrives
    float **features[KINDS];   // of each photo
    float *scratch, *scratch2; // as large as the largest of them
    float *samples;
};

static uint64_t values_of(const struct fitting *f)
{
    return (uint64_t)f->side * f->side * f->channels;
}

static void free_fitting(struct fitting *f)
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (uint32_t i = 0; f->features[kind] != NULL && i < f->photos->count; i++)
            free(f->features[kind][i]);
        free(f->features[kind]);
    }
    free(f->scratch);
    free(f->scratch2);
    free(f->samples);
}

static enum artem_result allocate(struct fitting *f)
{
    const uint64_t bytes = (uint64_t)f->side * f->side * vgg_layer_channels[0] * sizeof(float);

    f->samples = malloc(SAMPLES * sizeof *f->samples);
    f->scratch = malloc(bytes);
    f->scratch2 = malloc(bytes);
    if (f->samples == NULL || f->scratch == NULL || f->scratch2 == NULL)
        return ARTEM_ERROR_MEMORY;
    for (int kind = 0; kind < KINDS; kind++) {
        f->features[kind] = calloc(f->photos->count, sizeof *f->features[kind]);
        for (uint32_t i = 0; f->features[kind] != NULL && i < f->photos->count; i++)
            if ((f->features[kind][i] = malloc(bytes)) == NULL)
                return ARTEM_ERROR_MEMORY;
        if (f->features[kind] == NULL)
            return ARTEM_ERROR_MEMORY;
    }
    return ARTEM_OK;
}

// conv1_1 is the same in both networks.
static enum artem_result first_layer(struct fitting *f, const struct vgg_layer *layer)
{
    struct dnn_conv *conv;
    enum artem_result result =
        dnn_conv_create(f->side, f->side, 3, layer->outputs, layer->weights, layer->bias, true, false, &conv);

    f->channels = layer->outputs;
    for (uint32_t i = 0; i < f->photos->count && result == ARTEM_OK; i++) {
        for (uint64_t j = 0; j < (uint64_t)f->side * f->side * 3; j++)
            f->scratch[j] = f->photos->photo[i].rgb[j] * 255.0f - vgg_mean[j % 3];
        result = dnn_conv_forward(conv, f->scratch, f->features[FLOAT][i]);
        memcpy(f->features[BINARY][i], f->features[FLOAT][i], values_of(f) * sizeof(float));
    }
    dnn_conv_destroy(&conv);
    return result;
}

static enum artem_result halve(struct fitting *f)
{
    struct dnn_pool *pool;
    enum artem_result result = dnn_pool_create(f->side, f->side, f->channels, false, &pool);
    const uint64_t bytes = (uint64_t)(f->side / 2) * (f->side / 2) * f->channels * sizeof(float);

    for (uint32_t i = 0; i < f->photos->count * KINDS && result == ARTEM_OK; i++) {
        float *features = f->features[i % KINDS][i / KINDS];
        result = dnn_pool_forward(pool, features, f->scratch);
        memcpy(features, f->scratch, bytes);
    }
    f->side /= 2;
    dnn_pool_destroy(&pool);
    return result;
}

static void fit_thresholds(struct fitting *f, struct vgg_layer *layer)
{
    const uint64_t cells = (uint64_t)f->side * f->side, all = cells * f->photos->count;
    const uint64_t step = all / SAMPLES > 1 ? all / SAMPLES | 1 : 1;

    for (uint32_t c = 0; c < f->channels; c++) {
        uint32_t count = 0;
        float low, high;
        for (uint64_t i = 0; i < all && count < SAMPLES; i += step)
            f->samples[count++] = f->features[BINARY][i / cells][i % cells * f->channels + c];
        const bool differs = fit_levels(f->samples, count, &low, &high);
        layer->binary.threshold[c] = differs ? 0.5f * (low + high) : high;
        layer->binary.window[c] = differs ? 0.5f * (high - low) : 1;
    }
}

// Sums and float outputs of every photo, to lines per filter; then what the lines say.
static enum artem_result fit_filters(struct fitting *f, struct dnn_conv *exact, struct binary_conv *sums,
                                     struct vgg_layer *layer)
{
    const uint32_t outputs = layer->outputs;
    const bool has_skip = layer->binary.skip != NULL;
    struct fit_line *lines = calloc(outputs, sizeof *lines);
    enum artem_result result = lines != NULL ? ARTEM_OK : ARTEM_ERROR_MEMORY;

    for (uint32_t i = 0; i < f->photos->count && result == ARTEM_OK; i++) {
        const float *arrived = f->features[BINARY][i];
        result = dnn_conv_forward(exact, f->features[FLOAT][i], f->scratch);
        binary_conv_sums(sums, arrived, f->scratch2);
        for (uint64_t j = 0; j < (uint64_t)f->side * f->side && result == ARTEM_OK; j++)
            for (uint32_t o = 0; o < outputs; o++)
                fit_note(&lines[o], (double)f->scratch2[j * outputs + o],
                         has_skip ? (double)arrived[j * outputs + o] : 0, (double)f->scratch[j * outputs + o]);
        for (uint64_t j = 0; j < (uint64_t)f->side * f->side * outputs; j++)
            f->features[FLOAT][i][j] = f->scratch[j] > 0 ? f->scratch[j] : 0;
    }
    for (uint32_t o = 0; o < outputs && result == ARTEM_OK; o++) {
        const struct fit_result fitted = fit_solve(&lines[o], has_skip);
        layer->binary.alpha[o] = (float)fitted.alpha;
        layer->bias[o] = (float)fitted.bias;
        if (has_skip)
            layer->binary.skip[o] = (float)fitted.skip;
    }
    free(lines);
    return result;
}

// What the binarised layer gives becomes what arrives at the next one.
static enum artem_result advance(struct fitting *f, const struct vgg_layer *layer)
{
    struct binary_conv *conv;
    enum artem_result result = binary_conv_create(f->side, f->side, layer, 0, &conv);

    f->channels = layer->outputs;
    for (uint32_t i = 0; i < f->photos->count && result == ARTEM_OK; i++) {
        result = binary_conv_forward(conv, f->features[BINARY][i], f->scratch);
        memcpy(f->features[BINARY][i], f->scratch, values_of(f) * sizeof(float));
    }
    binary_conv_destroy(&conv);
    return result;
}

static enum artem_result fit_layer(struct fitting *f, const struct vgg_layer *from, struct vgg_layer *layer)
{
    struct dnn_conv *exact = NULL;
    struct binary_conv *sums = NULL;

    if (!binarise_signs(from, layer))
        return ARTEM_ERROR_MEMORY;
    if (layer->inputs == layer->outputs) {
        layer->binary.skip = calloc(layer->outputs, sizeof(float));
        if (layer->binary.skip == NULL)
            return ARTEM_ERROR_MEMORY;
    }
    fit_thresholds(f, layer);
    enum artem_result result =
        dnn_conv_create(f->side, f->side, from->inputs, from->outputs, from->weights, from->bias, false, false, &exact);
    if (result == ARTEM_OK)
        result = binary_conv_create(f->side, f->side, layer, 0, &sums);
    if (result == ARTEM_OK)
        result = fit_filters(f, exact, sums, layer);
    dnn_conv_destroy(&exact);
    binary_conv_destroy(&sums);
    return result == ARTEM_OK ? advance(f, layer) : result;
}

enum artem_result binarise_aware(const struct vgg_weights *vgg, const struct binarise_photos *photos,
                                 void (*progress)(void *user, uint32_t done, uint32_t all), void *user,
                                 struct vgg_weights *out_network)
{
    struct fitting fitting = {.photos = photos, .side = photos->side};
    struct vgg_weights first = *vgg;
    enum artem_result result = ARTEM_ERROR_ARGUMENT;

    memset(out_network, 0, sizeof *out_network);
    if (photos->count == 0 || photos->side < BINARISE_SIDE_MIN)
        return result;
    first.layers = 1;
    result = binarise_plain(&first, out_network); // conv1_1, which stays as it is
    if (result == ARTEM_OK)
        result = allocate(&fitting);
    if (result == ARTEM_OK)
        result = first_layer(&fitting, &vgg->layer[0]);
    out_network->variant = VGG_AWARE;
    for (uint32_t i = 1; i < vgg->layers && result == ARTEM_OK; i++) {
        if (progress != NULL)
            progress(user, i, vgg->layers);
        if (vgg_layer_level[i] > vgg_layer_level[i - 1])
            result = halve(&fitting);
        out_network->layers = i + 1;
        if (result == ARTEM_OK)
            result = fit_layer(&fitting, &vgg->layer[i], &out_network->layer[i]);
    }
    free_fitting(&fitting);
    if (result != ARTEM_OK)
        vgg_weights_free(out_network);
    return result;
}
