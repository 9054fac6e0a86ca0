// SPDX-License-Identifier: Apache-2.0
// Two sessions of one instance at once, in whatever order they end, and calls that fail at every possible place.
#include <stdlib.h>

#include "expect.h"
#include "fake_engine.h"
#include "own_files.h"
#include "test.h"

// The session that the fixture works on changes places with another one. The device stays.
static void swap_session(struct app *other)
{
    const struct mock_gpu gpu = app.gpu;
    const uint32_t seed = app.seed;
    struct app *current = malloc(sizeof *current);

    memcpy(current, &app, sizeof app);
    memcpy(&app, other, sizeof app);
    memcpy(other, current, sizeof app);
    app.gpu = gpu;
    app.seed = seed;
    free(current);
}

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
    }
}

static bool expect_failure(const char *function, XrResult result)
{
    return result == (strcmp(function, "xrBeginSession") == 0 ? XR_ERROR_RUNTIME_FAILURE : XR_SUCCESS);
}

// An app whose session has begun shows pictures, by one engine, and ends.
static void check_painted(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    CHECK_INT(fake_engine.engines, 1);
    app_end_session();
    app_close();
}

// What takes long is done when the session begins, where no picture stands still for it; what needs the app's queue is
// left to the first frame, also where it takes the place of devices that cannot be used.
static void test_prepared(bool must_measure, const char *settings)
{
    const XrSessionBeginInfo begin_info = {.type = XR_TYPE_SESSION_BEGIN_INFO,
                                           .primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO};

    own_files_configure(settings);
    CHECK(app_open(true) == NULL);
    fake_engine.must_measure = must_measure;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    CHECK_INT(fake_engine.engines, !must_measure);
    CHECK_INT(fake_engine.networks, !must_measure);
    CHECK_INT(fake_engine.styles, !must_measure);
    CHECK_INT(app.xr.xrBeginSession(app.session, &begin_info), XR_ERROR_SESSION_RUNNING); // the runtime's own answer
    CHECK_INT(mock_take_violations(), 1);
    CHECK_INT(fake_engine.engines, !must_measure);
    check_painted();
    own_files_configure("");
}

// An overlay may never have a picture that is painted: what it takes is made when there is one.
static void test_overlay(void)
{
    CHECK(app_open(true) == NULL);
    app_is_overlay = true;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_is_overlay = false;
    app_begin_frame();
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    app.frame.layerCount = 1;
    CHECK_INT(fake_engine.engines, 0);
    CHECK_INT(fake_engine.networks, 0);
    check_painted();
}

// A session that does not begin has no engine.
static void test_not_begun(void)
{
    CHECK(app_open(true) == NULL);
    mock_settings.faults[0] = (struct mock_fault){"xrBeginSession", 1, 1, XR_ERROR_RUNTIME_FAILURE};
    app_judge = expect_failure;
    CHECK(!app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO));
    app_judge = NULL;
    CHECK_INT(fake_engine.engines, 0);
    app_end_session();
    app_close();
}

// Sessions share the device, and nothing else.
static void test_two_at_once(bool first_ends_first)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    struct app *other = malloc(sizeof *other);

    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    memcpy(other, &app, sizeof app);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO);
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    for (unsigned i = 0; i < 4; i++) {
        frames(1, EXPECT_STYLED);
        swap_session(other);
    }
    // A fault of one is not the other's.
    mock_settings.reject_foreign = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_ORIGINAL);
    mock_settings.reject_foreign = XR_SUCCESS;
    frames(1, EXPECT_ORIGINAL);
    swap_session(other);
    frames(1, EXPECT_STYLED);
    if (!first_ends_first)
        swap_session(other);
    CHECK_INT(app.xr.xrDestroySession(app.session), XR_SUCCESS);
    CHECK(mock_count_swapchains(false) > 0);
    swap_session(other);
    frames(2, first_ends_first ? EXPECT_ORIGINAL : EXPECT_STYLED);
    app_end_session();
    free(other);
    app_close();
}

// The instance is destroyed with both alive.
static void test_left_behind(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    app_close();
}

// Calls that fail once succeed when they are made again.

static void draw_stubbornly(const struct app_swapchain *swapchain)
{
    uint32_t index = 0;

    if (app_acquire(swapchain->handle, &index) != XR_SUCCESS)
        CHECK_INT(app_acquire(swapchain->handle, &index), XR_SUCCESS);
    if (app_wait(swapchain->handle) != XR_SUCCESS)
        CHECK_INT(app_wait(swapchain->handle), XR_SUCCESS);
    app_paint(swapchain, index);
    if (app_release(swapchain->handle) != XR_SUCCESS)
        CHECK_INT(app_release(swapchain->handle), XR_SUCCESS);
}

