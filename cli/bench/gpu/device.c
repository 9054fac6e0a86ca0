// SPDX-License-Identifier: Apache-2.0
// A CUDA device for the bench: driver, context, kernels, memory, times.
#include <stdio.h>
#include <string.h>

#include "../../cli.h"
#include "gpu.h"
#include "kernels/cuda/bench/fatbin.h"

enum { SHARED_WITHOUT_ASKING = 48 << 10, GROUP_MAX = 4096, FEWEST = 5 };
static const double group_seconds = 1e-3, most_seconds = 10;

static bool load(struct gpu *gpu, char *why, size_t why_size)
{
#define X(name, version, params)                                                                                       \
    if (!cuda_driver_find(&gpu->driver, #name, version, (void **)&gpu->name, why, why_size))                           \
        return false;
    GPU_DRIVER_FUNCTIONS(X)
#undef X
    return true;
}

static bool find_device(struct gpu *gpu, const char *name, char *why, size_t why_size)
{
    const struct cuda_driver *d = &gpu->driver;
    int count = 0, major = 0, minor = 0, clock = 0;
    bool any_old = false;

    if (d->cuDeviceGetCount(&count) != CUDA_SUCCESS || count == 0) {
        snprintf(why, why_size, "there is no CUDA device");
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (d->cuDeviceGet(&gpu->device, i) != CUDA_SUCCESS ||
            d->cuDeviceGetName(gpu->name, sizeof gpu->name, gpu->device) != CUDA_SUCCESS ||
            (name != NULL && strstr(gpu->name, name) == NULL))
            continue;
        if (d->cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, gpu->device) != 0 ||
            d->cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, gpu->device) != 0 ||
            d->cuDeviceGetAttribute(&gpu->multiprocessors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, gpu->device) != 0)
            continue;
        if (d->cuDeviceGetAttribute(&clock, CU_DEVICE_ATTRIBUTE_CLOCK_RATE, gpu->device) == CUDA_SUCCESS)
            gpu->clock = clock * 1e3;
        gpu->capability = 10 * major + minor;
        if (gpu->capability >= 75)
            return true;
        snprintf(why, why_size, "%s is too old (compute capability %d.%d, and 7.5 is needed)", gpu->name, major, minor);
        any_old = true;
    }
    if (!any_old)
        snprintf(why, why_size, "there is no CUDA device of that name");
    return false;
}

static bool make(struct gpu *gpu, char *why, size_t why_size)
{
    const struct cuda_driver *d = &gpu->driver;
    CUresult result = gpu->cuDevicePrimaryCtxRetain(&gpu->context, gpu->device);

    if (result == CUDA_SUCCESS)
        result = d->cuCtxPushCurrent(gpu->context);
    if (result == CUDA_SUCCESS)
        result = d->cuModuleLoadData(&gpu->module, artem_bench_fatbin);
    if (result == CUDA_SUCCESS)
        result = d->cuStreamCreateWithPriority(&gpu->stream, CU_STREAM_NON_BLOCKING, 0);
    if (result == CUDA_SUCCESS)
        result = d->cuEventCreate(&gpu->begin, CU_EVENT_DEFAULT);
    if (result == CUDA_SUCCESS)
        result = d->cuEventCreate(&gpu->end, CU_EVENT_DEFAULT);
    if (result == CUDA_SUCCESS)
        result = d->cuMemHostAlloc((void **)&gpu->staging, GPU_STAGING, 0);
    if (result != CUDA_SUCCESS)
        snprintf(why, why_size, "%s cannot be used: %s", gpu->name, cuda_error_name(d, result));
    return result == CUDA_SUCCESS;
}

bool gpu_open(struct gpu *gpu, const char *device_name, char *why, size_t why_size)
{
    if (artem_bench_fatbin == NULL) {
        snprintf(why, why_size, "this build has no CUDA kernels");
        return false;
    }
    if (!cuda_driver_open(&gpu->driver, artem_bench_fatbin_driver, why, why_size))
        return false;
    if (load(gpu, why, why_size) && find_device(gpu, device_name, why, why_size) && make(gpu, why, why_size))
        return true;
    gpu_close(gpu);
    return false;
}

void gpu_close(struct gpu *gpu)
{
    const struct cuda_driver *d = &gpu->driver;
    CUcontext context;

    if (gpu->staging != NULL)
        d->cuMemFreeHost(gpu->staging);
    if (gpu->end != NULL)
        d->cuEventDestroy(gpu->end);
    if (gpu->begin != NULL)
        d->cuEventDestroy(gpu->begin);
    if (gpu->stream != NULL)
        d->cuStreamDestroy(gpu->stream);
    if (gpu->module != NULL)
        d->cuModuleUnload(gpu->module);
    if (gpu->context != NULL) {
        d->cuCtxPopCurrent(&context);
        gpu->cuDevicePrimaryCtxRelease(gpu->device);
    }
    cuda_driver_close(&gpu->driver);
}

bool gpu_check(struct gpu *gpu, CUresult result, const char *what)
{
    if (result != CUDA_SUCCESS)
        cli_error("CUDA: %s: %s", what, cuda_error_name(&gpu->driver, result));
    return result == CUDA_SUCCESS;
}

// ---- Memory ----

