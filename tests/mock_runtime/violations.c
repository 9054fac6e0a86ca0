// SPDX-License-Identifier: Apache-2.0
// What callers did wrong, and the report.
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "mock_internal.h"

enum { KEPT = 64 };

static atomic_uint count, total;
static char kept[KEPT][256]; // for the report; guarded by the lock of violation_lock
static atomic_flag violation_lock = ATOMIC_FLAG_INIT;

XrResult mock_violation(XrResult result, const char *format, ...)
{
    unsigned number = atomic_fetch_add(&total, 1);
    char text[256];
    va_list args;

    atomic_fetch_add(&count, 1);
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "mock runtime: violation: %s\n", text);
    while (atomic_flag_test_and_set(&violation_lock)) {
    }
    if (number < KEPT)
        memcpy(kept[number], text, sizeof text);
    atomic_flag_clear(&violation_lock);
    return result;
}

unsigned mock_take_violations(void)
{
    return atomic_exchange(&count, 0);
}

void mock_write_report(void)
{
    unsigned violations = atomic_load(&total);
    FILE *file = mock_options.report[0] != '\0' ? fopen(mock_options.report, "w") : NULL;

    if (file == NULL)
        return;
    fprintf(file, "frames %u\nmissed %u\nsessions %u\nswapchains %u\nviolations %u\n", mock_frames, mock_missed,
            mock_count_calls("xrCreateSession"), mock_count_calls("xrCreateSwapchain"), violations);
    for (unsigned i = 0; i < violations && i < KEPT; i++)
        fprintf(file, "violation %s\n", kept[i]);
    fclose(file);
}
