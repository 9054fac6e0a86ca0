// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

int cli_exec_beside(const char *program, char **argv, const char *missing)
{
    char path[PATH_MAX] = "", name[64];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof name);
    char *slash = length > 0 ? strrchr(path, '/') : NULL;

    snprintf(name, sizeof name, "%s", program);
    argv[0] = name;
    if (slash != NULL) {
        snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "%s", name);
        execv(path, argv);
    }
    execvp(name, argv);
    return errno == ENOENT ? cli_error("%s", missing) : cli_error("%s: %m", name);
}
