// SPDX-License-Identifier: Apache-2.0
// The layer with the network in CUDA on the app's own pictures: exported memory and semaphores, by timelines under
// XR_KHR_vulkan_enable2, by binary semaphores under XR_KHR_vulkan_enable. What reaches the runtime is what the CPU
// would have painted, frame by frame. Then everything that may be missing or fail: the frames go on.
//
// Mesa's software Vulkan exports memory but no semaphores; a Vulkan layer of the test bed's adds those.
#include <stdlib.h>

#include "share_fixture.h"

// As many names, but one of them twice, and one not at all.
static void demand_one_twice(void)
{
    share_demand();
    mock_settings.device_extensions =
        "VK_KHR_external_memory VK_KHR_external_memory_fd VK_KHR_external_semaphore VK_KHR_external_memory_fd "
        "VK_KHR_dedicated_allocation VK_KHR_get_memory_requirements2";
}

// Since the last call.
static int take_launches(void)
{
    return atomic_exchange(&mock->launches, 0);
}

// Pictures are the CPU's, and CUDA has painted them: for each frame in the app's buffers one wait.
static void compare(const char *what, void (*run)(struct history *history))
{
    take_launches();
    atomic_store(&mock->waits, 0);
    runs_compare(what, run, "cuda", "cuda");
    CHECK(real || take_launches() >= FRAMES);
    CHECK(real || atomic_load(&mock->waits) >= FRAMES);
    share_check_rules(what);
}

// Runs with settings in which CUDA cannot be used: what the CPU paints all the same, by Vulkan.
static void compare_without(const char *what)
{
    take_launches();
    atomic_store(&mock->waits, 0);
    runs_compare(what, run_two_eyes, "cuda", "vulkan");
    CHECK_INT(atomic_load(&mock->waits), 0);
    share_check_rules(what);
}

// A runtime whose list only looks as if it had all that sharing takes.
static void test_name_twice(void)
{
    struct history history = {.count = 0};
    unsigned styled = 0;

    atomic_store(&mock->waits, 0);
    runs_configure("cuda", "great_wave");
    run_array(&history);
    for (unsigned i = 0; i < history.count; i++)
        styled += history.styled[i];
    CHECK(styled >= FRAMES - 1);
    CHECK_INT(atomic_load(&mock->waits), 0);
    share_check_rules("a name twice");
}

static void test_missing(void)
{
    mock->uuid[3] ^= 1;
    compare_without("another device");
    mock->uuid[3] ^= 1;
    mock->driver_version = 11040;
    compare_without("an old driver");
    mock->driver_version = 12040;
    mock->memory = 100000;
    compare_without("no memory");
    mock->memory = UINT64_C(1) << 32;
}

// The device is lost in the middle: frames are the app's own for a moment, then painted by another backend.
static void test_lost(void)
{
    struct history history = {.count = 0};
    unsigned styled = 0;

    share_leave_validation();
    runs_configure("cuda", "great_wave");
    run_two_eyes(&history); // what it takes
    const int calls = atomic_load(&mock->calls);
    for (int at = 0; at < 3; at++) {
        struct history lost = {.count = 0};
        atomic_store(&mock->calls, 0);
        mock->lose_at = calls / 2 + at * 9;
        run_two_eyes(&lost);
        mock->lose_at = 0;
        CHECK_INT(lost.count, history.count);
        for (unsigned i = 0; i < lost.count; i++)
            styled += lost.styled[i];
        CHECK(lost.styled[lost.count - 1]);
        share_check_rules("a lost device");
    }
    CHECK(styled >= 6);
}

int main(void)
{
    if (!share_begin())
        return TEST_SKIPPED;
    compare("two eyes", run_two_eyes);
    compare("lives", run_lives);
    share_demand_extensions(true);
    compare("array", run_array);
    app_before_open = demand_one_twice;
    test_name_twice();
    share_demand_extensions(false);
    setenv("ARTEM_LOG", "error", 1);
    if (!real) {
        test_missing();
        test_lost();
    }
    runs_end();
    return test_result();
}
