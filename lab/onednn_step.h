// SPDX-License-Identifier: Apache-2.0
// What layers on oneDNN share: the CPU as oneDNN's engine, and primitives with their tensors.
#ifndef ARTEM_LAB_ONEDNN_STEP_H
#define ARTEM_LAB_ONEDNN_STEP_H

#include "artem/result.h"
#include "onednn_compat.h"

extern dnnl_engine_t onednn_cpu; // there once a stream was opened

// One primitive and the memory objects that it is given its tensors by.
struct onednn_step {
    dnnl_primitive_desc_t pd;
    dnnl_primitive_t primitive;
    dnnl_memory_t in, out;
};

dnnl_status_t onednn_open_stream(dnnl_stream_t *stream);

// Says in the log what failed.
enum artem_result onednn_result_of(dnnl_status_t status);

// The layout of one of a primitive's tensors.
onednn_const_desc onednn_query(const struct onednn_step *step, dnnl_query_t what);

// Makes the rest of a step that has its pd. The memory objects get no memory of their own: onednn_execute names it.
dnnl_status_t onednn_finish_step(struct onednn_step *step, dnnl_query_t in, dnnl_query_t out);
// Returns when it is done.
dnnl_status_t onednn_execute(struct onednn_step *step, dnnl_stream_t stream, const float *in, float *out, int count,
                             const dnnl_exec_arg_t *args);
void onednn_destroy_step(struct onednn_step *step);
void onednn_destroy_memory(dnnl_memory_t memory); // NULL-safe

#endif
