// SPDX-License-Identifier: Apache-2.0
// As OpenXR-SDK-Source's manifest_file.cpp does on Linux.
#include "loader_folders.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Of all users, for configuration.
static void walk_system(const struct walk *walk)
{
    walk_list(walk, or_default("XDG_CONFIG_DIRS", "/etc/xdg"));
    walk_list(walk, "/usr/local/etc:/etc");
}

// Of the user: a variable's, else one in the home.
static void walk_own(const struct walk *walk, const char *name, const char *in_home)
{
    const char *home = getenv("HOME"), *given = or_default(name, NULL);
    char own[PATH_MAX];

    if (given != NULL)
        walk_list(walk, given);
    else if (home != NULL && home[0] != '\0' && snprintf(own, sizeof own, "%s/%s", home, in_home) < PATH_MAX)
        walk_list(walk, own);
}

void loader_layer_folders(const char *kind, void (*fn)(void *user, const char *folder), void *user)
{
    const char *moved = or_default("XR_API_LAYER_PATH", NULL);
    char suffix[64] = "";
    const struct walk walk = {.suffix = suffix, .fn = fn, .user = user};

    if (strcmp(kind, "explicit.d") == 0 && moved != NULL) {
        walk_list(&walk, moved);
        return;
    }
    snprintf(suffix, sizeof suffix, "/openxr/1/api_layers/%s", kind);
    walk_system(&walk);
    walk_list(&walk, or_default("XDG_DATA_DIRS", "/usr/local/share:/usr/share"));
    walk_own(&walk, "XDG_DATA_HOME", ".local/share");
}

void loader_runtime_folders(void (*fn)(void *user, const char *folder), void *user)
{
    const struct walk walk = {.suffix = "/openxr/1", .fn = fn, .user = user};

    walk_own(&walk, "XDG_CONFIG_HOME", ".config");
    walk_system(&walk);
}
