// SPDX-License-Identifier: Apache-2.0
#include "inspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static uint64_t count_of(const struct inspect_features *f)
{
    return (uint64_t)f->height * f->width * f->channels;
}

static enum artem_result keep(struct inspect_features *f, uint32_t photo, const float *values)
{
    f->photo[photo] = malloc(count_of(f) * sizeof(float));
    if (f->photo[photo] == NULL)
        return ARTEM_ERROR_MEMORY;
    memcpy(f->photo[photo], values, count_of(f) * sizeof(float));
    return ARTEM_OK;
}

enum artem_result inspect_compute(const struct vgg_weights *weights, uint32_t layer, uint32_t side,
                                  const struct lab_picture *photos, uint32_t count, struct inspect_features *out)
{
    struct vgg_net *net = NULL;
    enum artem_result result = vgg_net_create(weights, layer, side, side, false, 0, &net);

    *out = (struct inspect_features){.photos = count, .photo = calloc(count, sizeof *out->photo)};
    if (out->photo == NULL)
        result = ARTEM_ERROR_MEMORY;
    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++) {
        result = vgg_net_forward(net, photos[i].rgb);
        const struct vgg_features features = vgg_net_features(net, layer);
        out->height = features.height;
        out->width = features.width;
        out->channels = features.channels;
        if (result == ARTEM_OK)
            result = keep(out, i, features.values);
    }
    vgg_net_destroy(&net);
    return result;
}

enum artem_result inspect_copy(const struct inspect_features *features, struct inspect_features *out_copy)
{
    *out_copy = *features;
    out_copy->photo = calloc(features->photos, sizeof *out_copy->photo);
    enum artem_result result = out_copy->photo == NULL ? ARTEM_ERROR_MEMORY : ARTEM_OK;
    for (uint32_t i = 0; i < features->photos && result == ARTEM_OK; i++)
        result = keep(out_copy, i, features->photo[i]);
    return result;
}

void inspect_free(struct inspect_features *features)
{
    for (uint32_t i = 0; features->photo != NULL && i < features->photos; i++)
        free(features->photo[i]);
    free(features->photo);
    memset(features, 0, sizeof *features);
}

enum artem_result inspect_centre(struct inspect_features *f)
{
    double *mean = calloc(f->channels, sizeof *mean);

    if (mean == NULL)
        return ARTEM_ERROR_MEMORY;
    for (uint32_t p = 0; p < f->photos; p++)
        for (uint64_t i = 0; i < count_of(f); i++)
            mean[i % f->channels] += (double)f->photo[p][i];
    for (uint32_t c = 0; c < f->channels; c++)
        mean[c] /= (double)f->photos * f->height * f->width;
    for (uint32_t p = 0; p < f->photos; p++)
        for (uint64_t i = 0; i < count_of(f); i++)
            f->photo[p][i] -= (float)mean[i % f->channels];
    free(mean);
    return ARTEM_OK;
}

static double product(const float *a, const float *b, uint64_t count)
{
    double sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

// `without`: where one has no length.
static double cosine(const float *a, const float *b, uint64_t count, double without)
{
    const double aa = product(a, a, count), bb = product(b, b, count);

    if (aa > 0 && bb > 0)
        return product(a, b, count) / sqrt(aa * bb);
    return aa > 0 || bb > 0 ? without : 1;
}

double inspect_similarity(const struct inspect_features *a, const struct inspect_features *b)
{
    double sum = 0;

    for (uint32_t p = 0; p < a->photos; p++)
        sum += cosine(a->photo[p], b->photo[p], count_of(a), 0);
    return sum / a->photos;
}

double inspect_collapse(const struct inspect_features *f)
{
    double sum = 0;

    for (uint32_t p = 0; p < f->photos; p++)
        for (uint32_t q = 0; q < p; q++)
            sum += cosine(f->photo[p], f->photo[q], count_of(f), 1);
    return sum / (0.5 * f->photos * (f->photos - 1.0));
}

struct inspect_maximum inspect_maximum(const struct inspect_features *f, uint32_t photo)
{
    const uint32_t top = f->height / 8 + (f->height > 2), left = f->width / 8 + (f->width > 2);
    struct inspect_maximum max = {-INFINITY, 0, 0, 0};

    for (uint32_t y = top; y < f->height - top; y++)
        for (uint32_t x = left; x < f->width - left; x++)
            for (uint32_t c = 0; c < f->channels; c++) {
                const float value = f->photo[photo][((uint64_t)y * f->width + x) * f->channels + c];
                if (value > max.value)
                    max = (struct inspect_maximum){value, c, y, x};
            }
    return max;
}
