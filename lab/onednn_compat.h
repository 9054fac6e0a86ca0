// SPDX-License-Identifier: Apache-2.0
// oneDNN made its memory descriptors opaque and lost its operation descriptors in version 3. Both versions are in use:
// Debian 12 has 2.6, newer distributions have 3. All that differs is here.
#ifndef ARTEM_LAB_ONEDNN_COMPAT_H
#define ARTEM_LAB_ONEDNN_COMPAT_H

#include <oneapi/dnnl/dnnl.h>
#include <stddef.h>
#include <stdlib.h>

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t onednn_desc; // a handle
typedef const_dnnl_memory_desc_t onednn_const_desc;

static inline dnnl_status_t onednn_desc_create(onednn_desc *desc, int dimensions, const dnnl_dims_t sizes,
                                               dnnl_format_tag_t tag)
{
    return dnnl_memory_desc_create_with_tag(desc, dimensions, sizes, dnnl_f32, tag);
}

static inline void onednn_desc_destroy(onednn_desc desc)
{
    if (desc != NULL)
        dnnl_memory_desc_destroy(desc);
}

static inline dnnl_status_t onednn_conv_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc in,
                                                onednn_desc weights, onednn_desc bias, onednn_desc out,
                                                dnnl_primitive_attr_t attr)
{
    const dnnl_dims_t one = {1, 1}, zero = {0, 0};
    return dnnl_convolution_forward_primitive_desc_create(pd, engine, dnnl_forward_training, dnnl_convolution_direct,
                                                          in, weights, bias, out, one, zero, one, one, attr);
}

static inline dnnl_status_t onednn_pool_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_alg_kind_t kind,
                                                onednn_desc in, onednn_desc out)
{
    const dnnl_dims_t two = {2, 2}, zero = {0, 0};
    return dnnl_pooling_forward_primitive_desc_create(pd, engine, dnnl_forward_training, kind, in, out, two, two, zero,
                                                      zero, zero, NULL);
}

static inline dnnl_status_t onednn_pool_backward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_alg_kind_t kind,
                                                 onednn_desc in, onednn_desc out, dnnl_primitive_desc_t forward)
{
    const dnnl_dims_t two = {2, 2}, zero = {0, 0};
    return dnnl_pooling_backward_primitive_desc_create(pd, engine, kind, in, out, two, two, zero, zero, zero, forward,
                                                       NULL);
}

static inline dnnl_status_t onednn_append_relu(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, 0, 0);
}

#else

typedef dnnl_memory_desc_t *onednn_desc;
typedef const dnnl_memory_desc_t *onednn_const_desc;

static inline dnnl_status_t onednn_desc_create(onednn_desc *desc, int dimensions, const dnnl_dims_t sizes,
                                               dnnl_format_tag_t tag)
{
    *desc = malloc(sizeof **desc);
    return *desc == NULL ? dnnl_out_of_memory : dnnl_memory_desc_init_by_tag(*desc, dimensions, sizes, dnnl_f32, tag);
}

static inline void onednn_desc_destroy(onednn_desc desc)
{
    free(desc);
}

static inline dnnl_status_t onednn_conv_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, onednn_desc in,
                                                onednn_desc weights, onednn_desc bias, onednn_desc out,
                                                dnnl_primitive_attr_t attr)
{
    const dnnl_dims_t one = {1, 1};
    dnnl_convolution_desc_t desc;
    const dnnl_status_t status = dnnl_convolution_forward_desc_init(
        &desc, dnnl_forward_training, dnnl_convolution_direct, in, weights, bias, out, one, one, one);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &desc, attr, engine, NULL);
}

static inline dnnl_status_t onednn_pool_forward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_alg_kind_t kind,
                                                onednn_desc in, onednn_desc out)
{
    const dnnl_dims_t two = {2, 2}, zero = {0, 0};
    dnnl_pooling_desc_t desc;
    const dnnl_status_t status =
        dnnl_pooling_forward_desc_init(&desc, dnnl_forward_training, kind, in, out, two, two, zero, zero);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &desc, NULL, engine, NULL);
}

static inline dnnl_status_t onednn_pool_backward(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, dnnl_alg_kind_t kind,
                                                 onednn_desc in, onednn_desc out, dnnl_primitive_desc_t forward)
{
    const dnnl_dims_t two = {2, 2}, zero = {0, 0};
    dnnl_pooling_desc_t desc;
    const dnnl_status_t status = dnnl_pooling_backward_desc_init(&desc, kind, in, out, two, two, zero, zero);
    return status != dnnl_success ? status : dnnl_primitive_desc_create(pd, &desc, NULL, engine, forward);
}

static inline dnnl_status_t onednn_append_relu(dnnl_post_ops_t ops)
{
    return dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, 0, 0);
}

#endif
#endif
