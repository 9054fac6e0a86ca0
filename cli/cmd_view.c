// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

// The viewer is a program of its own, so that whoever has no desktop needs none of its libraries.
int cmd_view(int argc, char **argv)
{
    (void)argc;
    return cli_exec_beside("artem-view", argv, "the viewer is not installed: it is the package artem-viewer");
}
