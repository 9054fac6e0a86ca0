// SPDX-License-Identifier: Apache-2.0
// Writes a network in OpenVINO's intermediate representation (version 11): a text, and the bytes of its constants.
// Values are tensors of floats, [1][channels][height][width] unless they are transposed.
#ifndef ARTEM_LAB_OPENVINO_IR_H
#define ARTEM_LAB_OPENVINO_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ir { // zeros at first
    FILE *layers, *edges;
    char *layer_text, *edge_text;
    size_t layer_size, edge_size, size, room;
    uint8_t *constants;
    uint32_t count;
    bool is_bad; // memory ran out: everything after it does nothing
};

enum { IR_RANK = 4 };
struct ir_shape {
    int64_t at[IR_RANK];
};
struct ir_value {
    uint32_t layer, port;
    struct ir_shape shape;
};

void ir_begin(struct ir *ir);
struct ir_value ir_input(struct ir *ir, const char *name, struct ir_shape shape);
struct ir_value ir_constant(struct ir *ir, struct ir_shape shape, const float *values);
struct ir_value ir_number(struct ir *ir, float value);
// One of ReLU and Sign.
struct ir_value ir_unary(struct ir *ir, const char *type, struct ir_value x);
// One of Add, Subtract and Multiply; b may have sizes of 1 where a has more.
struct ir_value ir_binary(struct ir *ir, const char *type, struct ir_value a, struct ir_value b);
// 3 x 3, zero padding; weights: [outputs][inputs][3][3].
struct ir_value ir_convolution(struct ir *ir, struct ir_value x, struct ir_value weights);
// Largest, or average, of 2 x 2; an odd last row or column is dropped.
struct ir_value ir_pool(struct ir *ir, struct ir_value x, bool average);
// Without an odd last row or column; and back to height and width, with zeros there.
struct ir_value ir_crop_even(struct ir *ir, struct ir_value x);
struct ir_value ir_pad(struct ir *ir, struct ir_value x, int64_t height, int64_t width);
// The values of each 2 x 2, in reading order; and such four values to one again.
void ir_split_phases(struct ir *ir, struct ir_value x, struct ir_value out[4]);
struct ir_value ir_join_phases(struct ir *ir, const struct ir_value in[4]);
// [1][height][width][channels] to [1][channels][height][width], and back. name: NULL, or for ir_output.
struct ir_value ir_channels_first(struct ir *ir, struct ir_value x);
struct ir_value ir_channels_last(struct ir *ir, struct ir_value x, const char *name);
void ir_output(struct ir *ir, struct ir_value x);

// The text, for free; NULL if memory ran out. The constants stay the ir's.
char *ir_end(struct ir *ir);
void ir_free(struct ir *ir);

#endif
