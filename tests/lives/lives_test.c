// SPDX-License-Identifier: Apache-2.0
// usage: lives_test LAYER [INSTANCES]
// The shipped library through the lives that a process can give it: loaded, used and unloaded again and again; in
// two processes at once, one of which the other has forked; with a child that has nothing to do with XR. Nothing may be
// left of it: no memory, no descriptor, no thread, no file.
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"
#include "fake_engine.h"
#include "layer_file.h"
#include "measure.h"
#include "test.h"

struct fake_engine_state fake_engine; // the app looks at it; here it stays empty

static char folder[] = "/tmp/artem-lives.XXXXXX";

static void without_pixels(void)
{
    mock_settings.pixels = false;
}

static void begin_app(void)
{
    CHECK(app_open(false) == NULL);
    layer_file_follow_instance();
}

static void begin_frames(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    app_frame();
}

static bool is_styled(void)
{
    const struct mock_frame *frame = mock_get_frame();

    return frame->view_count == 2 && !frame->views[0].claimed && !frame->views[1].claimed;
}

// One after the other, each with the library loaded and unloaded; some have a session, with the parents destroyed first
// or the children.
static void test_instances(unsigned count)
{
    struct sample first = {0}, last;
    const double begin = now_s();
    unsigned sessions = 0;

    for (unsigned i = 0; i < count; i++) {
        begin_app();
        if (i % 50 == 0) {
            begin_frames();
            app_frame();
            CHECK(is_styled());
            if (i % 100 == 0)
                app_end_session();
            sessions++;
        }
        app_close();
        CHECK(!layer_file_is_loaded());
        if (i == count / 4)
            sample_take(&first);
    }
    sample_take(&last);
    printf("instances: %u, %u of them with a session, in %.0f s; heap %.2f to %.2f MiB, %u to %u descriptors\n", count,
           sessions, now_s() - begin, first.heap_mib, last.heap_mib, first.descriptors, last.descriptors);
    CHECK(last.heap_mib - first.heap_mib < 0.25);
    CHECK_INT(last.descriptors, first.descriptors);
    CHECK_INT(last.threads, first.threads);
}

// ---- Forks ----

// 0: the child has found all as it should be.
static void expect_child(pid_t child, const char *what)
{
    int status = -1;

    CHECK(child > 0);
    for (int i = 0; i < 3000; i++) {
        if (waitpid(child, &status, WNOHANG) == child)
            break;
        usleep(10000);
        if (i == 2999) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            TEST_FAIL("%s: the child hangs", what);
        }
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        TEST_FAIL("%s: the child ends with status %d", what, status);
    CHECK(true);
}

// A game that starts a helper while it is running: the child uses no XR, and ends by exit, with all its destructors, or
// at once. The parent goes on as ever.
static void test_fork_without_xr(void)
{
    begin_app();
    begin_frames();
    app_frame();
    CHECK(is_styled());
    const unsigned files = count_entries(folder);
    for (int way = 0; way < 2; way++) {
        fflush(NULL);
        const pid_t child = fork();
        if (child == 0 && way == 0)
            _exit(0);
        if (child == 0)
            exit(0);
        expect_child(child, "fork without XR");
        app_frame();
        CHECK(is_styled());
        CHECK_INT(count_entries(folder), files); // the control socket, which the child has not taken away
    }
    app_end_session();
    app_close();
}

static int child_uses_xr(void)
{
    test_failures = 0;
    begin_app();
    begin_frames();
    app_frame();
    const bool styled = is_styled();
    app_end_session();
    app_close();
    return styled && test_failures == 0 && !layer_file_is_loaded() ? 0 : 1;
}

// A process that forks first and uses XR only then, as browsers do, in parent and child at the same time.
static void test_fork_with_xr(void)
{
    fflush(NULL);
    const pid_t child = fork();

    if (child == 0)
        _exit(child_uses_xr());
    CHECK_INT(child_uses_xr(), 0);
    expect_child(child, "fork with XR in both");
}

// Found out by a child.
static bool has_device(void)
{
    int status = -1;

    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        const char *missing = app_open(false);
        if (missing != NULL) {
            fprintf(stderr, "skipped: %s\n", missing);
            _exit(TEST_SKIPPED);
        }
        layer_file_follow_instance();
        app_close();
        _exit(0);
    }
    return waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != TEST_SKIPPED;
}

int main(int argc, char **argv)
{
    char path[64];

    if (argc < 2) {
        fprintf(stderr, "usage: lives_test LAYER [INSTANCES]\n");
        return 2;
    }
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/artem.conf", folder);
    FILE *file = fopen(path, "we");
    CHECK(file != NULL);
    fprintf(file, "[artem]\nbudget_ms = 0\nresolution = 64\nbackend = cpu\n");
    fclose(file);
    setenv("ARTEM_CONFIG", path, 1);
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("XDG_CACHE_HOME", "/dev/null/none", 1); // where nobody, root neither, can leave anything
    setenv("ARTEM_LOG", "error", 0);
    setenv("ARTEM_TEST_VALIDATION", "off", 0);
    layer_file = argv[1];
    app_before_open = without_pixels;
    // Before this process touches Vulkan, whose drivers do not survive a fork.
    if (!has_device()) {
        unlink(path);
        rmdir(folder);
        return TEST_SKIPPED;
    }
    test_fork_with_xr();
    test_fork_without_xr();
    test_instances(argc > 2 ? (unsigned)atoi(argv[2]) : 1000);
    unlink(path);
    snprintf(path, sizeof path, "%s/artem", folder);
    CHECK_INT(rmdir(path), 0); // the folder of control sockets, which is empty
    CHECK_INT(rmdir(folder), 0);
    return test_result();
}
