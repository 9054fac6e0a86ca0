// SPDX-License-Identifier: Apache-2.0
// What the layer waits for, and who else has to: while it waits for the GPU or for a compiler, calls of the app's other
// threads go on.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "expect.h"
#include "fake_engine.h"
#include "hook_vulkan.h"
#include "test.h"

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
    }
}

// ---- While the layer is in a function of Vulkan that may take long, another thread calls ----

static struct {
    const char *function; // NULL: none
    pthread_t thread;
    sem_t done;
    unsigned count;
} beside;

static void *call_beside(void *user)
{
    const XrReferenceSpaceCreateInfo info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };
    XrSpace space;

    (void)user;
    CHECK_INT(app.xr.xrCreateReferenceSpace(app.session, &info, &space), XR_SUCCESS);
    CHECK_INT(app.xr.xrDestroySpace(space), XR_SUCCESS);
    sem_post(&beside.done);
    return NULL;
}

static VkResult meanwhile(const char *function, uint64_t timeout)
{
    struct timespec until;

    if (beside.function == NULL || strcmp(function, beside.function) != 0 ||
        (strcmp(function, "vkWaitForFences") == 0 && timeout == 0))
        return VK_SUCCESS;
    beside.function = NULL;
    beside.count++;
    CHECK_INT(pthread_create(&beside.thread, NULL, call_beside, NULL), 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10; // never reached but by a layer that holds the other thread up
    CHECK_INT(sem_timedwait(&beside.done, &until), 0);
    return VK_SUCCESS;
}

static void end_beside(void)
{
    pthread_join(beside.thread, NULL);
    while (sem_trywait(&beside.done) == 0)
        ; // of one that came too late
}

static void test_beside(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK_INT(sem_init(&beside.done, 0, 0), 0);
    app_get_vulkan = hook_get_vulkan;
    hook_vulkan = meanwhile;
    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    // The engine on the CPU waits for the app's rendering.
    app_begin_frame();
    app_draw_all();
    beside.function = "vkWaitForFences";
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(expect_frame(), EXPECT_STYLED);
    CHECK_INT(beside.count, 1);
    end_beside();
    // Shaders for another format are compiled.
    beside.function = "vkCreateComputePipelines";
    info.format = VK_FORMAT_R16G16B16A16_SFLOAT;
    app_add_swapchain(&info);
    CHECK_INT(beside.count, 2);
    end_beside();
    frames(1, EXPECT_STYLED);
    app_close_normal();
    hook_vulkan = NULL;
    app_get_vulkan = mock_get_vulkan;
    sem_destroy(&beside.done);
}

// ---- Waits that fail ----

static atomic_bool fails;

static VkResult fail_waits(const char *function, uint64_t timeout)
{
    (void)timeout;
    return atomic_load(&fails) && strcmp(function, "vkWaitForFences") == 0 ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_SUCCESS;
}

// Whoever cannot be told whether the GPU is done neither reads nor frees what it may be at work on. Later all is as
// before.
static void test_failing(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_get_vulkan = hook_get_vulkan;
    hook_vulkan = fail_waits;
    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    atomic_store(&fails, true);
    frames(2, EXPECT_ORIGINAL);
    app_begin_frame();
    app_draw_all(); // a copy of it is under way
    const unsigned memory = hook_count_memory();
    app_remove_swapchains();
    CHECK_INT(hook_count_memory(), memory);
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(hook_count_memory(), memory);
    atomic_store(&fails, false);
    host_wait_for_queue();
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(hook_count_memory() < memory);
    app_show_views(&info);
    frames(2, EXPECT_STYLED);
    app_close_normal();
    CHECK_INT(hook_count_memory(), 0);
    hook_vulkan = NULL;
    app_get_vulkan = mock_get_vulkan;
}

int main(void)
{
    if (!app_has_device())
        return TEST_SKIPPED;
    setenv("ARTEM_LOG", "error", 0);
    test_beside();
    test_failing();
    return test_result();
}
