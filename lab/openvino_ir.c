// SPDX-License-Identifier: Apache-2.0
#include "openvino_ir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void ir_begin(struct ir *ir)
{
    ir->layers = open_memstream(&ir->layer_text, &ir->layer_size);
    ir->edges = open_memstream(&ir->edge_text, &ir->edge_size);
    ir->is_bad = ir->layers == NULL || ir->edges == NULL;
}

static void print_port(struct ir *ir, uint32_t port, const char *precision, const struct ir_shape *shape, int rank,
                       const char *name)
{
    fprintf(ir->layers, "<port id=\"%u\" precision=\"%s\"", port, precision);
    if (name != NULL)
        fprintf(ir->layers, " names=\"%s\"", name);
    fputs(">", ir->layers);
    for (int i = 0; i < rank; i++)
        fprintf(ir->layers, "<dim>%" PRId64 "</dim>", shape->at[i]);
    fputs("</port>", ir->layers);
}

// One operation: its attributes, what goes in, what comes out (`outputs` of the same shape; the first is returned).
// Inputs after the first `floats` ones are lists of whole numbers.
struct operation {
    const char *type, *attributes, *name;
    const struct ir_value *in;
    int inputs, floats, outputs;
    struct ir_shape shape;
};

static struct ir_value emit(struct ir *ir, const struct operation *op)
{
    const struct ir_value value = {ir->count, (uint32_t)op->inputs, op->shape};

    if (ir->is_bad)
        return value;
    fprintf(ir->layers, "<layer id=\"%u\" name=\"%s%u\" type=\"%s\" version=\"opset1\"><data %s/>", ir->count, op->type,
            ir->count, op->type, op->attributes);
    if (op->inputs > 0)
        fputs("<input>", ir->layers);
    for (int i = 0; i < op->inputs; i++) {
        print_port(ir, (uint32_t)i, i < op->floats ? "FP32" : "I64", &op->in[i].shape, i < op->floats ? IR_RANK : 0,
                   NULL);
        fprintf(ir->edges, "<edge from-layer=\"%u\" from-port=\"%u\" to-layer=\"%u\" to-port=\"%d\"/>", op->in[i].layer,
                op->in[i].port, ir->count, i);
    }
    if (op->inputs > 0)
        fputs("</input>", ir->layers);
    if (op->outputs > 0)
        fputs("<output>", ir->layers);
    for (int i = 0; i < op->outputs; i++)
        print_port(ir, (uint32_t)(op->inputs + i), "FP32", &op->shape, IR_RANK, op->name);
    fputs(op->outputs > 0 ? "</output></layer>" : "</layer>", ir->layers);
    ir->count++;
    return value;
}

struct ir_value ir_input(struct ir *ir, const char *name, struct ir_shape shape)
{
    const int64_t *s = shape.at;
    char text[160];

    snprintf(text, sizeof text, "shape=\"%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\" element_type=\"f32\"", s[0],
             s[1], s[2], s[3]);
    return emit(ir, &(struct operation){"Parameter", text, name, NULL, 0, 0, 1, shape});
}

// Appends to the constants; where they begin.
static size_t keep(struct ir *ir, const void *data, size_t size)
{
    const size_t at = (ir->size + 63) & ~(size_t)63;

    if (!ir->is_bad && at + size > ir->room) {
        const size_t room = 2 * (at + size);
        uint8_t *constants = realloc(ir->constants, room);
        ir->is_bad = constants == NULL;
        if (constants != NULL) {
            ir->constants = constants;
            ir->room = room;
        }
    }
    if (ir->is_bad)
        return 0;
    memset(ir->constants + ir->size, 0, at - ir->size);
    memcpy(ir->constants + at, data, size);
    ir->size = at + size;
    return at;
}

struct ir_value ir_constant(struct ir *ir, struct ir_shape shape, const float *values)
{
    const int64_t *s = shape.at;
    const size_t size = (size_t)(s[0] * s[1] * s[2] * s[3]) * sizeof *values, at = keep(ir, values, size);
    char text[200];

