// SPDX-License-Identifier: Apache-2.0
#include "script.h"

#include "expect.h"
#include "fake_engine.h"
#include "faults.h"
#include "test.h"

enum artem_result fault_engine(const char *function);

static struct script_history *history;

static XrResult keep(const char *function, XrResult result)
{
    fault_app_ends();
    CHECK(history->count < SCRIPT_CALLS_MAX);
    history->functions[history->count] = function;
    history->results[history->count++] = result;
    return result;
}

// A call of the app; the queue is its own meanwhile, as the four calls that may use it need.
#define CALL(name, ...) (fault_app_begins(#name), keep(#name, app.xr.name(__VA_ARGS__)))
#define CALL_WITH_QUEUE(name, ...)                                                                                     \
    (fault_app_begins(#name), mock_queue_allowed = true, keep(#name, app.xr.name(__VA_ARGS__)))
// Once more if it has failed.
#define TRY(call) ((call) == XR_SUCCESS || (call) == XR_SUCCESS)

static bool begin_session(void)
{
    const XrGraphicsBindingVulkanKHR binding = app_binding();
    const XrSessionCreateInfo info = {.type = XR_TYPE_SESSION_CREATE_INFO, .next = &binding, .systemId = 1};
    const XrSessionBeginInfo begin_info = {.type = XR_TYPE_SESSION_BEGIN_INFO,
                                           .primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO};
    const XrReferenceSpaceCreateInfo space_info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = XR_REFERENCE_SPACE_TYPE_LOCAL,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };

    app.view_count = 2;
    app_clear_frame();
    return TRY(CALL(xrCreateSession, app.instance, &info, &app.session)) &&
           TRY(CALL(xrBeginSession, app.session, &begin_info)) &&
           TRY(CALL(xrCreateReferenceSpace, app.session, &space_info, &app.space));
}

static bool add_swapchain(void)
{
    struct app_swapchain *swapchain = &app.swapchains[app.swapchain_count];
    XrSwapchainImageVulkanKHR images[3] = {{.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR},
                                           {.type = XR_TYPE_SWAPCHAIN_IMAGE_VULKAN_KHR}};
    uint32_t count = 0;

    swapchain->info = app_swapchain_info();
    if (!TRY(CALL(xrCreateSwapchain, app.session, &swapchain->info, &swapchain->handle)))
        return false;
    mock_claim(swapchain->handle);
    app.swapchain_count++;
    if (!TRY(CALL(xrEnumerateSwapchainImages, swapchain->handle, 3, &count, (XrSwapchainImageBaseHeader *)images)))
        return false;
    for (uint32_t i = 0; i < count; i++)
        swapchain->images[i] = images[i].image;
    return true;
}

static void draw(struct app_swapchain *swapchain)
{
    const XrSwapchainImageWaitInfo wait = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO, .timeout = XR_INFINITE_DURATION};
    uint32_t index = 0;

    if (TRY(CALL_WITH_QUEUE(xrAcquireSwapchainImage, swapchain->handle, NULL, &index)) &&
        TRY(CALL(xrWaitSwapchainImage, swapchain->handle, &wait))) {
        app_paint(swapchain, index);
        (void)TRY(CALL_WITH_QUEUE(xrReleaseSwapchainImage, swapchain->handle, NULL));
    }
    mock_queue_allowed = false;
}

static void check_frame(unsigned before)
{
    const enum expect_result result = expect_frame();

    history->frames++;
    history->arrived += mock_count_frames() > before;
    history->styled += result == EXPECT_STYLED || result == EXPECT_PARTLY;
    history->wrong = history->wrong || result == EXPECT_WRONG;
}

static void one_frame(void)
{
    XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

    if (!TRY(CALL(xrWaitFrame, app.session, NULL, &state)))
        return;
    app.frame.displayTime = state.predictedDisplayTime;
    CALL_WITH_QUEUE(xrBeginFrame, app.session, NULL); // XR_FRAME_DISCARDED after a frame whose end failed
    if (XR_FAILED(history->results[history->count - 1]))
        CALL_WITH_QUEUE(xrBeginFrame, app.session, NULL);
    for (unsigned i = 0; i < app.swapchain_count; i++)
        draw(&app.swapchains[i]);
    const unsigned before = mock_count_frames();
    if (TRY(CALL_WITH_QUEUE(xrEndFrame, app.session, &app.frame)))
        check_frame(before);
    mock_queue_allowed = false;
}

void script_session(unsigned frames, struct script_history *out_history)
{
    history = out_history;
    memset(history, 0, sizeof *history);
    app.swapchain_count = 0;
    app.seed = 1;
    fake_engine.fault = fault_engine;
    if (begin_session()) {
        if (add_swapchain() && add_swapchain()) {
            for (unsigned eye = 0; eye < 2; eye++)
                app_show(0, eye, eye);
            for (unsigned i = 0; i < frames; i++)
                one_frame();
        }
        // The others are left to the session.
        if (app.swapchain_count > 0)
            (void)TRY(CALL(xrDestroySwapchain, app.swapchains[0].handle));
        if (TRY(CALL(xrDestroySession, app.session)))
            CHECK_INT(mock_count_swapchains(false), 0);
    }
    CHECK_INT(mock_take_violations(), 0);
}
