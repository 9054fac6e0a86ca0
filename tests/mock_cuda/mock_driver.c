// SPDX-License-Identifier: Apache-2.0
// Entry points of the library, devices, contexts, modules; objects that are counted and checked.
#include "mock_driver.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static bool enter_library(const char *function, bool needs_context)
{
    CUresult result;

    return mock_enter(function, needs_context, &result);
}

EXPORT struct mock_cuda mock_cuda = {.driver_version = 13000,
                                     .devices = 1,
                                     .capability = 90,
                                     .memory = UINT64_C(1) << 32,
                                     .enter_library = enter_library,
                                     .complain = mock_complain,
                                     .is_device_range = mock_is_device_range,
                                     .wait = mock_wait};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct mock_object *alive;
static _Thread_local CUcontext stack[4];
static _Thread_local int depth;
static bool initialised;
static const char *failing = ""; // function

struct CUctx_st {
    struct mock_object object;
};

struct CUmod_st {
    struct mock_object object;
    struct CUfunc_st *functions[64];
    unsigned count;
};

__attribute__((constructor)) static void read_environment(void)
{
    const char *uuid = getenv("MOCK_CUDA_UUID"), *delay = getenv("MOCK_CUDA_DELAY_US"),
               *capability = getenv("MOCK_CUDA_CAPABILITY"), *fail = getenv("MOCK_CUDA_FAIL");

    failing = fail != NULL ? fail : "";
    mock_cuda.skip_waits = getenv("MOCK_CUDA_SKIP_WAITS") != NULL;
    mock_cuda.delay_us = delay != NULL ? atoi(delay) : 0;
    mock_cuda.capability = capability != NULL ? atoi(capability) : mock_cuda.capability;
    for (int i = 0; i < 16 && uuid != NULL && strlen(uuid) == 32; i++) {
        const char digits[3] = {uuid[2 * i], uuid[2 * i + 1], '\0'};
        mock_cuda.uuid[i] = (uint8_t)strtol(digits, NULL, 16);
    }
}

void mock_complain(const char *format, ...)
{
    va_list list;

    atomic_fetch_add(&mock_cuda.errors, 1);
    fputs("mock CUDA: ", stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}

enum { STREAM_CAPTURE_UNSUPPORTED = 900 };
static _Thread_local int capture_mode; // global

CUresult cuThreadExchangeStreamCaptureMode(int *mode)
{
    const int had = capture_mode;

    capture_mode = *mode;
    *mode = had;
    return CUDA_SUCCESS;
}

static bool is_refused(const char *name)
{
    const bool refused = mock_cuda.captures && capture_mode != CU_STREAM_CAPTURE_MODE_RELAXED;

    if (refused)
        mock_complain("%s: while the app captures a stream", name);
    return refused;
}

bool mock_enter(const char *name, bool needs_context, CUresult *out_result)
{
    const int call = atomic_fetch_add(&mock_cuda.calls, 1) + 1;
    const bool fails =
        call == mock_cuda.fail_at || (strcmp(name, mock_cuda.fail_function) == 0 &&
                                      atomic_fetch_add(&mock_cuda.function_calls, 1) + 1 == mock_cuda.fail_number);

    if (needs_context && is_refused(name)) {
        *out_result = STREAM_CAPTURE_UNSUPPORTED;
        return false;
    }
    if (needs_context && depth == 0) {
        mock_complain("%s: no context is current", name);
        *out_result = CUDA_ERROR_INVALID_CONTEXT;
        return false;
    }
    if ((mock_cuda.lose_at != 0 && call >= mock_cuda.lose_at) || strcmp(name, failing) == 0)
        *out_result = CUDA_ERROR_LAUNCH_FAILED;
    else if (fails)
        *out_result = strstr(name, "Alloc") != NULL || strstr(name, "Import") != NULL ? CUDA_ERROR_OUT_OF_MEMORY
                                                                                      : CUDA_ERROR_UNKNOWN;
    else
        return true;
    return false;
}

void *mock_new(enum mock_kind kind, size_t size)
{
    struct mock_object *object = calloc(1, size);

    if (object == NULL)
        abort();
    object->kind = kind;
    object->owner = depth > 0 ? stack[depth - 1] : NULL;
    pthread_mutex_lock(&mutex);
    object->next = alive;
    object->link = &alive;
    if (alive != NULL)
        alive->link = &object->next;
    alive = object;
    pthread_mutex_unlock(&mutex);
    atomic_fetch_add(&mock_cuda.objects, 1);
    return object;
}

bool mock_is(const void *object, enum mock_kind kind)
{
    const struct mock_object *o;
    bool found = false;

    pthread_mutex_lock(&mutex);
    for (o = alive; o != NULL && !found; o = o->next)
        found = o == object && o->kind == kind;
    pthread_mutex_unlock(&mutex);
    return found;
}

void mock_delete(const char *name, void *object, enum mock_kind kind)
{
    struct mock_object *o = object;

    if (!mock_is(object, kind)) {
        mock_complain("%s: no such object", name);
        return;
    }
    if (atomic_load(&o->in_use) != 0)
        mock_complain("%s: it is still in use", name);
    pthread_mutex_lock(&mutex);
    *o->link = o->next;
    if (o->next != NULL)
        o->next->link = o->link;
    pthread_mutex_unlock(&mutex);
    atomic_fetch_sub(&mock_cuda.objects, 1);
    free(o);
}

// ---- The library ----

EXPORT CUresult cuDriverGetVersion(int *version)
{
    *version = mock_cuda.driver_version;
    return CUDA_SUCCESS;
}

EXPORT CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status)
{
    static const struct {
        const char *name;
        void *function;
    } known[] = {
#define X(name, version, params) {#name, (void *)name},
        CUDA_DRIVER_FUNCTIONS(X) GPU_DRIVER_FUNCTIONS(X)
#undef X
    };

    (void)version;
    (void)flags;
    *function = NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, symbol) == 0 && strcmp(symbol, mock_cuda.missing) != 0) {
            *function = known[i].function;
            if (status != NULL)
                *status = 0;
            return CUDA_SUCCESS;
        }
    if (status != NULL)
        *status = 1;
    return CUDA_ERROR_NOT_FOUND;
}

