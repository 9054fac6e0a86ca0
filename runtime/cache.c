// SPDX-License-Identifier: Apache-2.0
#include "cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "file.h"

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

static bool make_folder(const char *path)
{
    char folder[ARTEM_PATH_MAX];

    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

bool artem_cache_write(const char *path, const char *data, size_t size)
{
    char temporary[ARTEM_PATH_MAX + 16];
    bool written;
    int file;

    if (!make_folder(path))
        return false;
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return false;
    written = write(file, data, size) == (ssize_t)size;
    written = close(file) == 0 && written;
    if (written && rename(temporary, path) == 0)
        return true;
    unlink(temporary);
    return false;
}
