// SPDX-License-Identifier: Apache-2.0
// Loading a library in a child process: what others have built may do anything there.
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

static const int patience_ms = 20000;

// The child's answer: '+', or '-' and what is wrong.
static void be_child(int pipe_end, const char *path, const char *symbol)
{
    char answer[1024] = "+";
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        snprintf(answer, sizeof answer, "-does not load: %s", dlerror());
    else if (symbol != NULL && dlsym(handle, symbol) == NULL)
        snprintf(answer, sizeof answer, "-has no %s", symbol);
    const ssize_t written = write(pipe_end, answer, strlen(answer));
    _exit(written > 0 ? 0 : 1);
}

bool doctor_can_load(const char *path, const char *symbol, char *obstacle, size_t size)
{
    char answer[1024];
    ssize_t length = 0;
    int ends[2];

    snprintf(obstacle, size, "crashes or hangs when it is loaded");
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    const pid_t child = fork();
    if (child == 0)
        be_child(ends[1], path, symbol);
    close(ends[1]);
    struct pollfd poller = {.fd = ends[0], .events = POLLIN};
    if (child > 0 && poll(&poller, 1, patience_ms) == 1)
        length = read(ends[0], answer, sizeof answer - 1);
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL); // by now it has nothing left to do
        waitpid(child, NULL, 0);
    }
    if (length <= 0)
        return false;
    answer[length] = '\0';
    if (answer[0] == '-')
        snprintf(obstacle, size, "%s", answer + 1);
    return answer[0] == '+';
}
