// SPDX-License-Identifier: Apache-2.0
// The true engine under the layer, on the CPU and on the app's own device: whatever reaches the runtime is the same to
// the last bit, frame by frame, and neither the runtime nor the validation layer has anything to say. Frames on the
// device are not waited for, so swapchains, sessions and instances go while one is still being worked on.
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "device_runs.h"
#include "hook_vulkan.h"
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
        bool refuse, added;
    } cases[] = {
        {"cpu", "on", VK_API_VERSION_1_1, false, false},
        {"vulkan", "off", VK_API_VERSION_1_1, false, false},
        {"vulkan", "on", VK_API_VERSION_1_0, false, false}, // the app's instance has no features to ask for
        {"vulkan", "on", VK_API_VERSION_1_1, true, false},  // the second attempt is the app's own
        {"vulkan", "on", VK_API_VERSION_1_1, false, true},  // unless the driver has none
        {"cpu\ndevices = cpu:0,vulkan:0", "on", VK_API_VERSION_1_1, false, false}, // several, none of them the app's
    };
    struct history histories[sizeof cases / sizeof cases[0]] = {{.count = 0}};

    app_before_open = apply_refusal;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        runs_configure(cases[i].backend, "great_wave");
        setenv("ARTEM_VULKAN_DOT", cases[i].dot, 1);
        host_api_version = cases[i].version;
        refuse_extensions = cases[i].refuse;
        run_two_eyes(&histories[i]);
        const bool added = mock_has_device_extension(VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME);
        if (cases[i].added && !added)
            fprintf(stderr, "this device has no integer dot products\n");
        else
            CHECK_INT(added, cases[i].added);
        CHECK(memcmp(histories[i].frames, histories[0].frames, sizeof histories[0].frames) == 0);
    }
    unsetenv("ARTEM_VULKAN_DOT");
    host_api_version = VK_API_VERSION_1_0;
    app_before_open = NULL;
}

// Which column of a log is called this.
static int find_column(const char *header, const char *name)
{
    int column = 0;

    for (const char *c = header; *c != '\0'; c += strcspn(c, ",\n") + 1, column++)
        if (strncmp(c, name, strlen(name)) == 0 && strchr(",\n", c[strlen(name)]) != NULL)
            return column;
    TEST_FAIL("no column %s", name);
    return 0;
}

static const char *find_field(const char *line, int column)
{
    for (; column > 0; column--)
        line += strcspn(line, ",\n") + 1;
    return line;
}

// Frames of the log that were put together on the GPU, and those that say when: not before the app handed them over to
// the layer.
static void check_log(const char *path, unsigned *out_drawn, unsigned *out_known)
{
    FILE *file = fopen(path, "re");
    char line[2048], header[2048];

    *out_drawn = *out_known = 0;
    CHECK(file != NULL && fgets(header, sizeof header, file) != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        const char *gpu = find_field(line, find_column(header, "gpu_slack_ms"));

        if (line[0] == '#')
            continue;
        if (atof(find_field(line, find_column(header, "composite_ms"))) <= 0) {
            CHECK_INT(gpu[0], ',');
            continue;
        }
        ++*out_drawn;
        if (gpu[0] == ',')
            continue;
        ++*out_known;
        // The runtime of this test promises times that are near.
        const double slack = atof(find_field(line, find_column(header, "slack_ms"))), on_gpu = atof(gpu);
        const double in_layer = atof(find_field(line, find_column(header, "layer_ms")));
        if (on_gpu >= slack + in_layer || on_gpu < slack - 10000)
            TEST_FAIL("handed over %g ms before the display time, on the GPU %g, in the layer %g", slack, on_gpu,
                      in_layer);
    }
    fclose(file);
}

// When the GPU is done is known where its clock can be related to the system's.
static void test_clocks(void)
{
    static const struct {
        const char *backend;
        void (*run)(struct history *history);
        uint32_t version;
        bool refuse, twice, added;
        unsigned frames; // of the log's last session, at least
    } cases[] = {
        {"cpu", run_two_eyes, VK_API_VERSION_1_0, false, false, false, FRAMES - 1},
        {"cpu", run_two_eyes, VK_API_VERSION_1_1, true, false, false, FRAMES - 1},
        {"cpu", run_two_eyes, VK_API_VERSION_1_1, false, false, true, FRAMES - 1},
        {"cpu", run_two_eyes, VK_API_VERSION_1_1, false, true, true, FRAMES - 1},
        {"vulkan", run_two_eyes, VK_API_VERSION_1_1, false, false, true, FRAMES - 1},
        {"vulkan", run_lives, VK_API_VERSION_1_1, false, false, true, 2}, // a second session has all that the first had
    };
    char path[] = "/tmp/artem-device-log.XXXXXX";
    unsigned drawn, known;
    bool had_before = false;

    close(mkstemp(path));
    runs_log = path;
    app_before_open = apply_refusal;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct history history = {.count = 0};

        CHECK_INT(truncate(path, 0), 0);
        runs_configure(cases[i].backend, "great_wave");
        host_api_version = cases[i].version;
        refuse_extensions = cases[i].refuse;
        app_tries_twice = cases[i].twice;
        cases[i].run(&history);
        check_log(path, &drawn, &known);
        CHECK(drawn >= cases[i].frames);
        const bool has = mock_has_device_extension(VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME);
        if (cases[i].twice)
            CHECK_INT(has, had_before); // as an app that has made one instance
        had_before = has;
        if (cases[i].added && !has)
            fprintf(stderr, "this device's clock cannot be related\n");
        else
            CHECK_INT(known, cases[i].added ? drawn : 0);
    }
    unlink(path);
    runs_log = NULL;
    refuse_extensions = app_tries_twice = false;
    host_api_version = VK_API_VERSION_1_0;
    app_before_open = NULL;
}

