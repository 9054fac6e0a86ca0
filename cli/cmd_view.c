// SPDX-License-Identifier: Apache-2.0
// The viewer is a program of its own, so that whoever has no desktop needs none of its libraries.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define VIEWER "artem-view"

// In the folder of this program, else wherever programs are.
int cmd_view(int argc, char **argv)
{
    char path[PATH_MAX] = "";
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof VIEWER);
    char *slash = length > 0 ? strrchr(path, '/') : NULL;

    (void)argc;
    argv[0] = VIEWER;
    if (slash) {
        snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), VIEWER);
        execv(path, argv);
    }
    execvp(VIEWER, argv);
    if (errno == ENOENT)
        return cli_error("the viewer is not installed: it is the package artem-viewer");
    return cli_error(VIEWER ": %m");
}
