// SPDX-License-Identifier: Apache-2.0
// What `artem bench gpu` asks the driver for beyond what the backend does.
#include "mock_driver.h"

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
