// SPDX-License-Identifier: Apache-2.0
#include "threadpool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "thread.h"

// Waiting for what comes within microseconds, while a job runs: longer than the work between two loops takes, much
// shorter than a frame.
enum { THREADS_AUTO_MAX = 8, SPINS = 16, SPIN_NS = 200000 };

struct worker {
    struct artem_threadpool *pool;
    pthread_t thread;
    uint32_t index;
};

struct artem_threadpool {
    pthread_mutex_t mutex;
    pthread_cond_t work; // workers: a job, a loop or the end
    pthread_cond_t idle; // the job's thread: the last helper has left its loop
    pthread_cond_t done; // the caller: the job has ended
    bool quit;

    void (*job)(void *user); // NULL when none runs
    void *job_user;

    // The loop in progress. Helpers enter it only while it is open, so that one that wakes late delays nobody.
    bool open;
    atomic_uint serial, helpers, next; // written with the mutex held, except next
    uint32_t items;
    void (*task)(void *user, uint32_t item, uint32_t worker);
    void *task_user;

    uint32_t size;
    struct worker workers[ARTEM_THREADS_MAX];
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Whether to look again; sleeping and waking costs more than most loops take.
static bool spin(int64_t start)
{
    for (int i = 0; i < SPINS; i++)
        relax();
    return now_ns() - start < SPIN_NS;
}

static void run_items(struct artem_threadpool *pool, uint32_t worker)
{
    uint32_t item;

    while ((item = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed)) < pool->items)
        pool->task(pool->task_user, item, worker);
}

static void await_loop(struct artem_threadpool *pool, unsigned seen)
{
    const int64_t start = now_ns();

    while (atomic_load_explicit(&pool->serial, memory_order_relaxed) == seen && spin(start))
        ;
}

static void await_helpers(struct artem_threadpool *pool)
{
    const int64_t start = now_ns();

    while (atomic_load(&pool->helpers) > 0 && spin(start))
        ;
}

