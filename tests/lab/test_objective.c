// SPDX-License-Identifier: Apache-2.0
// The objective on a network of random weights: its value against a plain computation, its gradient against
// differences, tiles against one piece.
#include <math.h>
#include <stdlib.h>

#include "net.h"
#include "objective.h"
#include "random_network.h"
#include "test.h"
#include "tiles.h"

enum { LAYERS = 6 }; // conv1_1 to conv3_2: three sizes

static struct objective_params params_of(uint32_t tile)
{
    struct objective_params params = {.content = 1, .style = 5, .variation = 0.5f, .tile = tile};
    params.content_weight[3] = 1;
    params.style_weight[0] = 0.5f;
    params.style_weight[2] = 1;
    params.style_weight[5] = 2;
    return params;
}

static struct objective *create(const struct vgg_weights *weights, uint32_t tile, const struct lab_picture *content,
                                const struct lab_picture *style)
{
    const struct objective_params params = params_of(tile);
    struct objective *objective = NULL;
    CHECK_INT(objective_create(weights, &params, content, style, &objective), ARTEM_OK);
    return objective;
}

// A 3 x 3 convolution with ReLU as it is defined, after a pooling if `halve`.
static float *plain_layer(const struct vgg_weights *weights, uint32_t layer, const float *in, uint32_t *width,
                          uint32_t *height)
{
    const uint32_t inputs = weights->layer[layer].inputs, outputs = weights->layer[layer].outputs;
    float *pooled = NULL;

    if (layer > 0 && vgg_layer_level[layer] > vgg_layer_level[layer - 1]) {
        const uint32_t w = *width / 2, h = *height / 2;
        pooled = malloc((size_t)w * h * inputs * sizeof *pooled);
        for (uint32_t y = 0; y < h; y++)
            for (uint32_t x = 0; x < w; x++)
                for (uint32_t c = 0; c < inputs; c++) {
                    float largest = -INFINITY;
                    for (uint32_t i = 0; i < 4; i++)
                        largest = fmaxf(largest, in[((size_t)(2 * y + i / 2) * *width + 2 * x + i % 2) * inputs + c]);
                    pooled[((size_t)y * w + x) * inputs + c] = largest;
                }
        *width = w;
        *height = h;
        in = pooled;
    }
    float *out = malloc((size_t)*width * *height * outputs * sizeof *out);
    for (uint32_t y = 0; y < *height; y++)
        for (uint32_t x = 0; x < *width; x++)
            for (uint32_t o = 0; o < outputs; o++) {
                double sum = (double)weights->layer[layer].bias[o];
                for (int tap = 0; tap < 9; tap++) {
                    const int64_t sy = (int64_t)y + tap / 3 - 1, sx = (int64_t)x + tap % 3 - 1;
                    if (sy < 0 || sx < 0 || sy >= *height || sx >= *width)
                        continue;
                    for (uint32_t c = 0; c < inputs; c++)
                        sum += (double)in[((size_t)sy * *width + (size_t)sx) * inputs + c] *
                               (double)weights->layer[layer].weights[((size_t)o * inputs + c) * 9 + (size_t)tap];
                }
                out[((size_t)y * *width + x) * outputs + o] = sum > 0 ? (float)sum : 0;
            }
    free(pooled);
    return out;
}

static void test_network_is_as_defined(const struct vgg_weights *weights)
{
    const uint32_t width = 21, height = 14; // odd halvings
    struct lab_picture picture = random_picture(width, height);
    struct vgg_net *net = NULL;
    uint32_t w = width, h = height;
    float *in = malloc((size_t)width * height * 3 * sizeof *in);

    for (size_t i = 0; i < (size_t)width * height * 3; i++)
        in[i] = picture.rgb[i] * 255 - vgg_mean[i % 3];
    CHECK_INT(vgg_net_create(weights, LAYERS - 1, height, width, false, false, &net), ARTEM_OK);
    CHECK_INT(vgg_net_forward(net, picture.rgb), ARTEM_OK);
    for (uint32_t i = 0; i < LAYERS; i++) {
        const struct vgg_features features = vgg_net_features(net, i);
        float *out = plain_layer(weights, i, in, &w, &h);
        double largest = 0, error = 0;
        CHECK_INT(features.width, w);
        CHECK_INT(features.height, h);
        for (size_t j = 0; j < (size_t)w * h * features.channels; j++) {
            largest = fmax(largest, fabs((double)out[j]));
            error = fmax(error, fabs((double)out[j] - (double)features.values[j]));
        }
        CHECK(largest > 0.1 && error < 1e-4 * largest);
        free(in);
        in = out;
    }
    free(in);
    vgg_net_destroy(&net);
    free(picture.rgb);
}

