// SPDX-License-Identifier: Apache-2.0
// The objective on a CUDA device against the processor: on mocks of the driver, cuDNN and cuBLAS that check what they
// are given (tests/mock_cuda); on true ones where those are what is found. Alone, beside the processor, with content or
// style on it, and with each of its calls failing.
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

#include "../mock_cuda/mock_cuda.h"
#include "random_network.h"
#include "split.h"
#include "team.h"
#include "test.h"

enum { LAYERS = 6 }; // conv1_1 to conv3_2: three sizes

static struct vgg_weights weights;
static struct mock_cuda *mock;

static void check_empty(void)
{
    CHECK_INT(atomic_load(&mock->objects), 0);
    CHECK_INT(atomic_load(&mock->errors), 0);
    CHECK_INT(atomic_load(&mock->abandoned), 0);
}

static struct objective_params params_of(uint32_t last, bool average_pool)
{
    struct objective_params params = {.content = 2, .style = 5, .variation = 0.5f, .average_pool = average_pool};

    params.content_weight[1] = 0.25f;
    params.content_weight[last] = 1;
    params.style_weight[0] = 0.5f;
    params.style_weight[last - 1] = 1;
    return params;
}

// Areas of one colour: there, all four values of a pooling are equal.
static struct lab_picture picture_with_areas(uint32_t width, uint32_t height)
{
    const struct lab_picture picture = random_picture(width, height);

    for (uint32_t y = 0; y < height / 2; y++)
        for (uint32_t x = 0; x < width; x++)
            memcpy(&picture.rgb[3 * ((size_t)y * width + x)], picture.rgb, 3 * sizeof(float));
    return picture;
}

struct outcome {
    struct objective_terms terms;
    float *grad;
};

static void compare(const char *what, const struct outcome *one, const struct outcome *two, size_t values)
{
    double difference = 0, size = 0;

    CHECK(one->terms.content > 0.01);
    if (!(fabs(one->terms.total - two->terms.total) < 1e-5 * one->terms.total) ||
        !(fabs(one->terms.content - two->terms.content) < 1e-5 * one->terms.content) ||
        !(fabs(one->terms.style - two->terms.style) < 1e-5 * one->terms.style))
        TEST_FAIL("%s: losses %.9g %.9g %.9g, on the processor %.9g %.9g %.9g", what, two->terms.total,
                  two->terms.content, two->terms.style, one->terms.total, one->terms.content, one->terms.style);
    for (size_t i = 0; i < values; i++) {
        difference = fmax(difference, fabs((double)one->grad[i] - (double)two->grad[i]));
        size = fmax(size, fabs((double)one->grad[i]));
    }
    if (!(difference < 1e-4 * size))
        TEST_FAIL("%s: gradients differ by %g of %g", what, difference, size);
}

// devices: a list for a team, or "content/style".
static void test_devices(const char *devices, uint32_t width, uint32_t height, bool average_pool, uint32_t tile)
{
    const size_t values = (size_t)width * height * 3;
    struct lab_picture content = random_picture(width, height), style = random_picture(47, 40);
    struct objective_params params = params_of(LAYERS - 1, average_pool);
    struct outcome one = {.grad = malloc(values * sizeof(float))}, two = {.grad = malloc(values * sizeof(float))};
    struct objective *expected = NULL, *objective = NULL;
    struct split_objective *split = NULL;
    struct split_devices sides = {.is_split = true};
    struct lab_team team = {0};

    CHECK_INT(objective_create(&weights, &params, &content, &style, &expected), ARTEM_OK);
    params.tile = tile;
    if (strchr(devices, '/') != NULL) {
        char first[16];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(devices, "/"), devices);
        CHECK(split_device_parse(first, &sides.content) && split_device_parse(strchr(devices, '/') + 1, &sides.style));
        CHECK(split_devices_differ(&sides.content, &sides.style));
        CHECK_INT(split_create(&weights, &params, &content, &style, &sides, 2, &split), ARTEM_OK);
    } else {
        CHECK_INT(lab_team_create(devices, 2, &team), ARTEM_OK);
        params.team = &team;
        CHECK_INT(objective_create(&weights, &params, &content, &style, &objective), ARTEM_OK);
    }
    for (int turn = 0; turn < 2 && (objective != NULL || split != NULL); turn++) {
        struct lab_picture x = turn == 0 ? picture_with_areas(width, height) : random_picture(width, height);
        CHECK_INT(objective_evaluate(expected, x.rgb, one.grad, &one.terms), ARTEM_OK);
        CHECK_INT(split != NULL ? split_evaluate(split, x.rgb, two.grad, &two.terms)
                                : objective_evaluate(objective, x.rgb, two.grad, &two.terms),
                  ARTEM_OK);
        compare(devices, &one, &two, values);
        free(x.rgb);
    }
    for (uint32_t i = 0; i < team.count; i++)
        CHECK(!team.member[i].failed);
    split_destroy(&split);
    objective_destroy(&objective);
    objective_destroy(&expected);
    lab_team_destroy(&team);
    check_empty();
    free(one.grad);
    free(two.grad);
    free(content.rgb);
    free(style.rgb);
}

