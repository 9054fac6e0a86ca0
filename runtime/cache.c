// SPDX-License-Identifier: Apache-2.0
#include "cache.h"

#include "artem/config.h"
#include "artem/file.h"

bool artem_cache_path(const char *name, char *path, size_t size)
{
    const char *home = artem_user_env("XDG_CACHE_HOME");
    char base[ARTEM_PATH_MAX], folder[ARTEM_PATH_MAX];

    if (home == NULL || home[0] != '/') {
        home = artem_user_env("HOME");
        if (home == NULL || home[0] != '/' || artem_path_join(base, sizeof base, home, ".cache") != ARTEM_OK)
            return false;
        home = base;
    }
    return artem_path_join(folder, sizeof folder, home, "artem") == ARTEM_OK &&
           artem_path_join(path, size, folder, name) == ARTEM_OK;
}

bool artem_cache_write(const char *path, const char *data, size_t size)
{
    return artem_file_make_folders(path, 0700) && artem_file_replace(path, data, size, 0600);
}
