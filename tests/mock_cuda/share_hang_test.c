// SPDX-License-Identifier: Apache-2.0
// Paintings by CUDA on the app's own pictures that never end, or that are lost: the app's queue goes on, also where the
// app waits for it before it calls the layer again, and session, device and instance end soon.
#include <time.h>
#include <unistd.h>

#include "share_fixture.h"
#include "paintings.h"

enum { DELAY_US = 5000, FOREVER_US = 2000000000, PATIENCE_S = 30, END_S = 15, TRIES = 5000 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// What waits for ever ends the test.
static void begin(const char *mode, int delay_us)
{
    alarm(2 * PATIENCE_S);
    mock->delay_us = delay_us;
    mock->lose_at = 0;
    runs_mode = mode;
    runs_configure("cuda", "great_wave");
    paintings_open();
}

// Until CUDA has one of these frames.
static void show_until_taken(unsigned picture)
{
    const int waits = atomic_load(&mock->waits);

    for (int i = 0; i < TRIES && atomic_load(&mock->waits) == waits; i++) {
        paintings_show(picture);
        usleep(1000);
    }
    CHECK(atomic_load(&mock->waits) > waits);
}

static void end(const char *what)
{
    const double start = now();

    app_close_normal();
    const double seconds = now() - start;
    fprintf(stderr, "%s: everything has ended after %.1f s\n", what, seconds);
    CHECK(seconds < END_S);
    CHECK_INT(atomic_load(&mock->errors), 0);
}

static void lose_after_kernel(const char *kernel, const void *arguments)
{
    (void)kernel;
    (void)arguments;
    mock->lose_at = 1;
}

// Another backend paints what follows.
static void test_lost(void)
{
    begin("sync", DELAY_US);
    show_until_taken(0);
    mock->corrupt = lose_after_kernel;
    const double start = now();
    paintings_show(1);
    fprintf(stderr, "lost: the queue goes on after %.1f s\n", now() - start);
    mock->corrupt = NULL;
    paintings_show_until_styled(2);
    end("lost");
    mock->lose_at = 0;
    share_check_rules("lost");
}

// The queue waits for the painting, until it is given up.
static void test_endless(void)
{
    begin("sync", DELAY_US);
    show_until_taken(0);
    mock->delay_us = FOREVER_US;
    const double start = now();
    paintings_show(1);
    fprintf(stderr, "endless: the queue goes on after %.1f s\n", now() - start);
    CHECK(now() - start < PATIENCE_S);
    paintings_show(2); // without a budget it is waited for once more
    end("endless");
}

// Nobody waits for it, also not with semaphores that have to be waited for at some time.
static void test_detached(bool binary)
{
    runs_without_enable2 = binary;
    share_demand_extensions(binary);
    begin("async", DELAY_US);
    paintings_show_until_styled(0);
    const int launches = atomic_load(&mock->launches);
    mock->delay_us = FOREVER_US;
    // A painting that is under way now may still end: the next one does not.
    for (unsigned i = 1; i < 20; i++) {
        paintings_show(i);
        usleep(10000);
    }
    CHECK(atomic_load(&mock->launches) > launches);
    const int kernels = atomic_load(&mock->kernels);
    for (unsigned i = 0; i < 5; i++) {
        paintings_show(20 + i);
        usleep(20000);
    }
    CHECK_INT(atomic_load(&mock->kernels), kernels);
    host_wait_for_queue();
    end(binary ? "detached, binary semaphores" : "detached");
    runs_without_enable2 = false;
    share_demand_extensions(false);
}

#ifdef __SANITIZE_ADDRESS__
enum { IS_SLOW = 1 }; // then an engine's kernels may take minutes
#else
enum { IS_SLOW = 0 };
#endif

// The kernels that an engine is checked with when it is made: another backend paints.
static void test_endless_start(void)
{
    if (IS_SLOW)
        return;
    const int waits = atomic_load(&mock->waits);
    begin("sync", FOREVER_US);
    paintings_show_until_styled(0);
    CHECK_INT(atomic_load(&mock->waits), waits); // CUDA never had a picture of the app's
    end("endless from the start");
}

int main(void)
{
    if (!share_begin() || real)
        return TEST_SKIPPED;
    share_leave_validation();
    setenv("ARTEM_LOG", "off", 1); // it says what is lost, and what is not freed
    test_lost();
    test_endless();
    test_detached(false);
    test_detached(true);
    test_endless_start();
    runs_end();
    _exit(test_result()); // the mock's streams still run
}