static void test_gradient(const struct vgg_weights *weights)
{
    struct lab_picture content = random_picture(45, 38), style = random_picture(52, 40), x = random_picture(45, 38);
    struct objective *objective = create(weights, 0, &content, &style);
    const size_t values = (size_t)45 * 38 * 3;
    float *grad = malloc(values * sizeof *grad);
    struct objective_terms terms;

    CHECK_INT(objective_evaluate(objective, x.rgb, grad, &terms), ARTEM_OK);
    CHECK(fabs(terms.total - (terms.content + 5 * terms.style + 0.5 * terms.variation)) < 1e-9 * terms.total);
    // Along random directions: ReLUs bend the function between two points, single pixels show that most.
    for (int trial = 0; trial < 4; trial++) {
        float *direction = random_values(values, 1, 0), *moved = malloc(values * sizeof *moved);
        double slope = 0, value[2];
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < values; i++)
                moved[i] = x.rgb[i] + (side ? 1e-4f : -1e-4f) * direction[i];
            struct objective_terms near;
            CHECK_INT(objective_evaluate(objective, moved, NULL, &near), ARTEM_OK);
            value[side] = near.total;
        }
        for (size_t i = 0; i < values; i++)
            slope += (double)grad[i] * (double)direction[i];
        const double measured = (value[1] - value[0]) / 2e-4;
        CHECK(fabs(slope) > 1e-3);
        if (fabs(measured - slope) > 0.02 * fabs(slope) + 1e-3)
            TEST_FAIL("slope %g, by differences %g", slope, measured);
        free(direction);
        free(moved);
    }
    // Values that are cut off pull nowhere.
    x.rgb[7] = 1.5f;
    x.rgb[8] = -0.25f;
    CHECK_INT(objective_evaluate(objective, x.rgb, grad, &terms), ARTEM_OK);
    CHECK(grad[7] == 0 && grad[8] == 0);
    objective_destroy(&objective);
    free(grad);
    free(content.rgb);
    free(style.rgb);
    free(x.rgb);
}

static void test_zero_at_the_goal(const struct vgg_weights *weights)
{
    struct lab_picture picture = random_picture(40, 33);
    struct objective *objective = create(weights, 0, &picture, &picture);
    struct objective_terms terms;

    CHECK_INT(objective_evaluate(objective, picture.rgb, NULL, &terms), ARTEM_OK);
    CHECK(terms.content == 0 && terms.style < 1e-10 && terms.variation > 0.01);
    objective_destroy(&objective);
    free(picture.rgb);
}

// Of the same network the judge sees what the objective does: with all that it says, targets stay; with a half of it
// they come half way to meet the picture, and the loss is a quarter.
static void test_corrected_style(const struct vgg_weights *weights)
{
    const struct lab_picture content = random_picture(32, 24), style = random_picture(24, 24);
    const float shares[] = {1, 0.5f, 0};

    for (int i = 0; i < 3; i++) {
        struct objective *objective = create(weights, 0, &content, &style),
                         *judge = create(weights, 0, &content, &style);
        struct objective_terms before, after;
        CHECK_INT(objective_evaluate(objective, content.rgb, NULL, &before), ARTEM_OK);
        CHECK_INT(objective_correct_style(objective, judge, content.rgb, shares[i]), ARTEM_OK);
        CHECK_INT(objective_evaluate(objective, content.rgb, NULL, &after), ARTEM_OK);
        const double expected = before.style * (double)shares[i] * (double)shares[i];
        CHECK(before.style > 0 && fabs(after.style - expected) < 1e-4 * before.style);
        objective_destroy(&objective);
        objective_destroy(&judge);
    }
    free(content.rgb);
    free(style.rgb);
}

