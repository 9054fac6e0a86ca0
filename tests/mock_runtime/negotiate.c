// SPDX-License-Identifier: Apache-2.0
// The loader's door of the runtime as a library of its own, written from the OpenXR loader specification.
#include <pthread.h>
#include <stdlib.h>

#include "mock_internal.h"

enum { LOADER_INFO = 1, RUNTIME_REQUEST = 3, INTERFACE_VERSION = 1 };

struct loader_info {
    int struct_type;
    uint32_t struct_version;
    size_t struct_size;
    uint32_t min_interface_version, max_interface_version;
    XrVersion min_api_version, max_api_version;
};

struct runtime_request {
    int struct_type;
    uint32_t struct_version;
    size_t struct_size;
    uint32_t runtime_interface_version;
    XrVersion runtime_api_version;
    PFN_xrGetInstanceProcAddr get_instance_proc_addr;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start(void)
{
    mock_reset();
    mock_read_environment();
}

// Apps may end without destroying anything.
__attribute__((destructor)) static void end(void)
{
    mock_write_report();
}

__attribute__((visibility("default"))) XRAPI_ATTR XrResult XRAPI_CALL
xrNegotiateLoaderRuntimeInterface(const struct loader_info *info, struct runtime_request *request);

XRAPI_ATTR XrResult XRAPI_CALL xrNegotiateLoaderRuntimeInterface(const struct loader_info *info,
                                                                 struct runtime_request *request)
{
    if (info == NULL || request == NULL || info->struct_type != LOADER_INFO ||
        request->struct_type != RUNTIME_REQUEST || info->struct_size < sizeof *info ||
        request->struct_size < sizeof *request || info->min_interface_version > INTERFACE_VERSION ||
        info->max_interface_version < INTERFACE_VERSION)
        return XR_ERROR_INITIALIZATION_FAILED;
    pthread_once(&once, start);
    request->runtime_interface_version = INTERFACE_VERSION;
    request->runtime_api_version = XR_CURRENT_API_VERSION;
    request->get_instance_proc_addr = mock_get_proc_addr;
    return XR_SUCCESS;
}
