// SPDX-License-Identifier: Apache-2.0
// The true engine under the layer, on the CPU and on the app's own device: whatever reaches the runtime is the same to
// the last bit, frame by frame, and neither the runtime nor the validation layer has anything to say. Frames on the
// device are not waited for, so swapchains, sessions and instances go while one is still being worked on.
#include <stdlib.h>

#include "device_runs.h"
#include "test.h"

static bool refuse_extensions; // of the runtime's devices, set before the app makes one

// What the layer enables for itself when the app makes its device: only what helps, only where the network may run on
// it, and never at the app's cost.
static void apply_refusal(void)
{
    mock_settings.refuse_extensions = refuse_extensions;
}

static void test_dot_products(void)
{
    static const struct {
        const char *backend, *dot;
        uint32_t version;
        bool refuse;
        unsigned extensions;
    } cases[] = {
        {"cpu", "on", VK_API_VERSION_1_1, false, 0},    {"vulkan", "off", VK_API_VERSION_1_1, false, 0},
        {"vulkan", "on", VK_API_VERSION_1_0, false, 0}, // the app's instance has no features to ask for
        {"vulkan", "on", VK_API_VERSION_1_1, true, 0},  // the second attempt is the app's own
        {"vulkan", "on", VK_API_VERSION_1_1, false, 1}, // unless the driver has none
    };
    struct history histories[sizeof cases / sizeof cases[0]] = {{.count = 0}};

    app_before_open = apply_refusal;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        runs_configure(cases[i].backend, "great_wave");
        setenv("ARTEM_VULKAN_DOT", cases[i].dot, 1);
        host_api_version = cases[i].version;
        refuse_extensions = cases[i].refuse;
        run_two_eyes(&histories[i]);
        if (cases[i].extensions == 1 && extensions_seen == 0)
            fprintf(stderr, "this device has no integer dot products\n");
        else
            CHECK_INT(extensions_seen, cases[i].extensions);
        CHECK(memcmp(histories[i].frames, histories[0].frames, sizeof histories[0].frames) == 0);
    }
    unsetenv("ARTEM_VULKAN_DOT");
    host_api_version = VK_API_VERSION_1_0;
    app_before_open = NULL;
}

int main(void)
{
    const char *missing = runs_begin();

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    runs_compare("two eyes", run_two_eyes, "vulkan");
    runs_compare("array", run_array, "vulkan");
    runs_compare("lives", run_lives, "vulkan");
    runs_mode = "async";
    runs_compare("deferred", run_deferred, "vulkan");
    runs_mode = "sync";
    test_dot_products();
    runs_end();
    return test_result();
}
