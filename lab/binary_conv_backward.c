// SPDX-License-Identifier: Apache-2.0
// The way back: straight through the step, on quantised gradients.
#include <math.h>
#include <string.h>

#include "binary_conv_internal.h"
#include "quantise.h"

enum {
    CHUNK = 4096,     // floats that are quantised at a time
    SAMPLE = 1 << 16, // values of a gradient that its step is chosen by, about
};

// The gradient with respect to the sums, without the ReLU's dead ones.
static inline float at_sum(float out, float grad, float alpha)
{
    return out > 0 ? grad * alpha : 0;
}

// Of cells spread over the tensor.
static struct quantise_choice choose(const struct binary_conv *conv, const float *out, const float *grad)
{
    const uint64_t cells = (uint64_t)conv->height * conv->width, outputs = conv->outputs;
    const uint64_t wanted = SAMPLE / outputs, step = cells > wanted ? cells / wanted : 1;
    struct quantise_sizes sizes;

    memset(&sizes, 0, sizeof sizes);
    for (uint64_t cell = step / 2; cell < cells; cell += step)
        for (uint64_t o = 0; o < outputs; o++)
            quantise_note(&sizes, at_sum(out[cell * outputs + o], grad[cell * outputs + o], conv->alpha[o]));
    return quantise_choose(&sizes, conv->gradient_bits);
}

// One bit has no zero: those get signs by no pattern, and others each time, so that neither their sum nor what they do
// over many evaluations leads anywhere. `grad`: with respect to the layer's output, dead ones as well.
static void scatter_zeros(float *values, const float *grad, uint64_t count, uint64_t place)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t hash;
        if (values[i] != 0)
            continue;
        memcpy(&hash, &grad[i], sizeof hash);
        hash = (hash ^ (uint32_t)(place + i)) * 2654435769u;
        hash = (hash ^ hash >> 15) * 2246822519u;
        values[i] = (hash >> 16 & 1) != 0 ? 1.0f : -1.0f;
    }
}

static void quantise_row(const struct binary_conv *conv, uint32_t y, const float *out, const float *grad, float step)
{
    const uint64_t outputs = conv->outputs, first = (uint64_t)y * conv->width;
    const uint32_t most = (uint32_t)(CHUNK / outputs);
    const float *restrict alpha = conv->alpha;
    float values[CHUNK];

    for (uint32_t x = 0; x < conv->width; x += most) {
        const uint32_t cells = conv->width - x < most ? conv->width - x : most;
        const uint64_t place = (first + x) * outputs;
        for (uint64_t i = 0; i < cells * outputs; i += outputs)
            for (uint64_t o = 0; o < outputs; o++)
                values[i + o] = at_sum(out[place + i + o], grad[place + i + o], alpha[o]);
        if (conv->gradient_bits == 1)
            scatter_zeros(values, grad + place, cells * outputs, place);
        conv->kernels->bgrad_quantise(values, cells, conv->outputs, conv->gradient_bits, step,
                                      conv->planes + place / 8 * (uint64_t)conv->gradient_bits);
    }
}

// From the gradient with respect to bits to that of what they are made of.
static void finish(const struct binary_conv *conv, uint64_t cells, const float *restrict in, const float *restrict out,
                   const float *restrict grad, float *restrict grad_in)
{
    const uint32_t inputs = conv->inputs;
    const float *restrict threshold = conv->threshold, *restrict window = conv->window, *restrict slope = conv->slope,
                          *restrict skip = conv->skip;

    for (uint64_t i = 0; i < cells; i++, in += inputs, grad_in += inputs) {
        for (uint32_t c = 0; c < inputs; c++)
            grad_in[c] *= fabsf(in[c] - threshold[c]) < window[c] ? slope[c] : 0;
        if (skip == NULL)
            continue;
        for (uint32_t c = 0; c < inputs; c++)
            grad_in[c] += at_sum(out[c], grad[c], skip[c]);
        out += inputs;
        grad += inputs;
    }
}

static enum artem_result backward_exact(struct binary_conv *conv, const float *in, const float *out, float *grad,
                                        float *grad_in)
{
    const uint64_t cells = (uint64_t)conv->height * conv->width, count = cells * conv->outputs;

    for (uint64_t i = 0; i < count; i++)
        grad[i] = out[i] > 0 ? grad[i] : 0;
    const enum artem_result result = dnn_conv_backward(conv->exact, grad, grad_in);
    if (result == ARTEM_OK)
        finish(conv, cells, in, out, grad, grad_in);
    return result;
}

enum artem_result binary_conv_backward(struct binary_conv *conv, const float *in, const float *out, float *grad,
                                       float *grad_in)
{
    const uint64_t in_row = (uint64_t)conv->width * conv->inputs, out_row = (uint64_t)conv->width * conv->outputs;
    struct artem_bgrad *product = &conv->backward;

    if (conv->gradient_bits == 0)
        return ARTEM_ERROR_ARGUMENT;
    if (conv->gradient_bits == 32)
        return backward_exact(conv, in, out, grad, grad_in);
    const struct quantise_choice choice = choose(conv, out, grad);
    if (!(choice.step > 0)) {
        memset(grad_in, 0, conv->height * in_row * sizeof *grad_in);
        return ARTEM_OK;
    }
    product->gradient = grad_in;
    product->scale = choice.scale;
    conv->step = choice.step;
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (uint32_t y = 0; y < conv->height; y++)
            quantise_row(conv, y, out, grad, choice.step);
#pragma omp for schedule(dynamic)
        for (uint32_t y = 0; y < conv->height; y += BINARY_ROWS) {
            const uint32_t end = y + BINARY_ROWS < conv->height ? y + BINARY_ROWS : conv->height;
            conv->kernels->bgrad_rows(product, y, end);
            finish(conv, (uint64_t)(end - y) * conv->width, in + y * in_row, out + y * out_row, grad + y * out_row,
                   grad_in + y * in_row);
        }
    }
    return ARTEM_OK;
}
