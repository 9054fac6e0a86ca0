// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define PROGRAM "artem-lab"

// A program of its own, which links libraries that nothing else needs: beside this one, else wherever programs are.
int cmd_lab(int argc, char **argv)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof PROGRAM);

    (void)argc;
    argv[0] = PROGRAM;
    if (length > 0) {
        path[length] = '\0';
        strcpy(strrchr(path, '/') + 1, PROGRAM);
        execv(path, argv);
    }
    execvp(PROGRAM, argv);
    if (errno == ENOENT)
        return cli_error(
            "artem lab is not installed: it is built where oneDNN and libLBFGS are (libdnnl-dev, liblbfgs-dev)");
    return cli_error(PROGRAM ": %m");
}
