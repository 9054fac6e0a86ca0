// SPDX-License-Identifier: Apache-2.0
// Apps that make their Vulkan device alone (XR_KHR_vulkan_enable): the network runs by Vulkan on a device of the
// layer's own beside it, on the app's own pictures. What reaches the runtime is what the CPU would have painted; where
// there can be no such device, the app's own is used.
#include <stdlib.h>
#include <unistd.h>

#include "measure.h"
#include "paintings.h"
#include "session.h"
#include "share_fixture.h"

// Of the test bed's Vulkan layer.
static unsigned *imported; // semaphores
static bool *refuses;      // to import any
static bool *fails;        // submissions with them

static unsigned take_imported(void)
{
    const unsigned count = *imported;

    *imported = 0;
    return count;
}

// Of the layer's own device, for whose sake it is used.
static bool has_dot(void)
{
    struct vulkan_own_device *own;
    bool has = false;

    if (vulkan_own_device_create(ARTEM_LOG_ERROR, 0, &own) == ARTEM_OK) {
        has = vulkan_own_device_get(own)->dot != VULKAN_DOT_NONE;
        vulkan_own_device_destroy(&own);
    }
    if (!has)
        fprintf(stderr, "skipped: this device has no integer dot products\n");
    return has;
}

static void test_same(const char *mode, void (*run)(struct history *history))
{
    take_imported();
    runs_mode = mode;
    runs_compare(mode, run, "vulkan", "vulkan");
    CHECK(take_imported() >= 4); // two for each of two engines
    runs_mode = "sync";
}

// Nothing is left of paintings that are under way when everything ends.
static void test_ends(void)
{
    static void (*const events[])(void) = {paintings_renew_swapchains, paintings_renew_session};
    const unsigned files = count_descriptors();

    runs_mode = "async";
    runs_configure("vulkan", "great_wave");
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        paintings_open();
        paintings_show_until_styled(0);
        for (unsigned k = 0; k < 6; k++) {
            paintings_show(k);
            events[i]();
        }
        paintings_show_until_styled(1);
        CHECK_STR(layer_session_find(app.session)->backend, "vulkan");
        app_close_normal();
    }
    CHECK_INT(count_descriptors(), files);
    CHECK(take_imported() > 0);
    runs_mode = "sync";
}

// It fails while the app runs: the app's own device takes its place.
static void test_fails(const char *mode)
{
    runs_mode = mode;
    runs_configure("vulkan", "great_wave");
    paintings_open();
    paintings_show_until_styled(0);
    CHECK(take_imported() > 0);
    *fails = true;
    for (unsigned i = 0; i < 8; i++) {
        paintings_show(i);
        usleep(20000);
    }
    paintings_show_until_styled(1);
    CHECK(*fails); // and yet
    CHECK_STR(layer_session_find(app.session)->backend, "vulkan");
    CHECK_INT(layer_session_find(app.session)->fallbacks, 1);
    CHECK_INT(take_imported(), 0);
    app_close_normal();
    *fails = false;
    runs_mode = "sync";
}

static void check_own_device(void)
{
    runs_configure("vulkan", "great_wave");
    paintings_open();
    paintings_show_until_styled(0);
    CHECK_STR(layer_session_find(app.session)->backend, "vulkan");
    CHECK_INT(take_imported(), 0);
    app_close_normal();
}

// The app's own device is used.
static void test_without(void)
{
    setenv("ARTEM_VULKAN_QUEUE", "app", 1);
    check_own_device();
    unsetenv("ARTEM_VULKAN_QUEUE");
    setenv("ARTEM_VULKAN_DOT", "off", 1); // nothing is gained
    check_own_device();
    setenv("ARTEM_VULKAN_DOT", "on", 1);
    *refuses = true;
    check_own_device();
    *refuses = false;
    share_demand_extensions(false); // the runtime does not share
    check_own_device();
    share_demand_extensions(true);
    runs_without_enable2 = false;
    check_own_device();
    runs_without_enable2 = true;
}

// Whether all of it is there.
static bool open_layer(void)
{
    void *layer = dlopen(SEMAPHORES_LAYER, RTLD_NOW | RTLD_LOCAL);

    if (layer == NULL)
        return false;
    imported = dlsym(layer, "artem_semaphores_imported");
    refuses = dlsym(layer, "artem_semaphores_refuse_imports");
    fails = dlsym(layer, "artem_semaphores_fail_submissions");
    return imported != NULL && refuses != NULL && fails != NULL;
}

int main(void)
{
    if (!open_layer()) {
        TEST_FAIL("%s is not the test bed's Vulkan layer", SEMAPHORES_LAYER);
        return test_result();
    }
    if (!share_begin())
        return TEST_SKIPPED;
    runs_without_enable2 = true;
    share_demand_extensions(true);
    setenv("ARTEM_VULKAN_DOT", "on", 1);
    if (!has_dot()) {
        runs_end();
        return TEST_SKIPPED;
    }
    test_same("sync", run_two_eyes);
    test_same("sync", run_lives);
    test_same("async", run_mixed);
    test_without();
    share_leave_validation();
    test_ends();
    test_fails("sync");
    test_fails("async");
    share_check_rules("CUDA is not used");
    runs_end();
    return test_result();
}
