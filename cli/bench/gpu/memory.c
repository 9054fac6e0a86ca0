// SPDX-License-Identifier: Apache-2.0
// The rate of the device's memory: as the driver tells it, or, where it does not, that of a copy.
#include "gpu.h"

enum { COPY_BYTES = 16 << 20, COPY_CACHES = 8 }; // at least, and so many times what its cache holds

struct copy {
    struct gpu *gpu;
    CUdeviceptr from, to;
    size_t bytes;
};

static double told(const struct gpu *gpu)
{
    const struct cuda_driver *d = &gpu->driver;
    int clock = 0, width = 0;

    if (d->cuDeviceGetAttribute(&clock, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, gpu->device) != CUDA_SUCCESS ||
        d->cuDeviceGetAttribute(&width, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, gpu->device) != CUDA_SUCCESS)
        return 0;
    return clock * 1e3 * 2 * width / 8; // both edges
}

static bool run(void *user)
{
    const struct copy *c = user;

    return gpu_check(c->gpu, c->gpu->cuMemcpyDtoDAsync(c->to, c->from, c->bytes, c->gpu->stream), "copying memory");
}

bool gpu_find_memory_rate(struct gpu *gpu)
{
    static struct bench_times times;
    struct copy copy = {.gpu = gpu, .bytes = COPY_BYTES};
    int cache = 0, group;

    gpu->memory = told(gpu);
    gpu->memory_measured = gpu->memory <= 0;
    if (!gpu->memory_measured)
        return true;
    if (gpu->driver.cuDeviceGetAttribute(&cache, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, gpu->device) == CUDA_SUCCESS &&
        cache > COPY_BYTES / COPY_CACHES)
        copy.bytes = (size_t)cache * COPY_CACHES;
    const bool good = gpu_alloc(gpu, copy.bytes, &copy.from) && gpu_alloc(gpu, copy.bytes, &copy.to) &&
                      gpu_time(gpu, run, &copy, &times, &group);
    if (good && times.time[0] > 0)
        gpu->memory = 2.0 * (double)copy.bytes / times.time[0];
    gpu_free(gpu, &copy.from);
    gpu_free(gpu, &copy.to);
    return good;
}
