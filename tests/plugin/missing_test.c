// SPDX-License-Identifier: Apache-2.0
// Chains below the layer that do not give away one of the functions that it asks for: while the instance is made, or
// ever. The layer does without, the app has what it would have without the layer, and frames arrive.

#include "app_input.h"
#include "expect.h"
#include "fake_engine.h"
#include "layer.h"
#include "own_files.h"
#include "test.h"

static const char *const names[] = {
#define X(name) #name,
    LAYER_NEXT_FUNCTIONS(X)
#undef X
};
enum { NAMES = sizeof names / sizeof names[0], FRAMES = 3 };

static const char *missing;
static bool for_ever, asked, opening;
static struct app_functions kept; // of an instance in which nothing was missing

static XRAPI_ATTR void XRAPI_CALL rubbish(void)
{
    CHECK(false);
}

// The first to ask is the layer, while the instance is made.
static XRAPI_ATTR XrResult XRAPI_CALL get_below(XrInstance instance, const char *name, PFN_xrVoidFunction *function)
{
    if (missing == NULL || strcmp(name, missing) != 0 || (asked && !for_ever))
        return mock_get_proc_addr(instance, name, function);
    asked = true;
    // Either a success without a function, or a failure after which something is there all the same.
    *function = strlen(name) % 2 == 0 ? rubbish : NULL;
    return *function == NULL ? XR_SUCCESS : XR_ERROR_FUNCTION_UNSUPPORTED;
}

static bool lacks(const char *name)
{
    return missing != NULL && strcmp(missing, name) == 0;
}

// A function is not there when the app asks for it, and then the layer's hook says so.
static bool judge(const char *name, XrResult result)
{
    const bool fails = lacks(name) && for_ever && (opening || layer_find_hook(name) != NULL);

    return result == (fails ? XR_ERROR_FUNCTION_UNSUPPORTED : XR_SUCCESS);
}

// The layer does not follow instances of whose end it could not be told.
static bool is_transparent(void)
{
    return lacks("xrDestroyInstance");
}

static void open_without(const char *name, bool always)
{
    missing = name;
    for_ever = always;
    asked = false;
    own_files_forget_log();
    opening = true;
    CHECK(app_open(false) == NULL);
    opening = false;
    CHECK(name == NULL || asked);
    CHECK_INT(own_files_count_lines("the app runs without the layer"), is_transparent());
    // What it was not given the app calls all the same, by what it got from an earlier instance: the layer's hooks, or
    // the runtime's own functions.
#define X(name)                                                                                                        \
    if (app.xr.name == NULL)                                                                                           \
        app.xr.name = kept.name;
    APP_FUNCTIONS(X)
#undef X
    if (is_transparent())
        mock_get_proc_addr(app.instance, "xrDestroyInstance", (PFN_xrVoidFunction *)&app.xr.xrDestroyInstance);
}

static void use_input(void)
{
    app_make_input();
    app_check("xrSuggestInteractionProfileBindings",
              app_suggest(app_path("/interaction_profiles/oculus/touch_controller"), 1));
    if (app_check("xrAttachSessionActionSets", app_attach(app.session)))
        app_check("xrSyncActions", app_sync(app.session, 1));
}

// Frames of an app that shows nothing any more once it cannot draw. Returns whether the last one was painted.
static bool play(bool can_draw)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};
    enum expect_result arrived = EXPECT_ORIGINAL;

    for (unsigned i = 0; i < FRAMES; i++) {
        const unsigned before = mock_count_frames();

        if (!app_check("xrWaitFrame", app.xr.xrWaitFrame(app.session, NULL, &state)))
            return false;
        CHECK(XR_SUCCEEDED(app_begin_waited()));
        for (unsigned k = 0; k < app.swapchain_count && can_draw; k++)
            can_draw = app_try_draw(k);
        if (!can_draw)
            app.frame.layerCount = 0;
        if (!app_check("xrEndFrame", app_end_at(state.predictedDisplayTime)))
            continue;
        CHECK_INT(mock_count_frames(), before + 1);
        arrived = expect_frame();
        CHECK(arrived == EXPECT_ORIGINAL || arrived == EXPECT_STYLED);
    }
    return arrived == EXPECT_STYLED;
}

static void use_session(bool should_paint, bool should_show_panels)
{
    unsigned panels;
    bool painted;

    if (!app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO) && lacks("xrCreateSession"))
        return;
    if (lacks("xrBeginSession") && for_ever) { // then the app has no frames, and no space to show them in
        app_end_session();
        return;
    }
    app_poll_events(); // focused
    use_input();
    painted = play(app_try_views() && app.space != XR_NULL_HANDLE);
    panels = expect_panel_count;
    if (painted != should_paint || (painted && (panels > 0) != should_show_panels))
        TEST_FAIL("without %s: painted %d, panels %u", missing, painted, panels);
    app_end_session();
}

// Without these, and where it is missing for ever, there is nothing to paint, or no way to show it.
static bool is_needed(const char *name)
{
    static const char *const needed[] = {
        "xrDestroyInstance",          "xrCreateSession",         "xrWaitFrame",          "xrEndFrame",
        "xrCreateReferenceSpace",     "xrCreateSwapchain",       "xrDestroySwapchain",   "xrAcquireSwapchainImage",
        "xrEnumerateSwapchainImages", "xrReleaseSwapchainImage", "xrWaitSwapchainImage",
    };

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (strcmp(name, needed[i]) == 0)
            return true;
    return false;
}

int main(void)
{
    if (!own_files_open_app("chord = both-thumbsticks-1s\nhud = on\n"))
        return TEST_SKIPPED;
    kept = app.xr;
    app_close();
    app_below = get_below;
    app_judge = judge;
    open_without(NULL, false);
    use_session(true, true);
    app_close();
    for (int i = 0; i < NAMES; i++) {
        open_without(names[i], false);
        // What the app gets later the layer has from then on. This app never asks for formats.
        use_session(!is_transparent(), !lacks("xrEnumerateSwapchainFormats"));
        app_close();
        open_without(names[i], true);
        use_session(!is_needed(names[i]), !lacks("xrEnumerateSwapchainFormats") && !lacks("xrDestroySpace"));
        app_close();
    }
    own_files_end();
    return test_result();
}
