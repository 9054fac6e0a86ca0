// SPDX-License-Identifier: Apache-2.0
// The edges of what is painted: what passes through as the app made it, with one line in the log, and what lies just
// inside.
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "test.h"

static char log_path[] = "/tmp/artem-passthrough-test.XXXXXX";
static long log_read; // so far

// Lines of the log that are new and say this.
static unsigned count_lines(const char *what)
{
    FILE *file = fopen(log_path, "re");
    char line[2048];
    unsigned count = 0;

    fseek(file, log_read, SEEK_SET);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, what) != NULL;
    log_read = ftell(file);
    fclose(file);
    return count;
}

static void start(XrViewConfigurationType views)
{
    CHECK(app_open(true) == NULL);
    app_begin_session(views);
    count_lines("");
}

static void start_stereo(void)
{
    start(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
}

static void frames(unsigned count, enum expect_result expected)
{
    for (unsigned i = 0; i < count; i++) {
        app_frame();
        CHECK_INT(expect_frame(), expected);
    }
}

static bool is_as_asked(unsigned swapchain)
{
    struct mock_swapchain_info made;

    return mock_get_swapchain(app.swapchains[swapchain].handle, &made) &&
           made.create.usageFlags == app.swapchains[swapchain].info.usageFlags &&
           made.create.createFlags == app.swapchains[swapchain].info.createFlags;
}

// Such swapchains are made exactly as the app asks, and nothing of them is copied.
static void test_swapchain(const XrSwapchainCreateInfo *info, const char *reason)
{
    start_stereo();
    app_show_views(info);
    CHECK(is_as_asked(0) && is_as_asked(1));
    frames(4, EXPECT_ORIGINAL);
    CHECK_INT(count_lines(reason), 1);
    CHECK_INT(mock_count_submissions(), 0);
    CHECK_INT(mock_count_swapchains(false), 0);
    app_close_normal();
}

static void test_swapchains(void)
{
    XrSwapchainCreateInfoFoveationFB foveation = {.type = XR_TYPE_SWAPCHAIN_CREATE_INFO_FOVEATION_FB};
    XrSwapchainCreateInfo info = app_swapchain_info();

    info.format = VK_FORMAT_B10G11R11_UFLOAT_PACK32;
    test_swapchain(&info, "its format");
    info.format = VK_FORMAT_R32_SFLOAT;
    test_swapchain(&info, "its format");
    info = app_swapchain_info();
    info.createFlags = XR_SWAPCHAIN_CREATE_PROTECTED_CONTENT_BIT;
    test_swapchain(&info, "protected");
    info = app_swapchain_info();
    info.next = &foveation;
    test_swapchain(&info, "foveated");
}

// Swapchains that no projection layer can show.
static void test_other_swapchains(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    info.faceCount = 6;
    info.height = info.width;
    app_add_swapchain(&info);
    info = app_swapchain_info();
    info.format = VK_FORMAT_D32_SFLOAT;
    info.usageFlags = XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
    app_add_swapchain(&info);
    CHECK(is_as_asked(0) && is_as_asked(1));
    app_begin_frame();
    app_draw_all();
    for (unsigned view = 0; view < 2; view++)
        app_show(0, view, view);
    CHECK(XR_FAILED(app_end())); // the runtime's own answer
    CHECK(mock_take_violations() > 0);
    CHECK_INT(mock_count_submissions(), 0);
    app_close_normal();
}

static void test_sizes(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    info.width = info.height = 3; // below one cell
    app_show_views(&info);
    frames(3, EXPECT_ORIGINAL);
    CHECK_INT(count_lines("too small"), 1);
    app_remove_swapchains();
    info.width = info.height = 4; // one cell
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    app_close_normal();
}

// Eight pictures are one batch; layers with more pass through, the others are painted.
static void test_many_views(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO);
    for (unsigned layer = 0; layer < 2; layer++) {
        for (unsigned view = 0; view < 4; view++)
            app_show(layer, view, app_add_swapchain(&info));
    }
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    CHECK_INT(fake_engine.views, 16);
    for (unsigned view = 0; view < 4; view++)
        app_show(2, view, app_add_swapchain(&info));
    frames(3, EXPECT_PARTLY);
    CHECK(expect_view(0, 0) != NULL && !expect_view(0, 0)->claimed);
    CHECK(expect_view(1, 3) != NULL && !expect_view(1, 3)->claimed);
    CHECK(expect_view(2, 0) != NULL && expect_view(2, 0)->claimed);
    CHECK_INT(count_lines("views"), 1);
    app_close_normal();
}