static double read_field(const char *line, const char *header, const char *name)
{
    return strtod(find_field(line, find_column(header, name)), NULL);
}

// Times of frames that a painting was finished in: whether it was waited for or not, they are its captures', the
// network's and the composite's.
static void test_times(const char *mode, void (*run)(struct history *history))
{
    struct history history = {.count = 0};
    char path[] = "/tmp/artem-device-log.XXXXXX", line[2048], header[2048];
    unsigned whole = 0;
    FILE *file;

    close(mkstemp(path));
    runs_log = path;
    runs_mode = mode;
    runs_configure("vulkan", "great_wave");
    run(&history);
    file = fopen(path, "re");
    CHECK(file != NULL && fgets(header, sizeof header, file) != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        const double capture = read_field(line, header, "capture_ms"), network = read_field(line, header, "network_ms"),
                     composite = read_field(line, header, "composite_ms"), gpu = read_field(line, header, "gpu_ms");

        if (line[0] == '#')
            continue;
        CHECK(fabs(gpu - capture - network - composite) < 0.01);
        CHECK(composite == 0 || (network > 0) == (capture > 0));
        whole += network > 0 && capture > 0 && composite > 0;
    }
    fclose(file);
    CHECK(whole >= 2);
    unlink(path);
    runs_log = NULL;
    runs_mode = "sync";
}

// Swapchains go while the engine may be at work on their pictures: its buffers stay until it is idle, and no longer.
static void test_outlives(const char *mode)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_get_vulkan = hook_get_vulkan;
    runs_mode = mode;
    runs_configure("vulkan", "great_wave");
    app_open_normal();
    for (unsigned round = 0; round < 3; round++) {
        app_frame();
        for (unsigned i = 0; i < 200 && mock_get_frame()->views[0].claimed; i++) {
            usleep(5000);
            app_frame();
        }
        CHECK(!mock_get_frame()->views[0].claimed);
        const unsigned held = hook_count_memory();
        app_remove_swapchains();
        CHECK_INT(hook_count_memory(), held);
        app_show_views(&info);
        app_frame();
        for (unsigned i = 0; i < 200 && hook_count_memory() != held; i++) {
            usleep(5000);
            app_frame();
        }
        CHECK_INT(hook_count_memory(), held);
    }
    CHECK_INT(mock_take_violations(), 0);
    app_close_normal();
    CHECK_INT(hook_count_memory(), 0);
    app_get_vulkan = mock_get_vulkan;
    runs_mode = "sync";
}

// Whether this process has a file of the folder open.
static bool writes_in(const char *folder)
{
    char link[64], target[256];
    bool any = false;

    for (int fd = 0; fd < 256 && !any; fd++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        const ssize_t size = readlink(link, target, sizeof target - 1);
        target[size < 0 ? 0 : size] = '\0';
        any = strncmp(target, folder, strlen(folder)) == 0;
    }
    return any;
}

// A recording ends when it is not asked for any more, also where nothing is painted then.
static void test_recording_ends(const char *mode)
{
    char folder[] = "/tmp/artem-device-record.XXXXXX", lines[128], command[128];

    CHECK(mkdtemp(folder) != NULL);
    snprintf(lines, sizeof lines, "record = %s/it\n", folder);
    runs_more = lines;
    runs_mode = mode;
    runs_configure("cpu", "great_wave");
    app_open_normal();
    for (unsigned i = 0; i < 200 && (i < 4 || mock_get_frame()->views[0].claimed); i++)
        app_frame();
    CHECK(!mock_get_frame()->views[0].claimed);
    CHECK(writes_in(folder));
    runs_more = "enabled = off\n";
    runs_configure("cpu", "great_wave");
    for (unsigned i = 0; i < 400 && writes_in(folder); i++) {
        app_frame();
        usleep(5000);
    }
    CHECK(!writes_in(folder));
    CHECK(mock_get_frame()->views[0].claimed);
    runs_more = lines;
    runs_configure("cpu", "great_wave"); // where there is a recording now: it is refused, and frames go on
    for (unsigned i = 0; i < 400 && mock_get_frame()->views[0].claimed; i++) {
        app_frame();
        usleep(5000);
    }
    CHECK(!mock_get_frame()->views[0].claimed);
    app_close_normal();
    snprintf(command, sizeof command, "exec rm -r %s", folder);
    CHECK_INT(system(command), 0);
    runs_more = "";
    runs_mode = "sync";
}

int main(void)
{
    const char *missing = runs_begin();

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    runs_compare("two eyes", run_two_eyes, "vulkan", "vulkan");
    runs_compare("array", run_array, "vulkan", "vulkan");
    runs_compare("lives", run_lives, "vulkan", "vulkan");
    runs_mode = "async";
    runs_compare("deferred", run_deferred, "vulkan", "vulkan");
    runs_mode = "sync";
    if (app_dialect == NULL) { // else the app makes no device that something could be added to
        test_dot_products();
        test_clocks();
    }
    test_recording_ends("sync");
    test_recording_ends("async");
    test_times("sync", run_two_eyes);
    test_times("async", run_deferred);
    test_outlives("async");
    test_outlives("sync");
    runs_end();
    return test_result();
}
