// SPDX-License-Identifier: Apache-2.0
// Lists of layers, pictures of other sizes, states, files of weights.
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "artem/file.h"
#include "layers.h"
#include "picture.h"
#include "state.h"
#include "test.h"
#include "upsample.h"
#include "weights.h"

static char folder[] = "/tmp/artem-lab-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void test_layers(void)
{
    static const char *const bad[] = {"",
                                      "conv1",
                                      "conv1_1,",
                                      ",conv1_1",
                                      "conv1_1:",
                                      "conv1_1:0",
                                      "conv1_1:-1",
                                      "conv1_1,conv1_1",
                                      "conv1_1:inf",
                                      "conv1_1:1e-50", // 0 as a float
                                      "conv1_1:0.9e-9",
                                      "conv1_1:1.1e9",
                                      "conv1_1:1e39", // none as a float
                                      "conv1_1 conv2_1",
                                      "conv6_1",
                                      "conv1_1:2x",
                                      "conv1_1_______________1"};
    float weights[VGG_LAYERS] = {9};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (layers_parse(bad[i], weights))
            TEST_FAIL("'%s' was taken", bad[i]);
    CHECK(weights[0] == 9); // as it was
    CHECK(layers_parse("conv4_2:0.5,conv1_1", weights));
    CHECK(weights[0] == 1 && weights[8] == 0.5f && weights[1] == 0);
    CHECK(layers_parse("conv1_1:1e-9,conv1_2:1e9", weights));
    CHECK(weights[0] == 1e-9f && weights[1] == 1e9f);
}

static void test_scale(void)
{
    float values[4 * 2 * 3];
    struct lab_picture picture = {4, 2, values}, out;
    uint32_t width, height;

    for (int i = 0; i < 8; i++)
        for (int c = 0; c < 3; c++)
            values[3 * i + c] = (float)(i % 4) / 4 + (float)c;
    CHECK(lab_picture_scale(&picture, 2, 1, &out)); // means of 2 x 2
    CHECK(out.rgb[0] == 0.125f && out.rgb[3] == 0.625f && out.rgb[5] == 2.625f);
    lab_picture_free(&out);
    CHECK(lab_picture_scale(&picture, 3, 2, &out)); // 4/3 pixels each
    CHECK(out.rgb[0] > 0.0624f && out.rgb[0] < 0.0626f && out.rgb[3] == 0.375f);
    lab_picture_free(&out);
    CHECK(lab_picture_scale(&picture, 8, 4, &out)); // between pixels, the outermost repeated
    CHECK(out.rgb[0] == 0 && out.rgb[3] == 0.0625f && out.rgb[6] == 0.1875f && out.rgb[21] == 0.75f);
    lab_picture_free(&out);
    CHECK(lab_picture_scale(&picture, 4, 2, &out));
    CHECK(memcmp(out.rgb, values, sizeof values) == 0);
    lab_picture_free(&out);
    lab_picture_fit(&picture, 100, &width, &height);
    CHECK(width == 100 && height == 50);
    lab_picture_fit(&(struct lab_picture){10, 4000, NULL}, 100, &width, &height);
    CHECK(width == 1 && height == 100); // never none
}

static void fill_state(struct lab_state *state)
{
    *state = (struct lab_state){.inputs = 77, .scale = 1, .iteration = 5, .seconds = 2.5};
    CHECK(lab_picture_allocate(7, 5, &state->picture));
    for (int i = 0; i < 2; i++)
        state->moments[i] = calloc(105, sizeof(float));
    for (int i = 0; i < 105; i++) {
        state->picture.rgb[i] = (float)i / 105;
        state->moments[0][i] = (float)-i;
        state->moments[1][i] = (float)i * 2;
    }
    for (uint32_t i = 0; i < 300; i++)
        CHECK(curve_add(&state->curve, &(struct curve_point){1, i, i * 0.5, {.total = i, .style = i + 0.25}, NAN}));
}

static void test_state(void)
{
    struct lab_state state, loaded;
    char *data = NULL, path[128];
    size_t size = 0;

    fill_state(&state);
    snprintf(path, sizeof path, "%s", path_of("state"));
    CHECK(!lab_state_load(path, 77, &loaded)); // there is none yet
    CHECK(lab_state_save(path, &state));
    CHECK(lab_state_load(path, 77, &loaded));
    CHECK(loaded.scale == 1 && loaded.iteration == 5 && loaded.curve.count == 300 &&
          loaded.curve.points[299].terms.style == 299.25);
    CHECK(memcmp(loaded.picture.rgb, state.picture.rgb, 105 * sizeof(float)) == 0);
    CHECK(memcmp(loaded.moments[1], state.moments[1], 105 * sizeof(float)) == 0);
    lab_state_free(&loaded);
    CHECK(!lab_state_load(path, 78, &loaded)); // of other inputs
    CHECK(loaded.picture.rgb == NULL);
    CHECK_INT(artem_file_read(path, 1 << 20, &data, &size), ARTEM_OK);
    for (size_t cut = 0; cut < size; cut += 61) { // every length that a full disk may leave
        CHECK(artem_file_replace(path, data, cut, 0600));
        CHECK(!lab_state_load(path, 77, &loaded));
    }
    for (size_t at = 0; at < size; at += 37) {
        data[at] ^= 16;
        CHECK(artem_file_replace(path, data, size, 0600));
        CHECK(!lab_state_load(path, 77, &loaded));
        data[at] ^= 16;
    }
    free(data);
    unlink(path);
    lab_state_free(&state);
}

