// SPDX-License-Identifier: Apache-2.0
// What may go wrong around a frame, and what the specification allows apps to do: each time the runtime must get either
// the right styled picture or the app's own, and the app what it would have got without the layer. Every test ends with
// the mock runtime and the validation layer having nothing to complain of: call order, use of the queue, layouts,
// released images untouched, waits of a millisecond at most.
#include <math.h>
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "own_files.h"
#include "swapchain.h"
#include "test.h"

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
    }
}

static void start(void)
{
    app_open_normal();
    frames(1, EXPECT_ORIGINAL); // by which the layer learns what the swapchains are for
}

static void start_with(bool enable2, const XrSwapchainCreateInfo *info)
{
    CHECK(app_open(enable2) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(info);
}

static void test_normal(bool enable2)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start_with(enable2, &info);
    frames(1, EXPECT_ORIGINAL);
    frames(4, EXPECT_STYLED);
    CHECK_INT(fake_engine.frames, 4);
    CHECK_INT(fake_engine.views, 8); // both eyes are one batch
    app_close_normal();
}

// Images submitted again without a release are not painted again; one eye alone is.
static void test_resubmitted(void)
{
    start();
    frames(1, EXPECT_STYLED);
    for (unsigned i = 0; i < 3; i++) {
        app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
        CHECK(expect_is_styled());
    }
    CHECK_INT(fake_engine.views, 2);
    app_begin_frame();
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(expect_is_styled());
    CHECK_INT(fake_engine.views, 3);
    app_close_normal();
}

// Where the middle of the left picture looks: x, y, z of the layer's space, of any length.
static void find_gaze(double out[3])
{
    const struct artem_noise_map *map = &fake_engine.noise[0];
    const double x = fake_engine.sizes[0].width / 8.0 - 0.5, y = fake_engine.sizes[0].height / 8.0 - 0.5;

    CHECK(artem_noise_map_valid(map) && map->density > 0);
    CHECK(map->density == fake_engine.noise[1].density); // both eyes look at one lattice
    for (int i = 0; i < 3; i++)
        out[i] = map->m[3 * i] * x + map->m[3 * i + 1] * y + map->m[3 * i + 2];
}

// The noise of flat areas stays in the layer's space while the head turns; a picture shown again keeps its painting.
static void test_noise(void)
{
    const XrQuaternionf right = {0, -0.70710678f, 0, 0.70710678f};
    double ahead[3], turned[3];

    start();
    for (unsigned v = 0; v < 2; v++)
        app.views[0][v].pose = (XrPosef){{0, 0, 0, 1}, {0.064f * (float)v, 1.6f, 0}};
    frames(1, EXPECT_STYLED);
    find_gaze(ahead);
    CHECK(ahead[2] < 0 && fabs(ahead[0]) < -0.05 * ahead[2] && fabs(ahead[1]) < -0.05 * ahead[2]);
    for (unsigned v = 0; v < 2; v++)
        app.views[0][v].pose.orientation = right;
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(fake_engine.views, 2);
    frames(1, EXPECT_STYLED);
    find_gaze(turned);
    CHECK(turned[0] > 0 && fabs(turned[2]) < 0.05 * turned[0] && fabs(turned[1]) < 0.05 * turned[0]);
    // Angles that make no sense: fixed to the picture.
    for (unsigned v = 0; v < 2; v++)
        app.views[0][v].fov.angleUp = app.views[0][v].fov.angleDown;
    frames(1, EXPECT_STYLED);
    CHECK_INT(fake_engine.noise[0].density, 0);
    app_close_normal();
}

// Two images of an eye held at once, released in turn: the later one is shown.
static void test_several_held(void)
{
    const struct app_swapchain *left = &app.swapchains[0];
    uint32_t index[2];

    start();
    app_begin_frame();
    CHECK_INT(app_draw(1), XR_SUCCESS);
    for (int i = 0; i < 2; i++)
        CHECK_INT(app_acquire(left->handle, &index[i]), XR_SUCCESS);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(app_wait(left->handle), XR_SUCCESS);
        app_paint(left, index[i]);
        CHECK_INT(app_release(left->handle), XR_SUCCESS);
    }
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(expect_is_styled());
    app_close_normal();
}

