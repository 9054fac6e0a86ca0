// SPDX-License-Identifier: Apache-2.0
// The one result type of libartem: 0 is success, positive is a success with a condition, negative an error.
#ifndef ARTEM_RESULT_H
#define ARTEM_RESULT_H

enum artem_result {
    ARTEM_OK = 0,
    ARTEM_TIMEOUT = 1,             // not finished in the given time; try again
    ARTEM_ERROR_ARGUMENT = -1,     // the caller broke the contract of the call
    ARTEM_ERROR_MEMORY = -2,       // allocation failed
    ARTEM_ERROR_IO = -3,           // file missing or unreadable (errno is logged)
    ARTEM_ERROR_FORMAT = -4,       // a file is damaged, truncated or of another kind
    ARTEM_ERROR_VERSION = -5,      // a file of a newer or foreign format version, or a style of another network
    ARTEM_ERROR_UNSUPPORTED = -6,  // valid, but this build or machine cannot do it
    ARTEM_ERROR_DEVICE = -7,       // a device or backend failed
    ARTEM_ERROR_NOT_FOUND = -8,    // no such style or model in the search path
};

// A short English phrase, never NULL.
const char *artem_result_string(enum artem_result result);

#endif