CUresult cuInit(unsigned flags)
{
    (void)flags;
    MOCK_ENTER(false);
    initialised = true;
    return mock_cuda.devices > 0 ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

CUresult cuGetErrorName(CUresult error, const char **name)
{
    *name = error == CUDA_ERROR_OUT_OF_MEMORY   ? "CUDA_ERROR_OUT_OF_MEMORY"
            : error == CUDA_ERROR_NO_DEVICE     ? "CUDA_ERROR_NO_DEVICE"
            : error == CUDA_ERROR_LAUNCH_FAILED ? "CUDA_ERROR_LAUNCH_FAILED"
                                                : "CUDA_ERROR_UNKNOWN";
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count)
{
    MOCK_ENTER(false);
    MOCK_CHECK(initialised, "before cuInit", CUDA_ERROR_NOT_INITIALIZED);
    *count = mock_cuda.devices;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal)
{
    MOCK_ENTER(false);
    MOCK_CHECK(ordinal >= 0 && ordinal < mock_cuda.devices, "no such device", CUDA_ERROR_INVALID_VALUE);
    *device = ordinal;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char *name, int size, CUdevice device)
{
    const char *other = getenv("MOCK_CUDA_NAME");

    MOCK_ENTER(false);
    if (other != NULL)
        snprintf(name, (size_t)size, "%s", other);
    else
        snprintf(name, (size_t)size, "Mock %d", device);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device)
{
    MOCK_ENTER(false);
    memcpy(uuid->bytes, mock_cuda.uuid, sizeof uuid->bytes);
    uuid->bytes[0] = (char)(uuid->bytes[0] + device);
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device)
{
    const int capability =
        device == 0 && mock_cuda.first_capability != 0 ? mock_cuda.first_capability : mock_cuda.capability;

    MOCK_ENTER(false);
    switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
        *value = capability / 10;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
        *value = capability % 10;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
        *value = 4;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
        *value = mock_cuda.capability == 75 ? 65536 : 101376;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
        *value = 1000000;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
        *value = getenv("MOCK_CUDA_NO_MEMORY_CLOCK") != NULL ? 0 : 1000000; // as some drivers
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
        *value = 1 << 20;
        return CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
        *value = 4096;
        return CUDA_SUCCESS;
    default:
        mock_complain("cuDeviceGetAttribute: %d is not known", attribute);
        return CUDA_ERROR_INVALID_VALUE;
    }
}

// ---- Contexts ----

CUcontext mock_new_context(void)
{
    return mock_new(MOCK_CONTEXT, sizeof(struct CUctx_st));
}

