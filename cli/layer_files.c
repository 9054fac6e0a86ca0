// SPDX-License-Identifier: Apache-2.0
#include "layer_files.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "artem/file.h"

#define EXPLICIT_FOLDER "openxr/1/api_layers/explicit.d"
#define IMPLICIT_FOLDER "openxr/1/api_layers/implicit.d"

bool layer_find_manifest(char folder[PATH_MAX])
{
    static const char *const beside[] = {"../plugin", ("../share/" EXPLICIT_FOLDER), "../share/artem"};
    char exe[PATH_MAX], candidate[2 * PATH_MAX];

    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(exe, '/');
    for (size_t i = 0; slash && i < sizeof beside / sizeof *beside; i++) {
        snprintf(candidate, sizeof candidate, "%.*s/%s/" LAYER_MANIFEST, (int)(slash - exe), exe, beside[i]);
        if (access(candidate, R_OK) == 0) {
            *strrchr(candidate, '/') = '\0';
            return realpath(candidate, folder) != NULL;
        }
    }
    snprintf(folder, PATH_MAX, "%s", ARTEM_INSTALLED_DATA "/" EXPLICIT_FOLDER);
    return access(ARTEM_INSTALLED_DATA "/" EXPLICIT_FOLDER "/" LAYER_MANIFEST, R_OK) == 0;
}

bool layer_read_library(const char *manifest, char library[PATH_MAX])
{
    char *text = NULL;
    size_t size;
    cJSON *json = artem_file_read(manifest, LAYER_MANIFEST_MAX, &text, &size) == ARTEM_OK ? cJSON_Parse(text) : NULL;
    const char *path = cJSON_GetStringValue(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, "api_layer"), "library_path"));
    const char *slash = strrchr(manifest, '/');
    bool found = path != NULL && path[0] != '\0';

    if (found && path[0] != '/' && strchr(path, '/') != NULL && slash != NULL)
        found = snprintf(library, PATH_MAX, "%.*s/%s", (int)(slash - manifest), manifest, path) < PATH_MAX;
    else if (found)
        found = snprintf(library, PATH_MAX, "%s", path) < PATH_MAX;
    cJSON_Delete(json);
    free(text);
    return found;
}

bool layer_find_library(char path[PATH_MAX])
{
    char folder[PATH_MAX], manifest[PATH_MAX + 64], library[PATH_MAX];

    if (!layer_find_manifest(folder))
        return false;
    snprintf(manifest, sizeof manifest, "%s/" LAYER_MANIFEST, folder);
    return layer_read_library(manifest, library) && realpath(library, path) != NULL;
}

bool layer_implicit_path(bool system, char path[PATH_MAX])
{
    const char *home = getenv("HOME"), *data = getenv("XDG_DATA_HOME");

    if (system)
        return snprintf(path, PATH_MAX, "/etc/" IMPLICIT_FOLDER "/" LAYER_MANIFEST) > 0;
    if (data != NULL && data[0] == '/')
        return snprintf(path, PATH_MAX, "%s/" IMPLICIT_FOLDER "/" LAYER_MANIFEST, data) < PATH_MAX;
    return home != NULL && home[0] == '/' &&
           snprintf(path, PATH_MAX, "%s/.local/share/" IMPLICIT_FOLDER "/" LAYER_MANIFEST, home) < PATH_MAX;
}

bool layer_is_enabled(bool system, char path[PATH_MAX])
{
    return layer_implicit_path(system, path) && access(path, R_OK) == 0;
}
