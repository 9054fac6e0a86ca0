// SPDX-License-Identifier: Apache-2.0
// xrGetInstanceProcAddr. Functions of extensions that the app did not enable are unsupported, as in a careful runtime.
#include "dispatch.h"

#include <string.h>

static bool needs_no_instance(const char *name)
{
    return strcmp(name, "xrEnumerateInstanceExtensionProperties") == 0 || strcmp(name, "xrCreateInstance") == 0 ||
           strcmp(name, "xrEnumerateApiLayerProperties") == 0 || strcmp(name, "xrGetInstanceProcAddr") == 0;
}

XRAPI_ATTR XrResult XRAPI_CALL mock_get_proc_addr(XrInstance handle, const char *name, PFN_xrVoidFunction *function)
{
    static const struct {
        const char *name, *extension;
        PFN_xrVoidFunction function;
    } functions[] = {
#define X(name, extension) {#name, extension, (PFN_xrVoidFunction)mock_##name},
        MOCK_FUNCTIONS(X)
#undef X
    };
    const struct mock_instance *instance;

    MOCK_ENTER("xrGetInstanceProcAddr");
    *function = NULL;
    instance = MOCK_FIND(mock_instance, MOCK_INSTANCE, handle);
    if (handle != XR_NULL_HANDLE && instance == NULL)
        return mock_violation(XR_ERROR_HANDLE_INVALID, "xrGetInstanceProcAddr: unknown instance (%s)", name);
    if (instance == NULL && !needs_no_instance(name))
        return XR_ERROR_HANDLE_INVALID; // asked by careful callers too
    if (strcmp(name, "xrGetInstanceProcAddr") == 0) {
        *function = (PFN_xrVoidFunction)mock_get_proc_addr;
        return XR_SUCCESS;
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(name, functions[i].name) != 0)
            continue;
        if (functions[i].extension[0] != '\0' && !mock_is_enabled(instance, functions[i].extension))
            break;
        *function = functions[i].function;
        return XR_SUCCESS;
    }
    return XR_ERROR_FUNCTION_UNSUPPORTED;
}
