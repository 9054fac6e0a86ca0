// SPDX-License-Identifier: Apache-2.0
// The frame path against a mock runtime and a fake engine, with real Vulkan: what reaches the runtime, pixel for pixel,
// and that the app is none the worse whatever goes wrong.
#include "frame.h"

#include <stdlib.h>

#include "fake_engine.h"
#include "geometry.h"
#include "mock_app.h"
#include "reference.h"
#include "test.h"
#include "vulkan_host.h"

static bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static bool is_original(void)
{
    return mock.shown[0] == app.eyes[0] && mock.shown[1] == app.eyes[1];
}

static bool is_styled(void)
{
    return !mock_is_apps(mock.shown[0]) && !mock_is_apps(mock.shown[1]) && mock.shown[0] != mock.shown[1];
}

// The shown picture of an eye is exactly the app's latest, inverted and composited.
static void check_pixels(int eye)
{
    uint8_t original[WIDTH * HEIGHT * 4], expected[WIDTH * HEIGHT * 4], got[WIDTH * HEIGHT * 4];
    uint8_t codes[WIDTH * HEIGHT * 4], in[WIDTH * HEIGHT * 4], styled[WIDTH * HEIGHT * 4];
    const XrRect2Di *rect = &app.views[eye].subImage.imageRect;
    uint32_t width = (uint32_t)rect->extent.width, height = (uint32_t)rect->extent.height, w, h;
    size_t start_pixel = (size_t)rect->offset.y * WIDTH + (size_t)rect->offset.x;
    int64_t format = mock_find(app.eyes[eye])->info.format;
    bool linear = format == VK_FORMAT_R8G8B8A8_UNORM || format == VK_FORMAT_B8G8R8A8_UNORM;

    CHECK(geometry_style_size(width, height, RESOLUTION, &w, &h));
    CHECK_INT(fake_engine.width, w);
    CHECK_INT(fake_engine.height, h);
    host_read_image(mock_released_image(app.eyes[eye]), WIDTH, HEIGHT, original);
    host_read_image(mock_released_image(mock.shown[eye]), WIDTH, HEIGHT, got);
    // Inverting and compositing treat all colours alike but for the luma, which does not count with keep_color = 0:
    // byte order is the same on both sides.
    memcpy(codes, original, sizeof codes);
    if (linear)
        reference_to_code(original, codes, WIDTH * HEIGHT);
    memcpy(expected, codes, sizeof expected);
    reference_scale(codes + 4 * start_pixel, WIDTH, width, height, in, w, h);
    for (size_t i = 0; i < (size_t)w * h * 4; i++)
        styled[i] = i % 4 == 3 ? 255 : (uint8_t)(255 - in[i]);
    reference_composite(codes + 4 * start_pixel, WIDTH, width, height, in, styled, w, h, 256, 0,
                        expected + 4 * start_pixel);
    if (linear)
        reference_to_stored(original, expected, WIDTH * HEIGHT);
    CHECK(same_bytes(got, expected, sizeof got));
}

static void test_normal(bool enable2)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    XrFrameEndInfo frame_before;
    XrCompositionLayerProjection projection_before;
    XrCompositionLayerProjectionView views_before[2];

    app_start(enable2);
    app_make_swapchains(&info);
    CHECK((mock_find(app.eyes[0])->info.usageFlags & XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT) != 0);
    app_frame();
    CHECK(is_original()); // the frame that tells what the swapchains are for
    for (unsigned i = 1; i <= 8; i++) {
        frame_before = app.frame;
        projection_before = app.projection;
        memcpy(views_before, app.views, sizeof app.views);
        app_frame();
        CHECK(is_styled());
        CHECK_INT(fake_engine.frames, i);
        CHECK_INT(fake_engine.views, 2 * i); // both app.eyes as one batch
        check_pixels(0);
        check_pixels(1);
        // The app's structures are not touched, and all but the swapchain is passed on.
        CHECK(same_bytes(&frame_before, &app.frame, sizeof app.frame));
        CHECK(same_bytes(&projection_before, &app.projection, sizeof app.projection));
        CHECK(same_bytes(views_before, app.views, sizeof app.views));
        CHECK_INT(mock.layer_count, 2);
        CHECK(mock.layers[0] != app.layers[0] && mock.layers[1] == app.layers[1]);
        CHECK(mock.views[1].next == &app.depth[1] && mock.views[1].pose.position.x == 1.0f);
        CHECK(same_bytes(&mock.views[0].subImage.imageRect, &app.views[0].subImage.imageRect, sizeof(XrRect2Di)));
    }
    CHECK_INT(mock_find(mock.shown[0])->info.format, VK_FORMAT_B8G8R8A8_SRGB);
    app_stop();
}

