// SPDX-License-Identifier: Apache-2.0
// The off switch by controller on the mock runtime: it works, the app sees nothing of it, and what the runtime refuses
// with it the runtime gets without it.
#include <unistd.h>

#include "app_input.h"
#include "expect.h"
#include "fake_engine.h"
#include "layer.h"
#include "own_files.h"
#include "test.h"

#define RIGHT "/user/hand/right/input/thumbstick/click"

static XrPath touch, simple;

#define CALL(name) ((PFN_##name)app_get(#name))

static bool app_sees_button(void)
{
    const XrActionStateGetInfo info = {.type = XR_TYPE_ACTION_STATE_GET_INFO, .action = app_input.action};
    XrActionStateBoolean state = {.type = XR_TYPE_ACTION_STATE_BOOLEAN};

    CHECK_INT(CALL(xrGetActionStateBoolean)(app.session, &info, &state), XR_SUCCESS);
    return state.currentState;
}

static void configure(const char *settings)
{
    char all[256];

    snprintf(all, sizeof all, "toast = off\n%s", settings);
    own_files_configure(all);
}

static void start(const char *settings)
{
    own_files_forget_log();
    configure(settings);
    app_open_normal();
    app_poll_events(); // focused
    touch = app_path("/interaction_profiles/oculus/touch_controller");
    simple = app_path("/interaction_profiles/khr/simple_controller");
    app_make_input();
}

// Frames with input for some time, and at least three; each must be right. Returns what the last one was.
static enum expect_result play(unsigned milliseconds)
{
    const uint64_t end = layer_now_ns() + milliseconds * UINT64_C(1000000);
    unsigned frames = 0;

    do {
        CHECK_INT(app_sync(app.session, 1), XR_SUCCESS);
        app_frame();
        CHECK(expect_frame() != EXPECT_WRONG);
        usleep(10000);
    } while (++frames < 3 || layer_now_ns() < end);
    return expect_frame();
}

// How long it takes until frames are so, in milliseconds; at most some seconds.
static unsigned play_until(enum expect_result wanted)
{
    const uint64_t begin = layer_now_ns();
    unsigned milliseconds = 0;

    while (play(0) != wanted && milliseconds < 8000)
        milliseconds = (unsigned)((layer_now_ns() - begin) / 1000000);
    return milliseconds;
}

static void press(bool left, bool right)
{
    mock_press(APP_LEFT, false);
    mock_press(RIGHT, false);
    if (left)
        mock_press(APP_LEFT, true);
    if (right)
        mock_press(RIGHT, true);
}

static void test_works(void)
{
    start("chord = both-thumbsticks-1s\n");
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    CHECK_INT(mock_count_bindings(touch), 3);
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS); // the latest one counts
    CHECK_INT(mock_count_bindings(touch), 3);
    CHECK_INT(app_suggest(simple, 1), XR_SUCCESS); // has no such buttons
    CHECK_INT(mock_count_bindings(simple), 1);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(app_attach(app.session), XR_ERROR_ACTIONSETS_ALREADY_ATTACHED);
    CHECK_INT(play(100), EXPECT_STYLED);
    CHECK_INT(mock_count_active_sets(), 2);
    CHECK_INT(app_sync(app.session, 0), XR_SUCCESS);
    CHECK_INT(mock_count_active_sets(), 1);
    // One of them, or both for a moment: nothing.
    press(true, false);
    CHECK_INT(play(1200), EXPECT_STYLED);
    CHECK(app_sees_button());
    press(true, true);
    CHECK_INT(play(300), EXPECT_STYLED);
    press(false, true);
    CHECK_INT(play(50), EXPECT_STYLED);
    press(true, true);
    const unsigned held = play_until(EXPECT_ORIGINAL);
    CHECK(held >= 800 && held < 8000);      // a second, of which the last frames are not counted
    CHECK(app_sees_button());               // the app has its button all the while
    CHECK_INT(play(1500), EXPECT_ORIGINAL); // and once only, until they are let go
    press(false, false);
    CHECK_INT(play(100), EXPECT_ORIGINAL);
    press(true, true);
    CHECK(play_until(EXPECT_STYLED) < 8000);
    CHECK_INT(own_files_count_lines("chord: styling is turned off"), 1);
    CHECK_INT(own_files_count_lines("chord: styling is turned on"), 1);
    press(false, false);
    app_close_normal();
}

static void test_off(void)
{
    unsigned calls;

    start("");
    calls = mock_count_calls("xrCreateActionSet");
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    CHECK_INT(mock_count_bindings(touch), 1);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(play(50), EXPECT_STYLED);
    CHECK_INT(mock_count_active_sets(), 1);
    CHECK_INT(mock_count_calls("xrCreateActionSet"), calls);
    configure("chord = both-thumbsticks-1s\n"); // too late for this app
    for (int i = 0; i < 80; i++)
        usleep(10000);
    for (int i = 0; i < 620; i++) {
        app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
    }
    CHECK_INT(own_files_count_lines("it takes effect when the app starts anew"), 1);
    app_close_normal();
}

