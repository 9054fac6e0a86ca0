// SPDX-License-Identifier: Apache-2.0
// Life time, and the way forward.
#include "binary_conv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "binary_conv_internal.h"
#include "runtime/kernel_choice.h"

static struct artem_kernels chosen_kernels;
static pthread_once_t kernels_once = PTHREAD_ONCE_INIT;

static void choose_kernels(void)
{
    artem_kernels_select(&chosen_kernels, artem_cpu_chosen());
    const char *wrong = artem_kernels_check(&chosen_kernels);
    if (wrong != NULL)
        artem_log(ARTEM_LOG_ERROR, "lab: kernel %s computes wrongly here and is replaced", wrong);
}

static float *copy(const float *values, uint32_t count)
{
    float *out = malloc(count * sizeof *out);

    if (out != NULL)
        memcpy(out, values, count * sizeof *out);
    return out;
}

static bool get_bit(const uint8_t *bits, size_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

// w'[c][8 - tap][o] = w[o][tap][c].
static uint8_t *mirror(const struct vgg_layer *layer)
{
    const size_t inputs = layer->inputs, outputs = layer->outputs;
    uint8_t *out = calloc(inputs * 9, outputs / 8);

    for (size_t o = 0; out != NULL && o < outputs; o++)
        for (size_t tap = 0; tap < 9; tap++)
            for (size_t c = 0; c < inputs; c++)
                if (get_bit(layer->binary.bits, (o * 9 + tap) * inputs + c))
                    out[(c * 9 + 8 - tap) * (outputs / 8) + o / 8] |= (uint8_t)(1u << o % 8);
    return out;
}

static bool set_product(struct binary_conv *conv, struct artem_bgrad *product, uint32_t in, uint32_t out, int bits,
                        const uint8_t *weights)
{
    *product = (struct artem_bgrad){.width = conv->width,
                                    .height = conv->height,
                                    .in = in,
                                    .out = out,
                                    .bits = bits,
                                    .weights = weights,
                                    .packed = aligned_alloc(ARTEM_ALIGN, ARTEM_BGRAD_PACKED(in, out)),
                                    .planes = conv->planes,
                                    .scale = 1};
    if (product->packed == NULL)
        return false;
    conv->kernels->bgrad_pack(product);
    product->weights = NULL; // the caller's
    return true;
}

// The way back in floats: a float convolution by alpha times the signs.
static enum artem_result create_exact(struct binary_conv *conv, const struct vgg_layer *layer)
{
    const size_t inputs = layer->inputs, outputs = layer->outputs;
    float *weights = malloc(outputs * inputs * 9 * sizeof *weights);
    enum artem_result result = ARTEM_ERROR_MEMORY;

    for (size_t o = 0; weights != NULL && o < outputs; o++)
        for (size_t c = 0; c < inputs; c++)
            for (size_t tap = 0; tap < 9; tap++)
                weights[(o * inputs + c) * 9 + tap] =
                    get_bit(layer->binary.bits, (o * 9 + tap) * inputs + c) ? conv->alpha[o] : -conv->alpha[o];
    if (weights != NULL)
        result = dnn_conv_create(conv->height, conv->width, layer->inputs, layer->outputs, weights, layer->bias, false,
                                 true, &conv->exact);
    free(weights);
    return result;
}

static enum artem_result create_products(struct binary_conv *conv, const struct vgg_layer *layer)
{
    const uint64_t cells = (uint64_t)conv->height * conv->width;
    const bool has_quanta = conv->gradient_bits != 0 && conv->gradient_bits != 32;
    const uint64_t there = cells * 2 * (layer->inputs / 8),
                   back = has_quanta ? cells * (uint64_t)conv->gradient_bits * (layer->outputs / 8) : 0;
    uint8_t *mirrored = mirror(layer);
    bool good = mirrored != NULL;

    conv->planes_size = there > back ? there : back;
    conv->planes = malloc(conv->planes_size);
    good = good && conv->planes != NULL &&
           set_product(conv, &conv->forward, layer->outputs, layer->inputs, 2, mirrored) &&
           (!has_quanta ||
            set_product(conv, &conv->backward, layer->inputs, layer->outputs, conv->gradient_bits, layer->binary.bits));
    free(mirrored);
    if (good && conv->gradient_bits == 32)
        return create_exact(conv, layer);
    return good ? ARTEM_OK : ARTEM_ERROR_MEMORY;
}

enum artem_result binary_conv_create(uint32_t height, uint32_t width, const struct vgg_layer *layer, int gradient_bits,
                                     struct binary_conv **out_conv)
{
    const struct binary_weights *b = &layer->binary;
    struct binary_conv *conv = calloc(1, sizeof *conv);
    enum artem_result result = ARTEM_ERROR_MEMORY;

    *out_conv = NULL;
    if (conv == NULL)
        return ARTEM_ERROR_MEMORY;
    pthread_once(&kernels_once, choose_kernels);
    conv->kernels = &chosen_kernels;
    conv->height = height;
    conv->width = width;
    conv->inputs = layer->inputs;
    conv->outputs = layer->outputs;
    conv->gradient_bits = gradient_bits;
    conv->alpha = copy(b->alpha, layer->outputs);
    conv->bias = copy(layer->bias, layer->outputs);
    conv->threshold = copy(b->threshold, layer->inputs);
    conv->window = copy(b->window, layer->inputs);
    conv->slope = copy(b->window, layer->inputs);
    if (b->skip != NULL)
        conv->skip = copy(b->skip, layer->outputs);
    for (uint32_t c = 0; conv->slope != NULL && c < layer->inputs; c++)
        conv->slope[c] = 0.5f / conv->slope[c];
    if (conv->alpha != NULL && conv->bias != NULL && conv->threshold != NULL && conv->window != NULL &&
        conv->slope != NULL && (b->skip == NULL || conv->skip != NULL))
        result = create_products(conv, layer);
    if (result == ARTEM_OK)
        *out_conv = conv;
    else
        binary_conv_destroy(&conv);
    return result;
}

// From sums to what the layer gives; `in` and `out` are of the same cells.
static void finish(const struct binary_conv *conv, uint64_t cells, const float *restrict in, float *restrict out)
{
    const uint32_t outputs = conv->outputs;
    const float *restrict alpha = conv->alpha, *restrict bias = conv->bias, *restrict skip = conv->skip;

    for (uint64_t i = 0; i < cells; i++, out += outputs, in += outputs)
        if (skip != NULL)
            for (uint32_t o = 0; o < outputs; o++) {
                const float y = alpha[o] * out[o] + bias[o] + skip[o] * in[o];
                out[o] = y > 0 ? y : 0;
            }
        else
            for (uint32_t o = 0; o < outputs; o++) {
                const float y = alpha[o] * out[o] + bias[o];
                out[o] = y > 0 ? y : 0;
            }
}

static void apply(struct binary_conv *conv, const float *in, float *out, bool is_finished)
{
    const uint64_t in_row = (uint64_t)conv->width * conv->inputs, out_row = (uint64_t)conv->width * conv->outputs;
    struct artem_bgrad *product = &conv->forward;

    product->gradient = out;
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (uint32_t y = 0; y < conv->height; y++)
            conv->kernels->binarise(in + y * in_row, conv->width, conv->inputs, conv->threshold,
                                    conv->planes + y * (in_row / 8 * 2));
#pragma omp for schedule(dynamic)
        for (uint32_t y = 0; y < conv->height; y += BINARY_ROWS) {
            const uint32_t end = y + BINARY_ROWS < conv->height ? y + BINARY_ROWS : conv->height;
            conv->kernels->bgrad_rows(product, y, end);
            if (is_finished)
                finish(conv, (uint64_t)(end - y) * conv->width, in + y * in_row, out + y * out_row);
        }
    }
}

void binary_conv_sums(struct binary_conv *conv, const float *in, float *sums)
{
    apply(conv, in, sums, false);
}

enum artem_result binary_conv_forward(struct binary_conv *conv, const float *in, float *out)
{
    apply(conv, in, out, true);
    return ARTEM_OK;
}

uint64_t binary_conv_memory(const struct binary_conv *conv)
{
    return conv->planes_size;
}

void binary_conv_destroy(struct binary_conv **conv)
{
    struct binary_conv *c = *conv;

    *conv = NULL;
    if (c == NULL)
        return;
    dnn_conv_destroy(&c->exact);
    free(c->forward.packed);
    free(c->backward.packed);
    free(c->planes);
    free(c->alpha);
    free(c->bias);
    free(c->threshold);
    free(c->window);
    free(c->slope);
    free(c->skip);
    free(c);
}