static void test_tiles(const struct vgg_weights *weights)
{
    const uint32_t width = 171, height = 139;
    struct lab_picture content = random_picture(width, height), style = random_picture(160, 90),
                       x = random_picture(width, height);
    struct objective *whole = create(weights, 0, &content, &style), *tiled = create(weights, 40, &content, &style);
    const size_t values = (size_t)width * height * 3;
    float *grads[2] = {malloc(values * sizeof(float)), malloc(values * sizeof(float))};
    struct objective_terms terms[2];
    double difference = 0, size = 0;

    CHECK_INT(objective_tiles(whole), 1);
    CHECK(objective_tiles(tiled) >= 9);
    CHECK(objective_memory(tiled) < objective_memory(whole));
    CHECK_INT(objective_evaluate(whole, x.rgb, grads[0], &terms[0]), ARTEM_OK);
    CHECK_INT(objective_evaluate(tiled, x.rgb, grads[1], &terms[1]), ARTEM_OK);
    CHECK(fabs(terms[0].total - terms[1].total) < 1e-5 * terms[0].total);
    for (size_t i = 0; i < values; i++) {
        difference = fmax(difference, fabs((double)grads[0][i] - (double)grads[1][i]));
        size = fmax(size, fabs((double)grads[0][i]));
    }
    CHECK(difference < 1e-4 * size);
    objective_destroy(&whole);
    objective_destroy(&tiled);
    free(grads[0]);
    free(grads[1]);
    free(content.rgb);
    free(style.rgb);
    free(x.rgb);
}

static void test_tile_axes(void)
{
    for (uint32_t size = 32; size < 700; size += 7)
        for (uint32_t inside = 0; inside < 130; inside += 32) {
            struct tile_axis axis;
            uint32_t expected = TILE_MARGIN;
            tile_axis_cut(size, inside, 48, &axis);
            for (uint32_t i = 0; i < axis.count; i++) {
                const struct tile_span span = tile_axis_span(&axis, i);
                CHECK_INT(span.begin, expected); // no gap, no overlap
                CHECK(span.start % 16 == 0 && span.begin < span.end);
                CHECK(span.start + axis.window <= axis.size);
                CHECK(span.start == 0 || span.begin - span.start >= 48);
                CHECK(span.start + axis.window == axis.size || span.start + axis.window - span.end >= 48);
                expected = span.end;
            }
            CHECK_INT(expected, size + TILE_MARGIN);
        }
    CHECK_INT(tile_halo(10), 80); // conv5_1 looks 73 pixels far
}

static void test_refusals(const struct vgg_weights *weights)
{
    struct lab_picture small = random_picture(16, 40), good = random_picture(40, 40);
    struct objective_params params = params_of(0);
    struct objective *objective = NULL;

    CHECK_INT(objective_create(weights, &params, &small, &good, &objective), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(objective_create(weights, &params, &good, &small, &objective), ARTEM_ERROR_ARGUMENT);
    params.style_weight[LAYERS] = 1; // a layer that was not loaded
    CHECK_INT(objective_create(weights, &params, &good, &good, &objective), ARTEM_ERROR_ARGUMENT);
    CHECK(objective == NULL);
    free(small.rgb);
    free(good.rgb);
}

int main(void)
{
    struct vgg_weights weights = {0};

    random_weights(LAYERS, &weights);
    test_tile_axes();
    test_network_is_as_defined(&weights);
    test_gradient(&weights);
    test_zero_at_the_goal(&weights);
    test_corrected_style(&weights);
    test_tiles(&weights);
    test_refusals(&weights);
    vgg_weights_free(&weights);
    return test_result();
}