// Apps without input, or without a controller that has the buttons.
static void test_unavailable(void)
{
    start("chord = both-thumbsticks-2s\n");
    app_frame();
    for (int i = 0; i < 620; i++) {
        app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
    }
    CHECK_INT(own_files_count_lines("the app reads no controllers through actions"), 1);
    app_close_normal();

    start("chord = both-thumbsticks-2s\n");
    CHECK_INT(app_suggest(simple, 1), XR_SUCCESS);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(play(50), EXPECT_STYLED);
    CHECK_INT(mock_count_active_sets(), 1);
    CHECK_INT(own_files_count_lines("no controller with two thumbsticks"), 1);
    app_close_normal();
}

static void fail(const char *function, unsigned first, unsigned count, XrResult result)
{
    mock_settings.faults[0] = (struct mock_fault){.first = first, .count = count, .result = result};
    snprintf(mock_settings.faults[0].function, sizeof mock_settings.faults[0].function, "%s", function);
}

// What the runtime refuses with the chord, it gets as the app made it.
static void test_refused(void)
{
    static const char *const making[] = {"xrCreateActionSet", "xrCreateAction", "xrCreateAction",
                                         "xrSuggestInteractionProfileBindings"};

    for (unsigned i = 0; i < sizeof making / sizeof making[0]; i++) {
        start("chord = both-thumbsticks-1s\n");
        fail(making[i], i == 2 ? 2 : 1, 1, XR_ERROR_RUNTIME_FAILURE);
        CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
        CHECK_INT(mock_settings.faults[0].count, 0);
        CHECK_INT(mock_count_bindings(touch), 1);
        CHECK_INT(app_attach(app.session), XR_SUCCESS);
        CHECK_INT(play(50), EXPECT_STYLED);
        CHECK_INT(mock_count_active_sets(), 1);
        CHECK_INT(own_files_count_lines("the chord cannot be used"), 1);
        app_close_normal();
    }

    start("chord = both-thumbsticks-1s\n");
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    fail("xrAttachSessionActionSets", 1, 1, XR_ERROR_RUNTIME_FAILURE);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(play(50), EXPECT_STYLED);
    CHECK_INT(mock_count_active_sets(), 1);
    app_close_normal();

    start("chord = both-thumbsticks-1s\n");
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(play(50), EXPECT_STYLED);
    fail("xrSyncActions", 1, 1, XR_ERROR_RUNTIME_FAILURE);
    CHECK_INT(app_sync(app.session, 1), XR_SUCCESS);
    CHECK_INT(play(50), EXPECT_STYLED);
    CHECK_INT(mock_count_active_sets(), 1);
    CHECK_INT(own_files_count_lines("does not synchronise"), 1);
    app_close_normal();

    // The app's own mistakes are its own.
    start("chord = both-thumbsticks-1s\n");
    CHECK_INT(app_suggest(touch, 0), XR_ERROR_VALIDATION_FAILURE);
    CHECK_INT(mock_take_violations(), 1);
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    CHECK_INT(app_sync(app.session, 1), XR_ERROR_ACTIONSET_NOT_ATTACHED);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    fail("xrSyncActions", 1, 2, XR_ERROR_SESSION_LOST);
    CHECK_INT(app_sync(app.session, 1), XR_ERROR_SESSION_LOST);
    CHECK_INT(app_sync(app.session, 1), XR_SUCCESS);
    CHECK_INT(mock_count_active_sets(), 2);
    app_close_normal();
}

// A second session of the instance: with the same sets, and with new ones.
static void test_sessions(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start("chord = both-thumbsticks-1s\n");
    CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
    CHECK_INT(app_attach(app.session), XR_SUCCESS);
    CHECK_INT(play(30), EXPECT_STYLED);
    for (int i = 0; i < 6; i++) {
        app_end_session();
        app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
        app_show_views(&info);
        app_poll_events();
        if (i > 0) {
            app_make_input();
            CHECK_INT(app_suggest(touch, 1), XR_SUCCESS);
        }
        CHECK_INT(app_attach(app.session), XR_SUCCESS);
        CHECK_INT(play(30), EXPECT_STYLED);
        CHECK_INT(mock_count_active_sets(), 1 + (i == 0 ? 1 : i < 4 ? i + 1 : 4)); // four of ours at most
    }
    app_close_normal();
}

int main(void)
{
    own_files_begin("info");
    if (!app_has_device()) {
        own_files_end();
        return TEST_SKIPPED;
    }
    test_works();
    test_off();
    test_unavailable();
    test_refused();
    test_sessions();
    own_files_end();
    return test_result();
}
