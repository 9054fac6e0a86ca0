// SPDX-License-Identifier: Apache-2.0
#include "openvino_vgg.h"

#include <stdlib.h>

#include "dnn.h"

struct build {
    struct ir *ir;
    const struct vgg_weights *weights;
    uint32_t layers, last;
    bool average_pool;
    struct ir_value values[VGG_LAYERS];   // F
    struct ir_value pooled[VGG_LAYERS];   // what the convolution is given, where there is a halving before it
    struct ir_value gradient[VGG_LAYERS]; // of the layer's own loss
};

static bool is_halved(uint32_t layer)
{
    return layer > 0 && vgg_layer_level[layer] > vgg_layer_level[layer - 1];
}

static struct ir_value kernels(struct build *b, uint32_t layer, bool transposed)
{
    const uint32_t inputs = b->weights->layer[layer].inputs, outputs = b->weights->layer[layer].outputs;
    const float *weights = b->weights->layer[layer].weights;
    struct ir_value value = {0};

    if (!transposed)
        return ir_constant(b->ir, (struct ir_shape){{outputs, inputs, 3, 3}}, weights);
    float *turned = malloc((size_t)inputs * outputs * 9 * sizeof *turned);
    if (turned == NULL) {
        b->ir->is_bad = true;
        return value;
    }
    dnn_conv_transpose(inputs, outputs, weights, turned);
    value = ir_constant(b->ir, (struct ir_shape){{inputs, outputs, 3, 3}}, turned);
    free(turned);
    return value;
}

// Features as they are compared, and the gradient of what differs.
static void compare(struct build *b, uint32_t layer)
{
    const struct ir_shape s = b->values[layer].shape;
    char name[32];

    snprintf(name, sizeof name, "features_%s", vgg_layer_names[layer]);
    const struct ir_value features = ir_channels_last(b->ir, b->values[layer], name);
    ir_output(b->ir, features);
    snprintf(name, sizeof name, "target_%s", vgg_layer_names[layer]);
    const struct ir_value target = ir_input(b->ir, name, features.shape);
    snprintf(name, sizeof name, "scale_%s", vgg_layer_names[layer]);
    const struct ir_value scale = ir_input(b->ir, name, (struct ir_shape){{1, s.at[2], s.at[3], 1}});
    b->gradient[layer] =
        ir_channels_first(b->ir, ir_binary(b->ir, "Multiply", ir_binary(b->ir, "Subtract", features, target), scale));
}

static void forward(struct build *b, struct ir_value picture)
{
    const float mean[] = {vgg_mean[0], vgg_mean[1], vgg_mean[2]};
    struct ir_value x = ir_binary(b->ir, "Multiply", ir_channels_first(b->ir, picture), ir_number(b->ir, 255));

    x = ir_binary(b->ir, "Subtract", x, ir_constant(b->ir, (struct ir_shape){{1, 3, 1, 1}}, mean));
    for (uint32_t i = 0; i <= b->last; i++) {
        if (is_halved(i))
            x = b->pooled[i] = ir_pool(b->ir, x, b->average_pool);
        x = ir_convolution(b->ir, x, kernels(b, i, false));
        x = ir_binary(
            b->ir, "Add", x,
            ir_constant(b->ir, (struct ir_shape){{1, b->weights->layer[i].outputs, 1, 1}}, b->weights->layer[i].bias));
        x = b->values[i] = ir_unary(b->ir, "ReLU", x);
        if ((b->layers >> i & 1u) != 0)
            compare(b, i);
    }
}

// The gradient goes where the largest value was; to the first of several.
static struct ir_value unpool(struct build *b, struct ir_value x, struct ir_value pooled, struct ir_value grad)
{
    const int64_t height = x.shape.at[2], width = x.shape.at[3];
    const struct ir_value one = ir_number(b->ir, 1), minus = ir_number(b->ir, -1);
    struct ir_value phases[4], parts[4], left = grad;

    if (b->average_pool) {
        left = ir_binary(b->ir, "Multiply", grad, ir_number(b->ir, 0.25f));
        for (int i = 0; i < 4; i++)
            parts[i] = left;
        return ir_pad(b->ir, ir_join_phases(b->ir, parts), height, width);
    }
    ir_split_phases(b->ir, ir_crop_even(b->ir, x), phases);
    for (int i = 0; i < 3; i++) {
        // 1 where the value is the largest, else 0: the sign of what it lacks is 0 or -1.
        const struct ir_value lack = ir_unary(b->ir, "Sign", ir_binary(b->ir, "Subtract", phases[i], pooled));
        parts[i] = ir_binary(b->ir, "Multiply", left, ir_binary(b->ir, "Add", lack, one));
        left = ir_binary(b->ir, "Multiply", left, ir_binary(b->ir, "Multiply", lack, minus));
    }
    parts[3] = left;
    return ir_pad(b->ir, ir_join_phases(b->ir, parts), height, width);
}

static struct ir_value backward(struct build *b)
{
    struct ir_value grad = b->gradient[b->last];

    for (uint32_t i = b->last + 1; i-- > 0;) {
        if (i < b->last && (b->layers >> i & 1u) != 0)
            grad = ir_binary(b->ir, "Add", grad, b->gradient[i]);
        grad = ir_binary(b->ir, "Multiply", grad, ir_unary(b->ir, "Sign", b->values[i]));
        grad = ir_convolution(b->ir, grad, kernels(b, i, true));
        if (is_halved(i))
            grad = unpool(b, b->values[i - 1], b->pooled[i], grad);
    }
    return ir_binary(b->ir, "Multiply", grad, ir_number(b->ir, 255));
}

void openvino_vgg_build(struct ir *ir, const struct vgg_weights *weights, uint32_t layers, uint32_t height,
                        uint32_t width, bool average_pool)
{
    struct build b = {.ir = ir, .weights = weights, .layers = layers, .average_pool = average_pool};

    for (uint32_t i = 0; i < VGG_LAYERS; i++)
        if ((layers >> i & 1u) != 0)
            b.last = i;
    forward(&b, ir_input(ir, "picture", (struct ir_shape){{1, height, width, 3}}));
    ir_output(ir, ir_channels_last(ir, backward(&b), "gradient"));
}
