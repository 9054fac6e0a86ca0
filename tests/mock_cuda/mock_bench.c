// SPDX-License-Identifier: Apache-2.0
// What `artem bench gpu` asks the driver for beyond what the backend does.
#include "mock_driver.h"

#include <stdlib.h>

static CUcontext primary;
static int retained;

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
    (void)device;
    MOCK_ENTER(false);
    if (retained++ == 0)
        primary = mock_new_context();
    *context = primary;
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease(CUdevice device)
{
    (void)device;
    MOCK_CHECK(retained > 0, "more often than it was retained", CUDA_ERROR_INVALID_CONTEXT);
    if (--retained == 0)
        mock_delete(__func__, primary, MOCK_CONTEXT);
    MOCK_ENTER(false); // what fails is given back all the same, or a test could not clean up
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_is_device_range(from, bytes) && mock_is_host_range(to, bytes), "not device or pinned memory",
               CUDA_ERROR_INVALID_VALUE);
    work = calloc(1, sizeof *work);
    work->kind = work->node.kind = WORK_COPY;
    work->node.to = to;
    work->node.from = (const void *)(uintptr_t)from;
    work->node.bytes = bytes;
    mock_push(stream, work);
    return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                        unsigned bz, unsigned shared, CUstream stream, void **params, void **extra)
{
    const CUDA_KERNEL_NODE_PARAMS kernel = {.func = function,
                                            .gridDimX = gx,
                                            .gridDimY = gy,
                                            .gridDimZ = gz,
                                            .blockDimX = bx,
                                            .blockDimY = by,
                                            .blockDimZ = bz,
                                            .sharedMemBytes = shared,
                                            .kernelParams = params,
                                            .extra = extra};
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(function, MOCK_FUNCTION) && mock_is(stream, MOCK_STREAM), "no function",
               CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_can_launch(&kernel), "what cannot be launched", CUDA_ERROR_INVALID_VALUE);
    work = calloc(1, sizeof *work);
    work->kind = WORK_KERNEL;
    work->node = mock_kernel_node(&kernel, params[0]);
    mock_push(stream, work);
    return CUDA_SUCCESS;
}