static void *run_helper(void *user)
{
    struct worker *worker = user;
    struct artem_threadpool *pool = worker->pool;
    unsigned seen = 0;
    bool spun = true;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->quit) {
        unsigned serial = atomic_load(&pool->serial);
        if (pool->open && serial != seen) {
            seen = serial;
            atomic_fetch_add(&pool->helpers, 1);
            pthread_mutex_unlock(&pool->mutex);
            run_items(pool, worker->index);
            pthread_mutex_lock(&pool->mutex);
            if (atomic_fetch_sub(&pool->helpers, 1) == 1)
                pthread_cond_signal(&pool->idle);
            spun = false;
        } else if (!spun && pool->job != NULL) {
            pthread_mutex_unlock(&pool->mutex);
            await_loop(pool, serial);
            pthread_mutex_lock(&pool->mutex);
            spun = true;
        } else {
            pthread_cond_wait(&pool->work, &pool->mutex);
            spun = false;
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

// Worker 0 runs the jobs.
static void *run_jobs(void *user)
{
    struct artem_threadpool *pool = ((struct worker *)user)->pool;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->quit) {
        if (pool->job == NULL) {
            pthread_cond_wait(&pool->work, &pool->mutex);
            continue;
        }
        pthread_mutex_unlock(&pool->mutex);
        pool->job(pool->job_user);
        pthread_mutex_lock(&pool->mutex);
        pool->job = NULL;
        pthread_cond_broadcast(&pool->done);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

void artem_threadpool_for(struct artem_threadpool *pool, uint32_t items,
                          void (*task)(void *user, uint32_t item, uint32_t worker), void *user)
{
    pthread_mutex_lock(&pool->mutex);
    pool->task = task;
    pool->task_user = user;
    pool->items = items;
    atomic_store(&pool->next, 0);
    pool->open = true;
    atomic_fetch_add(&pool->serial, 1);
    if (pool->size > 1)
        pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);

    run_items(pool, 0);

    pthread_mutex_lock(&pool->mutex);
    pool->open = false;
    if (atomic_load(&pool->helpers) > 0) {
        pthread_mutex_unlock(&pool->mutex);
        await_helpers(pool);
        pthread_mutex_lock(&pool->mutex);
    }
    while (atomic_load(&pool->helpers) > 0)
        pthread_cond_wait(&pool->idle, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

void artem_threadpool_start(struct artem_threadpool *pool, void (*job)(void *user), void *user)
{
    pthread_mutex_lock(&pool->mutex);
    pool->job = job;
    pool->job_user = user;
    // Worker 0 may not be the one that a signal would wake.
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->mutex);
}

static struct timespec deadline_after(uint64_t timeout_ns)
{
    const uint64_t second = UINT64_C(1000000000), limit = UINT64_C(1) << 30;
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    uint64_t seconds = timeout_ns / second, ns = (uint64_t)t.tv_nsec + timeout_ns % second;
    t.tv_sec += (time_t)((seconds < limit ? seconds : limit) + ns / second);
    t.tv_nsec = (long)(ns % second);
    return t;
}

bool artem_threadpool_wait(struct artem_threadpool *pool, uint64_t timeout_ns)
{
    const struct timespec deadline = deadline_after(timeout_ns);
    int error = 0;

    pthread_mutex_lock(&pool->mutex);
    while (pool->job != NULL && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&pool->done, &pool->mutex, &deadline);
    bool finished = pool->job == NULL;
    pthread_mutex_unlock(&pool->mutex);
    return finished;
}

uint32_t artem_threadpool_size(const struct artem_threadpool *pool)
{
    return pool->size;
}

uint32_t artem_threadpool_processors(void)
{
    cpu_set_t set;
    const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return count < 1 ? 1 : (uint32_t)count;
}

uint32_t artem_threadpool_automatic(void)
{
    const uint32_t count = artem_threadpool_processors();

    return count > THREADS_AUTO_MAX ? THREADS_AUTO_MAX : count;
}

static void init_sync(struct artem_threadpool *pool)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->idle, NULL);
    pthread_cond_init(&pool->done, &attr);
    pthread_condattr_destroy(&attr);
}

enum artem_result artem_threadpool_create(uint32_t threads, struct artem_threadpool **out_pool)
{
    struct artem_threadpool *pool = calloc(1, sizeof *pool);
    uint32_t wanted = threads == 0                  ? artem_threadpool_automatic()
                      : threads > ARTEM_THREADS_MAX ? ARTEM_THREADS_MAX
                                                    : threads;

    if (pool == NULL)
        return ARTEM_ERROR_MEMORY;
    init_sync(pool);
    // Helpers read size only inside a job, and workers are started before any. Fewer threads than wanted will do.
    for (; pool->size < wanted; pool->size++) {
        struct worker *worker = &pool->workers[pool->size];
        char name[16];
        worker->pool = pool;
        worker->index = pool->size;
        snprintf(name, sizeof name, "artem-%u", pool->size % ARTEM_THREADS_MAX);
        if (!artem_thread_start(&worker->thread, name, pool->size == 0 ? run_jobs : run_helper, worker))
            break;
    }
    if (pool->size == 0) {
        artem_threadpool_destroy(&pool);
        return ARTEM_ERROR_MEMORY;
    }
    *out_pool = pool;
    return ARTEM_OK;
}

void artem_threadpool_destroy(struct artem_threadpool **pool)
{
    struct artem_threadpool *p = *pool;

    if (p == NULL)
        return;
    pthread_mutex_lock(&p->mutex);
    while (p->job != NULL)
        pthread_cond_wait(&p->done, &p->mutex);
    p->quit = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->mutex);
    for (uint32_t i = 0; i < p->size; i++)
        pthread_join(p->workers[i].thread, NULL);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->idle);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->mutex);
    free(p);
    *pool = NULL; // only now: the job may have looked at it
}
