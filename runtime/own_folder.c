// SPDX-License-Identifier: Apache-2.0
#include "own_folder.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool artem_own_folder(char *out, size_t size)
{
    static const char here;
    char path[PATH_MAX];
    Dl_info info;

    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL)
        return false;
    // Of a program it is what it was called by, which need not be a path.
    const char *name = strchr(info.dli_fname, '/') != NULL ? info.dli_fname : "/proc/self/exe";
    if (realpath(name, path) == NULL)
        return false;
    *strrchr(path, '/') = '\0';
    return (size_t)snprintf(out, size, "%s", path[0] != '\0' ? path : "/") < size;
}
