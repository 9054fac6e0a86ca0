// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "dnn.h"

struct lab_worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t share, shares, threads;
    enum artem_result (*work)(void *user); // NULL: none
    void *user;
    enum artem_result result;
    bool is_done, wants_end;
};

// The threads that OpenMP or a device's library starts from here stay here.
static void stay_on_share(const struct lab_worker *w)
{
    cpu_set_t all, own;
    uint32_t count, seen = 0;

    if (sched_getaffinity(0, sizeof all, &all) != 0)
        return;
    count = (uint32_t)CPU_COUNT(&all);
    CPU_ZERO(&own);
    for (uint32_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &all))
            continue;
        if (seen >= w->share * count / w->shares && seen < (w->share + 1) * count / w->shares)
            CPU_SET(cpu, &own);
        seen++;
    }
    if (CPU_COUNT(&own) > 0)
        sched_setaffinity(0, sizeof own, &own);
}

static void *run(void *user)
{
    struct lab_worker *w = user;

    stay_on_share(w);
    dnn_set_threads(w->threads);
    pthread_mutex_lock(&w->mutex);
    for (;;) {
        while (!w->wants_end && (w->work == NULL || w->is_done))
            pthread_cond_wait(&w->changed, &w->mutex);
        if (w->wants_end)
            break;
        pthread_mutex_unlock(&w->mutex);
        const enum artem_result result = w->work(w->user);
        pthread_mutex_lock(&w->mutex);
        w->result = result;
        w->is_done = true;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

struct lab_worker *lab_worker_create(uint32_t share, uint32_t shares, uint32_t threads)
{
    struct lab_worker *w = calloc(1, sizeof *w);

    if (w == NULL)
        return NULL;
    w->share = share;
    w->shares = shares;
    w->threads = threads;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->changed, NULL);
    if (pthread_create(&w->thread, NULL, run, w) == 0)
        return w;
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w);
    return NULL;
}

void lab_worker_start(struct lab_worker *w, enum artem_result (*work)(void *user), void *user)
{
    pthread_mutex_lock(&w->mutex);
    w->work = work;
    w->user = user;
    w->is_done = false;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

enum artem_result lab_worker_wait(struct lab_worker *w)
{
    pthread_mutex_lock(&w->mutex);
    while (!w->is_done)
        pthread_cond_wait(&w->changed, &w->mutex);
    const enum artem_result result = w->result;
    pthread_mutex_unlock(&w->mutex);
    return result;
}

void lab_worker_destroy(struct lab_worker **worker)
{
    struct lab_worker *w = *worker;

    *worker = NULL;
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->mutex);
    w->wants_end = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w);
}

uint32_t lab_worker_threads(uint32_t threads, uint32_t shares)
{
    cpu_set_t all;

    if (threads == 0 && sched_getaffinity(0, sizeof all, &all) == 0)
        threads = (uint32_t)CPU_COUNT(&all);
    return threads / shares > 0 ? threads / shares : 1;
}
