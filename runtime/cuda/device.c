// SPDX-License-Identifier: Apache-2.0
// The device, its context, and the kernels' functions.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cuda_engine.h"

void cuda_log(const struct artem_cuda_host *host, enum artem_log_level level, const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    host->log(level, text);
}

enum artem_result cuda_result(struct artem_cuda *cuda, CUresult result, const char *what)
{
    if (result == CUDA_SUCCESS)
        return ARTEM_OK;
    cuda_log(cuda->host, ARTEM_LOG_ERROR, "CUDA: %s (%s)", what, cuda_error_name(&cuda->driver, result));
    return result == CUDA_ERROR_OUT_OF_MEMORY ? ARTEM_ERROR_MEMORY : ARTEM_ERROR_DEVICE;
}

// Of the thread: how deep it is in calls, and the mode that it had before.
static _Thread_local struct {
    unsigned depth;
    int mode;
} calls;

void cuda_begin_calls(const struct artem_cuda *cuda)
{
    if (calls.depth++ > 0)
        return;
    calls.mode = CU_STREAM_CAPTURE_MODE_RELAXED;
    cuda->driver.cuThreadExchangeStreamCaptureMode(&calls.mode);
}

void cuda_end_calls(const struct artem_cuda *cuda)
{
    if (--calls.depth == 0)
        cuda->driver.cuThreadExchangeStreamCaptureMode(&calls.mode);
}

bool cuda_enter(struct artem_cuda *cuda)
{
    CUcontext current = NULL;

    if (cuda->context == NULL)
        return false;
    cuda_begin_calls(cuda);
    if (cuda->driver.cuCtxPushCurrent(cuda->context) == CUDA_SUCCESS)
        return true;
    // The error may be of earlier work, and the context current all the same.
    if (cuda->driver.cuCtxGetCurrent(&current) == CUDA_SUCCESS && current == cuda->context)
        cuda_leave(cuda);
    else
        cuda_end_calls(cuda);
    return false;
}

void cuda_leave(struct artem_cuda *cuda)
{
    CUcontext ours;

    cuda->driver.cuCtxPopCurrent(&ours);
    cuda_end_calls(cuda);
}

// Whether the device is the one that is meant, and what it can do.
static bool describe(const struct cuda_driver *driver, const struct artem_cuda_params *params, CUdevice device,
                     struct artem_cuda_chip *chip, struct artem_cuda_info *info)
{
    CUuuid uuid;
    int multiprocessors = 0, shared = 0;

    memset(info, 0, sizeof *info);
    if (driver->cuDeviceGetName(info->name, sizeof info->name, device) != CUDA_SUCCESS ||
        driver->cuDeviceGetUuid(&uuid, device) != CUDA_SUCCESS)
        return false;
    if (params->uuid != NULL && memcmp(uuid.bytes, params->uuid, ARTEM_CUDA_UUID_SIZE) != 0)
        return false;
    if (params->device_name != NULL && strstr(info->name, params->device_name) == NULL)
        return false;
    if (driver->cuDeviceGetAttribute(&chip->major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device) != 0 ||
        driver->cuDeviceGetAttribute(&chip->minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device) != 0 ||
        driver->cuDeviceGetAttribute(&multiprocessors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device) != 0 ||
        driver->cuDeviceGetAttribute(&shared, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device) != 0)
        return false;
    chip->multiprocessors = (uint32_t)multiprocessors;
    chip->shared_per_block = (uint32_t)shared;
    info->capability = 10 * chip->major + chip->minor;
    info->driver = driver->version;
    return true;
}

bool cuda_find_device(const struct cuda_driver *driver, const struct artem_cuda_params *params, CUdevice *out_device,
                      struct artem_cuda_chip *out_chip, struct artem_cuda_info *out_info, char *why, size_t why_size)
{
    enum artem_cuda_form forms[ARTEM_CUDA_FORM_COUNT];
    uint32_t left = params->index;
    int count = 0;
    bool any_old = false;

