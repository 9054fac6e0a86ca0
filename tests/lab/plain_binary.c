// SPDX-License-Identifier: Apache-2.0
#include "plain_binary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t seed = 7;

float plain_random(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / (float)(1 << 23) - 1;
}

static float *random_values(uint32_t count, float scale, float offset)
{
    float *values = malloc(count * sizeof *values);

    for (uint32_t i = 0; i < count; i++)
        values[i] = offset + scale * plain_random();
    return values;
}

struct vgg_layer plain_layer(uint32_t inputs, uint32_t outputs, bool has_skip)
{
    struct vgg_layer layer = {.inputs = inputs, .outputs = outputs, .bias = random_values(outputs, 0.3f, 0)};
    const size_t bytes = (size_t)outputs * inputs * 9 / 8;

    layer.binary = (struct binary_weights){.bits = malloc(bytes),
                                           .alpha = random_values(outputs, 0.01f, 0.03f),
                                           .threshold = random_values(inputs, 0.2f, 0.4f),
                                           .window = random_values(inputs, 0.1f, 0.3f),
                                           .skip = has_skip ? random_values(outputs, 0.5f, 0.5f) : NULL};
    for (size_t i = 0; i < bytes; i++)
        layer.binary.bits[i] = (uint8_t)(128 + 127 * plain_random());
    return layer;
}

void plain_free(struct vgg_layer *layer)
{
    struct vgg_weights weights = {.layers = 1, .layer = {*layer}};

    vgg_weights_free(&weights);
}

double plain_activation(const struct vgg_layer *layer, uint32_t channel, double x, bool is_smooth)
{
    const double away = x - (double)layer->binary.threshold[channel];

    if (!is_smooth)
        return away > 0;
    return fmin(fmax(away / (2 * (double)layer->binary.window[channel]) + 0.5, 0), 1);
}

static int sign_at(const struct vgg_layer *layer, size_t o, size_t tap, size_t c)
{
    const size_t at = (o * 9 + tap) * layer->inputs + c;

    return layer->binary.bits[at / 8] >> at % 8 & 1 ? 1 : -1;
}

// The cell that tap `tap` of the cell (y, x) reads; false outside.
static bool source(struct plain_shape shape, uint32_t y, uint32_t x, uint32_t tap, size_t *out_cell)
{
    const uint32_t sy = y + tap / 3 - 1, sx = x + tap % 3 - 1; // wraps below

    *out_cell = (size_t)sy * shape.width + sx;
    return sy < shape.height && sx < shape.width;
}

void plain_sums(const struct vgg_layer *layer, struct plain_shape shape, const double *in, bool is_smooth, double *out)
{
    for (uint32_t y = 0; y < shape.height; y++)
        for (uint32_t x = 0; x < shape.width; x++)
            for (size_t o = 0; o < layer->outputs; o++) {
                double sum = 0;
                for (uint32_t tap = 0; tap < 9; tap++) {
                    size_t cell;
                    if (!source(shape, y, x, tap, &cell))
                        continue;
                    for (uint32_t c = 0; c < layer->inputs; c++)
                        sum += sign_at(layer, o, tap, c) *
                               plain_activation(layer, c, in[cell * layer->inputs + c], is_smooth);
                }
                out[((size_t)y * shape.width + x) * layer->outputs + o] = sum;
            }
}

void plain_forward(const struct vgg_layer *layer, struct plain_shape shape, const double *in, bool is_smooth,
                   double *out)
{
    plain_sums(layer, shape, in, is_smooth, out);
    for (size_t i = 0; i < (size_t)shape.height * shape.width * layer->outputs; i++) {
        const size_t o = i % layer->outputs;
        double y = (double)layer->binary.alpha[o] * out[i] + (double)layer->bias[o];
        if (layer->binary.skip != NULL)
            y += (double)layer->binary.skip[o] * in[i];
        out[i] = y > 0 ? y : 0;
    }
}

void plain_transposed(const struct vgg_layer *layer, struct plain_shape shape, const double *sent, double *out)
{
    memset(out, 0, (size_t)shape.height * shape.width * layer->inputs * sizeof *out);
    for (uint32_t y = 0; y < shape.height; y++)
        for (uint32_t x = 0; x < shape.width; x++)
            for (uint32_t tap = 0; tap < 9; tap++) {
                size_t cell;
                if (!source(shape, y, x, tap, &cell))
                    continue;
                for (size_t o = 0; o < layer->outputs; o++)
                    for (size_t c = 0; c < layer->inputs; c++)
                        out[cell * layer->inputs + c] +=
                            sign_at(layer, o, tap, c) * sent[((size_t)y * shape.width + x) * layer->outputs + o];
            }
}

void plain_backward(const struct vgg_layer *layer, struct plain_shape shape, const double *in, const double *out,
                    const double *grad, double *grad_in)
{
    const size_t cells = (size_t)shape.height * shape.width;
    double *sent = malloc(cells * layer->outputs * sizeof *sent);

    for (size_t i = 0; i < cells * layer->outputs; i++)
        sent[i] = out[i] > 0 ? grad[i] * (double)layer->binary.alpha[i % layer->outputs] : 0;
    plain_transposed(layer, shape, sent, grad_in);
    for (size_t i = 0; i < cells * layer->inputs; i++) {
        const size_t c = i % layer->inputs;
        const double window = (double)layer->binary.window[c];
        grad_in[i] = fabs(in[i] - (double)layer->binary.threshold[c]) < window ? grad_in[i] / (2 * window) : 0;
        if (layer->binary.skip != NULL && out[i] > 0)
            grad_in[i] += grad[i] * (double)layer->binary.skip[c];
    }
    free(sent);
}
