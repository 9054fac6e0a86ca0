// SPDX-License-Identifier: Apache-2.0
// A painting by CUDA on the app's own pictures that nobody waits for, and that never ends: the app's queue goes on beside
// it; session, device and instance end all the same, soon.
#include <time.h>
#include <unistd.h>

#include "share_fixture.h"
#include "share_paintings.h"

enum { FOREVER_US = 2000000000, PATIENCE_S = 30, TRIES = 5000 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void show(unsigned picture)
{
    paintings_draw(picture);
    CHECK_INT(app_end(), XR_SUCCESS);
}

int main(void)
{
    if (!share_begin() || real)
        return TEST_SKIPPED;
    share_leave_validation();
    setenv("ARTEM_LOG", "off", 1); // it says what is not freed
    alarm(2 * PATIENCE_S);         // what waits for ever ends the test
    runs_mode = "async";
    runs_configure("cuda", "great_wave");
    paintings_open();
    show(0);
    mock->delay_us = FOREVER_US;
    const int waits = atomic_load(&mock->waits);
    for (unsigned i = 1; i < TRIES && atomic_load(&mock->waits) == waits; i++) {
        show(1);
        usleep(1000);
    }
    CHECK(atomic_load(&mock->waits) > waits); // it is under way
    for (unsigned i = 0; i < 3; i++)
        show(2 + i);
    host_wait_for_queue();
    const double begin = now();
    app_close_normal();
    const double seconds = now() - begin;
    fprintf(stderr, "everything has ended after %.1f s\n", seconds);
    CHECK(seconds < PATIENCE_S);
    CHECK_INT(atomic_load(&mock->errors), 0);
    runs_end();
    _exit(test_result()); // the mock's stream still runs
}