    snprintf(text, sizeof text,
             "element_type=\"f32\" shape=\"%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\" offset=\"%zu\" "
             "size=\"%zu\"",
             s[0], s[1], s[2], s[3], at, size);
    return emit(ir, &(struct operation){"Const", text, NULL, NULL, 0, 0, 1, shape});
}

struct ir_value ir_number(struct ir *ir, float value)
{
    return ir_constant(ir, (struct ir_shape){{1, 1, 1, 1}}, &value);
}

// A list of whole numbers, or one number with count = 0.
static struct ir_value integers(struct ir *ir, int count, const int64_t *values)
{
    const size_t size = (size_t)(count > 0 ? count : 1) * sizeof *values, at = keep(ir, values, size);
    const struct ir_value value = {ir->count, 0, {{count, 0, 0, 0}}};

    if (ir->is_bad)
        return value;
    fprintf(ir->layers,
            "<layer id=\"%u\" name=\"Const%u\" type=\"Const\" version=\"opset1\"><data element_type=\"i64\" shape=\"",
            ir->count, ir->count);
    if (count > 0)
        fprintf(ir->layers, "%d", count);
    fprintf(ir->layers, "\" offset=\"%zu\" size=\"%zu\"/><output>", at, size);
    print_port(ir, 0, "I64", &value.shape, count > 0, NULL);
    fputs("</output></layer>", ir->layers);
    ir->count++;
    return value;
}

struct ir_value ir_unary(struct ir *ir, const char *type, struct ir_value x)
{
    return emit(ir, &(struct operation){type, "", NULL, &x, 1, 1, 1, x.shape});
}

struct ir_value ir_binary(struct ir *ir, const char *type, struct ir_value a, struct ir_value b)
{
    const struct ir_value in[] = {a, b};
    return emit(ir, &(struct operation){type, "auto_broadcast=\"numpy\"", NULL, in, 2, 2, 1, a.shape});
}

struct ir_value ir_convolution(struct ir *ir, struct ir_value x, struct ir_value weights)
{
    const struct ir_value in[] = {x, weights};
    const struct ir_shape shape = {{1, weights.shape.at[0], x.shape.at[2], x.shape.at[3]}};
    return emit(ir, &(struct operation){"Convolution",
                                        "strides=\"1,1\" dilations=\"1,1\" pads_begin=\"1,1\" pads_end=\"1,1\" "
                                        "auto_pad=\"explicit\"",
                                        NULL, in, 2, 2, 1, shape});
}

static struct ir_shape scaled(struct ir_shape shape, int64_t up, int64_t down, int64_t channels)
{
    return (struct ir_shape){{1, channels, shape.at[2] * up / down, shape.at[3] * up / down}};
}

struct ir_value ir_pool(struct ir *ir, struct ir_value x, bool average)
{
    const char *attributes = average ? "strides=\"2,2\" kernel=\"2,2\" pads_begin=\"0,0\" pads_end=\"0,0\" "
                                       "exclude-pad=\"true\" rounding_type=\"floor\" auto_pad=\"explicit\""
                                     : "strides=\"2,2\" kernel=\"2,2\" pads_begin=\"0,0\" pads_end=\"0,0\" "
                                       "rounding_type=\"floor\" auto_pad=\"explicit\"";
    return emit(ir, &(struct operation){average ? "AvgPool" : "MaxPool", attributes, NULL, &x, 1, 1, 1,
                                        scaled(x.shape, 1, 2, x.shape.at[1])});
}

struct ir_value ir_crop_even(struct ir *ir, struct ir_value x)
{
    const int64_t *s = x.shape.at, begin[4] = {0}, end[] = {s[0], s[1], s[2] & ~(int64_t)1, s[3] & ~(int64_t)1},
                  step[] = {1, 1, 1, 1};

    if (end[2] == s[2] && end[3] == s[3])
        return x;
    const struct ir_value in[] = {x, integers(ir, 4, begin), integers(ir, 4, end), integers(ir, 4, step)};
    return emit(ir, &(struct operation){"StridedSlice",
                                        "begin_mask=\"0,0,0,0\" end_mask=\"0,0,0,0\" new_axis_mask=\"0,0,0,0\" "
                                        "shrink_axis_mask=\"0,0,0,0\" ellipsis_mask=\"0,0,0,0\"",
                                        NULL,
                                        in,
                                        4,
                                        1,
                                        1,
                                        {{1, s[1], end[2], end[3]}}});
}

