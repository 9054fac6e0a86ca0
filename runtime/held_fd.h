// SPDX-License-Identifier: Apache-2.0
// Descriptors in other people's processes: some apps close all that they find, and the number is another file's then.
#ifndef ARTEM_RUNTIME_HELD_FD_H
#define ARTEM_RUNTIME_HELD_FD_H

#include <stdbool.h>
#include <sys/types.h>

// Constant after it was made: any thread may ask. The events, inotify and epolls of a process are one file to the
// system; what is told apart from them is everything else.
struct held_fd {
    int fd;     // -1: none
    bool known; // what follows; else any open file counts as it
    dev_t device;
    ino_t inode;
    mode_t kind;
};
extern const struct held_fd held_fd_none;

// Takes fd over; none for a negative one.
struct held_fd held_fd_of(int fd);
// Whether the number is still this file's, for now; never for none. EBADF in errno where it is not.
bool held_fd_is_ours(const struct held_fd *held);
// Closes it if it is ours, and makes it none. False with errno where close() fails or it was not ours.
bool held_fd_close(struct held_fd *held);

#endif
