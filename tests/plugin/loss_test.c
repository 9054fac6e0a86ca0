// SPDX-License-Identifier: Apache-2.0
// Sessions and instances that the runtime loses, at every kind of call that may say so: the app is told, at once or by
// its next call; it can destroy all that it has, and make another session or instance in the same process, which is
// painted. Nothing is left of the lost one.

#include "app_input.h"
#include "expect.h"
#include "fake_engine.h"
#include "measure.h"
#include "own_files.h"
#include "test.h"

enum { FRAMES = 3, CALLS_MAX = 512, LINES_MAX = 4 };

// From a call on, the runtime answers so. Counted from the beginning of a session.
static struct {
    XrResult result; // XR_SUCCESS: nothing is lost
    unsigned calls, at;
    bool lost, known; // known: in a call of the app before
} loss;
static const char *functions[CALLS_MAX]; // that a session without loss calls, the layer's own calls among them
static unsigned function_count;
static bool lists;

// Whether the specification has this result among the function's. What destroys an object always works.
static bool may_return(const char *function, XrResult result)
{
    static const char *const of_instance[] = {"xrCreateSession",   "xrPollEvent",
                                              "xrStringToPath",    "xrCreateAction",
                                              "xrCreateActionSet", "xrSuggestInteractionProfileBindings",
                                              "xrGetSystem",       "xrGetSystemProperties"};

    if (strncmp(function, "xrDestroy", 9) == 0 || strncmp(function, "xrEnumerateInstance", 19) == 0 ||
        strcmp(function, "xrCreateInstance") == 0 || strcmp(function, "xrGetInstanceProcAddr") == 0)
        return false;
    for (size_t i = 0; i < sizeof of_instance / sizeof of_instance[0] && result != XR_ERROR_INSTANCE_LOST; i++)
        if (strcmp(function, of_instance[i]) == 0)
            return false;
    return true;
}

static XrResult intercept(const char *function)
{
    if (lists && function_count < CALLS_MAX)
        functions[function_count++] = function;
    loss.calls++;
    loss.lost = loss.lost || (loss.result != XR_SUCCESS && loss.calls == loss.at);
    return loss.lost && may_return(function, loss.result) ? loss.result : XR_SUCCESS;
}

static bool judge(const char *function, XrResult result)
{
    const bool may = may_return(function, loss.result);
    const bool right = result == XR_SUCCESS ? !loss.known || !may : loss.lost && result == loss.result;

    loss.known = loss.lost;
    return right;
}

static void begin_loss(XrResult result, unsigned at)
{
    memset(&loss, 0, sizeof loss);
    loss.result = result;
    loss.at = at;
}

// ---- The app ----

static bool use_input(void)
{
    static const char *const touch = "/interaction_profiles/oculus/touch_controller";
    XrPath profile, button;

    return app_check("xrStringToPath", app.xr.xrStringToPath(app.instance, touch, &profile)) &&
           app_check("xrStringToPath", app.xr.xrStringToPath(app.instance, APP_LEFT, &button)) && app_make_input() &&
           app_check("xrSuggestInteractionProfileBindings", app_suggest(profile, 1)) &&
           app_check("xrAttachSessionActionSets", app_attach(app.session));
}

static XrResult poll(void)
{
    XrEventDataBuffer event = {.type = XR_TYPE_EVENT_DATA_BUFFER};
    const XrResult result = app.xr.xrPollEvent(app.instance, &event);

    return result == XR_EVENT_UNAVAILABLE ? XR_SUCCESS : result;
}

static bool frame(void)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

    return app_check("xrPollEvent", poll()) && app_check("xrSyncActions", app_sync(app.session, 1)) &&
           app_check("xrWaitFrame", app.xr.xrWaitFrame(app.session, NULL, &state)) &&
           app_check("xrBeginFrame", app_begin_waited()) && app_try_draw(0) && app_try_draw(1) &&
           app_check("xrEndFrame", app_end_at(state.predictedDisplayTime));
}

// True if nothing was lost. Frames that arrive are painted, but for the first.
static bool play(unsigned frames)
{
    if (!app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO) || !use_input() || !app_try_views())
        return false;
    for (unsigned i = 0; i < frames; i++) {
        if (!frame())
            return false;
        CHECK_INT(expect_frame(), i > 0 ? EXPECT_STYLED : EXPECT_ORIGINAL);
    }
    return true;
}

