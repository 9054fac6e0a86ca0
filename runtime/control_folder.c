// SPDX-License-Identifier: Apache-2.0
// Where control sockets are, and who may be at the other end of one.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "artem/file.h"
#include "control_internal.h"

static const char FOLDER[] = "artem"; // in XDG_RUNTIME_DIR

int artem_control_open_own(int parent)
{
    struct stat st;
    const int folder = openat(parent, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (folder >= 0 && fstat(folder, &st) == 0 && st.st_uid == geteuid() && (st.st_mode & 022) == 0)
        return folder;
    if (folder >= 0)
        close(folder);
    return -1;
}

int artem_control_open_folder(bool make)
{
    const char *runtime = artem_user_env("XDG_RUNTIME_DIR");
    const int parent = runtime != NULL && runtime[0] == '/' ? open(runtime, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    struct stat st;
    int folder = -1;

    if (parent < 0)
        return -1;
    // Nothing of ours in somebody else's, which a user's own processes could not use any more.
    if (!make ||
        (fstat(parent, &st) == 0 && st.st_uid == geteuid() && (mkdirat(parent, FOLDER, 0700) == 0 || errno == EEXIST)))
        folder = artem_control_open_own(parent);
    close(parent);
    return folder;
}

// The folder's path may be too long for an address, which has 108 bytes.
static bool make_address(int folder, const char *name, struct sockaddr_un *out)
{
    memset(out, 0, sizeof *out);
    out->sun_family = AF_UNIX;
    return snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/%s", folder, name) <
           (int)sizeof out->sun_path;
}

int artem_control_connect(int folder, const char *name)
{
    struct sockaddr_un address;

    if (!make_address(folder, name, &address)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s >= 0 && connect(s, (const struct sockaddr *)&address, sizeof address) != 0) {
        const int error = errno;
        close(s);
        errno = error;
        return -1;
    }
    return s;
}

int artem_control_bind(int folder, const char *name)
{
    struct sockaddr_un address;

    if (!make_address(folder, name, &address))
        return -1;
    const int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // The file gets the socket's own mode: no moment in which it has another, and no umask, which is the host's.
    if (s >= 0 && fchmod(s, 0600) == 0 && bind(s, (const struct sockaddr *)&address, sizeof address) == 0)
        return s;
    if (s >= 0)
        close(s);
    return -1;
}

bool artem_control_peer_is_own(int connection)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer &&
           peer.uid == geteuid();
}

bool artem_control_is_socket_name(const char *name)
{
    const size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".sock") == 0 && name[0] >= '0' && name[0] <= '9';
}

void artem_control_remove_stale(int folder)
{
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;

    if (dir == NULL && copy >= 0)
        close(copy);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const long pid = strtol(entry->d_name, NULL, 10);
        // A process of that number lives: most likely it is the one. In containers it may be hidden, hence the
        // question.
        if (!artem_control_is_socket_name(entry->d_name) || (pid > 0 && kill((pid_t)pid, 0) == 0))
            continue;
        const int s = artem_control_connect(folder, entry->d_name);
        if (s >= 0)
            close(s);
        else if (errno == ECONNREFUSED)
            unlinkat(folder, entry->d_name, 0);
    }
    if (dir != NULL)
        closedir(dir);
}
