// SPDX-License-Identifier: Apache-2.0
// The true engine under the layer, on the CPU and on the app's own device: whatever reaches the runtime is the same to
// the last bit, frame by frame, and neither the runtime nor the validation layer has anything to say. Frames on the
// device are not waited for, so swapchains, sessions and instances go while one is still being worked on.
#include <stdlib.h>
#include <unistd.h>

#include "app.h"
#include "fake_engine.h"
#include "test.h"

struct fake_engine_state fake_engine; // the app looks at it; here it stays empty

enum { FRAMES = 7, VIEWS = 4 };

// What the runtime got in one run.
struct history {
    uint64_t frames[64][VIEWS];
    bool styled[64];
    unsigned count;
};

static bool refuse_extensions;   // of the runtime's devices, set before the app makes one
static unsigned extensions_seen; // by the runtime, in two_eyes
static const char *mode = "sync";
static char config[] = "/tmp/artem-device-test.XXXXXX";

static void configure(const char *backend, const char *style)
{
    FILE *file = fopen(config, "w");

    CHECK(file != NULL);
    fprintf(file,
            "[artem]\nresolution = 64\nbudget_ms = 0\nstyle = %s\nbackend = %s\nstrength = 0.9\nkeep_color = "
            "0.3\nkeep_text = 0.6\nmode = %s\n",
            style, backend, mode);
    fclose(file);
}

static uint64_t hash(const uint8_t *data, size_t size)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        h = (h ^ data[i]) * 1099511628211u;
    return h;
}

static void remember(struct history *history)
{
    const struct mock_frame *frame = mock_get_frame();

    CHECK(history->count < 64);
    for (unsigned v = 0; v < frame->view_count && v < VIEWS; v++) {
        const struct mock_view *view = &frame->views[v];
        const size_t size = (size_t)view->width * view->height * mock_pixel_size(view->format);
        history->frames[history->count][v] = view->slice != NULL ? hash(view->slice, size) : 0;
        history->styled[history->count] = !view->claimed;
    }
    history->count++;
}

static void show(struct history *history)
{
    app_frame();
    remember(history);
}

static void open_app(bool enable2, uint32_t seed)
{
    CHECK(app_open(enable2) == NULL);
    app.seed = seed;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
}

static void run_two_eyes(struct history *history)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    open_app(true, 1);
    extensions_seen = mock_count_device_extensions();
    app_show_views(&info);
    for (int i = 0; i < FRAMES; i++)
        show(history);
    // The same images again, then one eye's alone.
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
    remember(history);
    app_begin_frame();
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    remember(history);
    app_close_normal();
}

// An array of halves under XR_KHR_vulkan_enable; rects that change, so that buffers are moved while frames are on their
// way.
static void run_array(struct history *history)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    info.arraySize = 2;
    info.format = VK_FORMAT_R16G16B16A16_SFLOAT;
    open_app(false, 77);
    const unsigned array = app_add_swapchain(&info);
    for (unsigned v = 0; v < 2; v++) {
        app_show(0, v, array);
        app.views[0][v].subImage.imageArrayIndex = v;
    }
    for (int i = 0; i < FRAMES; i++) {
        if (i >= 3)
            for (unsigned v = 0; v < 2; v++)
                app_set_rect(0, v, i - 2, 2 * (i - 2), WIDTH - 8 * (i - 2), HEIGHT - 4 * (i - 2));
        show(history);
    }
    app_close_normal();
}

// Swapchains that go and come with a frame on its way, sessions too, and an instance that ends them all.
static void run_lives(struct history *history)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    open_app(true, 5);
    app_show_views(&info);
    for (int i = 0; i < 3; i++)
        show(history);
    app_remove_swapchains();
    info.format = VK_FORMAT_A2B10G10R10_UNORM_PACK32;
    app_show_views(&info);
    for (int i = 0; i < 3; i++)
        show(history);
    app_end_session();
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    for (int i = 0; i < 3; i++)
        show(history);
    app_close();
}

// Nobody waits for the paintings, neither on the CPU nor on the queue. The app shows each of its pictures until its
// painting is there, so that all runs have the same ones. (A frame that shows an older painting has its pose.)
static void run_deferred(struct history *history)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    float number = 0;

    open_app(true, 9);
    app_show_views(&info);
    app_frame(); // by which the layer learns what the swapchains are for
    for (int i = 0; i < FRAMES; i++) {
        bool shown = false;

        app_begin_frame();
        app_draw_all();
        for (int tries = 0; tries < 2000 && !shown; tries++) {
            const struct mock_view *view;

            if (tries > 0)
                app_begin_frame();
            for (unsigned v = 0; v < 2; v++)
                app.views[0][v].pose.position.z = number;
            CHECK_INT(app_end(), XR_SUCCESS);
            view = &mock_get_frame()->views[0];
            shown = !view->claimed && view->info.pose.position.z == number;
            number++;
            usleep(2000);
        }
        CHECK(shown);
        remember(history);
    }
    CHECK_INT(mock_take_violations(), 0);
    app_begin_frame(); // one is under way when all ends
    app_draw_all();
    CHECK_INT(app_end(), XR_SUCCESS);
    app_close_normal();
}

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
        configure(cases[i].backend, "great_wave");
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

static void compare(const char *what, void (*run)(struct history *history))
{
    struct history cpu = {.count = 0}, vulkan = {.count = 0}, other = {.count = 0};
    unsigned styled = 0, different = 0;

    configure("cpu", "great_wave");
    run(&cpu);
    configure("vulkan", "great_wave");
    run(&vulkan);
    configure("vulkan", "the_scream");
    run(&other);
    CHECK_INT(cpu.count, vulkan.count);
    for (unsigned i = 0; i < cpu.count; i++) {
        styled += cpu.styled[i];
        different += memcmp(cpu.frames[i], other.frames[i], sizeof cpu.frames[i]) != 0;
        if (cpu.styled[i] != vulkan.styled[i] || memcmp(cpu.frames[i], vulkan.frames[i], sizeof cpu.frames[i]) != 0)
            TEST_FAIL("%s: frame %u differs between the CPU and the device%s", what, i,
                      cpu.styled[i] != vulkan.styled[i] ? " (one is not styled)" : "");
    }
    CHECK(styled >= FRAMES - 1);
    CHECK_INT(different, styled); // or the comparison sees nothing
}

int main(void)
{
    const int file = mkstemp(config);

    CHECK(file >= 0 && close(file) == 0);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("XDG_DATA_HOME", "/nonexistent", 1); // shipped styles only
    setenv("ARTEM_LOG", "warn", 0);
    configure("cpu", "great_wave");
    const char *missing = app_open(true);
    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        unlink(config);
        return TEST_SKIPPED;
    }
    app_close();
    compare("two eyes", run_two_eyes);
    compare("array", run_array);
    compare("lives", run_lives);
    mode = "async";
    compare("deferred", run_deferred);
    mode = "sync";
    test_dot_products();
    unlink(config);
    return test_result();
}