static void frame_stubbornly(void)
{
    app_begin_frame();
    for (unsigned i = 0; i < app.swapchain_count; i++)
        draw_stubbornly(&app.swapchains[i]);
    if (app_end() != XR_SUCCESS)
        CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(expect_frame() != EXPECT_WRONG);
}

// Every call of these functions in three frames, the layer's and the app's, fails once: no frame is ever wrong, no
// image is lost, and afterwards all is as before.
static void test_failing_calls(void)
{
    static const struct {
        const char *function;
        XrResult result;
        enum expect_result afterwards;
        unsigned first, last; // of the calls in three frames
    } faults[] = {
        {"xrAcquireSwapchainImage", XR_ERROR_RUNTIME_FAILURE, EXPECT_STYLED, 1, 10},
        {"xrWaitSwapchainImage", XR_ERROR_RUNTIME_FAILURE, EXPECT_STYLED, 1, 10},
        {"xrWaitSwapchainImage", XR_TIMEOUT_EXPIRED, EXPECT_STYLED, 1, 10},
        {"xrWaitSwapchainImage", XR_SESSION_LOSS_PENDING, EXPECT_STYLED, 1, 10},
        {"xrReleaseSwapchainImage", XR_ERROR_RUNTIME_FAILURE, EXPECT_STYLED, 1, 10},
        {"xrEndFrame", XR_ERROR_RUNTIME_FAILURE, EXPECT_STYLED, 1, 3},
        {"xrEndFrame", XR_ERROR_LAYER_INVALID, EXPECT_STYLED, 1, 1}, // the first frame is the app's own
        {"xrEndFrame", XR_ERROR_LAYER_INVALID, EXPECT_ORIGINAL, 2, 3},
        {"xrCreateSwapchain", XR_ERROR_LIMIT_REACHED, EXPECT_ORIGINAL, 1, 2},
        {"xrEnumerateSwapchainImages", XR_ERROR_RUNTIME_FAILURE, EXPECT_ORIGINAL, 1, 4},
    };
    const XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK(app_open(true) == NULL);
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
        for (unsigned call = faults[f].first; call <= faults[f].last; call++) {
            struct mock_fault *fault = &mock_settings.faults[0];

            app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
            app_show_views(&info);
            *fault = (struct mock_fault){.first = call, .count = 1, .result = faults[f].result};
            strcpy(fault->function, faults[f].function);
            for (unsigned i = 0; i < 3; i++)
                frame_stubbornly();
            CHECK_INT(fault->count, 0); // it has happened
            frames(2, faults[f].afterwards);
            CHECK_INT(mock_take_violations(), 0);
            app_end_session();
        }
    }
    app_close();
}

// The layer learns no images of the app's swapchain: the app is none the worse.
static void test_unlisted_images(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK(app_open(true) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    mock_settings.faults[0] =
        (struct mock_fault){"xrEnumerateSwapchainImages", 1, 1, XR_ERROR_RUNTIME_FAILURE}; // before the app's own call
    app_show_views(&info);
    frames(3, EXPECT_ORIGINAL);
    app_end_session();
    app_close();
}

// A lost session: the runtime's answer to everything, and an orderly end.
static void test_lost_session(void)
{
    app_open_normal();
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    app_begin_frame();
    app_draw_all();
    mock_settings.lose_session = true;
    CHECK_INT(app_end(), XR_ERROR_SESSION_LOST);
    CHECK_INT(app_acquire(app.swapchains[0].handle, &(uint32_t){0}), XR_ERROR_SESSION_LOST);
    CHECK_INT(app_release(app.swapchains[0].handle), XR_ERROR_SESSION_LOST);
    app_end_session();
    mock_settings.lose_session = false;
    app_close();
}

int main(void)
{
    if (!app_has_device())
        return TEST_SKIPPED;
    own_files_begin("error");
    test_prepared(false, "");
    test_prepared(true, "");
    test_prepared(true, "devices = cpu:0,cpu:1\n");
    test_prepared(false, "backend = cpu\n");
    test_overlay();
    test_not_begun();
    test_two_at_once(true);
    test_two_at_once(false);
    test_left_behind();
    test_failing_calls();
    test_unlisted_images();
    test_lost_session();
    own_files_end();
    return test_result();
}
