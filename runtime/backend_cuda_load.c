// SPDX-License-Identifier: Apache-2.0
// Finds and opens the shared object of the CUDA backend: beside the layer, the command or the library that this code is
// part of, wherever that is installed.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "artem/file.h"
#include "backend_cuda.h"
#include "own_folder.h"

static bool find_library(char *path, size_t size)
{
    // Installed beside the layer; from /bin; in a build folder, from its bin/ and plugin/.
    static const char *const places[] = {"artem", "../" ARTEM_LIBDIR "/artem", "../lib/artem", "."};
    const char *named = artem_user_env("ARTEM_CUDA_LIBRARY");
    char folder[ARTEM_PATH_MAX];

    if (named != NULL)
        return (size_t)snprintf(path, size, "%s", named) < size;
    if (!artem_own_folder(folder, sizeof folder))
        return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if ((size_t)snprintf(path, size, "%s/%s/%s", folder, places[i], ARTEM_CUDA_LIBRARY) < size &&
            access(path, R_OK) == 0)
            return true;
    return false;
}

static const struct artem_cuda_api *open_library(void **out_library, char *why, size_t why_size)
{
    char path[ARTEM_PATH_MAX];
    const struct artem_cuda_api *api;
    pfn_artem_cuda_get_api get;
    void *library;

    if (!find_library(path, sizeof path)) {
        snprintf(why, why_size, ARTEM_CUDA_LIBRARY " is not installed");
        return NULL;
    }
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(why, why_size, "%s cannot be opened: %s", path, dlerror());
        return NULL;
    }
    get = (pfn_artem_cuda_get_api)dlsym(library, ARTEM_CUDA_ENTRY);
    api = get != NULL ? get() : NULL;
    if (api != NULL && api->abi == ARTEM_CUDA_ABI) {
        *out_library = library;
        return api;
    }
    snprintf(why, why_size, "%s is of another version", path);
    dlclose(library);
    return NULL;
}

const struct artem_cuda_api *artem_cuda_load(enum artem_log_level level, void **out_library)
{
    char why[ARTEM_PATH_MAX + 256];
    const struct artem_cuda_api *api = open_library(out_library, why, sizeof why);

    if (api == NULL)
        artem_log(level, "no CUDA: %s", why);
    return api;
}

void artem_cuda_unload(void *library)
{
    if (library != NULL)
        dlclose(library);
}

enum artem_result artem_cuda_probe(const uint8_t *uuid, struct artem_cuda_info *out_info, char *why, size_t why_size)
{
    const struct artem_cuda_params params = {
        .uuid = uuid,
        .device_name = uuid != NULL ? NULL : artem_user_env("ARTEM_CUDA_DEVICE"),
    };
    const struct artem_cuda_api *api;
    enum artem_result result;
    void *library = NULL;

    api = open_library(&library, why, why_size);
    if (api == NULL)
        return ARTEM_ERROR_UNSUPPORTED;
    result = api->probe(&params, out_info, why, why_size);
    artem_cuda_unload(library);
    return result;
}
