// SPDX-License-Identifier: Apache-2.0
#include "write_quietly.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

ssize_t artem_write_quietly(int fd, const void *data, size_t size)
{
    sigset_t ours, pending, old;

    sigemptyset(&ours);
    sigaddset(&ours, SIGPIPE);
    sigaddset(&ours, SIGXFSZ);
    sigemptyset(&pending);
    sigpending(&pending);
    if (pthread_sigmask(SIG_BLOCK, &ours, &old) != 0) {
        errno = EPERM;
        return -1;
    }
    const ssize_t written = write(fd, data, size);
    const int error = errno, raised = error == EPIPE ? SIGPIPE : SIGXFSZ;
    // The host's own ones stay.
    if (written < 0 && (error == EPIPE || error == EFBIG) && sigismember(&pending, raised) == 0) {
        sigemptyset(&ours);
        sigaddset(&ours, raised);
        sigtimedwait(&ours, NULL, &(struct timespec){0, 0});
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    return written;
}
