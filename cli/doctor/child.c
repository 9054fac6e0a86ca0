// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

static const int patience_ms = 20000;

static void be_child(int pipe_end, doctor_work work, const void *user, void *answer, size_t size)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    // Runtimes and layers talk; the report is the parent's.
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    const size_t length = work(user, answer, size);
    _exit(write(pipe_end, answer, length) == (ssize_t)length ? 0 : 1);
}

size_t doctor_ask_child(doctor_work work, const void *user, void *answer, size_t size)
{
    ssize_t length = 0;
    int ends[2];

    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return 0;
    const pid_t child = fork();
    if (child == 0)
        be_child(ends[1], work, user, answer, size);
    close(ends[1]);
    struct pollfd poller = {.fd = ends[0], .events = POLLIN};
    if (child > 0 && poll(&poller, 1, patience_ms) == 1)
        length = read(ends[0], answer, size);
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL); // by now it has nothing left to do
        waitpid(child, NULL, 0);
    }
    return length > 0 ? (size_t)length : 0;
}