// The runtime has no image for us in time: the original; the image acquired is used later and not lost.
static void test_own_wait(void)
{
    struct mock_swapchain_info own;
    XrSwapchain shown;

    start();
    frames(1, EXPECT_STYLED);
    shown = expect_view(0, 0)->info.subImage.swapchain;
    mock_settings.foreign_wait = XR_TIMEOUT_EXPIRED;
    frames(5, EXPECT_ORIGINAL);
    CHECK(mock_get_swapchain(shown, &own));
    CHECK_INT(own.acquires, own.releases + 1);
    mock_settings.foreign_wait = XR_SUCCESS;
    frames(1, EXPECT_STYLED);
    CHECK(mock_get_swapchain(shown, &own));
    CHECK_INT(own.acquires, own.releases);
    app_close_normal();
}

// A time-out of the app's own wait is a success code, but the image is not its yet: nothing is copied.
static void test_app_wait(void)
{
    const XrSwapchainImageWaitInfo info = {.type = XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO};
    uint32_t index;
    unsigned before;

    start();
    app_begin_frame();
    CHECK_INT(app_acquire(app.swapchains[0].handle, &index), XR_SUCCESS);
    mock_settings.app_wait = XR_TIMEOUT_EXPIRED;
    CHECK_INT(app.xr.xrWaitSwapchainImage(app.swapchains[0].handle, &info), XR_TIMEOUT_EXPIRED);
    before = mock_count_submissions();
    CHECK_INT(app_release(app.swapchains[0].handle), XR_ERROR_CALL_ORDER_INVALID);
    CHECK_INT(mock_count_submissions(), before);
    CHECK_INT(mock_take_violations(), 1); // that release, the app's own mistake
    mock_settings.app_wait = XR_SUCCESS;
    CHECK_INT(app_wait(app.swapchains[0].handle), XR_SUCCESS);
    app_paint(&app.swapchains[0], index);
    CHECK_INT(app_release(app.swapchains[0].handle), XR_SUCCESS);
    CHECK_INT(app_draw(1), XR_SUCCESS);
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(expect_is_styled());
    app_close_normal();
}

// The runtime refuses a styled frame: the app's own takes its place, and styling is off for the session.
static void test_rejected(void)
{
    unsigned before;

    start();
    frames(1, EXPECT_STYLED);
    mock_settings.reject_foreign = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_ORIGINAL);
    mock_settings.reject_foreign = XR_SUCCESS;
    before = fake_engine.frames;
    frames(3, EXPECT_ORIGINAL);
    CHECK_INT(fake_engine.frames, before);
    app_close_normal();
    // Other errors are the runtime's answer; the frame is not sent again.
    start();
    mock_settings.reject_foreign = XR_ERROR_INSTANCE_LOST;
    app_begin_frame();
    app_draw_all();
    before = mock_count_frames();
    CHECK_INT(app_end(), XR_ERROR_INSTANCE_LOST);
    CHECK_INT(mock_count_frames(), before + 1);
    mock_settings.reject_foreign = XR_SUCCESS;
    app_close_normal();
}

static void test_engine_faults(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start();
    fake_engine.late = 3; // this frame, and two looks after it
    frames(3, EXPECT_ORIGINAL);
    CHECK_INT(fake_engine.frames, 0);
    frames(1, EXPECT_STYLED);
    fake_engine.submit_result = ARTEM_ERROR_DEVICE;
    frames(1, EXPECT_ORIGINAL);
    fake_engine.submit_result = ARTEM_OK;
    frames(1, EXPECT_STYLED);
    fake_engine.late = 1; // still at work when all is destroyed
    frames(1, EXPECT_ORIGINAL);
    app_close_normal();

    CHECK(app_open(true) == NULL);
    fake_engine.no_network = true;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    frames(4, EXPECT_ORIGINAL);
    app_close_normal();
}

// Frames that are the runtime's to judge, or that show nothing to paint.
static void test_odd_frames(void)
{
    start();
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_ADDITIVE;
    frames(2, EXPECT_ORIGINAL);
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_ALPHA_BLEND;
    frames(1, EXPECT_STYLED);
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    const unsigned painted = fake_engine.frames;
    app_begin_frame();
    app_draw_all();
    app.views[0][1].subImage.imageArrayIndex = 1; // there is one slice only
    CHECK(XR_FAILED(app_end()));
    app.views[0][1].subImage.imageArrayIndex = 0;
    app_set_rect(0, 1, 1, 0, WIDTH, HEIGHT); // beyond the image
    CHECK(XR_FAILED(app_end()));
    app_set_rect(0, 1, 0, 0, WIDTH, HEIGHT);
    app.views[0][1].subImage.swapchain = (XrSwapchain)(uintptr_t)0x1234;
    CHECK(XR_FAILED(app_end()));
    app.views[0][1].subImage.swapchain = app.swapchains[1].handle;
    CHECK(mock_take_violations() >= 3); // those of the app
    CHECK_INT(fake_engine.frames, painted);
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    app.frame.layerCount = 1;
    frames(1, EXPECT_STYLED);
    app_close_normal();
}

