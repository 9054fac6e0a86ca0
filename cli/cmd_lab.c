// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

// A program of its own, which links libraries that nothing else needs.
int cmd_lab(int argc, char **argv)
{
    (void)argc;
    return cli_exec_beside(
        "artem-lab", argv,
        "artem lab is not installed: it is built where oneDNN and libLBFGS are (libdnnl-dev, liblbfgs-dev)");
}