struct ir_value ir_pad(struct ir *ir, struct ir_value x, int64_t height, int64_t width)
{
    const int64_t begin[4] = {0}, end[] = {0, 0, height - x.shape.at[2], width - x.shape.at[3]};

    if (end[2] == 0 && end[3] == 0)
        return x;
    const struct ir_value in[] = {x, integers(ir, 4, begin), integers(ir, 4, end)};
    return emit(ir, &(struct operation){
                        "Pad", "pad_mode=\"constant\"", NULL, in, 3, 1, 1, {{1, x.shape.at[1], height, width}}});
}

void ir_split_phases(struct ir *ir, struct ir_value x, struct ir_value out[4])
{
    const int64_t axis = 1, channels = x.shape.at[1];
    const struct ir_value deep = emit(ir, &(struct operation){"SpaceToDepth", "block_size=\"2\" mode=\"blocks_first\"",
                                                              NULL, &x, 1, 1, 1, scaled(x.shape, 1, 2, 4 * channels)});
    const struct ir_value in[] = {deep, integers(ir, 0, &axis)};
    const struct ir_value first =
        emit(ir, &(struct operation){"Split", "num_splits=\"4\"", NULL, in, 2, 1, 4, scaled(x.shape, 1, 2, channels)});

    for (uint32_t i = 0; i < 4; i++)
        out[i] = (struct ir_value){first.layer, first.port + i, first.shape};
}

struct ir_value ir_join_phases(struct ir *ir, const struct ir_value in[4])
{
    const struct ir_shape shape = in[0].shape;
    const struct ir_value deep =
        emit(ir, &(struct operation){"Concat", "axis=\"1\"", NULL, in, 4, 4, 1, scaled(shape, 1, 1, 4 * shape.at[1])});
    return emit(ir, &(struct operation){"DepthToSpace", "block_size=\"2\" mode=\"blocks_first\"", NULL, &deep, 1, 1, 1,
                                        scaled(shape, 2, 1, shape.at[1])});
}

static struct ir_value transpose(struct ir *ir, struct ir_value x, const int64_t order[4], const char *name)
{
    const struct ir_value in[] = {x, integers(ir, 4, order)};
    struct ir_shape shape;

    for (int i = 0; i < 4; i++)
        shape.at[i] = x.shape.at[order[i]];
    return emit(ir, &(struct operation){"Transpose", "", name, in, 2, 1, 1, shape});
}

struct ir_value ir_channels_first(struct ir *ir, struct ir_value x)
{
    return transpose(ir, x, (const int64_t[]){0, 3, 1, 2}, NULL);
}

struct ir_value ir_channels_last(struct ir *ir, struct ir_value x, const char *name)
{
    return transpose(ir, x, (const int64_t[]){0, 2, 3, 1}, name);
}

void ir_output(struct ir *ir, struct ir_value x)
{
    emit(ir, &(struct operation){"Result", "", NULL, &x, 1, 1, 0, x.shape});
}

char *ir_end(struct ir *ir)
{
    char *text = NULL;

    if (ir->layers != NULL && fclose(ir->layers) != 0)
        ir->is_bad = true;
    if (ir->edges != NULL && fclose(ir->edges) != 0)
        ir->is_bad = true;
    ir->layers = ir->edges = NULL;
    if (ir->is_bad || asprintf(&text,
                               "<?xml version=\"1.0\"?><net name=\"artem\" version=\"11\"><layers>%s</layers>"
                               "<edges>%s</edges></net>",
                               ir->layer_text, ir->edge_text) < 0)
        return NULL;
    return text;
}

void ir_free(struct ir *ir)
{
    if (ir->layers != NULL)
        fclose(ir->layers);
    if (ir->edges != NULL)
        fclose(ir->edges);
    free(ir->layer_text);
    free(ir->edge_text);
    free(ir->constants);
    memset(ir, 0, sizeof *ir);
}
