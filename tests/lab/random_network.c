// SPDX-License-Identifier: Apache-2.0
#include "random_network.h"

#include <math.h>
#include <stdlib.h>

static uint32_t seed = 1;

float random_value(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / (float)(1 << 23) - 1;
}

float *random_values(size_t count, float scale, float offset)
{
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = offset + scale * random_value();
    return values;
}

void random_weights(uint32_t layers, struct vgg_weights *weights)
{
    uint32_t inputs = 3;

    weights->layers = layers;
    for (uint32_t i = 0; i < layers; i++) {
        const uint32_t outputs = vgg_layer_channels[i];
        weights->layer[i].inputs = inputs;
        weights->layer[i].outputs = outputs;
        weights->layer[i].weights =
            random_values((size_t)outputs * inputs * 9, sqrtf(2.0f / (9.0f * (float)inputs)), 0);
        weights->layer[i].bias = random_values(outputs, 0.1f, 0);
        inputs = outputs;
    }
}

struct lab_picture random_picture(uint32_t width, uint32_t height)
{
    return (struct lab_picture){width, height, random_values((size_t)width * height * 3, 0.4f, 0.5f)};
}