static void test_resubmitted(void)
{
    XrSwapchain shown;
    unsigned acquires;

    app_start_normal();
    app_frame();
    app_frame();
    shown = mock.shown[0];
    acquires = mock_find(shown)->acquires;
    // No new release: the same picture, without any work.
    for (unsigned i = 0; i < 5; i++) {
        CHECK_INT(app_end(), XR_SUCCESS);
        CHECK(is_styled() && mock.shown[0] == shown);
    }
    CHECK_INT(fake_engine.frames, 1);
    CHECK_INT(mock_find(shown)->acquires, acquires);
    // One eye only.
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(is_styled());
    CHECK_INT(fake_engine.views, 3);
    check_pixels(0);
    check_pixels(1);
    app_stop();
}

static void test_static(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    info.createFlags = XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT;
    app_start(true);
    app_make_swapchains(&info);
    app_frame(); // released once, before any frame
    CHECK(is_styled());
    for (unsigned i = 0; i < 3; i++)
        CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(is_styled());
    CHECK_INT(fake_engine.frames, 1);
    check_pixels(0);
    app_stop();
}

static void test_rects(void)
{
    app_start_normal();
    for (int i = 0; i < 2; i++)
        app.views[i].subImage.imageRect = (XrRect2Di){{3 + i, 5}, {41, 33}};
    app_frame();
    app_frame();
    CHECK(is_styled());
    check_pixels(0);
    check_pixels(1);
    // Dynamic resolution: the rect changes after the release.
    for (int i = 0; i < 2; i++)
        app.views[i].subImage.imageRect = (XrRect2Di){{0, 0}, {20, 40}};
    app_frame();
    CHECK(is_styled());
    check_pixels(0);
    check_pixels(1);
    // A rect outside the image is the runtime's to judge.
    app.views[1].subImage.imageRect.extent.width = WIDTH + 1;
    app_frame();
    CHECK(is_original());
    app_stop();
}

// All formats, the linear ones among them; a rect, so that there are pixels beyond it as well.
static void test_formats(void)
{
    static const VkFormat formats[] = {VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_B8G8R8A8_SRGB, VK_FORMAT_R8G8B8A8_UNORM,
                                       VK_FORMAT_B8G8R8A8_UNORM};
    XrSwapchainCreateInfo info = app_swapchain_info();

    for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++) {
        info.format = formats[f];
        app_start(true);
        app_make_swapchains(&info);
        for (int i = 0; i < 2; i++)
            app.views[i].subImage.imageRect = (XrRect2Di){{3 + i, 5}, {41, 33}};
        app_frame();
        for (unsigned i = 0; i < 3; i++) {
            app_frame();
            CHECK(is_styled());
            CHECK_INT(mock_find(mock.shown[0])->info.format, formats[f]);
            check_pixels(0);
            check_pixels(1);
        }
        app_stop();
    }
}

