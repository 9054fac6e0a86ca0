// SPDX-License-Identifier: Apache-2.0
#include "artem/model.h"
#include "cli.h"

bool cli_has_style(const char *name)
{
    struct artem_style *style = NULL;
    const bool found = artem_library_load_style(name, &style) == ARTEM_OK; // else the library has said why

    artem_style_unref(&style);
    return found;
}
