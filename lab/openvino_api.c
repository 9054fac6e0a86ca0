// SPDX-License-Identifier: Apache-2.0
#include "openvino_api.h"

#include <dlfcn.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"

static struct openvino_api api;
static bool is_open;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_in(const char *folder)
{
    char pattern[PATH_MAX];
    glob_t found;
    void *library = NULL;

    if (snprintf(pattern, sizeof pattern, "%s/libopenvino_c.so*", folder) >= (int)sizeof pattern)
        return NULL;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && library == NULL; i++)
            library = dlopen(found.gl_pathv[i], RTLD_NOW | RTLD_LOCAL);
    globfree(&found);
    return library;
}

static void *open_library(void)
{
    const char *named = getenv("ARTEM_OPENVINO");
    void *library = NULL;

    if (named != NULL && named[0] != '\0') {
        library = dlopen(named, RTLD_NOW | RTLD_LOCAL);
        return library != NULL ? library : open_in(named);
    }
    library = dlopen("libopenvino_c.so", RTLD_NOW | RTLD_LOCAL);
    return library != NULL ? library : open_in("/opt/intel/openvino/runtime/lib/intel64");
}

// Versions count the types from different ones on: 16-, 32- and 64-bit floats are 3 to 5, or 4 to 6.
static bool find_float_type(void)
{
    double memory = 0;
    int64_t one = 1;

    for (int type = 4; type <= 5 && api.float_type == 0; type++) {
        void *tensor = NULL;
        size_t size = 0;
        if (api.ov_tensor_create_from_host_ptr(type, (struct openvino_shape){1, &one}, &memory, &tensor) != 0)
            continue;
        if (api.ov_tensor_get_byte_size(tensor, &size) == 0 && size == sizeof(float))
            api.float_type = type;
        api.ov_tensor_free(tensor);
    }
    return api.float_type != 0;
}

static void load(void)
{
    static const char *const names[] = {
#define X(type, name, params) #name,
        OPENVINO_FUNCTIONS(X)
#undef X
    };
    void *library = open_library(), **const functions = (void **)&api;

    if (library == NULL) {
        artem_log(ARTEM_LOG_ERROR,
                  "OpenVINO is not here: no libopenvino_c.so could be opened; ARTEM_OPENVINO names its "
                  "folder (of the Python package openvino: openvino/libs)");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((functions[i] = dlsym(library, names[i])) == NULL) {
            artem_log(ARTEM_LOG_ERROR, "OpenVINO: this version has no %s: 2022.3 or newer is needed", names[i]);
            dlclose(library);
            return;
        }
    *(void **)&api.ov_get_last_err_msg = dlsym(library, "ov_get_last_err_msg");
    *(void **)&api.ov_free = dlsym(library, "ov_free");
    is_open = find_float_type();
    if (!is_open)
        artem_log(ARTEM_LOG_ERROR, "OpenVINO: this version names its types in a way that is not known");
}

const struct openvino_api *openvino_open(void)
{
    pthread_once(&once, load);
    return is_open ? &api : NULL;
}
