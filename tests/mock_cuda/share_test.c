// SPDX-License-Identifier: Apache-2.0
// The layer with the network in CUDA on the app's own pictures: exported memory and semaphores, by timelines under
// XR_KHR_vulkan_enable2, by binary semaphores under XR_KHR_vulkan_enable. What reaches the runtime is what the CPU
// would have painted, frame by frame. Then everything that may be missing or fail: the frames go on.
//
// Mesa's software Vulkan exports memory but no semaphores; a Vulkan layer of the test bed's adds those.
#include <dlfcn.h>
#include <stdlib.h>

#include "artem/cuda.h"
#include "artem_vk/device.h"
#include "device_runs.h"
#include "mock_cuda.h"
#include "test.h"

static struct mock_cuda *mock;
static bool real; // on a true driver: `mock` counts nothing then

// What runtimes that share images between processes demand.
static void demand(void)
{
    mock_settings.instance_extensions = "VK_KHR_get_physical_device_properties2 VK_KHR_external_memory_capabilities "
                                        "VK_KHR_external_semaphore_capabilities";
    mock_settings.device_extensions =
        "VK_KHR_external_memory VK_KHR_external_memory_fd VK_KHR_external_semaphore VK_KHR_external_semaphore_fd "
        "VK_KHR_dedicated_allocation VK_KHR_get_memory_requirements2";
}

// As many names, but one of them twice, and one not at all.
static void demand_one_twice(void)
{
    demand();
    mock_settings.device_extensions =
        "VK_KHR_external_memory VK_KHR_external_memory_fd VK_KHR_external_semaphore VK_KHR_external_memory_fd "
        "VK_KHR_dedicated_allocation VK_KHR_get_memory_requirements2";
}

static void demand_nothing(void)
{
}

static const char *const instance_names[] = {VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                             VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
                                             VK_KHR_EXTERNAL_SEMAPHORE_CAPABILITIES_EXTENSION_NAME};

// The mock's device is the Vulkan device. NULL, or why it cannot be.
static const char *find_device(void)
{
    static char why[512];
    uint8_t uuid[VK_UUID_SIZE];
    struct vulkan_device_params params;

    host_instance_extensions = (struct host_names){3, instance_names};
    const char *missing = host_open(&params);
    host_instance_extensions = (struct host_names){0, NULL};
    if (missing != NULL)
        return missing;
    CHECK(vulkan_find_uuid(params.get_instance_proc_addr, params.instance, params.physical_device,
                           real ? uuid : mock->uuid));
    if (real && artem_cuda_probe(uuid, NULL, why, sizeof why) != ARTEM_OK)
        missing = why;
    else if (vulkan_find_sharing(params.get_instance_proc_addr, params.instance, params.physical_device) !=
             VULKAN_SHARING_TIMELINE)
        missing = "the Vulkan device exports no memory, or has no timeline semaphores";
    CHECK_INT(host_close(), 0);
    return missing;
}

// Since the last call.
static int take_launches(void)
{
    return atomic_exchange(&mock->launches, 0);
}

static void check_rules(const char *what)
{
    if (atomic_load(&mock->objects) != 0 || atomic_load(&mock->errors) != 0)
        TEST_FAIL("%s: %d objects are left, and %d calls were wrong", what, atomic_load(&mock->objects),
                  atomic_load(&mock->errors));
}

// Pictures are the CPU's, and CUDA has painted them: for each frame in the app's buffers one wait.
static void compare(const char *what, void (*run)(struct history *history))
{
    take_launches();
    atomic_store(&mock->waits, 0);
    runs_compare(what, run, "cuda");
    CHECK(real || take_launches() >= FRAMES);
    CHECK(real || atomic_load(&mock->waits) >= FRAMES);
    check_rules(what);
}

// Runs with settings in which CUDA cannot be used: what the CPU paints all the same, by Vulkan.
static void compare_without(const char *what)
{
    take_launches();
    atomic_store(&mock->waits, 0);
    runs_compare(what, run_two_eyes, "cuda");
    CHECK_INT(atomic_load(&mock->waits), 0);
    check_rules(what);
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
    check_rules("a name twice");
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

    // The validation layer does not follow timelines that one side signals for the other: it waits for ten seconds, and
    // says that this is most likely its own fault.
    setenv("ARTEM_TEST_VALIDATION", "off", 1);
    setenv("VK_INSTANCE_LAYERS", "VK_LAYER_ARTEM_test_semaphores", 1);
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
        check_rules("a lost device");
    }
    CHECK(styled >= 6);
}

int main(void)
{
    static struct mock_cuda nothing;
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (library == NULL) {
        fprintf(stderr, "skipped: there is no NVIDIA driver here\n");
        return TEST_SKIPPED;
    }
    mock = dlsym(library, "mock_cuda");
    real = mock == NULL;
    mock = real ? &nothing : mock;
    if (!real)
        setenv("ARTEM_CUDA_FORM", "popcount", 1); // the one that is emulated fastest
    mock->delay_us = 5000;
    const char *missing = runs_begin();
    if (missing == NULL)
        missing = find_device();
    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    compare("two eyes", run_two_eyes);
    compare("lives", run_lives);
    app_before_open = demand;
    host_instance_extensions = (struct host_names){3, instance_names};
    host_device_extensions = (struct host_names){vulkan_sharing_extension_count, vulkan_sharing_extensions};
    compare("array", run_array);
    app_before_open = demand_one_twice;
    test_name_twice();
    app_before_open = demand_nothing;
    host_instance_extensions = host_device_extensions = (struct host_names){0, NULL};
    setenv("ARTEM_LOG", "error", 1);
    if (!real) {
        test_missing();
        test_lost();
    }
    runs_end();
    return test_result();
}
