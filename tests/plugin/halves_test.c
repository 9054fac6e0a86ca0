// SPDX-License-Identifier: Apache-2.0
// Paintings that nobody waits for on the app's own queue: long ones in two halves, each after another frame of the app,
// and the same to the last bit.
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "hook_submit.h"
#include "paintings.h"
#include "session.h"
#include "test.h"

enum { TRIES = 2000, DISPATCHES = 41 }; // of a painting of two views

static double rate; // of the display: what is long depends on it

static void set_rate(void)
{
    mock_settings.told_hz = rate;
    hook_submit_reset();
}

static void test_same(double hz, const char *mode, void (*run)(struct history *history), unsigned least, unsigned most)
{
    rate = hz;
    runs_mode = mode;
    runs_compare(mode, run, "vulkan", "vulkan");
    if (hook_submit.count < least || hook_submit.count > most)
        TEST_FAIL("%s at %g Hz: %u submissions", mode, hz, hook_submit.count);
    rate = 100000;
    runs_mode = "async";
}

// Until the queue has the first half of a painting; none has been given up so far.
static void show_until_half(unsigned picture)
{
    const unsigned count = hook_submit.count;

    for (int i = 0; i < TRIES; i++) {
        paintings_show(picture);
        if (hook_submit.count > count && hook_submit.count % 2 == 1)
            return;
        usleep(1000);
    }
    TEST_FAIL("no painting has begun");
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Never more than a half per frame.
static void test_each(void)
{
    unsigned dispatches = 0, before = 0;

    paintings_open();
    for (unsigned i = 0; i < 40; i++) {
        before = hook_submit.count;
        paintings_show(i);
        usleep(5000);
        CHECK(hook_submit.count <= before + 1);
        if (hook_submit.count > before) {
            CHECK(hook_submit.dispatches > DISPATCHES / 3 && hook_submit.dispatches < DISPATCHES * 2 / 3);
            dispatches += hook_submit.dispatches;
        }
    }
    CHECK(hook_submit.count >= 10);
    CHECK(dispatches == hook_submit.count / 2 * DISPATCHES ||
          dispatches - hook_submit.dispatches == hook_submit.count / 2 * DISPATCHES); // one half more
    CHECK(paintings_is_styled());
    app_close_normal();
}

// The first half is on its way, and the other one is not wanted any more, or cannot come.
static void renew_instance(void)
{
    app_close_normal();
    paintings_open();
}

static void fail(void)
{
    hook_submit.fail = 1;
}

static void test_ends(void)
{
    static void (*const events[])(void) = {paintings_renew_swapchains, paintings_renew_session, renew_instance, fail};

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        paintings_open();
        paintings_show_until_styled(0);
        show_until_half(1);
        const double begin = now();
        const unsigned count = hook_submit.count;
        events[i]();
        CHECK(now() - begin < 2);
        if (events[i] == paintings_renew_swapchains) {
            app_frame();
            CHECK_INT(hook_submit.count,
                      count); // not the other half, nor another before the first one is known to be done
        }
        paintings_show_until_styled(2);
        CHECK_STR(layer_session_find(app.session)->backend, "vulkan");
        app_close_normal();
    }
}

// However long the app takes between the two: the engine is not late.
static void test_pause(void)
{
    runs_more = "budget_ms = 100\n";
    rate = 90;
    runs_configure("vulkan", "great_wave");
    paintings_open();
    show_until_half(0); // the first one, whose time is not known
    usleep(1300000);
    for (unsigned i = 1; i < 10; i++) {
        paintings_show(i);
        usleep(5000);
    }
    CHECK(layer_session_find(app.session)->governor.change.reason != ARTEM_REASON_LATE);
    CHECK(paintings_is_styled());
    app_close_normal();
    runs_more = "";
    rate = 100000;
    runs_configure("vulkan", "great_wave");
}

// Second halves that fail again and again: another backend takes the place of this one.
static void test_failing(void)
{
    paintings_open();
    paintings_show_until_styled(0);
    for (unsigned i = 0; i < 3; i++) {
        show_until_half(1 + i);
        hook_submit.fail = 1;
        paintings_show(1 + i);
        CHECK_INT(hook_submit.fail, 0);
    }
    paintings_show_until_styled(4);
    for (unsigned i = 0; i < 100; i++)
        paintings_show(5 + i);
    CHECK_STR(layer_session_find(app.session)->backend, "cpu");
    app_close_normal();
}

// What is painted after a half that was given up is what the CPU paints from the beginning.
static void test_after(void)
{
    paintings_open();
    paintings_show_until_styled(0);
    show_until_half(1);
    paintings_renew_swapchains();
    for (int i = 0; i < TRIES && paintings_find(2) != 2; i++) {
        paintings_show(2);
        usleep(1000);
    }
    CHECK_INT(paintings_find(2), 2);
    app_close_normal();
}

int main(void)
{
    app_get_vulkan = hook_submit_get;
    app_before_open = set_rate;
    const char *missing = runs_begin();

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    test_same(100000, "async", run_deferred, 2 * FRAMES, 1000);
    test_same(100000, "async", run_mixed, FRAMES + 3, 1000);
    test_same(0.01, "async", run_deferred, FRAMES,
              FRAMES + 4); // the first one of an engine, which has no time yet, too
    test_same(100000, "sync", run_two_eyes, FRAMES, FRAMES + 2);
    paintings_make();
    runs_configure("vulkan", "great_wave");
    test_each();
    test_ends();
    test_after();
    test_pause();
    test_failing();
    runs_end();
    return test_result();
}
