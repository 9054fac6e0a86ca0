// SPDX-License-Identifier: Apache-2.0
#include "binarise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float *copy(const float *values, size_t count)
{
    float *out = malloc(count * sizeof *out);

    if (out != NULL)
        memcpy(out, values, count * sizeof *out);
    return out;
}

bool binarise_signs(const struct vgg_layer *from, struct vgg_layer *out_layer)
{
    const size_t inputs = from->inputs, outputs = from->outputs;

    *out_layer = (struct vgg_layer){.inputs = from->inputs, .outputs = from->outputs};
    struct binary_weights *b = &out_layer->binary;
    out_layer->bias = copy(from->bias, outputs);
    b->bits = calloc(outputs * 9, inputs / 8);
    b->alpha = calloc(outputs, sizeof *b->alpha);
    b->threshold = calloc(inputs, sizeof *b->threshold);
    b->window = calloc(inputs, sizeof *b->window);
    if (out_layer->bias == NULL || b->bits == NULL || b->alpha == NULL || b->threshold == NULL || b->window == NULL)
        return false;
    for (size_t o = 0; o < outputs; o++) {
        double sum = 0;
        for (size_t c = 0; c < inputs; c++)
            for (size_t tap = 0; tap < 9; tap++) {
                const float w = from->weights[(o * inputs + c) * 9 + tap];
                const size_t at = (o * 9 + tap) * inputs + c;
                sum += fabs((double)w);
                if (w >= 0)
                    b->bits[at / 8] |= (uint8_t)(1u << at % 8);
            }
        b->alpha[o] = (float)(sum / (9.0 * (double)inputs));
    }
    return true;
}

enum artem_result binarise_plain(const struct vgg_weights *vgg, struct vgg_weights *out_network)
{
    *out_network = (struct vgg_weights){.variant = VGG_PLAIN};
    for (uint32_t i = 0; i < vgg->layers; i++) {
        const struct vgg_layer *from = &vgg->layer[i];
        struct vgg_layer *layer = &out_network->layer[i];
        bool good = true;
        out_network->layers = i + 1;
        if (i == 0) {
            *layer = (struct vgg_layer){from->inputs, from->outputs,
                                        .weights = copy(from->weights, (size_t)from->outputs * from->inputs * 9),
                                        .bias = copy(from->bias, from->outputs)};
            good = layer->weights != NULL && layer->bias != NULL;
        } else {
            good = binarise_signs(from, layer);
        }
        for (uint32_t c = 0; good && i > 0 && c < layer->inputs; c++) {
            layer->binary.threshold[c] = -1e-6f; // XNOR-Net's sign of 0 is +1
            layer->binary.window[c] = 1;         // and its slope where |x| < 1
        }
        if (!good) {
            vgg_weights_free(out_network);
            return ARTEM_ERROR_MEMORY;
        }
    }
    return ARTEM_OK;
}
