// SPDX-License-Identifier: Apache-2.0
#include "cuda_api.h"

#include <stdio.h>
#include <string.h>

#include "runtime/cuda/library.h"

#define WANTED(type, name, params) {#name, (void **)&api->name},

static bool open_library(const char *title, const char *const names[], size_t count,
                         const struct cuda_library_function wanted[], size_t wanted_count, char *why, size_t why_size)
{
    char what[96];

    if (cuda_library_open(names, count, wanted, wanted_count, what, sizeof what))
        return true;
    snprintf(why, why_size, "%s %s%s", title, strncmp(what, "not", 3) == 0 ? "is " : "", what);
    return false;
}

static bool open_cudnn(struct cuda_api *api, char *why, size_t why_size)
{
    static const char *const names[] = {"libcudnn.so.9", "libcudnn.so"};
    const struct cuda_library_function wanted[] = {CUDA_API_CUDNN(WANTED)};

    if (!open_library("cuDNN (libcudnn.so.9)", names, 2, wanted, sizeof wanted / sizeof *wanted, why, why_size))
        return false;
    const size_t version = api->cudnnGetVersion();
    if (version < CUDA_API_CUDNN_MIN)
        snprintf(why, why_size, "cuDNN is too old: 9.0 is needed");
    return version >= CUDA_API_CUDNN_MIN;
}

static bool open_cublas(struct cuda_api *api, char *why, size_t why_size)
{
    static const char *const names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so"};
    const struct cuda_library_function wanted[] = {CUDA_API_CUBLAS(WANTED)};

    return open_library("cuBLAS (libcublas.so.13 or .12)", names, 3, wanted, sizeof wanted / sizeof *wanted, why,
                        why_size);
}

bool cuda_api_open(struct cuda_api *api, char *why, size_t why_size)
{
    memset(api, 0, sizeof *api);
    if (!cuda_driver_open(&api->driver, 0, why, why_size))
        return false;
    bool found = true;
#define X(name, version, params)                                                                                       \
    found = found && cuda_driver_find(&api->driver, #name, version, (void **)&api->name, why, why_size);
    CUDA_API_DRIVER(X)
#undef X
    if (found && open_cudnn(api, why, why_size) && open_cublas(api, why, why_size))
        return true;
    cuda_api_close(api);
    return false;
}

void cuda_api_close(struct cuda_api *api)
{
    if (api->driver.library != NULL)
        cuda_driver_close(&api->driver);
}
