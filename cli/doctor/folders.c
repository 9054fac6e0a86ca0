// SPDX-License-Identifier: Apache-2.0
// Where the loader looks, as OpenXR-SDK-Source's manifest_file.cpp does on Linux.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../layer_files.h"
#include "doctor.h"

struct walk {
    const char *suffix;
    void (*fn)(void *user, const char *folder);
    void *user;
};

// Each element of a list a:b:c, with the suffix behind it.
static void walk_list(const struct walk *walk, const char *list)
{
    char folder[PATH_MAX];

    while (*list != '\0') {
        const size_t length = strcspn(list, ":");
        if (length > 0 && snprintf(folder, sizeof folder, "%.*s%s", (int)length, list, walk->suffix) < PATH_MAX)
            walk->fn(walk->user, folder);
        list += length + (list[length] == ':');
    }
}

static const char *or_default(const char *name, const char *fallback)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : fallback;
}

void doctor_layer_folders(const char *kind, void (*fn)(void *user, const char *folder), void *user)
{
    const char *moved = getenv("XR_API_LAYER_PATH"), *home = getenv("HOME"), *data = getenv("XDG_DATA_HOME");
    char suffix[64], own[PATH_MAX];
    struct walk walk = {.suffix = suffix, .fn = fn, .user = user};

    if (strcmp(kind, "explicit.d") == 0 && moved != NULL && moved[0] != '\0') {
        suffix[0] = '\0';
        walk_list(&walk, moved);
        return;
    }
    snprintf(suffix, sizeof suffix, "/openxr/1/api_layers/%s", kind);
    walk_list(&walk, or_default("XDG_CONFIG_DIRS", "/etc/xdg"));
    walk_list(&walk, "/usr/local/etc:/etc");
    walk_list(&walk, or_default("XDG_DATA_DIRS", "/usr/local/share:/usr/share"));
    if (data != NULL && data[0] != '\0')
        walk_list(&walk, data);
    else if (home != NULL && snprintf(own, sizeof own, "%s/.local/share", home) < PATH_MAX)
        walk_list(&walk, own);
}
