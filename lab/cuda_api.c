// SPDX-License-Identifier: Apache-2.0
#include "cuda_api.h"

#include <stdio.h>
#include <string.h>

#include "runtime/cuda/library.h"

#define WANTED(type, name, params) {#name, (void **)&api->name},

static bool open_cudnn(struct cuda_api *api, char *why, size_t why_size)
{
    static const char *const names[] = {"libcudnn.so.9", "libcudnn.so"};
    const struct cuda_library_function wanted[] = {CUDA_API_CUDNN(WANTED)};
    char what[96];

    if (!cuda_library_open(names, 2, wanted, sizeof wanted / sizeof *wanted, what, sizeof what)) {
        snprintf(why, why_size, "cuDNN (libcudnn.so.9) %s%s", strncmp(what, "not", 3) == 0 ? "is " : "", what);
        return false;
    }
    const size_t version = api->cudnnGetVersion();
    if (version < CUDA_API_CUDNN_MIN)
        snprintf(why, why_size, "cuDNN is too old: 9.0 is needed");
    return version >= CUDA_API_CUDNN_MIN;
}

static bool open_cublas(struct cuda_api *api, char *why, size_t why_size)
{
    static const char *const names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so"};
    const struct cuda_library_function wanted[] = {CUDA_API_CUBLAS(WANTED)};
    char what[96];

    if (cuda_library_open(names, 3, wanted, sizeof wanted / sizeof *wanted, what, sizeof what))
        return true;
    snprintf(why, why_size, "cuBLAS (libcublas.so.13 or .12) %s%s", strncmp(what, "not", 3) == 0 ? "is " : "", what);
    return false;
}

bool cuda_api_open(struct cuda_api *api, char *why, size_t why_size)
{
    memset(api, 0, sizeof *api);
    if (!cuda_driver_open(&api->driver, why, why_size))
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
