// SPDX-License-Identifier: Apache-2.0
#include "onednn_step.h"

#include <pthread.h>
#include <stdint.h>

#include "artem/log.h"

dnnl_engine_t onednn_cpu;
static pthread_once_t cpu_once = PTHREAD_ONCE_INIT;

static void create_cpu(void)
{
    if (dnnl_engine_create(&onednn_cpu, dnnl_cpu, 0) != dnnl_success)
        onednn_cpu = NULL;
}

enum artem_result onednn_result_of(dnnl_status_t status)
{
    if (status == dnnl_success)
        return ARTEM_OK;
    artem_log(ARTEM_LOG_ERROR, "lab: oneDNN says %s (%d)",
              status == dnnl_out_of_memory ? "that memory ran out" : "that it failed", (int)status);
    return status == dnnl_out_of_memory ? ARTEM_ERROR_MEMORY : ARTEM_ERROR_DEVICE;
}

dnnl_status_t onednn_open_stream(dnnl_stream_t *stream)
{
    pthread_once(&cpu_once, create_cpu);
    return onednn_cpu == NULL ? dnnl_runtime_error : dnnl_stream_create(stream, onednn_cpu, dnnl_stream_default_flags);
}

onednn_const_desc onednn_query(const struct onednn_step *step, dnnl_query_t what)
{
    return dnnl_primitive_desc_query_md(step->pd, what, 0);
}

dnnl_status_t onednn_finish_step(struct onednn_step *step, dnnl_query_t in, dnnl_query_t out)
{
    dnnl_status_t status = dnnl_primitive_create(&step->primitive, step->pd);

    if (status == dnnl_success)
        status = dnnl_memory_create(&step->in, onednn_query(step, in), onednn_cpu, DNNL_MEMORY_NONE);
    if (status == dnnl_success)
        status = dnnl_memory_create(&step->out, onednn_query(step, out), onednn_cpu, DNNL_MEMORY_NONE);
    return status;
}

void onednn_destroy_step(struct onednn_step *step)
{
    if (step->in != NULL)
        dnnl_memory_destroy(step->in);
    if (step->out != NULL)
        dnnl_memory_destroy(step->out);
    if (step->primitive != NULL)
        dnnl_primitive_destroy(step->primitive);
    if (step->pd != NULL)
        dnnl_primitive_desc_destroy(step->pd);
}

// oneDNN's tensors are not const, whatever it does with them.
static dnnl_status_t set_tensor(dnnl_memory_t memory, const float *data)
{
    return dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)data);
}

dnnl_status_t onednn_execute(struct onednn_step *step, dnnl_stream_t stream, const float *in, float *out, int count,
                             const dnnl_exec_arg_t *args)
{
    dnnl_status_t status = set_tensor(step->in, in);

    if (status == dnnl_success)
        status = set_tensor(step->out, out);
    if (status == dnnl_success)
        status = dnnl_primitive_execute(step->primitive, stream, count, args);
    return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}

void onednn_destroy_memory(dnnl_memory_t memory)
{
    if (memory != NULL)
        dnnl_memory_destroy(memory);
}
