// SPDX-License-Identifier: Apache-2.0
#include "device_runs.h"

#include <stdlib.h>
#include <unistd.h>

#include "fake_engine.h"
#include "session.h"
#include "test.h"

struct fake_engine_state fake_engine; // the app looks at it; here it stays empty

const char *runs_mode = "sync", *runs_log, *runs_more = "";
unsigned runs_threads;
bool runs_without_enable2;
static char config[] = "/tmp/artem-device-test.XXXXXX";

static const char *latest_backend, *latest_style;

void runs_configure(const char *backend, const char *style)
{
    FILE *file = fopen(config, "w");

    latest_backend = backend;
    latest_style = style;
    CHECK(file != NULL);
    fprintf(file,
            "[artem]\nresolution = 64\nbudget_ms = 0\nstyle = %s\nbackend = %s\nstrength = 0.9\nkeep_color = "
            "0.3\nkeep_text = 0.6\nmode = %s\nthreads = %u\n",
            style, backend, runs_mode, runs_threads);
    if (runs_log != NULL)
        fprintf(file, "log_file = %s\n", runs_log);
    fputs(runs_more, file);
    fclose(file);
}

void runs_change_mode(const char *mode)
{
    struct artem_settings settings = {.backend = ""};

    runs_mode = mode;
    runs_configure(latest_backend, latest_style);
    for (int i = 0; i < 1000 && (strcmp(artem_mode_name(settings.mode), mode) != 0 ||
                                 strcmp(settings.backend, latest_backend) != 0);
         i++) {
        artem_config_get(layer_active()->config, &settings);
        usleep(5000);
    }
    CHECK_STR(artem_mode_name(settings.mode), mode);
}

static uint64_t hash(const uint8_t *data, size_t size)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < size; i++)
        h = (h ^ data[i]) * 1099511628211u;
    return h;
}

void runs_remember(struct history *history)
{
    const struct mock_frame *frame = mock_get_frame();

    CHECK(history->count < 64);
    for (unsigned v = 0; v < frame->view_count && v < VIEWS; v++) {
        const struct mock_view *view = &frame->views[v];
        const size_t size = (size_t)view->width * view->height * mock_pixel_size(view->format);
        history->frames[history->count][v] = view->slice != NULL ? hash(view->slice, size) : 0;
        history->styled[history->count] = !view->claimed;
    }
    if (history->styled[history->count])
        snprintf(history->backend, sizeof history->backend, "%s", layer_session_find(app.session)->backend);
    history->count++;
}

static void show(struct history *history)
{
    app_frame();
    runs_remember(history);
}

static void open_app(bool enable2, uint32_t seed)
{
    CHECK(app_open(enable2 && !runs_without_enable2) == NULL);
    app.seed = seed;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
}

void run_two_eyes(struct history *history)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    open_app(true, 1);
    app_show_views(&info);
    for (int i = 0; i < FRAMES; i++)
        show(history);
    // The same images again, then one eye's alone.
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
    runs_remember(history);
    app_begin_frame();
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    runs_remember(history);
    app_close_normal();
}

// An array of halves under XR_KHR_vulkan_enable; rects that change, so that buffers are moved while frames are on their
// way.
void run_array(struct history *history)
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
void run_lives(struct history *history)
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

// The app shows each of its pictures until its painting is there, so that all runs have the same ones. (A frame that
// shows an older painting has its pose.)
static void show_until_painted(struct history *history, float *number)
{
    bool shown = false;

    app_begin_frame();
    app_draw_all();
    for (int tries = 0; tries < 2000 && !shown; tries++) {
        const struct mock_view *view;

        if (tries > 0)
            app_begin_frame();
        for (unsigned v = 0; v < 2; v++)
            app.views[0][v].pose.position.z = *number;
        CHECK_INT(app_end(), XR_SUCCESS);
        view = &mock_get_frame()->views[0];
        shown = !view->claimed && view->info.pose.position.z == *number;
        ++*number;
        usleep(2000);
    }
    CHECK(shown);
    runs_remember(history);
}

// Nobody waits for the paintings, neither on the CPU nor on the queue.
void run_deferred(struct history *history)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    float number = 0;

    open_app(true, 9);
    app_show_views(&info);
    app_frame(); // by which the layer learns what the swapchains are for
    for (int i = 0; i < FRAMES; i++)
        show_until_painted(history, &number);
    CHECK_INT(mock_take_violations(), 0);
    app_begin_frame(); // one is under way when all ends
    app_draw_all();
    CHECK_INT(app_end(), XR_SUCCESS);
    app_close_normal();
}

void run_mixed(struct history *history)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    const char *before = runs_mode;
    float number = 0;

    open_app(true, 11);
    app_show_views(&info);
    app_frame();
    for (int i = 0; i < FRAMES; i++) {
        if (i % 2 == 0)
            runs_change_mode(i % 4 == 0 ? "sync" : "async");
        show_until_painted(history, &number);
    }
    app_close_normal();
    runs_mode = before;
}

void runs_compare(const char *what, void (*run)(struct history *history), const char *backend, const char *painter)
{
    struct history cpu = {.count = 0}, device = {.count = 0}, other = {.count = 0};
    unsigned styled = 0, different = 0;

    runs_configure("cpu", "great_wave");
    run(&cpu);
    runs_configure(backend, "great_wave");
    run(&device);
    runs_configure(backend, "the_scream");
    run(&other);
    CHECK_INT(cpu.count, device.count);
    CHECK_STR(cpu.backend, "cpu");
    CHECK_STR(device.backend, painter);
    for (unsigned i = 0; i < cpu.count; i++) {
        styled += cpu.styled[i];
        different += memcmp(cpu.frames[i], other.frames[i], sizeof cpu.frames[i]) != 0;
        if (cpu.styled[i] != device.styled[i] || memcmp(cpu.frames[i], device.frames[i], sizeof cpu.frames[i]) != 0)
            TEST_FAIL("%s: frame %u differs between the CPU and %s%s", what, i, painter,
                      cpu.styled[i] != device.styled[i] ? " (one is not styled)" : "");
    }
    CHECK(styled >= FRAMES - 1);
    CHECK_INT(different, styled); // or the comparison sees nothing
}

const char *runs_begin(void)
{
    const int file = mkstemp(config);

    CHECK(file >= 0 && close(file) == 0);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("XDG_DATA_HOME", "/nonexistent", 1); // shipped styles only
    setenv("ARTEM_LOG", "warn", 0);
    runs_configure("cpu", "great_wave");
    const char *missing = app_open(true);
    if (missing != NULL)
        unlink(config);
    else
        app_close();
    return missing;
}

void runs_end(void)
{
    unlink(config);
}
