// SPDX-License-Identifier: Apache-2.0
#include <omp.h>

#include "dnn.h"
#include "onednn_step.h"

enum artem_result dnn_gram(const float *in, uint64_t cells, uint32_t channels, float scale, float keep, float *gram)
{
    return onednn_result_of(dnnl_sgemm('T', 'N', channels, channels, (dnnl_dim_t)cells, scale, in, channels, in,
                                       channels, keep, gram, channels));
}

enum artem_result dnn_product(const float *in, uint64_t cells, uint32_t channels, const float *matrix, float scale,
                              float *out)
{
    return onednn_result_of(dnnl_sgemm('N', 'N', (dnnl_dim_t)cells, channels, channels, scale, in, channels, matrix,
                                       channels, 0, out, channels));
}

void dnn_set_threads(uint32_t threads)
{
    omp_set_num_threads(threads != 0 ? (int)threads : omp_get_num_procs());
}
