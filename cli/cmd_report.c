// SPDX-License-Identifier: Apache-2.0
#include "cli.h"
int cmd_report(int argc, char **argv)
{
    (void)argc;
    return cli_error("%s", argv[0]);
}
