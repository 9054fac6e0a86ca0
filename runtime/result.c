// SPDX-License-Identifier: Apache-2.0
#include "artem/result.h"

const char *artem_result_string(enum artem_result result)
{
    switch (result) {
    case ARTEM_OK:
        return "success";
    case ARTEM_TIMEOUT:
        return "not finished in time";
    case ARTEM_ERROR_ARGUMENT:
        return "wrong argument";
    case ARTEM_ERROR_MEMORY:
        return "out of memory";
    case ARTEM_ERROR_IO:
        return "file missing or unreadable";
    case ARTEM_ERROR_FORMAT:
        return "damaged file or file of another kind";
    case ARTEM_ERROR_VERSION:
        return "other format version or other network";
    case ARTEM_ERROR_UNSUPPORTED:
        return "not supported here";
    case ARTEM_ERROR_DEVICE:
        return "device or backend failed";
    case ARTEM_ERROR_NOT_FOUND:
        return "not found";
    }
    return "unknown result";
}
