// SPDX-License-Identifier: Apache-2.0
// Where model files are looked for.
#include "artem/model.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "artem/file.h"
#include "artem/log.h"
#include "own_folder.h"
#include "text.h"

#define STYLE_SUFFIX ".artstyle"
#define NETWORK_FILE "artem.artnet"

enum {
    MAX_FOLDERS = 32,
    OWN_FOLDERS = 5,   // of the installation, and of the build
    MAX_STYLES = 4096, // bounds what a strange folder can cost
};

struct folders {
    int count, limit;
    char path[MAX_FOLDERS][ARTEM_PATH_MAX];
};

static void add_folder(struct folders *folders, const char *base, const char *sub)
{
    if (folders->count == folders->limit || !base || !base[0])
        return;
    char *out = folders->path[folders->count];
    enum artem_result result =
        sub ? artem_path_join(out, ARTEM_PATH_MAX, base, sub) : artem_path_join(out, ARTEM_PATH_MAX, "", base);
    if (result == ARTEM_OK)
        folders->count++;
}

// The XDG specification has relative paths ignored.
static void add_absolute(struct folders *folders, const char *base, const char *sub)
{
    if (base && base[0] == '/')
        add_folder(folders, base, sub);
}

// Where the installation has them. In Steam's container (pressure-vessel) /usr is another system's: the library is one
// of the host's all the same, and what was installed with it is still beside it, or where the host's root is to be
// seen.
static void add_installed(struct folders *folders)
{
    char own[ARTEM_PATH_MAX];

    add_absolute(folders, ARTEM_INSTALLED_MODELS, NULL);
    if (artem_own_folder(own, sizeof own)) {
        add_folder(folders, own, ARTEM_MODELS_FROM_LIBRARY);
        add_folder(folders, own, ARTEM_MODELS_FROM_PROGRAM);
    }
    add_absolute(folders, "/run/host" ARTEM_INSTALLED_MODELS, NULL);
}

static struct folders *search_path(void)
{
    struct folders *folders = calloc(1, sizeof *folders); // too big for a stranger's stack
    if (!folders)
        return NULL;

    folders->limit = MAX_FOLDERS - OWN_FOLDERS; // however many the user has, ours are among them
    add_folder(folders, artem_user_env("ARTEM_MODELS"), NULL);
    const char *home = artem_user_env("XDG_DATA_HOME");
    if (home && home[0] == '/')
        add_folder(folders, home, "artem/models");
    else
        add_absolute(folders, artem_user_env("HOME"), ".local/share/artem/models");

    const char *dirs = artem_user_env("XDG_DATA_DIRS");
    for (const char *p = dirs ? dirs : "/usr/local/share:/usr/share"; *p;) {
        char base[ARTEM_PATH_MAX];
        size_t length = strcspn(p, ":");
        if (length < sizeof base) {
            memcpy(base, p, length);
            base[length] = '\0';
            add_absolute(folders, base, "artem/models");
        }
        p += length + (p[length] == ':');
    }
    folders->limit = MAX_FOLDERS;
    add_installed(folders);
    // The build tree may be writable by its user, so that a privileged process does not look there.
    if (!getauxval(AT_SECURE))
        add_absolute(folders, ARTEM_BUILD_MODELS, NULL);
    return folders;
}

// Path of the first file of that name; no file: ARTEM_ERROR_NOT_FOUND.
static enum artem_result find_file(const char *file, char out[ARTEM_PATH_MAX])
{
    struct folders *folders = search_path();
    if (!folders)
        return ARTEM_ERROR_MEMORY;

    enum artem_result result = ARTEM_ERROR_NOT_FOUND;
    for (int i = 0; i < folders->count && result != ARTEM_OK; i++) {
        struct stat st;
        if (artem_path_join(out, ARTEM_PATH_MAX, folders->path[i], file) == ARTEM_OK && stat(out, &st) == 0)
            result = ARTEM_OK;
    }
    if (result != ARTEM_OK)
        artem_log(ARTEM_LOG_ERROR, "%s: not found in the models folders (the first is %s)", file,
                  folders->count > 0 ? folders->path[0] : "$ARTEM_MODELS");
    free(folders);
    return result;
}

