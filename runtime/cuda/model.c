// SPDX-License-Identifier: Apache-2.0
// Weights and parameters in the form that the kernels read.

#include "cuda_engine.h"
#include "sources.h"

enum artem_result cuda_upload_network(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;
    const struct artem_cuda_network_source source = cuda_network_source(cuda->network);
    void *staging = NULL;
    enum artem_result result = cuda_result(cuda, d->cuMemHostAlloc(&staging, cuda->model.size, 0), "no pinned memory");

    if (result != ARTEM_OK)
        return result;
    artem_cuda_pack_network(&source, staging);
    result = cuda_result(cuda, d->cuMemcpyHtoDAsync(cuda->model.address, staging, cuda->model.size, cuda->stream),
                         "the network cannot be copied");
    // Before the staging memory goes, whatever the copy said.
    const enum artem_result copied = cuda_result(cuda, d->cuStreamSynchronize(cuda->stream), "the copy fails");
    d->cuMemFreeHost(staging);
    cuda->stray = cuda->stray && copied != ARTEM_OK;
    return result != ARTEM_OK ? result : copied;
}

void cuda_pack_style(const struct artem_style *style, void *to)
{
    const struct artem_cuda_style_source source = cuda_style_source(style);

    artem_cuda_pack_style(&source, to);
}
