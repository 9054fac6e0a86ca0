// SPDX-License-Identifier: Apache-2.0
// Names of results and structure types.
#include <stdio.h>
#include <string.h>

#include <openxr/openxr_reflection.h>

#include "dispatch.h"
#include "mock_internal.h"

bool mock_find_result(const char *name, XrResult *out_result)
{
#define X(result, value)                                                                                               \
    if (strcmp(name, #result) == 0) {                                                                                  \
        *out_result = result;                                                                                          \
        return true;                                                                                                   \
    }
    XR_LIST_ENUM_XrResult(X)
#undef X
        return false;
}

MOCK_FUNCTION(xrResultToString)(XrInstance instance, XrResult value, char buffer[XR_MAX_RESULT_STRING_SIZE])
{
    const char *found = NULL;

    MOCK_ENTER("xrResultToString");
    (void)instance;
#define X(result, number)                                                                                              \
    if (value == result)                                                                                               \
        found = #result;
    XR_LIST_ENUM_XrResult(X)
#undef X
        if (found != NULL) snprintf(buffer, XR_MAX_RESULT_STRING_SIZE, "%s", found);
    else snprintf(buffer, XR_MAX_RESULT_STRING_SIZE, "XR_UNKNOWN_%s_%d", value < 0 ? "FAILURE" : "SUCCESS", value);
    return XR_SUCCESS;
}

MOCK_FUNCTION(xrStructureTypeToString)
(XrInstance instance, XrStructureType value, char buffer[XR_MAX_STRUCTURE_NAME_SIZE])
{
    const char *found = NULL;

    MOCK_ENTER("xrStructureTypeToString");
    (void)instance;
#define X(type, number)                                                                                                \
    if (value == type)                                                                                                 \
        found = #type;
    XR_LIST_ENUM_XrStructureType(X)
#undef X
        if (found != NULL) snprintf(buffer, XR_MAX_STRUCTURE_NAME_SIZE, "%s", found);
    else snprintf(buffer, XR_MAX_STRUCTURE_NAME_SIZE, "XR_UNKNOWN_STRUCTURE_TYPE_%d", value);
    return XR_SUCCESS;
}
