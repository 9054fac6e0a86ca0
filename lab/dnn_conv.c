// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "dnn.h"
#include "onednn_step.h"

struct dnn_conv {
    dnnl_stream_t stream;
    struct onednn_step forward, backward;
    dnnl_memory_t weights, bias, weights_backward; // in the layouts that the primitives like
};

// Weights, once, from their usual layout into the one of a primitive.
static dnnl_status_t reorder(dnnl_stream_t stream, onednn_desc from, const float *data, onednn_const_desc to,
                             dnnl_memory_t *out_memory)
{
    dnnl_memory_t in = NULL;
    struct onednn_step step = {NULL, NULL, NULL, NULL};
    dnnl_status_t status = dnnl_memory_create(&in, from, onednn_cpu, (void *)(uintptr_t)data);

    if (status == dnnl_success)
        status = dnnl_memory_create(out_memory, to, onednn_cpu, DNNL_MEMORY_ALLOCATE);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&step.pd, from, onednn_cpu, to, onednn_cpu, NULL);
    if (status == dnnl_success)
        status = dnnl_primitive_create(&step.primitive, step.pd);
    if (status == dnnl_success) {
        const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, in}, {DNNL_ARG_TO, *out_memory}};
        status = dnnl_primitive_execute(step.primitive, stream, 2, args);
    }
    if (status == dnnl_success)
        status = dnnl_stream_wait(stream);
    if (in != NULL)
        dnnl_memory_destroy(in);
    onednn_destroy_step(&step);
    return status;
}

// The layouts of a convolution's tensors; weights: as the primitive likes, and as they are given.
struct shapes {
    onednn_desc in, out, bias, weights, given;
};

static dnnl_status_t describe(uint32_t height, uint32_t width, uint32_t inputs, uint32_t outputs, struct shapes *s)
{
    const dnnl_dims_t in = {1, inputs, height, width}, out = {1, outputs, height, width}, biases = {outputs},
                      kernel = {outputs, inputs, 3, 3};
    dnnl_status_t status = onednn_desc_create(&s->in, 4, in, dnnl_nhwc);

    if (status == dnnl_success)
        status = onednn_desc_create(&s->out, 4, out, dnnl_nhwc);
    if (status == dnnl_success)
        status = onednn_desc_create(&s->bias, 1, biases, dnnl_x);
    if (status == dnnl_success)
        status = onednn_desc_create(&s->weights, 4, kernel, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = onednn_desc_create(&s->given, 4, kernel, dnnl_oihw);
    return status;
}

static void forget(struct shapes *s)
{
    onednn_desc_destroy(s->in);
    onednn_desc_destroy(s->out);
    onednn_desc_destroy(s->bias);
    onednn_desc_destroy(s->weights);
    onednn_desc_destroy(s->given);
}

static dnnl_status_t create_forward(struct dnn_conv *conv, const struct shapes *s, const float *weights,
                                    const float *bias, bool has_relu)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t status = dnnl_post_ops_create(&ops);

    if (status == dnnl_success && has_relu)
        status = onednn_append_relu(ops);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_create(&attr);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(attr, ops);
    if (status == dnnl_success)
        status = onednn_conv_forward(&conv->forward.pd, onednn_cpu, s->in, s->weights, s->bias, s->out, attr);
    if (status == dnnl_success)
        status = onednn_finish_step(&conv->forward, dnnl_query_src_md, dnnl_query_dst_md);
    if (status == dnnl_success)
        status = reorder(conv->stream, s->given, weights, onednn_query(&conv->forward, dnnl_query_weights_md),
                         &conv->weights);
    if (status == dnnl_success)
        status = reorder(conv->stream, s->bias, bias, s->bias, &conv->bias);
    if (attr != NULL)
        dnnl_primitive_attr_destroy(attr);
    if (ops != NULL)
        dnnl_post_ops_destroy(ops);
    return status;
}

