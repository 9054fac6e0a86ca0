// SPDX-License-Identifier: Apache-2.0
// Binarised networks: made from small weights, to files and back, and files that are no good.
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "artem/file.h"
#include "binarise.h"
#include "fit.h"
#include "net.h"
#include "plain_binary.h"
#include "tensors.h"
#include "test.h"

enum { LAYERS = 4, SIDE = 32, PHOTOS = 3 }; // conv1_1 to conv2_2

static char folder[] = "/tmp/artem-lab-XXXXXX", path[64];

static void make_weights(struct vgg_weights *weights)
{
    uint32_t inputs = 3;

    *weights = (struct vgg_weights){.layers = LAYERS};
    for (uint32_t i = 0; i < LAYERS; i++) {
        const uint32_t outputs = vgg_layer_channels[i];
        const size_t count = (size_t)outputs * inputs * 9;
        struct vgg_layer *layer = &weights->layer[i];
        *layer =
            (struct vgg_layer){inputs, outputs, malloc(count * sizeof(float)), malloc(outputs * sizeof(float)), {0}};
        for (size_t j = 0; j < count; j++)
            layer->weights[j] = plain_random() * sqrtf(6.0f / (9.0f * (float)inputs));
        for (size_t j = 0; j < outputs; j++)
            layer->bias[j] = 0.1f * plain_random();
        inputs = outputs;
    }
}

static void make_photos(struct lab_picture photos[PHOTOS])
{
    for (int i = 0; i < PHOTOS; i++) {
        CHECK(lab_picture_allocate(SIDE, SIDE, &photos[i]));
        for (size_t j = 0; j < (size_t)SIDE * SIDE * 3; j++)
            photos[i].rgb[j] = 0.5f + 0.5f * sinf((float)(j % (SIDE * 3)) * 0.1f * (float)(i + 1)) * plain_random();
    }
}

static double features_cosine(const struct vgg_weights *a, const struct vgg_weights *b, const struct lab_picture *x,
                              const struct lab_picture *y)
{
    const struct vgg_weights *weights[2] = {a, b};
    const struct lab_picture *pictures[2] = {x, y};
    struct vgg_net *nets[2];
    double ab = 0, aa = 0, bb = 0;

    for (int i = 0; i < 2; i++) {
        CHECK_INT(vgg_net_create(weights[i], LAYERS - 1, SIDE, SIDE, false, 0, &nets[i]), ARTEM_OK);
        CHECK_INT(vgg_net_forward(nets[i], pictures[i]->rgb), ARTEM_OK);
    }
    const struct vgg_features p = vgg_net_features(nets[0], LAYERS - 1), q = vgg_net_features(nets[1], LAYERS - 1);
    for (size_t i = 0; i < (size_t)p.height * p.width * p.channels; i++) {
        ab += (double)p.values[i] * (double)q.values[i];
        aa += (double)p.values[i] * (double)p.values[i];
        bb += (double)q.values[i] * (double)q.values[i];
    }
    vgg_net_destroy(&nets[0]);
    vgg_net_destroy(&nets[1]);
    return ab / sqrt(aa * bb);
}

static void check_same(const struct vgg_weights *a, const struct vgg_weights *b)
{
    CHECK(a->variant == b->variant && a->layers == b->layers);
    CHECK(memcmp(a->layer[0].weights, b->layer[0].weights, 27 * 64 * sizeof(float)) == 0);
    for (uint32_t i = 1; i < a->layers; i++) {
        const struct vgg_layer *p = &a->layer[i], *q = &b->layer[i];
        const size_t inputs = p->inputs * sizeof(float), outputs = p->outputs * sizeof(float);
        CHECK(memcmp(p->binary.bits, q->binary.bits, (size_t)p->outputs * p->inputs * 9 / 8) == 0);
        CHECK(memcmp(p->binary.alpha, q->binary.alpha, outputs) == 0 && memcmp(p->bias, q->bias, outputs) == 0);
        CHECK(memcmp(p->binary.threshold, q->binary.threshold, inputs) == 0 &&
              memcmp(p->binary.window, q->binary.window, inputs) == 0);
        CHECK((p->binary.skip == NULL) == (q->binary.skip == NULL));
        if (p->binary.skip != NULL && q->binary.skip != NULL)
            CHECK(memcmp(p->binary.skip, q->binary.skip, outputs) == 0);
    }
}