    if (driver->cuDeviceGetCount(&count) != CUDA_SUCCESS || count == 0) {
        snprintf(why, why_size, "there is no CUDA device");
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (driver->cuDeviceGet(out_device, i) != CUDA_SUCCESS ||
            !describe(driver, params, *out_device, out_chip, out_info))
            continue;
        // One that is too old is no device, and hides none that is not.
        if (artem_cuda_forms(out_chip, forms) == 0 || out_info->capability < 75) {
            snprintf(why, why_size, "%s is too old (compute capability %d.%d, and 7.5 is needed)", out_info->name,
                     out_chip->major, out_chip->minor);
            any_old = true;
        } else if (left-- == 0) {
            return true;
        }
    }
    if (any_old && left == params->index)
        return false;
    if (left < params->index) {
        snprintf(why, why_size, "there is no CUDA device %u, only %u", params->index, params->index - left);
        return false;
    }
    snprintf(why, why_size, "%s",
             params->uuid != NULL          ? "no CUDA device has the UUID of the Vulkan device"
             : params->device_name != NULL ? "there is no CUDA device of that name"
                                           : "no CUDA device can be asked for its properties");
    return false;
}

enum artem_result cuda_device_open(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;
    enum artem_result result;

    cuda_begin_calls(cuda);
    // Waiting threads sleep: the app wants the CPU.
    result = cuda_result(cuda, d->cuCtxCreate(&cuda->context, CU_CTX_SCHED_BLOCKING_SYNC, cuda->device),
                         "the context cannot be made");
    if (result != ARTEM_OK) {
        cuda_end_calls(cuda);
        return result;
    }
    result = cuda_result(cuda, d->cuModuleLoadData(&cuda->module, cuda_image()), "the kernels cannot be loaded");
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuStreamCreateWithPriority(&cuda->stream, CU_STREAM_NON_BLOCKING, 0),
                             "the stream cannot be made");
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventCreate(&cuda->begin, CU_EVENT_DEFAULT), "an event cannot be made");
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventCreate(&cuda->end, CU_EVENT_BLOCKING_SYNC), "an event cannot be made");
    cuda_leave(cuda);
    return result;
}

void cuda_device_close(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;

    for (unsigned i = 0; i < cuda->mark_count; i++)
        d->cuEventDestroy(cuda->marks[i]);
    if (cuda->end != NULL)
        d->cuEventDestroy(cuda->end);
    if (cuda->begin != NULL)
        d->cuEventDestroy(cuda->begin);
    if (cuda->stream != NULL)
        d->cuStreamDestroy(cuda->stream);
    if (cuda->module != NULL)
        d->cuModuleUnload(cuda->module);
}

CUfunction cuda_find_kernel(struct artem_cuda *cuda, const char *name, uint32_t shared)
{
    const struct cuda_driver *d = &cuda->driver;
    const uint32_t without_asking = 48 * 1024;
    unsigned i = 0;

    while (i < cuda->kernel_count && strcmp(cuda->kernels[i].name, name) != 0)
        i++;
    if (i == CUDA_KERNELS_MAX)
        return NULL;
    if (i == cuda->kernel_count) {
        if (cuda_result(cuda, d->cuModuleGetFunction(&cuda->kernels[i].function, cuda->module, name), name) != ARTEM_OK)
            return NULL;
        cuda->kernels[i].name = name;
        cuda->kernels[i].shared = without_asking;
        cuda->kernel_count++;
    }
    if (shared > cuda->kernels[i].shared) {
        if (cuda_result(cuda,
                        d->cuFuncSetAttribute(cuda->kernels[i].function,
                                              CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int)shared),
                        name) != ARTEM_OK)
            return NULL;
        cuda->kernels[i].shared = shared;
    }
    return cuda->kernels[i].function;
}

enum artem_result cuda_launch_kernel(struct artem_cuda *cuda, const struct artem_cuda_launch *launch)
{
    const CUfunction function = cuda_find_kernel(cuda, launch->kernel, launch->shared);
    struct artem_cuda_args args = launch->args;

    if (function == NULL)
        return ARTEM_ERROR_DEVICE;
    return cuda_result(cuda,
                       cuda->driver.cuLaunchKernel(function, launch->grid[0], launch->grid[1], launch->grid[2],
                                                   launch->block[0], launch->block[1], launch->block[2], launch->shared,
                                                   cuda->stream, (void *[]){&args}, NULL),
                       launch->kernel);
}