static void write_weights(const char *header, size_t bytes)
{
    static char file[1 << 16];
    const size_t length = strlen(header);

    memset(file, 0, sizeof file);
    for (int i = 0; i < 8; i++)
        file[i] = (char)(length >> 8 * i);
    memcpy(file + 8, header, length);
    CHECK(artem_file_replace(path_of("weights"), file, 8 + length + bytes, 0600));
}

static void test_weights(void)
{
    static const char good[] =
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[128,3584]},"
        "\"conv1_1.bias\":{\"dtype\":\"F16\",\"shape\":[64],\"data_offsets\":[0,128]}}";
    static const char *const bad[] = {
        "",
        "[]",
        "{",
        "{}",
        // each with one thing wrong
        "{\"conv1_1.weight\":{\"dtype\":\"F64\",\"shape\":[64,3,3,3],\"data_offsets\":[128,3584]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3],\"data_offsets\":[128,3584]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,4],\"data_offsets\":[128,3584]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[128,3586]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[3584,128]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[4000,7456]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[-1,3455]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[1e300,2]}}",
        "{\"conv1_1.weight\":{\"dtype\":\"F16\",\"shape\":[64,3,3,3],\"data_offsets\":[0.5,3456.5]}}",
    };
    struct vgg_weights weights;

    write_weights(good, 3584);
    CHECK_INT(vgg_weights_load(path_of("weights"), 1, &weights), ARTEM_OK);
    CHECK(weights.layers == 1 && weights.layer[0].outputs == 64 && weights.layer[0].bias[63] == 0);
    vgg_weights_free(&weights);
    CHECK_INT(vgg_weights_load(path_of("weights"), 2, &weights), ARTEM_ERROR_FORMAT); // conv1_2 is missing
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_weights(bad[i], 3584);
        if (vgg_weights_load(path_of("weights"), 1, &weights) != ARTEM_ERROR_FORMAT)
            TEST_FAIL("taken: %s", bad[i]);
        CHECK_INT(weights.layers, 0);
    }
    write_weights(good, 3583);
    CHECK_INT(vgg_weights_load(path_of("weights"), 1, &weights), ARTEM_ERROR_FORMAT);
    CHECK(artem_file_replace(path_of("weights"), "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, 0600));
    CHECK_INT(vgg_weights_load(path_of("weights"), 1, &weights), ARTEM_ERROR_FORMAT);
    CHECK_INT(vgg_weights_load(path_of("nothing"), 1, &weights), ARTEM_ERROR_IO);
    unlink(path_of("weights"));
}

// A photo of two sides with a sharp edge, painted in two other colours.
static void test_upsample(void)
{
    struct lab_picture photo, small, out, plain;
    double edge = 0, plain_edge = 0;

    CHECK(lab_picture_allocate(64, 48, &photo));
    for (size_t i = 0; i < (size_t)64 * 48; i++)
        for (size_t c = 0; c < 3; c++)
            photo.rgb[3 * i + c] = i % 64 < 34 ? 0.2f : 0.8f; // not where two pixels of the small picture meet
    CHECK(lab_picture_scale(&photo, 16, 12, &small));
    for (size_t i = 0; i < (size_t)16 * 12 * 3; i++)
        small.rgb[i] = (small.rgb[i] - 0.2f) / 0.6f * 0.5f + 0.25f;
    CHECK_INT(lab_upsample(&small, &photo, &out), ARTEM_OK);
    CHECK_INT(out.width, 64);
    CHECK_INT(out.height, 48);
    CHECK(lab_picture_scale(&small, 64, 48, &plain));
    for (size_t i = 0; i < (size_t)64 * 48 * 3; i++) {
        const double wanted = i / 3 % 64 < 34 ? 0.25 : 0.75;
        edge += fabs((double)out.rgb[i] - wanted);
        plain_edge += fabs((double)plain.rgb[i] - wanted);
    }
    if (!(edge < 0.5 * plain_edge))
        TEST_FAIL("the edge is off by %g, %g where nothing guides it", edge, plain_edge);
    lab_picture_free(&out);
    CHECK_INT(lab_upsample(&photo, &small, &out), ARTEM_ERROR_ARGUMENT); // larger than the photo
    CHECK(out.rgb == NULL);
    lab_picture_free(&photo);
    lab_picture_free(&small);
    lab_picture_free(&plain);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    test_layers();
    test_scale();
    test_upsample();
    test_state();
    test_weights();
    rmdir(folder);
    return test_result();
}
