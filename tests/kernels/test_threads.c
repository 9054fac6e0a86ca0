// SPDX-License-Identifier: Apache-2.0
// The thread pool, and the engine with any number of threads and every instruction set: the same bytes.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "engine_fixture.h"
#include "threadpool.h"

enum { ITEMS = 97, LOOPS = 50 };

struct job {
    struct artem_threadpool *pool;
    atomic_uint counts[ITEMS], busy[ARTEM_THREADS_MAX], errors;
    uint32_t plain[ITEMS]; // written in one loop, read in the next
    atomic_bool release;
};

static void count_item(void *user, uint32_t item, uint32_t worker)
{
    struct job *job = user;

    if (worker >= artem_threadpool_size(job->pool) || atomic_fetch_add(&job->busy[worker], 1) != 0)
        atomic_fetch_add(&job->errors, 1);
    atomic_fetch_add(&job->counts[item], 1);
    job->plain[item]++;
    atomic_fetch_sub(&job->busy[worker], 1);
}

static void shift_item(void *user, uint32_t item, uint32_t worker)
{
    struct job *job = user;

    (void)worker;
    if (job->plain[(item + 1) % ITEMS] == 0)
        atomic_fetch_add(&job->errors, 1);
}

static void check_thread(void *user, uint32_t item, uint32_t worker)
{
    struct job *job = user;
    sigset_t blocked;
    char name[16], expected[16];

    (void)item;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    pthread_getname_np(pthread_self(), name, sizeof name);
    snprintf(expected, sizeof expected, "artem-%u", worker % 64);
    if (!sigismember(&blocked, SIGINT) || !sigismember(&blocked, SIGUSR1) || strcmp(name, expected) != 0)
        atomic_fetch_add(&job->errors, 1);
}

static void run_loops(void *user)
{
    struct job *job = user;

    for (int i = 0; i < LOOPS; i++) {
        artem_threadpool_for(job->pool, ITEMS, count_item, job);
        artem_threadpool_for(job->pool, ITEMS, shift_item, job);
    }
    artem_threadpool_for(job->pool, 0, count_item, job);
    artem_threadpool_for(job->pool, 64, check_thread, job);
}

static void block(void *user)
{
    struct job *job = user;
    const struct timespec pause = {0, 100000};

    while (!atomic_load(&job->release))
        nanosleep(&pause, NULL);
}

static void test_pool(uint32_t threads)
{
    static struct job job;
    struct artem_threadpool *none = NULL;

    memset(&job, 0, sizeof job);
    CHECK_INT(artem_threadpool_create(threads, &job.pool), ARTEM_OK);
    const uint32_t size = artem_threadpool_size(job.pool);
    CHECK(threads == 0 ? size >= 1 && size <= 8 : size == (threads > ARTEM_THREADS_MAX ? ARTEM_THREADS_MAX : threads));
    CHECK(artem_threadpool_wait(job.pool, 0));
    artem_threadpool_start(job.pool, run_loops, &job);
    CHECK(artem_threadpool_wait(job.pool, UINT64_MAX));
    for (int i = 0; i < ITEMS; i++)
        CHECK_INT(job.counts[i], LOOPS);
    CHECK_INT(job.errors, 0);
    artem_threadpool_start(job.pool, block, &job);
    CHECK(!artem_threadpool_wait(job.pool, 0));
    CHECK(!artem_threadpool_wait(job.pool, 2000000));
    atomic_store(&job.release, true);
    CHECK(artem_threadpool_wait(job.pool, UINT64_MAX));
    artem_threadpool_start(job.pool, run_loops, &job);
    artem_threadpool_destroy(&job.pool); // waits for the job
    CHECK(job.pool == NULL);
    CHECK_INT(job.counts[0], 2 * LOOPS);
    artem_threadpool_destroy(&none);
}

// A few frames of sizes that no band or chunk divides, checksummed by comparison with the first engine's.
static void test_same_bytes(void)
{
    enum { FRAMES = 4, VARIANTS = 6 };
    static const uint32_t threads[VARIANTS] = {1, 2, 5, 1, 3, 2};
    const int best = (int)artem_cpu_detect(), other = artem_cpu_supported(ARTEM_CPU_AVX2) ? ARTEM_CPU_AVX2 : best;
    const int cpus[VARIANTS] = {ARTEM_CPU_C, ARTEM_CPU_C, ARTEM_CPU_C, other, other, best};
    struct artem_network *network = random_network(5);
    struct artem_style *style = random_style(5);
    struct pictures inputs[FRAMES], reference[FRAMES];

    calibrate(style, network);
    for (int i = 0; i < FRAMES; i++) {
        inputs[i] = pictures_alloc(76, 52, 1);
        pictures_add(&inputs[i], 36, 20);
        pictures_fill(&inputs[i], i == 2 ? PATTERN : NOISE);
        inputs[i].frame.exact = i == 3;
        reference[i] = pictures_twin(&inputs[i]);
    }
    for (int k = 0; k < VARIANTS; k++) {
        struct artem_engine *engine = engine_make(network, style, (enum artem_cpu)cpus[k], threads[k]);
        for (int i = 0; i < FRAMES; i++) {
            char what[64];
            snprintf(what, sizeof what, "%s, %u threads, frame %d", artem_cpu_name((enum artem_cpu)cpus[k]), threads[k],
                     i);
            engine_run(engine, k == 0 ? &reference[i] : &inputs[i]);
            if (k > 0)
                pictures_compare(what, &inputs[i], &reference[i]);
            pictures_clear(&inputs[i]);
        }
        artem_engine_destroy(&engine);
    }
    for (int i = 0; i < FRAMES; i++) {
        pictures_free(&inputs[i]);
        pictures_free(&reference[i]);
    }
    artem_style_unref(&style);
    artem_network_unref(&network);
}

// Engines are independent of each other.
static void *run_engine(void *user)
{
    struct artem_engine *engine = user;
    struct artem_engine_stats stats;
    uint8_t in[1024], out[1024];
    const struct artem_engine_frame frame = {
        .views = 1, .view = {{.width = 16, .height = 16, .in = in, .in_stride = 64, .out = out, .out_stride = 64}}};

    memset(in, 50, sizeof in);
    for (int i = 0; i < 5; i++) {
        if (artem_engine_submit(engine, &frame) != ARTEM_OK)
            return NULL;
        while (artem_engine_wait(engine, 50000) == ARTEM_TIMEOUT)
            artem_engine_get_stats(engine, &stats);
    }
    return engine;
}

static void test_two_engines(void)
{
    struct artem_network *network = random_network(6);
    struct artem_style *style = random_style(6);
    struct artem_engine *engines[2];
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        engines[i] = engine_make(network, style, artem_cpu_detect(), 2);
    artem_style_unref(&style); // the engines have their own
    artem_network_unref(&network);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, run_engine, engines[i]) == 0);
    for (int i = 0; i < 2; i++) {
        void *returned = NULL;
        pthread_join(threads[i], &returned);
        CHECK(returned == engines[i]);
        artem_engine_destroy(&engines[i]);
    }
}

int main(void)
{
    test_pool(1);
    test_pool(2);
    test_pool(5);
    test_pool(0);
    test_pool(1000);
    test_same_bytes();
    test_two_engines();
    return test_result();
}
