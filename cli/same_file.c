// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "cli.h"

bool cli_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int cli_check_output(const char *out, const char *in)
{
    return cli_same_file(out, in) ? cli_error("%s is what is read; name another file to be written", out) : CLI_OK;
}
