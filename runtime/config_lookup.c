// SPDX-License-Identifier: Apache-2.0
#include "config_internal.h"

#include <unistd.h>

#include "artem/file.h"

// The host may change its working directory while the file is watched.
static enum artem_result make_absolute(const char *path, char out[ARTEM_PATH_MAX])
{
    char folder[ARTEM_PATH_MAX];

    if (path[0] == '/')
        return artem_path_join(out, ARTEM_PATH_MAX, "", path);
    if (!getcwd(folder, sizeof folder))
        return ARTEM_ERROR_IO;
    return artem_path_join(out, ARTEM_PATH_MAX, folder, path);
}

void artem_config_lookup(const char *explicit_path, char out[ARTEM_PATH_MAX])
{
    const char *path = explicit_path ? explicit_path : artem_user_env("ARTEM_CONFIG");
    const char *config = artem_user_env("XDG_CONFIG_HOME"), *home = artem_user_env("HOME");
    enum artem_result result = ARTEM_ERROR_NOT_FOUND;

    if (path)
        result = make_absolute(path, out);
    else if (config && config[0] == '/')
        result = artem_path_join(out, ARTEM_PATH_MAX, config, "artem/artem.conf");
    else if (home && home[0] == '/')
        result = artem_path_join(out, ARTEM_PATH_MAX, home, ".config/artem/artem.conf");
    if (result != ARTEM_OK)
        out[0] = '\0';
}