static void test_additive(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    own_files_configure("ar = on\n");
    start_with(true, &info);
    app.frame.environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_ADDITIVE;
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    app_close_normal();
    own_files_configure("");
}

// A runtime that gives no TRANSFER_SRC usage: the app gets its swapchain as it asked for it.
static void test_no_transfer(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    struct mock_swapchain_info made;

    CHECK(app_open(true) == NULL);
    mock_settings.refuse_transfer = XR_ERROR_FEATURE_UNSUPPORTED;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    CHECK(mock_get_swapchain(app.swapchains[0].handle, &made));
    CHECK_INT((long long)made.create.usageFlags, (long long)info.usageFlags);
    frames(3, EXPECT_ORIGINAL);
    app_close_normal();
    // One that makes no swapchain at all gives the app its error.
    CHECK(app_open(true) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    mock_settings.refuse_create = XR_ERROR_OUT_OF_MEMORY;
    CHECK_INT(app_try_swapchain(&info), XR_ERROR_OUT_OF_MEMORY);
    mock_settings.refuse_create = XR_SUCCESS;
    // None for the layer: originals.
    app_show_views(&info);
    mock_settings.refuse_create = XR_ERROR_LIMIT_REACHED;
    frames(3, EXPECT_ORIGINAL);
    mock_settings.refuse_create = XR_SUCCESS;
    app_close_normal();
}

// What the layer does not know reaches the runtime as the app made it: other layers, depth, secondary views, chains.
// expect_frame compares the structures byte for byte.
static void test_structures(void)
{
    // Static: compared byte for byte, so that the gaps must have values too.
    static struct {
        XrStructureType type;
        const void *next;
        uint32_t data[6];
    } unknown = {(XrStructureType)0x7ffffff0, NULL, {1, 2, 3, 4, 5, 6}};
    static const XrSecondaryViewConfigurationLayerInfoMSFT secondary = {
        .type = XR_TYPE_SECONDARY_VIEW_CONFIGURATION_LAYER_INFO_MSFT,
        .viewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_SECONDARY_MONO_FIRST_PERSON_OBSERVER_MSFT,
        .environmentBlendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE,
    };
    static const XrSecondaryViewConfigurationFrameEndInfoMSFT end = {
        .type = XR_TYPE_SECONDARY_VIEW_CONFIGURATION_FRAME_END_INFO_MSFT,
        .viewConfigurationCount = 1,
        .viewConfigurationLayersInfo = &secondary,
    };
    static XrCompositionLayerQuad quad = {
        .type = XR_TYPE_COMPOSITION_LAYER_QUAD,
        .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
        .pose = {{0, 0, 0, 1}, {0, 0, -1}},
        .size = {1, 1},
    };
    XrSwapchainCreateInfo info = app_swapchain_info();

    start();
    unsigned panel = app_add_swapchain(&info);
    quad.space = app.space;
    quad.subImage.swapchain = app.swapchains[panel].handle;
    quad.subImage.imageRect = (XrRect2Di){{0, 0}, {WIDTH, HEIGHT}};
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&quad;
    app.frame.layerCount = 2;
    app.projections[0].next = &unknown;
    app.views[0][0].next = &unknown;
    app.frame.next = &end;
    frames(3, EXPECT_STYLED);
    CHECK_INT(fake_engine.views, 6); // the quad's swapchain is none of ours
    // The projection may come last, over the quad.
    app.layers[1] = app.layers[0];
    app.layers[0] = (const XrCompositionLayerBaseHeader *)&quad;
    app_begin_frame();
    app_draw_all();
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK(!mock_get_frame()->views[0].claimed && !mock_get_frame()->views[1].claimed);
    app_close_normal();
}

static bool has_capture(unsigned swapchain)
{
    return layer_swapchain_find(app.swapchains[swapchain].handle)->target != NULL;
}

// Static images are captured before a frame tells what they are for: what turns out to be a panel's is let go, what is
// the views' is kept, also where a panel shows it too.
static void test_static_panel(void)
{
    static XrCompositionLayerQuad quad = {
        .type = XR_TYPE_COMPOSITION_LAYER_QUAD,
        .pose = {{0, 0, 0, 1}, {0, 0, -1}},
        .size = {1, 1},
    };
    XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK(app_open(true) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    info.createFlags = XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT;
    app_show_views(&info);
    const unsigned panel = app_add_swapchain(&info);
    app_begin_frame();
    app_draw_all();
    CHECK(has_capture(0) && has_capture(1) && has_capture(panel));
    quad.space = app.space;
    quad.subImage.swapchain = app.swapchains[panel].handle;
    quad.subImage.imageRect = (XrRect2Di){{0, 0}, {WIDTH, HEIGHT}};
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&quad;
    app.frame.layerCount = 2;
    CHECK_INT(app_end(), XR_SUCCESS);
    for (unsigned i = 0; i < 200 && has_capture(panel); i++) { // until the GPU is done with it
        app_frame();
        usleep(10000);
    }
    CHECK(has_capture(0) && has_capture(1) && !has_capture(panel));
    quad.subImage.swapchain = app.swapchains[0].handle;
    for (unsigned i = 0; i < 3; i++)
        app_frame();
    CHECK(has_capture(0));
    CHECK(!mock_get_frame()->views[0].claimed && !mock_get_frame()->views[1].claimed);
    CHECK_INT(mock_take_violations(), 0);
    app_close_normal();
}

// Where styling is off for good, static images are not captured any more either.
static void test_static_off(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    start();
    mock_settings.reject_foreign = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_ORIGINAL);
    mock_settings.reject_foreign = XR_SUCCESS;
    info.createFlags = XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT;
    const unsigned number = app_add_swapchain(&info);
    CHECK_INT(app_draw(number), XR_SUCCESS);
    CHECK(!has_capture(number));
    app_close_normal();
}

// Swapchains made anew, larger, smaller or the same, are painted from their first frame on. One that only looks like
// them is captured until there is a frame without it.
static void test_new_swapchains(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    start();
    frames(1, EXPECT_STYLED);
    for (unsigned i = 0; i < 3; i++) {
        app_remove_swapchains();
        info.width = i == 0 ? 2 * WIDTH - 3 : i == 1 ? WIDTH : WIDTH + 1;
        app_show_views(&info);
        frames(2, EXPECT_STYLED);
    }
    const unsigned panel = app_add_swapchain(&info);
    app_begin_frame();
    app_draw_all();
    CHECK(has_capture(panel));
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(expect_frame(), EXPECT_STYLED);
    frames(1, EXPECT_STYLED);
    CHECK(!has_capture(panel));
    CHECK(layer_swapchain_find(app.swapchains[panel].handle)->target == NULL);
    app_show(1, 0, panel); // a world after all, as any other one that was a panel before
    app_show(1, 1, panel);
    frames(1, EXPECT_PARTLY);
    frames(1, EXPECT_STYLED);
    // Of another kind: not before it was seen.
    app_remove_swapchains();
    info.width = 5 * WIDTH;
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    app_remove_swapchains();
    info.format = VK_FORMAT_R8G8B8A8_UNORM;
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    app_close_normal();
}

// Instances and sessions come and go; sessions may be left to their instance.
static void test_lives(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    CHECK(app_open(true) == NULL);
    for (unsigned i = 0; i < 5; i++) {
        app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
        app_show_views(&info);
        frames(1, EXPECT_ORIGINAL);
        frames(2, EXPECT_STYLED);
        app_end_session();
    }
    app_close();
    for (unsigned i = 0; i < 20; i++) {
        start();
        frames(1, EXPECT_STYLED);
        if (i % 2 == 0)
            app_end_session(); // else the instance's end is theirs
        app_close();
    }
}

int main(void)
{
    if (!app_has_device())
        return TEST_SKIPPED;
    own_files_begin("error");
    own_files_configure("");
    test_normal(true);
    test_normal(false);
    test_resubmitted();
    test_noise();
    test_several_held();
    test_own_wait();
    test_app_wait();
    test_rejected();
    test_engine_faults();
    test_odd_frames();
    test_additive();
    test_no_transfer();
    test_structures();
    test_static_panel();
    test_static_off();
    test_new_swapchains();
    test_lives();
    own_files_end();
    return test_result();
}
