// SPDX-License-Identifier: Apache-2.0
// Opens the display driver's CUDA library.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"

typedef CUresult (*pfn_get_proc_address)(const char *symbol, void **function, int version, uint64_t flags,
                                         int *out_status);

bool cuda_driver_find(const struct cuda_driver *driver, const char *name, int version, void **out_function, char *why,
                      size_t why_size)
{
    const pfn_get_proc_address get = (pfn_get_proc_address)dlsym(driver->library, "cuGetProcAddress_v2");
    int status;

    *out_function = NULL;
    if (get != NULL && get(name, out_function, version, 0, &status) == CUDA_SUCCESS && *out_function != NULL)
        return true;
    snprintf(why, why_size, "the NVIDIA driver lacks %s", name);
    return false;
}

static bool load(struct cuda_driver *driver, char *why, size_t why_size)
{
    void *function;

#define X(name, version, params)                                                                                       \
    if (!cuda_driver_find(driver, #name, version, &function, why, why_size))                                           \
        return false;                                                                                                  \
    memcpy(&driver->name, &function, sizeof function);
    CUDA_DRIVER_FUNCTIONS(X)
#undef X
    return true;
}

bool cuda_driver_open(struct cuda_driver *driver, int least, char *why, size_t why_size)
{
    const int needed = least > CUDA_DRIVER_MIN ? least : CUDA_DRIVER_MIN;
    CUresult (*get_version)(int *version);
    CUresult result;

    memset(driver, 0, sizeof *driver);
    // Threads of the driver may outlive us: it stays.
    driver->library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (driver->library == NULL) {
        snprintf(why, why_size, "there is no NVIDIA driver here (libcuda.so.1)");
        return false;
    }
    get_version = (CUresult(*)(int *))dlsym(driver->library, "cuDriverGetVersion");
    if (get_version == NULL || get_version(&driver->version) != CUDA_SUCCESS)
        snprintf(why, why_size, "the NVIDIA driver does not tell its version");
    else if (driver->version < needed || dlsym(driver->library, "cuGetProcAddress_v2") == NULL)
        snprintf(why, why_size, "the NVIDIA driver is too old: it has CUDA %d.%d, and %d.%d is needed",
                 driver->version / 1000, driver->version % 1000 / 10, needed / 1000, needed % 1000 / 10);
    else if (load(driver, why, why_size)) {
        result = driver->cuInit(0);
        if (result == CUDA_SUCCESS)
            return true;
        snprintf(why, why_size, "CUDA does not start: %s", cuda_error_name(driver, result));
    }
    cuda_driver_close(driver);
    return false;
}

void cuda_driver_close(struct cuda_driver *driver)
{
    if (driver->library != NULL)
        dlclose(driver->library);
    driver->library = NULL;
}

const char *cuda_error_name(const struct cuda_driver *driver, CUresult error)
{
    const char *name = NULL;

    return driver->cuGetErrorName(error, &name) == CUDA_SUCCESS && name != NULL ? name : "an unknown error";
}