bool gpu_alloc(struct gpu *gpu, size_t bytes, CUdeviceptr *out_address)
{
    const size_t words = (bytes + 3) / 4;

    *out_address = 0;
    return gpu_check(gpu, gpu->driver.cuMemAlloc(out_address, 4 * words), "memory") &&
           gpu_check(gpu, gpu->driver.cuMemsetD32Async(*out_address, 0, words, gpu->stream), "memory");
}

void gpu_free(struct gpu *gpu, CUdeviceptr *address)
{
    if (*address != 0) {
        gpu->driver.cuStreamSynchronize(gpu->stream);
        gpu->driver.cuMemFree(*address);
    }
    *address = 0;
}

static void copy_bytes(const void *user, size_t first, size_t count, void *out)
{
    memcpy(out, (const uint8_t *)user + first, count);
}

bool gpu_upload(struct gpu *gpu, CUdeviceptr to, const void *from, size_t bytes)
{
    return gpu_fill(gpu, to, bytes, 1, copy_bytes, from);
}

bool gpu_fill(struct gpu *gpu, CUdeviceptr to, size_t count, size_t size,
              void (*fill)(const void *user, size_t first, size_t count, void *out), const void *user)
{
    const size_t most = GPU_STAGING / size;

    for (size_t first = 0; first < count; first += most) {
        const size_t now = count - first < most ? count - first : most;
        fill(user, first, now, gpu->staging);
        if (!gpu_check(gpu, gpu->driver.cuMemcpyHtoDAsync(to + first * size, gpu->staging, now * size, gpu->stream),
                       "copying to the device") ||
            !gpu_check(gpu, gpu->driver.cuStreamSynchronize(gpu->stream), "copying to the device"))
            return false;
    }
    return true;
}

bool gpu_download(struct gpu *gpu, void *to, CUdeviceptr from, size_t bytes)
{
    for (size_t first = 0; first < bytes; first += GPU_STAGING) {
        const size_t now = bytes - first < GPU_STAGING ? bytes - first : GPU_STAGING;
        if (!gpu_check(gpu, gpu->driver.cuMemcpyDtoHAsync(gpu->staging, from + first, now, gpu->stream),
                       "copying from the device") ||
            !gpu_check(gpu, gpu->driver.cuStreamSynchronize(gpu->stream), "copying from the device"))
            return false;
        memcpy((uint8_t *)to + first, gpu->staging, now);
    }
    return true;
}

// ---- Kernels ----

bool gpu_find(struct gpu *gpu, const char *kernel, size_t shared, CUfunction *out_function)
{
    const struct cuda_driver *d = &gpu->driver;

    return d->cuModuleGetFunction(out_function, gpu->module, kernel) == CUDA_SUCCESS &&
           (shared <= SHARED_WITHOUT_ASKING ||
            d->cuFuncSetAttribute(*out_function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int)shared) ==
                CUDA_SUCCESS);
}

bool gpu_launch(struct gpu *gpu, CUfunction function, uint32_t x, uint32_t y, uint32_t threads, size_t shared,
                const struct artem_bench_args *args)
{
    struct artem_bench_args copy = *args;
    void *params[1] = {&copy};

    return gpu_check(
        gpu, gpu->driver.cuLaunchKernel(function, x, y, 1, threads, 1, 1, (unsigned)shared, gpu->stream, params, NULL),
        "launching a kernel");
}

// ---- Times ----

// Seconds of so many calls; negative if something failed.
double gpu_time_of(struct gpu *gpu, bool (*run)(void *user), void *user, int calls)
{
    const struct cuda_driver *d = &gpu->driver;
    float milliseconds = 0;

    if (!gpu_check(gpu, d->cuEventRecord(gpu->begin, gpu->stream), "timing"))
        return -1;
    for (int i = 0; i < calls; i++)
        if (!run(user))
            return -1;
    if (!gpu_check(gpu, d->cuEventRecord(gpu->end, gpu->stream), "timing") ||
        !gpu_check(gpu, d->cuEventSynchronize(gpu->end), "running a kernel") ||
        !gpu_check(gpu, d->cuEventElapsedTime(&milliseconds, gpu->begin, gpu->end), "timing"))
        return -1;
    return milliseconds * 1e-3;
}

bool gpu_time(struct gpu *gpu, bool (*run)(void *user), void *user, struct bench_times *out, int *out_group)
{
    const double warm = bench_now() + gpu->bench->seconds;
    int group = 1;
    double time;

    do { // clocks rise, and a group grows until it is long enough
        time = gpu_time_of(gpu, run, user, group);
        if (time >= 0 && time < group_seconds && group < GROUP_MAX)
            group *= 2;
    } while (time >= 0 && (bench_now() < warm || (time < group_seconds && group < GROUP_MAX)));
    out->count = 0;
    const double enough = bench_now() + most_seconds; // a slow row does with fewer
    while (time >= 0 && out->count < gpu->runs && out->count < ARTEM_BENCH_TIMES &&
           (out->count < FEWEST || bench_now() < enough)) {
        time = gpu_time_of(gpu, run, user, group);
        out->time[out->count++] = time / group;
    }
    bench_sort(out);
    *out_group = group;
    return time >= 0;
}