CUresult cuCtxCreate(CUcontext *context, unsigned flags, CUdevice device)
{
    (void)flags;
    MOCK_ENTER(false);
    MOCK_CHECK(device >= 0 && device < mock_cuda.devices, "no such device", CUDA_ERROR_INVALID_VALUE);
    if (is_refused(__func__))
        return STREAM_CAPTURE_UNSUPPORTED;
    atomic_fetch_or(&mock_cuda.used, 1u << device);
    MOCK_CHECK(depth < 4, "too many contexts are current", CUDA_ERROR_INVALID_VALUE);
    *context = mock_new(MOCK_CONTEXT, sizeof **context);
    stack[depth++] = *context; // it is current at once
    return CUDA_SUCCESS;
}

static void *find_owned(CUcontext context, enum mock_kind kind)
{
    struct mock_object *o;

    pthread_mutex_lock(&mutex);
    for (o = alive; o != NULL && (o->owner != context || o->kind != kind); o = o->next)
        ;
    pthread_mutex_unlock(&mutex);
    return o;
}

// A context takes with it what is left in it.
static void abandon(CUcontext context)
{
    static const enum mock_kind order[] = {MOCK_STREAM,      MOCK_EXEC,   MOCK_GRAPH,
                                           MOCK_EVENT,       MOCK_MODULE, MOCK_EXTERNAL_SEMAPHORE,
                                           MOCK_HOST_MEMORY, MOCK_MEMORY, MOCK_EXTERNAL_MEMORY};

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        for (void *o; (o = find_owned(context, order[i])) != NULL;) {
            atomic_fetch_add(&mock_cuda.abandoned, 1);
            switch (order[i]) {
            case MOCK_STREAM:
                cuStreamDestroy(o);
                break;
            case MOCK_EXEC:
                cuGraphExecDestroy(o);
                break;
            case MOCK_GRAPH:
                cuGraphDestroy(o);
                break;
            case MOCK_EVENT:
                cuEventDestroy(o);
                break;
            case MOCK_MODULE:
                cuModuleUnload(o);
                break;
            case MOCK_EXTERNAL_SEMAPHORE:
                cuDestroyExternalSemaphore(o);
                break;
            case MOCK_EXTERNAL_MEMORY:
                cuDestroyExternalMemory(o);
                break;
            default:
                mock_free_range(o);
                break;
            }
        }
}

CUresult cuCtxDestroy(CUcontext context)
{
    abandon(context);
    mock_delete(__func__, context, MOCK_CONTEXT);
    if (depth > 0 && stack[depth - 1] == context)
        depth--;
    return CUDA_SUCCESS;
}

CUresult cuCtxPushCurrent(CUcontext context)
{
    MOCK_ENTER(false);
    MOCK_CHECK(mock_is(context, MOCK_CONTEXT) && depth < 4, "no context", CUDA_ERROR_INVALID_CONTEXT);
    stack[depth++] = context;
    return CUDA_SUCCESS;
}

CUresult cuCtxGetCurrent(CUcontext *context)
{
    *context = depth > 0 ? stack[depth - 1] : NULL;
    return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent(CUcontext *context)
{
    MOCK_CHECK(depth > 0, "no context is current", CUDA_ERROR_INVALID_CONTEXT);
    *context = stack[--depth];
    return CUDA_SUCCESS;
}

// ---- Modules ----

CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
    MOCK_ENTER(true);
    MOCK_CHECK(image != NULL, "no image", CUDA_ERROR_INVALID_IMAGE);
    *module = mock_new(MOCK_MODULE, sizeof **module);
    return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module)
{
    MOCK_CHECK(mock_is(module, MOCK_MODULE), "no module", CUDA_ERROR_INVALID_HANDLE);
    for (unsigned i = 0; i < module->count; i++)
        mock_delete(__func__, module->functions[i], MOCK_FUNCTION);
    mock_delete(__func__, module, MOCK_MODULE);
    return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(module, MOCK_MODULE) && module->count < 64, "no module", CUDA_ERROR_INVALID_HANDLE);
    if (!mock_find_kernel(name))
        return CUDA_ERROR_NOT_FOUND;
    *function = mock_new(MOCK_FUNCTION, sizeof **function);
    snprintf((*function)->name, sizeof(*function)->name, "%s", name);
    module->functions[module->count++] = *function;
    return CUDA_SUCCESS;
}

CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(function, MOCK_FUNCTION), "no function", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(attribute == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES && value >= 0 && value <= 232448,
               "an attribute that no device has", CUDA_ERROR_INVALID_VALUE);
    return CUDA_SUCCESS;
}
