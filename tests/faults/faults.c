// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <stdatomic.h>
#include <string.h>

#include "artem/result.h"
#include "fake_engine.h"
#include "fault_vulkan.h"
#include "mock_runtime.h"

const char *const fault_kind_names[FAULT_KINDS] = {"app's OpenXR calls", "layer's OpenXR calls", "Vulkan calls",
                                                   "allocations",        "system calls",         "engine calls"};
struct fault fault_wanted[FAULTS_AT_ONCE];
unsigned fault_count;

static atomic_uint calls[FAULT_KINDS];
static const char *app_function; // that the app is in
static unsigned app_calls;

void fault_reset(void)
{
    memset(fault_wanted, 0, sizeof fault_wanted);
    fault_count = 0;
    app_calls = 0;
    for (int i = 0; i < FAULT_KINDS; i++)
        atomic_store(&calls[i], 0);
}

unsigned fault_calls(enum fault_kind kind)
{
    return kind == FAULT_APP ? app_calls : atomic_load(&calls[kind]);
}

static struct fault *find(enum fault_kind kind, unsigned number)
{
    for (unsigned i = 0; i < fault_count; i++)
        if (fault_wanted[i].kind == kind && fault_wanted[i].number == number)
            return &fault_wanted[i];
    return NULL;
}

static bool strike(struct fault *fault, const char *function, unsigned *out_way)
{
    if (fault == NULL)
        return false;
    fault->hit = true;
    fault->function = function;
    *out_way = fault->way;
    return true;
}

bool fault_strikes(enum fault_kind kind, const char *function, unsigned *out_way)
{
    return strike(find(kind, atomic_fetch_add(&calls[kind], 1) + 1), function, out_way);
}

// ---- OpenXR ----

void fault_app_begins(const char *function)
{
    app_function = function;
    app_calls++;
}

void fault_app_ends(void)
{
    app_function = NULL;
}

static XrResult result_of(const char *function, unsigned way)
{
    static const XrResult results[] = {XR_ERROR_RUNTIME_FAILURE, XR_ERROR_OUT_OF_MEMORY, XR_ERROR_SESSION_LOST,
                                       XR_ERROR_INSTANCE_LOST, XR_ERROR_VALIDATION_FAILURE};

    if (way == 0 && strcmp(function, "xrWaitSwapchainImage") == 0)
        return XR_TIMEOUT_EXPIRED;
    return results[way % (sizeof results / sizeof results[0])];
}

// The call that the app makes is its own, however often the layer tries; all others in it are the layer's.
static XrResult intercept(const char *function)
{
    unsigned way;

    if (app_function == NULL)
        return XR_SUCCESS;
    if (strcmp(function, app_function) == 0)
        return strike(find(FAULT_APP, app_calls), function, &way) ? result_of(function, way) : XR_SUCCESS;
    return fault_strikes(FAULT_OWN, function, &way) ? result_of(function, way) : XR_SUCCESS;
}

// ---- The engine ----

enum artem_result fault_engine(const char *function);

enum artem_result fault_engine(const char *function)
{
    static const enum artem_result results[] = {ARTEM_ERROR_DEVICE, ARTEM_ERROR_MEMORY};
    unsigned way;

    if (!fault_strikes(FAULT_ENGINE, function, &way))
        return ARTEM_OK;
    if (way == 2 && strcmp(function, "artem_engine_wait") == 0)
        return ARTEM_TIMEOUT; // late
    return results[way % 2];
}

void fault_install(void)
{
    mock_intercept = intercept;
    app_get_vulkan = fault_get_vulkan;
}