static void test_several_held(void)
{
    const XrSwapchainImageWaitInfo wait_info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO};
    uint8_t data[WIDTH * HEIGHT * 4];
    uint32_t index[2];

    app_start_normal();
    app_frame();
    CHECK_INT(app_draw(1), XR_SUCCESS);
    // Two images of the left eye at once; the later one is shown.
    for (int i = 0; i < 2; i++)
        CHECK_INT(layer_xrAcquireSwapchainImage(app.eyes[0], NULL, &index[i]), XR_SUCCESS);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(layer_xrWaitSwapchainImage(app.eyes[0], &wait_info), XR_SUCCESS);
        app_make_picture(data, app.seed++);
        host_write_image(mock_find(app.eyes[0])->images[index[i]], WIDTH, HEIGHT, data);
    }
    mock.in_queue_call = true;
    for (int i = 0; i < 2; i++)
        CHECK_INT(layer_xrReleaseSwapchainImage(app.eyes[0], NULL), XR_SUCCESS);
    mock.in_queue_call = false;
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(is_styled());
    check_pixels(0);
    app_stop();
}

// The runtime has no image for us in time: the original, and the acquired image is used later.
static void test_own_wait(void)
{
    XrSwapchain shown;

    app_start_normal();
    app_frame();
    app_frame();
    shown = mock.shown[0];
    mock.own_wait = XR_TIMEOUT_EXPIRED;
    for (unsigned i = 0; i < 5; i++) {
        app_frame();
        CHECK(is_original());
    }
    CHECK_INT(mock_find(shown)->acquires, mock_find(shown)->releases + 1);
    mock.own_wait = XR_SUCCESS;
    app_frame();
    CHECK(is_styled());
    CHECK_INT(mock_find(shown)->acquires, mock_find(shown)->releases);
    check_pixels(0);
    check_pixels(1);
    app_stop();
}

// A time-out of the app's own wait is a success code, but the image is not its yet.
static void test_app_wait(void)
{
    uint32_t index;

    app_start_normal();
    app_frame();
    mock.app_wait = XR_TIMEOUT_EXPIRED;
    CHECK_INT(layer_xrAcquireSwapchainImage(app.eyes[0], NULL, &index), XR_SUCCESS);
    CHECK_INT(layer_xrWaitSwapchainImage(app.eyes[0], &(XrSwapchainImageWaitInfo){0}), XR_TIMEOUT_EXPIRED);
    unsigned before = mock.submissions;
    CHECK_INT(layer_xrReleaseSwapchainImage(app.eyes[0], NULL), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock.submissions, before);
    mock.app_wait = XR_SUCCESS;
    CHECK_INT(layer_xrWaitSwapchainImage(app.eyes[0], &(XrSwapchainImageWaitInfo){0}), XR_SUCCESS);
    mock.in_queue_call = true;
    CHECK_INT(layer_xrReleaseSwapchainImage(app.eyes[0], NULL), XR_SUCCESS);
    mock.in_queue_call = false;
    CHECK_INT(mock.submissions, before + 1);
    app_frame();
    CHECK(is_styled());
    app_stop();
}

static void test_rejected(void)
{
    app_start_normal();
    app_frame();
    mock.reject_foreign = XR_ERROR_LAYER_INVALID;
    app_frame(); // the app sees the success of its own frame
    CHECK(is_original());
    mock.reject_foreign = XR_SUCCESS;
    unsigned frames = fake_engine.frames;
    for (unsigned i = 0; i < 3; i++) {
        app_frame();
        CHECK(is_original());
    }
    CHECK_INT(fake_engine.frames, frames);
    app_stop();
    // Other errors are the runtime's answer; the frame is not sent again.
    app_start_normal();
    app_frame();
    mock.reject_foreign = XR_ERROR_SESSION_LOST;
    CHECK_INT(app_draw(0), XR_SUCCESS);
    CHECK_INT(app_draw(1), XR_SUCCESS);
    frames = mock.frames;
    CHECK_INT(app_end(), XR_ERROR_SESSION_LOST);
    CHECK_INT(mock.frames, frames + 1);
    app_stop();
}

