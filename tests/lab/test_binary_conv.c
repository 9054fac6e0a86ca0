// SPDX-License-Identifier: Apache-2.0
// The layers of binarised networks: sums and quantised gradients equal to plain loops, the float gradient near them,
// and theirs, of a smooth stand-in for the step, equal to differences.
#include <math.h>
#include <stdlib.h>

#include "binary_conv_internal.h"
#include "plain_binary.h"
#include "quantise.h"
#include "test.h"

struct tensors {
    size_t in_count, out_count;
    float *in, *out, *grad, *grad_in;
    double *in_d, *out_d, *grad_d, *grad_in_d; // the plain ones
};

static struct tensors make_tensors(const struct vgg_layer *layer, struct plain_shape shape)
{
    const size_t cells = (size_t)shape.height * shape.width;
    struct tensors t = {.in_count = cells * layer->inputs, .out_count = cells * layer->outputs};

    t.in = malloc(t.in_count * sizeof(float));
    t.grad_in = malloc(t.in_count * sizeof(float));
    t.out = malloc(t.out_count * sizeof(float));
    t.grad = malloc(t.out_count * sizeof(float));
    t.in_d = malloc(t.in_count * sizeof(double));
    t.grad_in_d = malloc(t.in_count * sizeof(double));
    t.out_d = malloc(t.out_count * sizeof(double));
    t.grad_d = malloc(t.out_count * sizeof(double));
    for (size_t i = 0; i < t.in_count; i++) {
        const float value = plain_random();
        t.in_d[i] = (double)(t.in[i] = value > 0 ? value : 0); // as after a ReLU
    }
    for (size_t i = 0; i < t.out_count; i++) // mostly small, as gradients are
        t.grad_d[i] = (double)(t.grad[i] = powf(plain_random(), 5));
    return t;
}

static void free_tensors(struct tensors *t)
{
    free(t->in), free(t->out), free(t->grad), free(t->grad_in);
    free(t->in_d), free(t->out_d), free(t->grad_d), free(t->grad_in_d);
}

static void check_near(const char *what, const float *values, const double *expected, size_t count, double share)
{
    double largest = 0, error = 0;

    for (size_t i = 0; i < count; i++) {
        largest = fmax(largest, fabs(expected[i]));
        error = fmax(error, fabs((double)values[i] - expected[i]));
    }
    CHECK(largest > 0.01);
    if (!(error <= share * largest))
        TEST_FAIL("%s: off by %g of %g", what, error, largest);
}

static void test_forward(const struct vgg_layer *layer, struct plain_shape shape)
{
    struct tensors t = make_tensors(layer, shape);
    struct binary_conv *conv;

    CHECK_INT(binary_conv_create(shape.height, shape.width, layer, 0, &conv), ARTEM_OK);
    t.in_d[3] = (double)(t.in[3] = layer->binary.threshold[3]); // not above it
    binary_conv_sums(conv, t.in, t.out);
    plain_sums(layer, shape, t.in_d, false, t.out_d);
    for (size_t i = 0; i < t.out_count; i++)
        if ((double)t.out[i] != t.out_d[i]) {
            TEST_FAIL("sum %zu is %g, expected %g", i, (double)t.out[i], t.out_d[i]);
            break;
        }
    CHECK_INT(binary_conv_forward(conv, t.in, t.out), ARTEM_OK);
    plain_forward(layer, shape, t.in_d, false, t.out_d);
    check_near("forward", t.out, t.out_d, t.out_count, 1e-6);
    CHECK_INT(binary_conv_backward(conv, t.in, t.out, t.grad, t.grad_in), ARTEM_ERROR_ARGUMENT); // was not asked for
    binary_conv_destroy(&conv);
    free_tensors(&t);
}

static int quantum_at(const struct binary_conv *conv, size_t cell, size_t o)
{
    const size_t bits = (size_t)conv->gradient_bits, bytes = conv->outputs / 8;
    int q = 0;

    for (size_t p = 0; p < bits; p++)
        q += artem_bgrad_weight((int)p, (int)bits) * (conv->planes[(cell * bits + p) * bytes + o / 8] >> o % 8 & 1);
    return bits == 1 ? 2 * q - 1 : q;
}

