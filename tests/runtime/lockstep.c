// SPDX-License-Identifier: Apache-2.0
#include "lockstep.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { FDS_MAX = 4 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t reached = PTHREAD_COND_INITIALIZER;
static int64_t clock_ms = 1000000;
static int64_t due_ms;           // end of the thread's time-out
static unsigned asked, answered; // calls of the test's; the latest of them after which the thread had nothing to do
static int wake_fd = -1;

// NOLINTBEGIN(bugprone-reserved-identifier): names that the linker gives
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap___poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);
int __real_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);

int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
    if (id != CLOCK_MONOTONIC)
        return __real_clock_gettime(id, t);
    pthread_mutex_lock(&mutex);
    t->tv_sec = (time_t)(clock_ms / 1000);
    t->tv_nsec = (long)(clock_ms % 1000 * 1000000);
    pthread_mutex_unlock(&mutex);
    return 0;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    struct pollfd all[FDS_MAX + 1];
    int64_t due;

    if (timeout == 0 || count > FDS_MAX)
        return __real_poll(fds, count, timeout);
    pthread_mutex_lock(&mutex);
    due = timeout < 0 ? INT64_MAX : clock_ms + timeout;
    pthread_mutex_unlock(&mutex);
    for (;;) {
        pthread_mutex_lock(&mutex);
        unsigned now_asked = asked; // before looking: what the test did before it asked is there to be seen
        pthread_mutex_unlock(&mutex);
        int ready = __real_poll(fds, count, 0);
        if (ready != 0)
            return ready;

        pthread_mutex_lock(&mutex);
        bool over = clock_ms >= due;
        if (!over) {
            due_ms = due;
            answered = now_asked;
            pthread_cond_broadcast(&reached);
        }
        pthread_mutex_unlock(&mutex);
        if (over)
            return 0;
        for (nfds_t i = 0; i < count; i++)
            all[i] = fds[i];
        all[count] = (struct pollfd){.fd = wake_fd, .events = POLLIN};
        __real_poll(all, count + 1, -1);
        eventfd_t value;
        if (all[count].revents & POLLIN)
            eventfd_read(wake_fd, &value);
    }
}

// What poll becomes with _FORTIFY_SOURCE where the size of fds is known.
int __wrap___poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
    if (count > size / sizeof *fds)
        abort();
    return __wrap_poll(fds, count, timeout);
}
// NOLINTEND(bugprone-reserved-identifier)

__attribute__((constructor)) static void open_wake_fd(void)
{
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd >= 0)
        return;
    perror("eventfd");
    exit(1);
}

static void sync_locked(void)
{
    asked++;
    eventfd_write(wake_fd, 1);
    while (answered != asked)
        pthread_cond_wait(&reached, &mutex);
}

void lockstep_sync(void)
{
    pthread_mutex_lock(&mutex);
    sync_locked();
    pthread_mutex_unlock(&mutex);
}

void lockstep_advance(int ms)
{
    pthread_mutex_lock(&mutex);
    const int64_t end = clock_ms + ms;
    sync_locked();
    while (due_ms <= end) {
        clock_ms = due_ms;
        sync_locked();
    }
    clock_ms = end;
    sync_locked();
    pthread_mutex_unlock(&mutex);
}