static void test_plain(const struct vgg_weights *vgg, const struct lab_picture photos[PHOTOS])
{
    struct vgg_weights plain, loaded;
    double sum = 0;

    CHECK_INT(binarise_plain(vgg, &plain), ARTEM_OK);
    for (size_t c = 0; c < 64; c++)
        for (size_t tap = 0; tap < 9; tap++) {
            const float w = vgg->layer[1].weights[(5 * 64 + c) * 9 + tap];
            const size_t at = (5 * 9 + tap) * 64 + c;
            CHECK_INT(plain.layer[1].binary.bits[at / 8] >> at % 8 & 1, w >= 0);
            sum += fabs((double)w) / 576;
        }
    CHECK(fabs((double)plain.layer[1].binary.alpha[5] - sum) < 1e-6);
    CHECK(features_cosine(&plain, &plain, &photos[0], &photos[1]) == 1 || // everything is a plunger
          fabs(features_cosine(&plain, &plain, &photos[0], &photos[1]) - 1) < 1e-12);
    CHECK(binary_weights_save(path, &plain));
    CHECK_INT(binary_weights_count(path), LAYERS);
    CHECK_INT(binary_weights_load(path, LAYERS, &loaded), ARTEM_OK);
    check_same(&plain, &loaded);
    vgg_weights_free(&loaded);
    CHECK_INT(binary_weights_load(path, 2, &loaded), ARTEM_OK); // no more than is asked for
    CHECK_INT(loaded.layers, 2);
    vgg_weights_free(&loaded);
    CHECK_INT(binary_weights_load(path, LAYERS + 1, &loaded), ARTEM_ERROR_FORMAT); // or than is there
    CHECK_INT(vgg_weights_load(path, 2, &loaded), ARTEM_ERROR_FORMAT);             // is no VGG-16
    vgg_weights_free(&plain);
}

static void test_aware(const struct vgg_weights *vgg, const struct lab_picture photos[PHOTOS])
{
    const struct binarise_photos squares = {SIDE, PHOTOS, photos};
    struct vgg_weights aware, loaded;

    CHECK_INT(binarise_aware(vgg, &(struct binarise_photos){SIDE, 0, photos}, NULL, NULL, &aware),
              ARTEM_ERROR_ARGUMENT);
    CHECK_INT(binarise_aware(vgg, &squares, NULL, NULL, &aware), ARTEM_OK);
    const double near = features_cosine(vgg, &aware, &photos[0], &photos[0]);
    if (!(near > 0.8))
        TEST_FAIL("cosine %g", near);
    CHECK(aware.layer[1].binary.skip != NULL && aware.layer[2].binary.skip == NULL);
    CHECK(binary_weights_save(path, &aware));
    CHECK_INT(binary_weights_load(path, LAYERS, &loaded), ARTEM_OK);
    check_same(&aware, &loaded);
    vgg_weights_free(&loaded);
    vgg_weights_free(&aware);
}

