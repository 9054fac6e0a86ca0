// SPDX-License-Identifier: Apache-2.0
#include "config_edit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/file.h"
#include "cli.h"
#include "config_text.h"

enum { LINKS_MAX = 40 };

const char *config_edit_section(const char *command, const char *app, const char *exe)
{
    static char section[512];
    const char *name = app != NULL ? app : exe;

    if (app != NULL && exe != NULL)
        return cli_usage_error(command, "--app and --exe exclude each other"), NULL;
    if (name == NULL)
        return "artem";
    if (name[0] == '\0' || strlen(name) > 255 || strpbrk(name, "]\n\r") != NULL || isspace((unsigned char)name[0]) ||
        isspace((unsigned char)name[strlen(name) - 1]))
        return cli_usage_error(command, "'%s' cannot be the name of a section", name), NULL;
    snprintf(section, sizeof section, "%s:%s", app != NULL ? "app" : "exe", name);
    return section;
}

// Empty where there is no file; NULL after a message.
static char *read_text(const char *path)
{
    char *text = NULL;
    size_t size;
    const enum artem_result result = artem_file_read(path, ARTEM_CONFIG_BYTES_MAX, &text, &size);

    if (result == ARTEM_OK)
        return text;
    if (result != ARTEM_ERROR_IO)
        cli_error("%s: %s", path, artem_result_string(result));
    else if (errno != ENOENT)
        cli_error("%s: %m", path);
    else if ((text = calloc(1, 1)) == NULL)
        cli_error("out of memory");
    return text;
}

// The file that a path leads to, also where a link names one that is not there yet.
static void follow_links(const char *path, char out[PATH_MAX])
{
    char target[PATH_MAX];

    snprintf(out, PATH_MAX, "%s", path);
    for (int links = 0; links < LINKS_MAX; links++) {
        const ssize_t length = readlink(out, target, sizeof target - 1);
        if (length <= 0)
            return;
        target[length] = '\0';
        char *slash = strrchr(out, '/');
        const size_t folder = target[0] != '/' && slash != NULL ? (size_t)(slash - out) + 1 : 0;
        snprintf(out + folder, PATH_MAX - folder, "%s", target);
    }
}

// Through a symbolic link, which stays one.
static int write_text(const char *path, const char *text)
{
    char real[PATH_MAX];
    struct stat st;

    follow_links(path, real);
    if (!artem_file_make_folders(real, 0755))
        return cli_error("%s: its folder cannot be made: %m", real);
    // The log says which line is wrong.
    if (artem_config_check(path, text, strlen(text)) != ARTEM_OK)
        return CLI_ERROR;
    const unsigned mode = stat(real, &st) == 0 ? st.st_mode & 0777 : 0644;
    if (access(real, W_OK) != 0 && errno != ENOENT) // to be replaced it need not be writable, but its user says so
        return cli_error("%s: %m", real);
    if (!artem_file_replace(real, text, strlen(text), mode))
        return cli_error("%s: %m", real);
    return CLI_OK;
}

// Held against other commands that change the file at the same time: the folder, since the file is replaced. -1 where
// it cannot be: then without.
static int lock_folder_of(const char *path)
{
    const int length = (int)artem_path_folder(path);
    char folder[ARTEM_PATH_MAX];

    snprintf(folder, sizeof folder, "%.*s", length > 0 ? length : 1, length > 0 ? path : ".");
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    return fd;
}

struct edit {
    const char *section, *key;
    const char *value;         // NULL: the key is removed
    config_edit_choice choose; // gives the value, unless NULL
    void *user;
};

static int edit_locked(const char *path, struct edit *e)
{
    struct artem_settings settings;
    const enum artem_result result = artem_config_load(&(struct artem_config_params){0}, &settings, NULL);
    char *text, *changed;

    if (result != ARTEM_OK && result != ARTEM_ERROR_NOT_FOUND)
        return cli_error("%s: mend it first", path);
    if (e->choose != NULL && (e->value = e->choose(e->user)) == NULL)
        return CLI_ERROR;
    if (e->value != NULL && !config_text_can_hold(e->value))
        return cli_error("%s: a value is one line, and one that begins with \" or needs quotes for its blanks, # or ; "
                         "cannot have \" in it",
                         e->key);
    text = read_text(path);
    if (text == NULL)
        return CLI_ERROR;
    changed = e->value != NULL ? config_text_with(text, e->section, e->key, e->value)
                               : config_text_without(text, e->section, e->key);
    const int status = changed == NULL ? CLI_ERROR : strcmp(text, changed) == 0 ? CLI_OK : write_text(path, changed);
    free(changed);
    free(text);
    return status;
}

static int edit(struct edit *e)
{
    struct artem_settings settings;
    char path[ARTEM_PATH_MAX];

    artem_config_load(&(struct artem_config_params){.quiet = true}, &settings, path);
    if (path[0] == '\0')
        return cli_error("there is no place to look for artem.conf: neither HOME nor XDG_CONFIG_HOME is set");
    if ((e->value != NULL || e->choose != NULL) && !artem_file_make_folders(path, 0755))
        return cli_error("%s: its folder cannot be made: %m", path);
    const int lock = lock_folder_of(path);
    const int status = edit_locked(path, e);
    if (lock >= 0)
        close(lock);
    return status;
}

int config_edit_set(const char *section, const char *key, const char *value)
{
    return edit(&(struct edit){.section = section, .key = key, .value = value});
}

int config_edit_choose(const char *section, const char *key, config_edit_choice choose, void *user,
                       const char **out_value)
{
    struct edit e = {.section = section, .key = key, .choose = choose, .user = user};
    const int result = edit(&e);

    *out_value = e.value;
    return result;
}

int config_edit_remove(const char *section, const char *key)
{
    return edit(&(struct edit){.section = section, .key = key});
}