// Pictures of one image that overlap without being equal lie in different own swapchains.
static void test_overlaps(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    app_show_views(&info);
    for (unsigned layer = 1; layer < 4; layer++) {
        for (unsigned view = 0; view < 2; view++) {
            app_show(layer, view, view);
            app_set_rect(layer, view, (int32_t)layer, 2 * (int32_t)layer, 40, 32);
        }
    }
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    for (unsigned a = 0; a < 4; a++) {
        for (unsigned b = 0; b < a; b++)
            CHECK(expect_view(a, 0)->info.subImage.swapchain != expect_view(b, 0)->info.subImage.swapchain);
    }
    app_close_normal();
}

// One picture on two layers is painted once, unless they read its alpha differently.
static void test_one_picture_twice(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++)
        app_show(1, view, view);
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    CHECK_INT(fake_engine.views, 4);
    CHECK(expect_view(0, 1)->info.subImage.swapchain == expect_view(1, 1)->info.subImage.swapchain);
    app.projections[1].layerFlags = XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT;
    frames(2, EXPECT_STYLED);
    CHECK(expect_view(0, 1)->info.subImage.swapchain != expect_view(1, 1)->info.subImage.swapchain);
    app_close_normal();
}

// A layer that is wrong is the runtime's to judge; the app gets its answer, and goes on as before.
static void test_wrong_layer(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++)
        app_show(1, view, app_add_swapchain(&info));
    frames(1, EXPECT_ORIGINAL);
    frames(1, EXPECT_STYLED);
    app_set_rect(1, 1, 0, 0, WIDTH + 1, HEIGHT);
    app_begin_frame();
    app_draw_all();
    CHECK_INT(app_end(), XR_ERROR_SWAPCHAIN_RECT_INVALID);
    CHECK(mock_take_violations() > 0);
    app_set_rect(1, 1, 0, 0, WIDTH, HEIGHT);
    frames(2, EXPECT_STYLED);
    app_close_normal();
}

// The rect is not known at release: two rects in turn on one picture, with and without a new one.
static void test_rects_in_turn(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    start_stereo();
    app_show_views(&info);
    frames(1, EXPECT_ORIGINAL);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned view = 0; view < 2; view++)
            app_set_rect(0, view, i % 2 == 0 ? 0 : 5, 0, i % 2 == 0 ? 40 : 33, HEIGHT);
        app_begin_frame();
        if (i < 4)
            app_draw_all();
        CHECK_INT(app_end(), XR_SUCCESS);
        CHECK_INT(expect_frame(), EXPECT_STYLED);
    }
    app_close_normal();
}

// Layers of other kinds around the projection arrive as they were; their swapchains are not captured until a projection
// layer shows them.
static void test_other_layers(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    XrCompositionLayerColorScaleBiasKHR tint;
    XrCompositionLayerCylinderKHR cylinder;
    XrCompositionLayerEquirect2KHR sphere;
    XrSwapchainSubImage image = {0};
    unsigned panel;

    memset(&tint, 0, sizeof tint);
    memset(&cylinder, 0, sizeof cylinder);
    memset(&sphere, 0, sizeof sphere);
    start_stereo();
    app_show_views(&info);
    panel = app_add_swapchain(&info);
    image.swapchain = app.swapchains[panel].handle;
    image.imageRect.extent = (XrExtent2Di){WIDTH, HEIGHT};
    tint.type = XR_TYPE_COMPOSITION_LAYER_COLOR_SCALE_BIAS_KHR;
    tint.colorScale = (XrColor4f){1, 0.5f, 0.25f, 1};
    cylinder.type = XR_TYPE_COMPOSITION_LAYER_CYLINDER_KHR;
    cylinder.next = &tint;
    cylinder.space = app.space;
    cylinder.subImage = image;
    cylinder.pose.orientation.w = 1;
    cylinder.radius = 2;
    sphere.type = XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR;
    sphere.space = app.space;
    sphere.subImage = image;
    sphere.pose.orientation.w = 1;
    app.projections[0].next = &tint;
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&cylinder;
    app.layers[2] = (const XrCompositionLayerBaseHeader *)&sphere;
    app.frame.layerCount = 3;
    frames(1, EXPECT_ORIGINAL);
    frames(3, EXPECT_STYLED);
    CHECK_INT(fake_engine.views, 6);
    CHECK(mock_get_frame()->info->children[1]->address == &cylinder);
    CHECK(mock_get_frame()->info->children[2]->address == &sphere);
    app_show(0, 1, panel); // the panel becomes an eye
    frames(1, EXPECT_ORIGINAL);
    frames(2, EXPECT_STYLED);
    app_close_normal();
}

int main(void)
{
    char option[64];

    close(mkstemp(log_path));
    snprintf(option, sizeof option, "warn:%s", log_path);
    setenv("ARTEM_LOG", option, 1);
    if (!app_has_device()) {
        unlink(log_path);
        return TEST_SKIPPED;
    }
    test_swapchains();
    test_other_swapchains();
    test_sizes();
    test_many_views();
    test_overlaps();
    test_one_picture_twice();
    test_wrong_layer();
    test_rects_in_turn();
    test_other_layers();
    unlink(log_path);
    return test_result();
}
