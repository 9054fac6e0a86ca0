// SPDX-License-Identifier: Apache-2.0
// The budget governor: when it pauses, how pauses grow, what ends them.
#include "governor.h"

#include "test.h"

#define MS UINT64_C(1000000)

static struct governor governor;
static uint64_t now;

// Frames of one length every 20 ms; returns the last change that was not GOVERNOR_SAME.
static enum governor_change run(unsigned frames, double layer_ms, double budget_ms)
{
    enum governor_change last = GOVERNOR_SAME;

    for (unsigned i = 0; i < frames; i++) {
        now += 20 * MS;
        if (governor_allows(&governor, now, budget_ms)) {
            enum governor_change change = governor_report(&governor, now, layer_ms, budget_ms);

            if (change != GOVERNOR_SAME)
                last = change;
        }
    }
    return last;
}

static void start(void)
{
    now = 1000 * MS;
    governor_init(&governor);
}

static void test_within_budget(void)
{
    start();
    CHECK_INT(run(10000, 9.0, 10.0), GOVERNOR_SAME);
    CHECK(!governor.paused);
    // Exactly the budget is no excess.
    CHECK_INT(run(10000, 10.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(governor.pauses, 0);
}

static void test_single_hitches(void)
{
    start();
    for (unsigned i = 0; i < 100; i++) {
        CHECK_INT(run(1, 500.0, 10.0), GOVERNOR_SAME);
        CHECK_INT(run(40, 2.0, 10.0), GOVERNOR_SAME);
    }
    CHECK_INT(governor.pauses, 0);
}

static void test_three_of_eight(void)
{
    start();
    run(20, 1.0, 10.0);
    CHECK_INT(run(1, 11.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(2, 1.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(1, 11.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(3, 1.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(1, 11.0, 10.0), GOVERNOR_PAUSED);
    CHECK(governor.paused);
    CHECK(!governor_allows(&governor, now, 10.0));
}

static void test_pauses_double(void)
{
    static const uint64_t expected_s[] = {1, 2, 4, 8, 8, 8};

    start();
    for (unsigned i = 0; i < sizeof expected_s / sizeof expected_s[0]; i++) {
        CHECK_INT(run(3, 11.0, 10.0), GOVERNOR_PAUSED);
        CHECK_INT(governor.resume_ns - now, expected_s[i] * 1000 * MS);
        CHECK(!governor_allows(&governor, governor.resume_ns - 1, 10.0));
        now = governor.resume_ns;
        CHECK(governor_allows(&governor, now, 10.0));
        CHECK(governor.trial);
    }
}

static void test_trial(void)
{
    start();
    run(3, 50.0, 10.0);
    now = governor.resume_ns;
    // Between nine tenths and the whole budget: good enough to go on, not to begin again.
    CHECK_INT(run(3, 9.5, 10.0), GOVERNOR_PAUSED);
    now = governor.resume_ns;
    CHECK_INT(run(7, 8.9, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(1, 8.9, 10.0), GOVERNOR_RESUMED);
    CHECK_INT(run(100, 9.5, 10.0), GOVERNOR_SAME);
}

static void test_hopeless_trial(void)
{
    start();
    CHECK_INT(run(2, 50.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(run(1, 50.0, 10.0), GOVERNOR_PAUSED);
    now = governor.resume_ns;
    CHECK_INT(run(1, 50.0, 10.0), GOVERNOR_PAUSED);
    CHECK_INT(governor.resume_ns - now, 2000 * MS);
}

static void test_forgiving(void)
{
    start();
    run(3, 50.0, 10.0);
    now = governor.resume_ns;
    CHECK_INT(run(500, 5.0, 10.0), GOVERNOR_RESUMED); // 10 s
    CHECK_INT(run(3, 50.0, 10.0), GOVERNOR_PAUSED);
    CHECK_INT(governor.resume_ns - now, 1000 * MS);
}

static void test_no_limit(void)
{
    start();
    CHECK_INT(run(1000, 1e6, 0), GOVERNOR_SAME);
    CHECK(!governor.paused);
    // Taking the limit away ends a pause at once.
    run(3, 50.0, 10.0);
    CHECK(governor.paused);
    CHECK(governor_allows(&governor, now, 0));
    CHECK_INT(run(100, 1e6, 0), GOVERNOR_SAME);
    CHECK(!governor.trial);
}

static void test_late_report(void)
{
    start();
    run(3, 50.0, 10.0);
    // A frame that began before the pause changes nothing any more.
    CHECK_INT(governor_report(&governor, now, 50.0, 10.0), GOVERNOR_SAME);
    CHECK_INT(governor.pauses, 1);
}

int main(void)
{
    test_within_budget();
    test_single_hitches();
    test_three_of_eight();
    test_pauses_double();
    test_trial();
    test_hopeless_trial();
    test_forgiving();
    test_no_limit();
    test_late_report();
    return test_result();
}
