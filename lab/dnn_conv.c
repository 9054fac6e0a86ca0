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

static dnnl_status_t create_conv(struct dnn_conv *conv, const onednn_desc desc[5], const float *weights,
                                 const float *bias, bool has_backward)
{
    dnnl_post_ops_t ops = NULL;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_status_t status = dnnl_post_ops_create(&ops);

    if (status == dnnl_success)
        status = onednn_append_relu(ops);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_create(&attr);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(attr, ops);
    if (status == dnnl_success)
        status = onednn_conv_forward(&conv->forward.pd, onednn_cpu, desc[0], desc[1], desc[2], desc[3], attr);
    if (status == dnnl_success)
        status = onednn_finish_step(&conv->forward, dnnl_query_src_md, dnnl_query_dst_md);
    if (status == dnnl_success)
        status = reorder(conv->stream, desc[4], weights, onednn_query(&conv->forward, dnnl_query_weights_md),
                         &conv->weights);
    if (status == dnnl_success)
        status = reorder(conv->stream, desc[2], bias, desc[2], &conv->bias);
    if (status == dnnl_success && has_backward)
        status = onednn_conv_backward(&conv->backward.pd, onednn_cpu, desc[0], desc[1], desc[3], conv->forward.pd);
    if (status == dnnl_success && has_backward)
        status = onednn_finish_step(&conv->backward, dnnl_query_diff_dst_md, dnnl_query_diff_src_md);
    if (status == dnnl_success && has_backward)
        status = reorder(conv->stream, desc[4], weights, onednn_query(&conv->backward, dnnl_query_weights_md),
                         &conv->weights_backward);
    if (attr != NULL)
        dnnl_primitive_attr_destroy(attr);
    if (ops != NULL)
        dnnl_post_ops_destroy(ops);
    return status;
}

enum artem_result dnn_conv_create(uint32_t height, uint32_t width, uint32_t inputs, uint32_t outputs,
                                  const float *weights, const float *bias, bool has_backward,
                                  struct dnn_conv **out_conv)
{
    const dnnl_dims_t in = {1, inputs, height, width}, kernel = {outputs, inputs, 3, 3}, biases = {outputs},
                      out = {1, outputs, height, width};
    onednn_desc desc[5] = {NULL};
    struct dnn_conv *conv = calloc(1, sizeof *conv);

    *out_conv = NULL;
    if (conv == NULL)
        return ARTEM_ERROR_MEMORY;
    dnnl_status_t status = onednn_open_stream(&conv->stream);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[0], 4, in, dnnl_nhwc);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[1], 4, kernel, dnnl_format_tag_any);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[2], 1, biases, dnnl_x);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[3], 4, out, dnnl_nhwc);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[4], 4, kernel, dnnl_oihw);
    if (status == dnnl_success)
        status = create_conv(conv, desc, weights, bias, has_backward);
    for (size_t i = 0; i < sizeof desc / sizeof *desc; i++)
        onednn_desc_destroy(desc[i]);
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
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, conv->backward.in},
                                    {DNNL_ARG_WEIGHTS, conv->weights_backward},
                                    {DNNL_ARG_DIFF_SRC, conv->backward.out}};
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
