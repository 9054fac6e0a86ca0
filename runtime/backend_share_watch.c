// SPDX-License-Identifier: Apache-2.0
#include "backend_share_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "thread.h"

enum { ROUND_NS = 100000000, ROUNDS_MAX = 40 }; // a frame that takes four seconds does not end

struct share_watch {
    const struct vulkan_device *device;
    struct share_peer peer;
    VkSemaphore ready, done;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t value; // of the latest frame
    bool idle;      // that has ended
    bool sleeps;    // the thread, until it is woken up
    bool gave_up, ends;
};

// UINT64_MAX where it cannot be told: the device is lost.
static uint64_t value_of(const struct share_watch *watch, VkSemaphore semaphore)
{
    const struct vulkan_device *d = watch->device;
    uint64_t value = 0;

    return d->vkGetSemaphoreCounterValueKHR(d->handle, semaphore, &value) == VK_SUCCESS ? value : UINT64_MAX;
}

static bool has_reached(const struct share_watch *watch, uint64_t value)
{
    return value_of(watch, watch->done) >= value;
}

// Else all frames wait for the app's own work, which may take its time.
static bool is_at_work(const struct share_watch *watch)
{
    return value_of(watch, watch->ready) > value_of(watch, watch->done);
}

static void give_up_locked(struct share_watch *watch)
{
    const struct vulkan_device *d = watch->device;
    const VkSemaphoreSignalInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO_KHR,
        .semaphore = watch->done,
        .value = watch->value,
    };

    watch->gave_up = true;
    if (!has_reached(watch, watch->value))
        d->vkSignalSemaphoreKHR(d->handle, &info);
}

static void wait_a_round(struct share_watch *watch)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ROUND_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!watch->ends && pthread_cond_timedwait(&watch->changed, &watch->mutex, &until) == 0)
        continue;
}

// Without the mutex: drivers may take their time.
static bool ask_peer(struct share_watch *watch)
{
    bool failed;

    pthread_mutex_unlock(&watch->mutex);
    failed = watch->peer.ops->has_failed(watch->peer.self);
    pthread_mutex_lock(&watch->mutex);
    return failed;
}

static bool is_over(const struct share_watch *watch, uint64_t value)
{
    return watch->ends || watch->gave_up || watch->idle || watch->value != value;
}

// Follows one frame until it ends, another one comes, or it is given up.
static void follow(struct share_watch *watch)
{
    const uint64_t value = watch->value;

    for (int rounds = 0; rounds < ROUNDS_MAX; rounds += is_at_work(watch)) {
        wait_a_round(watch);
        if (is_over(watch, value))
            return;
        watch->idle = has_reached(watch, value);
        if (watch->idle)
            return;
        if (ask_peer(watch))
            break;
    }
    // It may have ended while the peer was asked, and the next one may be under way.
    if (is_over(watch, value))
        return;
    watch->idle = has_reached(watch, value);
    if (watch->idle)
        return;
    artem_log(ARTEM_LOG_ERROR, "%s does not end a frame: the app's queue goes on without it", watch->peer.ops->name);
    give_up_locked(watch);
}

static void *run(void *user)
{
    struct share_watch *watch = user;

    pthread_mutex_lock(&watch->mutex);
    while (!watch->ends) {
        watch->sleeps = watch->idle || watch->gave_up;
        if (watch->sleeps)
            pthread_cond_wait(&watch->changed, &watch->mutex);
        else
            follow(watch);
    }
    pthread_mutex_unlock(&watch->mutex);
    return NULL;
}

enum artem_result share_watch_create(const struct vulkan_device *device, const struct share_peer *peer,
                                     VkSemaphore ready, VkSemaphore done, struct share_watch **out_watch)
{
    struct share_watch *watch = calloc(1, sizeof *watch);
    pthread_condattr_t monotonic;

    if (watch == NULL)
        return ARTEM_ERROR_MEMORY;
    watch->device = device;
    watch->peer = *peer;
    watch->ready = ready;
    watch->done = done;
    watch->idle = true;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watch->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&watch->mutex, NULL);
    if (!artem_thread_start(&watch->thread, "artem-share", run, watch)) {
        pthread_mutex_destroy(&watch->mutex);
        pthread_cond_destroy(&watch->changed);
        free(watch);
        return ARTEM_ERROR_MEMORY;
    }
    *out_watch = watch;
    return ARTEM_OK;
}

void share_watch_destroy(struct share_watch **watch)
{
    struct share_watch *w = *watch;

    *watch = NULL;
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->mutex);
    w->ends = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->mutex);
    pthread_cond_destroy(&w->changed);
    free(w);
}

void share_watch_frame(struct share_watch *watch, uint64_t value)
{
    pthread_mutex_lock(&watch->mutex);
    watch->value = value;
    watch->idle = false;
    if (watch->sleeps)
        pthread_cond_signal(&watch->changed);
    pthread_mutex_unlock(&watch->mutex);
}

void share_watch_end(struct share_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    watch->idle = true;
    pthread_mutex_unlock(&watch->mutex);
}

void share_watch_give_up(struct share_watch *watch)
{
    pthread_mutex_lock(&watch->mutex);
    give_up_locked(watch);
    pthread_mutex_unlock(&watch->mutex);
}

bool share_watch_gave_up(struct share_watch *watch)
{
    bool gave_up;

    pthread_mutex_lock(&watch->mutex);
    gave_up = watch->gave_up;
    pthread_mutex_unlock(&watch->mutex);
    return gave_up;
}
