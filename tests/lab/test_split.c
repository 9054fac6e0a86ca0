// SPDX-License-Identifier: Apache-2.0
// The objective on two devices against one: halves of the processors, or with "openvino" OpenVINO's CPU device, which
// is skipped where OpenVINO is not there.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvino_api.h"
#include "random_network.h"
#include "split.h"
#include "test.h"

enum { LAYERS = 6 }; // conv1_1 to conv3_2: three sizes

static struct objective_params params_of(bool average_pool)
{
    struct objective_params params = {.content = 2, .style = 5, .variation = 0.5f, .average_pool = average_pool};
    params.content_weight[1] = 0.25f;
    params.content_weight[5] = 1;
    params.style_weight[0] = 0.5f;
    params.style_weight[4] = 1;
    return params;
}

// Areas of one colour: there, all four values of a pooling are equal.
static void flatten(struct lab_picture *picture)
{
    for (uint32_t y = 0; y < picture->height / 2; y++)
        for (uint32_t x = 0; x < picture->width; x++)
            memcpy(&picture->rgb[3 * ((size_t)y * picture->width + x)], picture->rgb, 3 * sizeof(float));
    picture->rgb[100] = 1.25f; // beyond what is seen
    picture->rgb[101] = -0.25f;
}

static void compare(const struct vgg_weights *weights, const char *content_device, uint32_t width, uint32_t height,
                    bool average_pool)
{
    struct lab_picture content = random_picture(width, height), style = random_picture(47, 40),
                       x = random_picture(width, height);
    const struct objective_params params = params_of(average_pool);
    const size_t values = (size_t)width * height * 3;
    float *grads[2] = {malloc(values * sizeof(float)), malloc(values * sizeof(float))};
    struct split_devices devices = {.is_split = true};
    struct objective_terms terms[2];
    struct objective *one = NULL;
    struct split_objective *two = NULL;
    double difference = 0, size = 0, times[2];

    flatten(&x);
    CHECK(split_device_parse(content_device, &devices.content));
    devices.style = split_device_beside(&devices.content);
    CHECK(split_devices_differ(&devices.content, &devices.style));
    CHECK_INT(objective_create(weights, &params, &content, &style, &one), ARTEM_OK);
    CHECK_INT(split_create(weights, &params, &content, &style, &devices, 2, &two), ARTEM_OK);
    if (one == NULL || two == NULL)
        return;
    for (int turn = 0; turn < 2; turn++) { // the second with another picture, on the same memory
        CHECK_INT(objective_evaluate(one, x.rgb, grads[0], &terms[0]), ARTEM_OK);
        CHECK_INT(split_evaluate(two, x.rgb, grads[1], &terms[1]), ARTEM_OK);
        CHECK(terms[0].content > 0.01 && fabs(terms[0].content - terms[1].content) < 1e-5 * terms[0].content);
        CHECK(fabs(terms[0].style - terms[1].style) < 1e-5 * terms[0].style);
        CHECK(fabs(terms[0].total - terms[1].total) < 1e-5 * terms[0].total);
        CHECK(terms[0].variation == terms[1].variation);
        for (size_t i = 0; i < values; i++) {
            difference = fmax(difference, fabs((double)grads[0][i] - (double)grads[1][i]));
            size = fmax(size, fabs((double)grads[0][i]));
        }
        if (!(difference < 1e-4 * size))
            TEST_FAIL("gradients differ by %g of %g", difference, size);
        CHECK(turn > 0 || (grads[1][100] == 0 && grads[1][101] == 0));
        free(x.rgb);
        x = random_picture(width, height);
    }
    CHECK_INT(split_evaluate(two, content.rgb, NULL, &terms[1]), ARTEM_OK);
    CHECK(terms[1].content < 1e-6);
    split_times(two, &times[0], &times[1]);
    CHECK(times[0] > 0 && times[1] > 0);
    split_destroy(&two);
    objective_destroy(&one);
    free(grads[0]);
    free(grads[1]);
    free(content.rgb);
    free(style.rgb);
    free(x.rgb);
}

static void test_names(void)
{
    struct split_device device;
    static const char *const bad[] = {"",
                                      "cpu",
                                      "cpu:2",
                                      "cpu:00",
                                      "openvino",
                                      "openvino:",
                                      "openvino:a b",
                                      "cuda:",
                                      "cuda:64",
                                      "cuda:0,cuda:1",
                                      "openvino:a-name-that-is-much-too-long-for-a-device"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!split_device_parse(bad[i], &device));
    CHECK(split_device_parse("openvino:gpu.1", &device) && device.kind == SPLIT_OPENVINO &&
          strcmp(device.name, "GPU.1") == 0);
    CHECK(split_device_parse("cpu:1", &device) && device.kind == SPLIT_CPU && device.index == 1);
    CHECK(split_device_beside(&device).index == 0);
    CHECK(!split_devices_differ(&device, &device));
    CHECK(split_device_parse("cuda:07", &device) && device.kind == SPLIT_CUDA && device.index == 7);
    CHECK_STR(device.name, "cuda:7");
    CHECK(split_device_beside(&device).kind == SPLIT_CPU && split_device_beside(&device).index == 0);
}

int main(int argc, char **argv)
{
    const bool openvino = argc > 1 && strcmp(argv[1], "openvino") == 0;
    struct vgg_weights weights = {0};

#ifdef __SANITIZE_ADDRESS__
    if (openvino) {
        puts("skipped: OpenVINO's library of threads opens another in a way that AddressSanitizer forbids");
        return TEST_SKIPPED;
    }
#endif
    if (openvino && openvino_open() == NULL) {
        puts("skipped: there is no OpenVINO here; scripts/setup fetches it");
        return TEST_SKIPPED;
    }
    random_weights(LAYERS, &weights);
    if (!openvino) {
        test_names();
        compare(&weights, "cpu:0", 41, 38, false);
        compare(&weights, "cpu:1", 40, 39, true);
    } else {
        compare(&weights, "openvino:CPU", 41, 38, false); // odd sizes at two levels
        compare(&weights, "openvino:cpu", 39, 51, true);
        compare(&weights, "openvino:CPU", 40, 48, false);
    }
    vgg_weights_free(&weights);
    return test_result();
}
