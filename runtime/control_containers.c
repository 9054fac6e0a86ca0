// SPDX-License-Identifier: Apache-2.0
// Containers of games (Steam's pressure-vessel) have an XDG_RUNTIME_DIR of their own, in which the sockets of the apps
// in them are. It is reached through /proc, by the apps' rings, which readers find there, too.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "artem/ring.h"
#include "control_internal.h"

enum { FOLDERS_MAX = 16 };

struct search {
    int (*fn)(void *user, int folder);
    void *user;
    struct {
        dev_t device;
        ino_t inode;
    } seen[FOLDERS_MAX];
    unsigned count;
};

static bool is_seen(struct search *search, int folder)
{
    struct stat st;

    if (fstat(folder, &st) != 0)
        return true;
    for (unsigned i = 0; i < search->count; i++)
        if (search->seen[i].device == st.st_dev && search->seen[i].inode == st.st_ino)
            return true;
    if (search->count == FOLDERS_MAX)
        return true;
    search->seen[search->count].device = st.st_dev;
    search->seen[search->count++].inode = st.st_ino;
    return false;
}

// Whether the process sees the same files under the same names as this one.
static bool is_here(uint32_t pid)
{
    char path[64];
    struct stat own, its;

    snprintf(path, sizeof path, "/proc/%u/ns/mnt", pid);
    return stat("/proc/self/ns/mnt", &own) != 0 || stat(path, &its) != 0 ||
           (own.st_dev == its.st_dev && own.st_ino == its.st_ino);
}

// Of the process's environment, to be freed; NULL: it has none.
static char *find_runtime_folder(uint32_t pid)
{
    static const char key[] = "XDG_RUNTIME_DIR=";
    char path[64], *entry = NULL, *found = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, "/proc/%u/environ", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && found == NULL && getdelim(&entry, &size, '\0', file) > 0)
        if (strncmp(entry, key, sizeof key - 1) == 0)
            found = strdup(entry + sizeof key - 1);
    if (file != NULL)
        fclose(file);
    free(entry);
    return found;
}

// The sockets' folder as the process sees it, -1 if there is none that is safe. Links are followed in its files, not in
// ours.
static int open_folder(uint32_t pid)
{
    struct open_how how = {.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char path[64], *runtime = find_runtime_folder(pid);
    int parent = -1, folder = -1;

    snprintf(path, sizeof path, "/proc/%u/root", pid);
    const int root = runtime != NULL && runtime[0] == '/' ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (root >= 0)
        parent = (int)syscall(SYS_openat2, root, runtime, &how, sizeof how);
    if (parent >= 0)
        folder = artem_control_open_own(parent);
    if (parent >= 0)
        close(parent);
    if (root >= 0)
        close(root);
    free(runtime);
    return folder;
}

static int look(void *user, struct artem_ring_view *view)
{
    struct search *search = user;
    struct artem_ring_about about;
    int result = 0;

    artem_ring_about(view, &about);
    artem_ring_close(&view);
    if (is_here(about.pid))
        return 0;
    const int folder = open_folder(about.pid);
    if (folder >= 0 && !is_seen(search, folder))
        result = search->fn(search->user, folder);
    if (folder >= 0)
        close(folder);
    return result;
}

void artem_control_list_containers(int own, int (*fn)(void *user, int folder), void *user)
{
    struct search search = {.fn = fn, .user = user};

    if (own >= 0)
        is_seen(&search, own);
    artem_ring_list(look, &search);
}