// The quanta are those of the gradient by the step that was chosen; what comes of them is exact.
static void check_quanta(const struct binary_conv *conv, const struct vgg_layer *layer, struct plain_shape shape,
                         const struct tensors *t)
{
    const double limit = (1 << (conv->gradient_bits - 1)) - 1;
    double *sent = malloc(t->out_count * sizeof *sent);

    for (size_t i = 0; i < t->out_count; i++) {
        const size_t o = i % layer->outputs;
        const float g = t->out[i] > 0 ? t->grad[i] * layer->binary.alpha[o] : 0;
        sent[i] = quantum_at(conv, i / layer->outputs, o);
        if (conv->gradient_bits > 1)
            CHECK(sent[i] == fmax(-limit, fmin(limit, nearbyint((double)(g / conv->step)))));
        else if (g != 0)
            CHECK(sent[i] == (g > 0 ? 1 : -1));
    }
    plain_transposed(layer, shape, sent, t->grad_in_d);
    for (size_t i = 0; i < t->in_count; i++) {
        const size_t c = i % layer->inputs;
        const bool passes = fabsf(t->in[i] - layer->binary.threshold[c]) < layer->binary.window[c];
        float expected = (float)t->grad_in_d[i] * conv->backward.scale;
        expected *= passes ? 0.5f / layer->binary.window[c] : 0;
        const float skipped = layer->binary.skip != NULL && t->out[i] > 0 ? t->grad[i] * layer->binary.skip[c] : 0;
        // One rounding more or less where the compiler joins product and sum.
        if (fabsf(t->grad_in[i] - (expected + skipped)) >
            (skipped != 0 ? 2e-7f * (fabsf(expected) + fabsf(skipped)) : 0)) {
            TEST_FAIL("%d bits, gradient %zu is %g, expected %g", conv->gradient_bits, i, (double)t->grad_in[i],
                      (double)(expected + skipped));
            break;
        }
    }
    free(sent);
}

// Of what quantised gradients are to the float one: the cosine of their angle.
static double cosine(const float *a, const double *b, size_t count)
{
    double ab = 0, aa = 0, bb = 0;

    for (size_t i = 0; i < count; i++) {
        ab += (double)a[i] * b[i];
        aa += (double)a[i] * (double)a[i];
        bb += b[i] * b[i];
    }
    return ab / sqrt(aa * bb);
}

static void test_backward(const struct vgg_layer *layer, struct plain_shape shape)
{
    static const int bits[] = {1, 2, 4, 8, 32};
    static const double least[] = {0.25, 0.7, 0.98, 0.9999, 0.999999}; // cosines
    struct tensors t = make_tensors(layer, shape);

    for (int i = 0; i < 5; i++) {
        struct binary_conv *conv;
        CHECK_INT(binary_conv_create(shape.height, shape.width, layer, bits[i], &conv), ARTEM_OK);
        dnn_set_threads(i % 2 + 1);
        CHECK_INT(binary_conv_forward(conv, t.in, t.out), ARTEM_OK);
        CHECK_INT(binary_conv_backward(conv, t.in, t.out, t.grad, t.grad_in), ARTEM_OK);
        if (bits[i] < 32)
            check_quanta(conv, layer, shape, &t);
        plain_forward(layer, shape, t.in_d, false, t.out_d);
        plain_backward(layer, shape, t.in_d, t.out_d, t.grad_d, t.grad_in_d);
        if (bits[i] == 32)
            check_near("backward", t.grad_in, t.grad_in_d, t.in_count, 1e-5);
        const double angle = cosine(t.grad_in, t.grad_in_d, t.in_count);
        if (!(angle > least[i]))
            TEST_FAIL("%d bits: cosine %g", bits[i], angle);
        binary_conv_destroy(&conv);
    }
    free_tensors(&t);
}

static double smooth_loss(const struct vgg_layer layers[2], struct plain_shape shape, const double *in,
                          const double *weights, double *middle, double *out)
{
    double loss = 0;

    plain_forward(&layers[0], shape, in, true, middle);
    plain_forward(&layers[1], shape, middle, true, out);
    for (size_t i = 0; i < (size_t)shape.height * shape.width * layers[1].outputs; i++)
        loss += weights[i] * out[i];
    return loss;
}