static void test_engine_faults(void)
{
    app_start_normal();
    app_frame();
    fake_engine.late = 3; // this frame, and two looks after it
    app_frame();
    CHECK(is_original());
    app_frame();
    CHECK(is_original());
    app_frame();
    CHECK(is_original());
    CHECK_INT(fake_engine.frames, 0);
    app_frame();
    CHECK(is_styled());
    check_pixels(0);
    check_pixels(1);
    fake_engine.submit_result = ARTEM_ERROR_DEVICE;
    app_frame();
    CHECK(is_original());
    fake_engine.submit_result = ARTEM_OK;
    app_frame();
    CHECK(is_styled());
    fake_engine.late = 1; // still at work when all is destroyed
    app_frame();
    app_stop();

    app_start_normal();
    fake_engine.no_network = true;
    for (unsigned i = 0; i < 4; i++) {
        app_frame();
        CHECK(is_original());
    }
    app_stop();
}

static void expect_original(void)
{
    for (unsigned i = 0; i < 3; i++) {
        app_frame();
        CHECK(is_original());
    }
}

static void test_unsupported_frames(void)
{
    app_start_normal();
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_ADDITIVE;
    expect_original();
    app_build_frame();
    app.projection.layerFlags = XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT;
    expect_original();
    app_build_frame();
    app.views[1].subImage.imageArrayIndex = 1;
    expect_original();
    app_build_frame();
    app.views[1].subImage.swapchain = (XrSwapchain)&mock.session;
    app_frame();
    CHECK(mock.shown[0] == app.eyes[0] && mock.shown[1] == (XrSwapchain)&mock.session);
    app_build_frame();
    app.views[1].subImage.swapchain = app.eyes[0];
    app_frame();
    CHECK(mock.shown[0] == app.eyes[0] && mock.shown[1] == app.eyes[0]);
    app_build_frame();
    app.projection.viewCount = 0;
    app_frame();
    app_build_frame();
    app.frame.layerCount = 0;
    app_frame();
    CHECK_INT(fake_engine.frames, 0);
    // And on as usual.
    app_build_frame();
    app_frame();
    app_frame();
    CHECK(is_styled());
    app_stop();
}

static void test_unsupported_swapchains(void)
{
    XrSwapchainCreateInfoFoveationFB foveation = {.type = XR_TYPE_SWAPCHAIN_CREATE_INFO_FOVEATION_FB};
    XrSwapchainCreateInfo info = app_swapchain_info();

    app_start(true);
    mock.refuse_transfer = XR_ERROR_FEATURE_UNSUPPORTED;
    app_make_swapchains(&info);
    CHECK_INT(mock_find(app.eyes[0])->info.usageFlags, info.usageFlags);
    expect_original();
    app_stop();

    app_start(true);
    info.format = VK_FORMAT_R32_SFLOAT; // four bytes like the others, for the test's own drawing
    app_make_swapchains(&info);
    CHECK_INT(mock_find(app.eyes[0])->info.usageFlags, info.usageFlags);
    expect_original();
    CHECK_INT(mock.submissions, 0);
    app_stop();

    app_start(true);
    info = app_swapchain_info();
    info.arraySize = 2;
    app_make_swapchains(&info);
    CHECK_INT(mock_find(app.eyes[0])->info.usageFlags, info.usageFlags);
    expect_original();
    app_stop();

    app_start(true);
    info = app_swapchain_info();
    info.next = &foveation;
    app_make_swapchains(&info);
    expect_original();
    CHECK_INT(mock.submissions, 0);
    app_stop();
}

int main(void)
{
    const char *missing = host_open(&app.vulkan);

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    setenv("ARTEM_LOG", "error", 0);
    test_normal(true);
    test_normal(false);
    test_resubmitted();
    test_static();
    test_rects();
    test_formats();
    test_several_held();
    test_own_wait();
    test_app_wait();
    test_rejected();
    test_engine_faults();
    test_unsupported_frames();
    test_unsupported_swapchains();
    CHECK_INT(host_close(), 0); // messages of the validation layer, and objects left behind
    return test_result();
}
