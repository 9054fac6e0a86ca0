// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "dnn.h"
#include "onednn_step.h"

struct dnn_pool {
    dnnl_stream_t stream;
    struct onednn_step forward, backward;
    dnnl_memory_t workspace; // which pixel was the largest; NULL for averages
};

static dnnl_status_t create_pool(struct dnn_pool *pool, const onednn_desc desc[2], bool average)
{
    const dnnl_alg_kind_t kind = average ? dnnl_pooling_avg_exclude_padding : dnnl_pooling_max;
    dnnl_status_t status = onednn_pool_forward(&pool->forward.pd, onednn_cpu, kind, desc[0], desc[1]);

    if (status == dnnl_success)
        status = onednn_finish_step(&pool->forward, dnnl_query_src_md, dnnl_query_dst_md);
    if (status == dnnl_success)
        status = onednn_pool_backward(&pool->backward.pd, onednn_cpu, kind, desc[0], desc[1], pool->forward.pd);
    if (status == dnnl_success)
        status = onednn_finish_step(&pool->backward, dnnl_query_diff_dst_md, dnnl_query_diff_src_md);
    if (status == dnnl_success && !average)
        status = dnnl_memory_create(&pool->workspace, onednn_query(&pool->forward, dnnl_query_workspace_md), onednn_cpu,
                                    DNNL_MEMORY_ALLOCATE);
    return status;
}

enum artem_result dnn_pool_create(uint32_t height, uint32_t width, uint32_t channels, bool average,
                                  struct dnn_pool **out_pool)
{
    const dnnl_dims_t in = {1, channels, height, width}, out = {1, channels, height / 2, width / 2};
    onednn_desc desc[2] = {NULL};
    struct dnn_pool *pool = calloc(1, sizeof *pool);

    *out_pool = NULL;
    if (pool == NULL)
        return ARTEM_ERROR_MEMORY;
    dnnl_status_t status = onednn_open_stream(&pool->stream);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[0], 4, in, dnnl_nhwc);
    if (status == dnnl_success)
        status = onednn_desc_create(&desc[1], 4, out, dnnl_nhwc);
    if (status == dnnl_success)
        status = create_pool(pool, desc, average);
    onednn_desc_destroy(desc[0]);
    onednn_desc_destroy(desc[1]);
    if (status == dnnl_success)
        *out_pool = pool;
    else
        dnn_pool_destroy(&pool);
    return onednn_result_of(status);
}

enum artem_result dnn_pool_forward(struct dnn_pool *pool, const float *in, float *out)
{
    const dnnl_exec_arg_t args[] = {
        {DNNL_ARG_SRC, pool->forward.in}, {DNNL_ARG_DST, pool->forward.out}, {DNNL_ARG_WORKSPACE, pool->workspace}};
    return onednn_result_of(
        onednn_execute(&pool->forward, pool->stream, in, out, pool->workspace != NULL ? 3 : 2, args));
}

enum artem_result dnn_pool_backward(struct dnn_pool *pool, const float *grad_out, float *grad_in)
{
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, pool->backward.in},
                                    {DNNL_ARG_DIFF_SRC, pool->backward.out},
                                    {DNNL_ARG_WORKSPACE, pool->workspace}};
    return onednn_result_of(
        onednn_execute(&pool->backward, pool->stream, grad_out, grad_in, pool->workspace != NULL ? 3 : 2, args));
}

void dnn_pool_destroy(struct dnn_pool **pool)
{
    struct dnn_pool *p = *pool;

    *pool = NULL;
    if (p == NULL)
        return;
    onednn_destroy_step(&p->forward);
    onednn_destroy_step(&p->backward);
    onednn_destroy_memory(p->workspace);
    if (p->stream != NULL)
        dnnl_stream_destroy(p->stream);
    free(p);
}