// What the way back is the gradient of: two layers with ramps in the place of their steps.
static void test_smooth_differences(void)
{
    const struct plain_shape shape = {4, 5};
    struct vgg_layer layers[2] = {plain_layer(32, 32, true), plain_layer(32, 64, false)};
    struct tensors a = make_tensors(&layers[0], shape), b = make_tensors(&layers[1], shape);

    smooth_loss(layers, shape, a.in_d, b.grad_d, a.out_d, b.out_d);
    plain_backward(&layers[1], shape, a.out_d, b.out_d, b.grad_d, b.grad_in_d);
    plain_backward(&layers[0], shape, a.in_d, a.out_d, b.grad_in_d, a.grad_in_d);
    for (int trial = 0; trial < 6; trial++) {
        double *moved = malloc(a.in_count * sizeof *moved), value[2], slope = 0;
        float *direction = malloc(a.in_count * sizeof *direction);
        for (size_t i = 0; i < a.in_count; i++) {
            direction[i] = plain_random();
            slope += (double)direction[i] * a.grad_in_d[i];
        }
        for (int side = 0; side < 2; side++) {
            for (size_t i = 0; i < a.in_count; i++)
                moved[i] = a.in_d[i] + (side ? 1e-6 : -1e-6) * (double)direction[i];
            value[side] = smooth_loss(layers, shape, moved, b.grad_d, a.out_d, b.out_d);
        }
        const double measured = (value[1] - value[0]) / 2e-6;
        CHECK(fabs(slope) > 1e-4);
        if (fabs(measured - slope) > 1e-3 * fabs(slope) + 1e-5)
            TEST_FAIL("slope %g, by differences %g", slope, measured);
        free(moved);
        free(direction);
    }
    free_tensors(&a);
    free_tensors(&b);
    plain_free(&layers[0]);
    plain_free(&layers[1]);
}

static void test_choice(void)
{
    struct quantise_sizes sizes;

    memset(&sizes, 0, sizeof sizes);
    CHECK(quantise_choose(&sizes, 4).step == 0); // nothing there
    quantise_note(&sizes, 0);
    quantise_note(&sizes, NAN);
    quantise_note(&sizes, INFINITY);
    CHECK(quantise_choose(&sizes, 4).step == 0);
    for (int kind = 0; kind < 8; kind++) {
        const int bits = 1 << kind / 2, zeros = kind % 2; // half of the values are none, as behind a ReLU
        double squares = 0, products = 0, error = 0, all = 0;
        memset(&sizes, 0, sizeof sizes);
        for (int i = 0; i < 10000; i++)
            quantise_note(&sizes, i % 2 < zeros ? 0 : powf(plain_random(), 3) * 1e-9f);
        const struct quantise_choice choice = quantise_choose(&sizes, bits);
        const double limit = bits == 1 ? 1 : (1 << (bits - 1)) - 1;
        for (int i = 0; i < 10000; i++) { // others of the same kind
            const double g = i % 2 < zeros ? 0 : (double)(powf(plain_random(), 3) * 1e-9f);
            const double q =
                bits == 1 ? (g > 0 ? 1 : -1) : fmax(-limit, fmin(limit, nearbyint(g / (double)choice.step)));
            squares += q * q;
            products += g * q;
            error += (g - q * (double)choice.scale) * (g - q * (double)choice.scale);
            all += g * g;
        }
        CHECK(fabs((double)choice.scale * squares / products - 1) < 0.1); // the best there is for these quanta
        CHECK(error < all * (bits == 1 ? 0.8 : bits == 2 ? 0.35 : bits == 4 ? 0.03 : 0.001));
    }
}

int main(void)
{
    static const struct plain_shape shapes[] = {{1, 1}, {6, 5}, {9, 13}};

    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int kind = 0; kind < 3; kind++) {
            struct vgg_layer layer = plain_layer(kind == 1 ? 32 : 64, kind == 2 ? 160 : 64, kind == 0);
            test_forward(&layer, shapes[i]);
            if (i > 0)
                test_backward(&layer, shapes[i]);
            plain_free(&layer);
        }
    test_smooth_differences();
    test_choice();
    return test_result();
}
