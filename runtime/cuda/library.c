// SPDX-License-Identifier: Apache-2.0
// NVIDIA's libraries, opened by name.
#include <dlfcn.h>
#include <stdio.h>

#include "library.h"

bool cuda_library_open(const char *const names[], size_t count, const struct cuda_library_function wanted[],
                       size_t wanted_count, char *why, size_t why_size)
{
    void *library = NULL;

    for (size_t i = 0; i < count && library == NULL; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(why, why_size, "not installed");
        return false;
    }
    for (size_t i = 0; i < wanted_count; i++) {
        *wanted[i].place = dlsym(library, wanted[i].name);
        if (*wanted[i].place == NULL) {
            snprintf(why, why_size, "has no %s", wanted[i].name);
            return false;
        }
    }
    return true;
}