// Whatever there is is destroyed: every object, or its parent alone.
static void end_session(bool every_object)
{
    if (every_object && app.space != XR_NULL_HANDLE)
        CHECK_INT(app.xr.xrDestroySpace(app.space), XR_SUCCESS);
    for (unsigned i = 0; i < app.swapchain_count && every_object; i++)
        CHECK_INT(app.xr.xrDestroySwapchain(app.swapchains[i].handle), XR_SUCCESS);
    if (app.session != XR_NULL_HANDLE)
        CHECK_INT(app.xr.xrDestroySession(app.session), XR_SUCCESS);
    app.session = XR_NULL_HANDLE;
    CHECK_INT(mock_count_swapchains(true) + mock_count_swapchains(false) + mock_count_sessions(), 0);
    CHECK_INT(fake_engine.engines, 0);
}

// ---- The tests ----

// The first call of each function that may say so, and call number `later`.
static bool is_chosen(unsigned call, XrResult result, unsigned later)
{
    unsigned number = 1;

    for (unsigned i = 0; i < call; i++)
        number += strcmp(functions[i], functions[call]) == 0;
    return may_return(functions[call], result) && (number == 1 || number == later);
}

static void lose(unsigned call, XrResult result)
{
    own_files_forget_log();
    begin_loss(result, call + 1);
    CHECK(!play(FRAMES));
    CHECK(loss.lost);
    if (test_failures > 0)
        fprintf(stderr, "(call %u, %s, returned %d)\n", call, functions[call], result);
    CHECK(own_files_count_lines("") <= LINES_MAX);
}

static void test_sessions(void)
{
    unsigned tried = 0;

    CHECK(app_open(false) == NULL);
    for (unsigned call = 0; call < function_count; call++) {
        if (!is_chosen(call, XR_ERROR_SESSION_LOST, 5))
            continue;
        lose(call, XR_ERROR_SESSION_LOST);
        end_session(tried++ % 2 == 0);
        begin_loss(XR_SUCCESS, 0);
        CHECK(play(2));
        end_session(true);
    }
    app_close();
    printf("sessions lost: %u\n", tried);
    CHECK(tried >= 15);
}

static void test_instances(void)
{
    unsigned tried = 0, threads = 0, descriptors = 0;

    for (unsigned call = 0; call < function_count; call++) {
        if (!is_chosen(call, XR_ERROR_INSTANCE_LOST, 1))
            continue;
        CHECK(app_open(false) == NULL);
        CHECK(play(2)); // in spite of the one before
        end_session(true);
        lose(call, XR_ERROR_INSTANCE_LOST);
        if (tried % 3 < 2) // or all with the instance
            end_session(tried % 3 == 0);
        begin_loss(XR_SUCCESS, 0);
        app_close();
        if (tried++ == 0) {
            threads = count_threads();
            descriptors = count_entries("/proc/self/fd");
        }
        CHECK(are_threads(threads));
        CHECK_INT(count_entries("/proc/self/fd"), descriptors);
    }
    printf("instances lost: %u\n", tried);
    CHECK(tried >= 15);
}

// Told in advance: the app gets the event as it is, ends everything, and begins anew.
static void test_pending(void)
{
    for (int i = 0; i < 2; i++) {
        XrEventDataBuffer event;
        XrResult result;

        CHECK(app_open(false) == NULL);
        CHECK(play(2));
        mock_tell_loss(app.instance);
        do {
            event = (XrEventDataBuffer){.type = XR_TYPE_EVENT_DATA_BUFFER};
            result = app.xr.xrPollEvent(app.instance, &event);
        } while (result == XR_SUCCESS && event.type == XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED);
        CHECK_INT(result, XR_SUCCESS);
        CHECK_INT(event.type, XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING);
        end_session(i == 0);
        app_close();
    }
}

int main(void)
{
    if (!own_files_open_app("chord = both-thumbsticks-1s\nhud = on\n"))
        return TEST_SKIPPED;
    mock_intercept = intercept;
    app_judge = judge;
    lists = true;
    CHECK(play(FRAMES));
    lists = false;
    end_session(true);
    app_close();
    test_sessions();
    test_instances();
    test_pending();
    own_files_end();
    return test_result();
}