enum artem_result artem_library_load_network(struct artem_network **out_network)
{
    char path[ARTEM_PATH_MAX];

    if (!out_network)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = find_file(NETWORK_FILE, path);
    return result == ARTEM_OK ? artem_network_load(path, out_network) : result;
}

enum artem_result artem_library_load_style(const char *style_name, struct artem_style **out_style)
{
    char file[ARTEM_NAME_MAX + sizeof STYLE_SUFFIX], path[ARTEM_PATH_MAX];

    if (!style_name || !out_style)
        return ARTEM_ERROR_ARGUMENT;
    if (!artem_name_valid(style_name)) {
        artem_log(ARTEM_LOG_ERROR, "'%.80s' is not a style name (1 to %d of A-Z a-z 0-9 _ -)", style_name,
                  ARTEM_NAME_MAX - 1);
        return ARTEM_ERROR_ARGUMENT;
    }
    snprintf(file, sizeof file, "%s" STYLE_SUFFIX, style_name);
    enum artem_result result = find_file(file, path);
    return result == ARTEM_OK ? artem_style_load(path, out_style) : result;
}

struct entry {
    char name[ARTEM_NAME_MAX];
    char *path;
};

struct listing {
    struct entry *entries;
    size_t count, capacity;
};

static bool is_listed(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing->entries[i].name, name) == 0)
            return true;
    return false;
}

static enum artem_result append(struct listing *listing, const char *name, const char *path)
{
    if (listing->count == listing->capacity) {
        size_t capacity = listing->capacity ? 2 * listing->capacity : 16;
        struct entry *entries = realloc(listing->entries, capacity * sizeof *entries);
        if (!entries)
            return ARTEM_ERROR_MEMORY;
        listing->entries = entries;
        listing->capacity = capacity;
    }
    struct entry *entry = &listing->entries[listing->count];
    entry->path = strdup(path);
    if (!entry->path)
        return ARTEM_ERROR_MEMORY;
    snprintf(entry->name, sizeof entry->name, "%s", name);
    listing->count++;
    return ARTEM_OK;
}

// The style name in a file name, false if it is no style file.
static bool style_name_of(const char *file, char out[ARTEM_NAME_MAX])
{
    size_t length = strlen(file), suffix = strlen(STYLE_SUFFIX);

    if (length <= suffix || length - suffix >= ARTEM_NAME_MAX || strcmp(file + length - suffix, STYLE_SUFFIX) != 0)
        return false;
    memcpy(out, file, length - suffix);
    out[length - suffix] = '\0';
    return artem_name_valid(out);
}

static enum artem_result list_folder(struct listing *listing, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return ARTEM_OK; // most folders of the search path do not exist

    enum artem_result result = ARTEM_OK;
    const struct dirent *item;
    while (result == ARTEM_OK && listing->count < MAX_STYLES && (item = readdir(dir)) != NULL) {
        char name[ARTEM_NAME_MAX], path[ARTEM_PATH_MAX];
        struct stat st;
        if (style_name_of(item->d_name, name) && !is_listed(listing, name) &&
            artem_path_join(path, sizeof path, folder, item->d_name) == ARTEM_OK && stat(path, &st) == 0 &&
            S_ISREG(st.st_mode))
            result = append(listing, name, path);
    }
    closedir(dir);
    return result;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

enum artem_result artem_library_list(int (*fn)(void *user, const char *name, const char *path), void *user)
{
    if (!fn)
        return ARTEM_ERROR_ARGUMENT;
    struct folders *folders = search_path();
    if (!folders)
        return ARTEM_ERROR_MEMORY;

    struct listing listing = {0};
    enum artem_result result = ARTEM_OK;
    for (int i = 0; i < folders->count && result == ARTEM_OK; i++)
        result = list_folder(&listing, folders->path[i]);
    if (result == ARTEM_OK && listing.count > 0) {
        qsort(listing.entries, listing.count, sizeof *listing.entries, compare_names);
        for (size_t i = 0; i < listing.count; i++)
            if (fn(user, listing.entries[i].name, listing.entries[i].path) != 0)
                break;
    }
    for (size_t i = 0; i < listing.count; i++)
        free(listing.entries[i].path);
    free(listing.entries);
    free(folders);
    return result;
}