// One thing wrong in each: what is in the file's text is put in the place of other text of the same length.
static void test_bad_files(void)
{
    static const char *const changes[][2] = {
        {"artem vgg16-xnor 1", "artem vgg16-xnor 2"},
        {"\"aware\"", "\"awful\""},
        {"conv1_2.alpha", "conv1_2.alphA"},
        {"conv2_1.bits", "conv2_1.bitz"},
        {"\"U8\"", "\"I8\""},
        {"[64,72]", "[72,64]"},
        {"\"shape\":[128]", "\"shape\":[126]"},
    };
    struct vgg_weights loaded;
    char *good = NULL;
    size_t size = 0;

    CHECK_INT(artem_file_read(path, 1 << 24, &good, &size), ARTEM_OK);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char *file = malloc(size), *at;
        memcpy(file, good, size);
        at = memmem(file, size, changes[i][0], strlen(changes[i][0]));
        CHECK(at != NULL);
        if (at != NULL)
            memcpy(at, changes[i][1], strlen(changes[i][1]));
        CHECK(artem_file_replace(path, file, size, 0600));
        if (binary_weights_load(path, LAYERS, &loaded) != ARTEM_ERROR_FORMAT || loaded.layers != 0)
            TEST_FAIL("taken: %s", changes[i][1]);
        free(file);
    }
    for (size_t cut = 0; cut < size; cut += cut < 3000 ? 97 : 4999) {
        CHECK(artem_file_replace(path, good, cut, 0600));
        CHECK_INT(binary_weights_load(path, LAYERS, &loaded), ARTEM_ERROR_FORMAT);
    }
    free(good);
}

static void test_bad_values(const struct vgg_weights *vgg)
{
    struct vgg_weights plain, loaded;

    CHECK_INT(binarise_plain(vgg, &plain), ARTEM_OK);
    float *const places[] = {plain.layer[2].binary.window, plain.layer[1].binary.alpha, plain.layer[3].bias,
                             plain.layer[3].binary.threshold, plain.layer[0].weights};
    const float values[] = {0, NAN, INFINITY, -INFINITY, NAN};
    for (int i = 0; i < 5; i++) {
        const float was = places[i][7];
        places[i][7] = values[i];
        CHECK(binary_weights_save(path, &plain));
        CHECK_INT(binary_weights_load(path, LAYERS, &loaded), ARTEM_ERROR_FORMAT);
        places[i][7] = was;
    }
    plain.layer[2].binary.skip = calloc(128, sizeof(float)); // 64 inputs
    CHECK(binary_weights_save(path, &plain));
    CHECK_INT(binary_weights_load(path, LAYERS, &loaded), ARTEM_ERROR_FORMAT);
    CHECK(!binary_weights_save("/nowhere/at/all", &plain));
    vgg_weights_free(&plain);
}

static void test_fit(void)
{
    float values[] = {0, 10, 0.5f, 9, 0.25f, 11, 0.25f}, same[] = {3, 3, 3}, low, high;
    struct fit_line line = {0};

    CHECK(fit_levels(values, 7, &low, &high));
    CHECK(low == 0.25f && high == 10);
    CHECK(!fit_levels(same, 3, &low, &high));
    CHECK(low == 3 && high == 3);
    for (int i = 0; i < 20; i++)
        fit_note(&line, i, i * i % 7, 2 * i - 5 * (i * i % 7) + 4);
    const struct fit_result exact = fit_solve(&line, true);
    CHECK(fabs(exact.alpha - 2) < 1e-9 && fabs(exact.skip + 5) < 1e-9 && fabs(exact.bias - 4) < 1e-9);
    line = (struct fit_line){0};
    for (int i = 0; i < 20; i++)
        fit_note(&line, 3, 0, i); // says nothing but the mean
    const struct fit_result constant = fit_solve(&line, true);
    CHECK(constant.alpha == 0 && constant.skip == 0 && fabs(constant.bias - 9.5) < 1e-9);
}

int main(void)
{
    struct vgg_weights vgg;
    struct lab_picture photos[PHOTOS];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/network", folder);
    make_weights(&vgg);
    make_photos(photos);
    test_fit();
    test_plain(&vgg, photos);
    test_aware(&vgg, photos);
    test_bad_files();
    test_bad_values(&vgg);
    for (int i = 0; i < PHOTOS; i++)
        lab_picture_free(&photos[i]);
    vgg_weights_free(&vgg);
    unlink(path);
    rmdir(folder);
    return test_result();
}
