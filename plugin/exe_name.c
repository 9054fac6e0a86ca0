// SPDX-License-Identifier: Apache-2.0
#include "exe_name.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

// Behind the last slash, of either kind.
static const char *base_of(const char *path)
{
    const char *base = path;

    for (const char *c = path; *c != '\0'; c++)
        if (*c == '/' || *c == '\\')
            base = c + 1;
    return base;
}

static bool ends_in_exe(const char *text)
{
    const size_t length = strlen(text);

    return length > 4 && strcasecmp(text + length - 4, ".exe") == 0;
}

// wine, wine64, wine-preloader, wine64-preloader.
static bool is_wine(const char *base)
{
    static const char *const names[] = {"wine", "wine64", "wine-preloader", "wine64-preloader"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return false;
}

static void copy_name(const char *base, char *name, size_t size)
{
    if (strlen(base) < size)
        memcpy(name, base, strlen(base) + 1);
}

// What the system appends to a program's path once another file has its place: the program was updated while it runs.
static void cut_deleted(char *name)
{
    static const char mark[] = " (deleted)";
    const size_t length = strlen(name), cut = sizeof mark - 1;

    if (length > cut && strcmp(name + length - cut, mark) == 0)
        name[length - cut] = '\0';
}

void layer_exe_name_of(const char *exe, const char *cmdline, size_t length, char *name, size_t size)
{
    name[0] = '\0';
    copy_name(base_of(exe), name, size);
    cut_deleted(name);
    if (!is_wine(name))
        return;
    // Arguments end with a NUL each; the first that names a Windows program is the program.
    for (size_t at = 0; at < length; at += strnlen(cmdline + at, length - at) + 1) {
        if (strnlen(cmdline + at, length - at) == length - at)
            return; // cut short
        if (ends_in_exe(cmdline + at)) {
            copy_name(base_of(cmdline + at), name, size);
            return;
        }
    }
}

void layer_find_exe_name(char *name, size_t size)
{
    char exe[PATH_MAX], cmdline[4 * PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    size_t read = 0;

    exe[length > 0 ? length : 0] = '\0';
    FILE *f = fopen("/proc/self/cmdline", "re");
    if (f != NULL) {
        read = fread(cmdline, 1, sizeof cmdline, f);
        fclose(f);
    }
    layer_exe_name_of(exe, cmdline, read, name, size);
}
