// SPDX-License-Identifier: Apache-2.0
// late_capture: an app that lets go of its images before it draws in them is painted as one that does not, and the
// runtime gets the images when they are drawn. (It complains of images that are changed after it got them.)
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "own_files.h"
#include "test.h"

enum { FRAMES = 6 };

// What the runtime got of the left eye.
struct run {
    uint8_t *pictures[FRAMES];
    size_t size;
};

static struct run play(const char *settings, bool draws_late)
{
    struct run run = {.size = 0};

    own_files_configure(settings);
    app_open_normal();
    for (unsigned i = 0; i < FRAMES; i++) {
        app_draws_late = draws_late && i > 0; // after the frame by which the layer learns what the swapchains are for
        app_frame();
        CHECK_INT(expect_frame(), i > 0 ? EXPECT_STYLED : EXPECT_ORIGINAL);
        const uint8_t *stored = mock_get_released(app.swapchains[0].handle, &run.size);
        run.pictures[i] = malloc(run.size);
        memcpy(run.pictures[i], stored, run.size);
    }
    CHECK_INT(mock_take_violations(), 0);
    app_draws_late = false;
    app_close_normal();
    return run;
}

static unsigned count_same(const struct run *a, const struct run *b)
{
    unsigned count = 0;

    for (unsigned i = 0; i < FRAMES; i++)
        count += a->size == b->size && memcmp(a->pictures[i], b->pictures[i], a->size) == 0;
    return count;
}

static void end(struct run *run)
{
    for (unsigned i = 0; i < FRAMES; i++)
        free(run->pictures[i]);
}

static void test_pictures(void)
{
    struct run usual = play("", false), late = play("late_capture = on\n", true);
    struct run usual_late = play("late_capture = on\n", false);

    CHECK_INT(count_same(&usual, &late), FRAMES);
    CHECK_INT(count_same(&usual, &usual_late), FRAMES);
    end(&usual);
    end(&late);
    end(&usual_late);
}

static unsigned releases(void)
{
    return mock_count_calls("xrReleaseSwapchainImage");
}

// What is owed is made good when the frame ends, when the app takes the next image without one, and not at all for a
// swapchain that goes.
static void test_moments(void)
{
    XrSwapchainCreateInfo info;
    unsigned before;

    own_files_configure("late_capture = on\n");
    app_open_normal();
    app_frame();
    info = app.swapchains[0].info;
    app_begin_frame();
    before = releases();
    CHECK_INT(app_draw(0), XR_SUCCESS);
    CHECK_INT(releases(), before);
    CHECK_INT(app_draw(0), XR_SUCCESS);
    CHECK_INT(releases(), before + 1);
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(releases() >= before + 3); // and those of the layer's own
    CHECK_INT(expect_frame(), EXPECT_STYLED);
    app_begin_frame();
    before = releases();
    app_draw_all();
    CHECK_INT(releases(), before);
    app_remove_swapchains();
    CHECK_INT(releases(), before);
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    app.frame.layerCount = 1;
    app_show_views(&info);
    app_frame();
    app_frame();
    CHECK_INT(expect_frame(), EXPECT_STYLED);
    CHECK_INT(mock_take_violations(), 0);
    app_close_normal();
}

// The app has been told that it went well.
static void test_refused(void)
{
    own_files_configure("late_capture = on\n");
    app_open_normal();
    app_frame();
    app_frame();
    CHECK_INT(expect_frame(), EXPECT_STYLED);
    app_begin_frame();
    mock_settings.faults[0] = (struct mock_fault){"xrReleaseSwapchainImage", 1, 1, XR_ERROR_RUNTIME_FAILURE};
    app_draw_all();
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(own_files_count_lines("released late"), 1);
    app_end_session();
    app_close();
}

int main(void)
{
    own_files_begin("warn");
    if (!app_has_device()) {
        own_files_end();
        return TEST_SKIPPED;
    }
    test_pictures();
    test_moments();
    test_refused();
    own_files_end();
    return test_result();
}