void dnn_conv_transpose(uint32_t inputs, uint32_t outputs, const float *weights, float *out)
{
    for (uint64_t o = 0; o < outputs; o++)
        for (uint64_t i = 0; i < inputs; i++)
            for (uint64_t tap = 0; tap < 9; tap++)
                out[(i * outputs + o) * 9 + 8 - tap] = weights[(o * inputs + i) * 9 + tap];
}

// The gradient with respect to the input is a convolution as well, of the transposed weights. oneDNN's own primitive
// for it takes up to three times as long with tensors in this order (2.6, AVX-512, 512 channels).
static dnnl_status_t create_backward(struct dnn_conv *conv, uint32_t inputs, uint32_t outputs, const struct shapes *s,
                                     const float *weights)
{
    float *transposed = malloc((size_t)inputs * outputs * 9 * sizeof *transposed);
    dnnl_status_t status = transposed == NULL ? dnnl_out_of_memory : dnnl_success;

    if (status == dnnl_success)
        status = onednn_conv_forward(&conv->backward.pd, onednn_cpu, s->in, s->weights, NULL, s->out, NULL);
    if (status == dnnl_success)
        status = onednn_finish_step(&conv->backward, dnnl_query_src_md, dnnl_query_dst_md);
    if (status == dnnl_success) {
        dnn_conv_transpose(inputs, outputs, weights, transposed);
        status = reorder(conv->stream, s->given, transposed, onednn_query(&conv->backward, dnnl_query_weights_md),
                         &conv->weights_backward);
    }
    free(transposed);
    return status;
}

enum artem_result dnn_conv_create(uint32_t height, uint32_t width, uint32_t inputs, uint32_t outputs,
                                  const float *weights, const float *bias, bool has_relu, bool has_backward,
                                  struct dnn_conv **out_conv)
{
    struct shapes forward = {0}, backward = {0};
    struct dnn_conv *conv = calloc(1, sizeof *conv);

    *out_conv = NULL;
    if (conv == NULL)
        return ARTEM_ERROR_MEMORY;
    dnnl_status_t status = onednn_open_stream(&conv->stream);
    if (status == dnnl_success)
        status = describe(height, width, inputs, outputs, &forward);
    if (status == dnnl_success)
        status = create_forward(conv, &forward, weights, bias, has_relu);
    if (status == dnnl_success && has_backward)
        status = describe(height, width, outputs, inputs, &backward);
    if (status == dnnl_success && has_backward)
        status = create_backward(conv, inputs, outputs, &backward, weights);
    forget(&forward);
    forget(&backward);
    if (status == dnnl_success)
        *out_conv = conv;
    else
        dnn_conv_destroy(&conv);
    return onednn_result_of(status);
}

enum artem_result dnn_conv_forward(struct dnn_conv *conv, const float *in, float *out)
{
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, conv->forward.in},
                                    {DNNL_ARG_WEIGHTS, conv->weights},
                                    {DNNL_ARG_BIAS, conv->bias},
                                    {DNNL_ARG_DST, conv->forward.out}};
    return onednn_result_of(onednn_execute(&conv->forward, conv->stream, in, out, 4, args));
}

enum artem_result dnn_conv_backward(struct dnn_conv *conv, const float *grad_sum, float *grad_in)
{
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, conv->backward.in},
                                    {DNNL_ARG_WEIGHTS, conv->weights_backward},
                                    {DNNL_ARG_DST, conv->backward.out}};
    return onednn_result_of(onednn_execute(&conv->backward, conv->stream, grad_sum, grad_in, 3, args));
}

void dnn_conv_destroy(struct dnn_conv **conv)
{
    struct dnn_conv *c = *conv;

    *conv = NULL;
    if (c == NULL)
        return;
    onednn_destroy_step(&c->forward);
    onednn_destroy_step(&c->backward);
    onednn_destroy_memory(c->weights);
    onednn_destroy_memory(c->weights_backward);
    onednn_destroy_memory(c->bias);
    if (c->stream != NULL)
        dnnl_stream_destroy(c->stream);
    free(c);
}