// Weights are brought to the device once, whatever sizes come.
static void test_weights_once(void)
{
    struct lab_picture content = random_picture(20, 20), style = random_picture(20, 20);
    struct objective_params params = params_of(3, false);
    struct lab_team team;
    int copies[2];

    CHECK_INT(lab_team_create("cuda:0", 1, &team), ARTEM_OK);
    params.team = &team;
    for (int i = 0; i < 2; i++) {
        struct objective *objective = NULL;
        atomic_store(&mock->copies, 0);
        CHECK_INT(objective_create(&weights, &params, &content, &style, &objective), ARTEM_OK);
        copies[i] = atomic_load(&mock->copies);
        objective_destroy(&objective);
    }
    CHECK_INT(copies[0] - copies[1], 2 * 4); // weights and biases of four layers
    lab_team_destroy(&team);
    check_empty();
    free(content.rgb);
    free(style.rgb);
}

// A whole use in which call `at` fails. False when there are not so many calls.
static bool fail_once(const char *devices, int at, bool is_lost)
{
    static struct lab_picture content, style, x;
    struct objective_params params = params_of(2, at % 2);
    struct objective *objective = NULL;
    struct objective_terms terms;
    struct lab_team team;
    const bool has_processor = strstr(devices, "cpu") != NULL;

    if (content.rgb == NULL) {
        content = random_picture(19, 17);
        style = random_picture(17, 18);
        x = random_picture(19, 17);
    }
    float *grad = malloc((size_t)19 * 17 * 3 * sizeof *grad);
    mock->fail_at = is_lost ? 0 : at;
    mock->lose_at = is_lost ? at : 0;
    atomic_store(&mock->calls, 0);
    enum artem_result result = lab_team_create(devices, 1, &team);
    const bool opened = result == ARTEM_OK;
    params.team = &team;
    if (opened)
        result = objective_create(&weights, &params, &content, &style, &objective);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, x.rgb, NULL, &terms);
    if (result == ARTEM_OK)
        result = objective_evaluate(objective, x.rgb, grad, &terms);
    const bool any = atomic_load(&mock->calls) >= at;
    if (!any || (opened && has_processor))
        CHECK_INT(result, ARTEM_OK);
    else if (result == ARTEM_OK && !is_lost) // only waiting before something is freed
        CHECK(atomic_load(&mock->calls) > at);
    mock->lose_at = 0; // or nothing could be given back
    objective_destroy(&objective);
    lab_team_destroy(&team);
    mock->fail_at = 0;
    check_empty();
    free(grad);
    return any;
}

static void test_each_call(void)
{
    int calls = 1, quiet = 0;

    mock->skip_sums = true;
    while (fail_once("cuda:0", calls, false))
        calls++;
    CHECK(calls > 300); // or nothing was tested
    for (int at = 1; at < calls; at += 23)
        quiet += fail_once("cuda:0", at, true);
    CHECK(quiet > 10);
    for (int at = 1; at < calls; at += 11)
        fail_once("cpu:0,cuda:0", at, at % 2);
    mock->skip_sums = false;
}

// What is missing is said, and nothing is left of the attempt.
static void test_missing(void)
{
    struct lab_team team;

    CHECK_INT(lab_team_create("cpu:0,cuda:1", 1, &team), ARTEM_ERROR_UNSUPPORTED);
    strcpy(mock->missing, "cuMemcpyDtoHAsync");
    CHECK_INT(lab_team_create("cuda:0", 1, &team), ARTEM_ERROR_UNSUPPORTED);
    mock->missing[0] = '\0';
    setenv("MOCK_CUDNN_VERSION", "8907", 1);
    CHECK_INT(lab_team_create("cuda:0", 1, &team), ARTEM_ERROR_UNSUPPORTED);
    unsetenv("MOCK_CUDNN_VERSION");
    mock->memory = 6 << 20; // the staging's, and little more
    struct lab_picture picture = random_picture(40, 40);
    struct objective_params params = params_of(3, false);
    struct objective *objective = NULL;
    CHECK_INT(lab_team_create("cuda:0", 1, &team), ARTEM_OK);
    params.team = &team;
    CHECK_INT(objective_create(&weights, &params, &picture, &picture, &objective), ARTEM_ERROR_MEMORY);
    lab_team_destroy(&team);
    mock->memory = UINT64_C(1) << 32;
    check_empty();
    free(picture.rgb);
}

int main(void)
{
    static struct mock_cuda nothing;
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    struct lab_team team;

    mock = library != NULL ? dlsym(library, "mock_cuda") : NULL;
    const bool real = mock == NULL;
    if (real) {
        mock = &nothing;
        if (library == NULL || lab_team_create("cuda:0", 1, &team) != ARTEM_OK) {
            puts("skipped: there is no CUDA device, or cuDNN or cuBLAS are missing");
            return TEST_SKIPPED;
        }
        lab_team_destroy(&team);
    }
    random_weights(LAYERS, &weights);
    test_devices("cuda:0", 41, 38, false, 0); // odd sizes at two levels
    test_devices("cuda:0", 39, 31, true, 0);
    test_devices("cpu:0,cuda:0", 83, 33, false, 32);
    test_devices("cuda:0,cpu:0", 33, 35, false, 0);
    test_devices("cuda:0/cpu:0", 23, 26, false, 0);
    test_devices("cpu:0/cuda:0", 26, 23, false, 0);
    if (!real) {
        test_weights_once();
        test_each_call();
        test_missing();
    }
    vgg_weights_free(&weights);
    return test_result();
}
