// SPDX-License-Identifier: Apache-2.0
#include "held_fd.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

const struct held_fd held_fd_none = {.fd = -1};

struct held_fd held_fd_of(int fd)
{
    struct held_fd held = {.fd = fd < 0 ? -1 : fd};
    struct stat st;

    if (fd >= 0 && fstat(fd, &st) == 0) {
        held.known = true;
        held.device = st.st_dev;
        held.inode = st.st_ino;
        held.kind = st.st_mode & S_IFMT;
    }
    return held;
}

bool held_fd_is_ours(const struct held_fd *held)
{
    struct stat st;

    if (held->fd >= 0 && fstat(held->fd, &st) != 0)
        return errno != EBADF; // a sandbox that forbids the question
    if (held->fd >= 0 && (!held->known || (st.st_dev == held->device && st.st_ino == held->inode &&
                                           (st.st_mode & S_IFMT) == held->kind)))
        return true;
    errno = EBADF;
    return false;
}

bool held_fd_close(struct held_fd *held)
{
    const bool good = held_fd_is_ours(held) && close(held->fd) == 0;

    *held = held_fd_none;
    return good;
}
