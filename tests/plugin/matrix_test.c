// SPDX-License-Identifier: Apache-2.0
// Every shape of swapchains x every format x both Vulkan bindings: each frame's pixels as the runtime received them,
// against the reference kernels. Prints the table; with $ARTEM_MATRIX_FILE also into that file.
#include <stdlib.h>

#include "expect.h"
#include "fake_engine.h"
#include "test.h"

static const struct {
    const char *name;
    VkFormat format;
} formats[] = {
    {"RGBA8 sRGB", VK_FORMAT_R8G8B8A8_SRGB},
    {"BGRA8 sRGB", VK_FORMAT_B8G8R8A8_SRGB},
    {"RGBA8", VK_FORMAT_R8G8B8A8_UNORM},
    {"BGRA8", VK_FORMAT_B8G8R8A8_UNORM},
    {"A2B10G10R10", VK_FORMAT_A2B10G10R10_UNORM_PACK32},
    {"RGBA16", VK_FORMAT_R16G16B16A16_UNORM},
    {"RGBA16F", VK_FORMAT_R16G16B16A16_SFLOAT},
    {"R32F", VK_FORMAT_R32_SFLOAT},
};
enum { FORMATS = sizeof formats / sizeof formats[0], PAINTABLE = FORMATS - 1 };

static XrSwapchainCreateInfo info; // of the swapchains to make

static void show_eyes(void)
{
    app_show_views(&info);
}

static void show_rects(void)
{
    app_show_views(&info);
    app_set_rect(0, 0, 3, 5, 41, 33);
    app_set_rect(0, 1, 4, 5, 41, 33);
}

static void show_side_by_side(void)
{
    unsigned swapchain;

    info.width = 2 * WIDTH;
    swapchain = app_add_swapchain(&info);
    for (unsigned view = 0; view < 2; view++) {
        app_show(0, view, swapchain);
        app_set_rect(0, view, (int32_t)(view * WIDTH), 0, WIDTH, HEIGHT);
    }
}

static void show_array(void)
{
    unsigned swapchain;

    info.arraySize = 2;
    swapchain = app_add_swapchain(&info);
    for (unsigned view = 0; view < 2; view++) {
        app_show(0, view, swapchain);
        app.views[0][view].subImage.imageArrayIndex = view;
    }
}

static void show_mips(void)
{
    info.mipCount = 3;
    app_show_views(&info);
}

static void show_static(void)
{
    info.createFlags = XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT;
    app_show_views(&info);
}

static void add_depth(void)
{
    XrSwapchainCreateInfo depth = info;

    app_show_views(&info);
    depth.format = VK_FORMAT_D32_SFLOAT;
    depth.usageFlags = XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
    for (unsigned view = 0; view < 2; view++) {
        app.depth[0][view] = (XrCompositionLayerDepthInfoKHR){
            .type = XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR,
            .subImage = {app.swapchains[app_add_swapchain(&depth)].handle, {{0, 0}, {WIDTH, HEIGHT}}, 0},
            .maxDepth = 1,
            .nearZ = 0.1f,
            .farZ = 100,
        };
        app.views[0][view].next = &app.depth[0][view];
    }
}

static void show_multisampled(void)
{
    info.sampleCount = 4;
    info.usageFlags &= ~(XrFlags64)XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT; // painted by clearing
    app_show_views(&info);
}

static void show_two_layers(void)
{
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++)
        app_show(1, view, app_add_swapchain(&info));
}

static void show_shared(void)
{
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++)
        app_show(1, view, view);
}

static void show_overlapping(void)
{
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++) {
        app_show(1, view, view);
        app_set_rect(1, view, 10, 8, 32, 28);
    }
}

static void show_mixed(void)
{
    XrSwapchainCreateInfo unpaintable = info;

    unpaintable.format = VK_FORMAT_R32_SFLOAT;
    app_show_views(&info);
    for (unsigned view = 0; view < 2; view++)
        app_show(1, view, app_add_swapchain(&unpaintable));
}

static void show_premultiplied(void)
{
    app_show_views(&info);
    app.projections[0].layerFlags = XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT;
}

static void show_straight_alpha(void)
{
    app_show_views(&info);
    app.projections[0].layerFlags =
        XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT | XR_COMPOSITION_LAYER_UNPREMULTIPLIED_ALPHA_BIT;
}

static void show_quad_views(void)
{
    XrSwapchainCreateInfo inner = info;

    inner.width = WIDTH - 8;
    for (unsigned view = 0; view < 4; view++)
        app_show(0, view, app_add_swapchain(view < 2 ? &info : &inner));
}

static void show_protected(void)
{
    info.createFlags = XR_SWAPCHAIN_CREATE_PROTECTED_CONTENT_BIT;
    app_show_views(&info);
}

static void show_foveated(void)
{
    static XrSwapchainCreateInfoFoveationFB foveation = {.type = XR_TYPE_SWAPCHAIN_CREATE_INFO_FOVEATION_FB};

    info.next = &foveation;
    app_show_views(&info);
}

static const struct shape {
    const char *name;
    void (*show)(void);
    XrViewConfigurationType views; // 0: stereo
    enum expect_result expected;
    const char *reason; // why not styled
} shapes[] = {
    {"one per eye", show_eyes, 0, EXPECT_STYLED, NULL},
    {"rects, changing", show_rects, 0, EXPECT_STYLED, NULL},
    {"side by side", show_side_by_side, 0, EXPECT_STYLED, NULL},
    {"array of two", show_array, 0, EXPECT_STYLED, NULL},
    {"mip levels", show_mips, 0, EXPECT_STYLED, NULL},
    {"static images", show_static, 0, EXPECT_STYLED, NULL},
    {"with depth", add_depth, 0, EXPECT_STYLED, NULL},
    {"4 samples", show_multisampled, 0, EXPECT_STYLED, NULL},
    {"two layers", show_two_layers, 0, EXPECT_STYLED, NULL},
    {"layers share images", show_shared, 0, EXPECT_STYLED, NULL},
    {"overlapping rects", show_overlapping, 0, EXPECT_STYLED, NULL},
    {"premultiplied alpha", show_premultiplied, 0, EXPECT_STYLED, NULL},
    {"straight alpha", show_straight_alpha, 0, EXPECT_STYLED, NULL},
    {"one view", show_eyes, XR_VIEW_CONFIGURATION_TYPE_PRIMARY_MONO, EXPECT_STYLED, NULL},
    {"quad views", show_quad_views, XR_VIEW_CONFIGURATION_TYPE_PRIMARY_QUAD_VARJO, EXPECT_STYLED, NULL},
    {"a layer that cannot", show_mixed, 0, EXPECT_PARTLY, "the second layer's format"},
    {"protected content", show_protected, 0, EXPECT_ORIGINAL, "may not be copied"},
    {"foveated", show_foveated, 0, EXPECT_ORIGINAL, "may be subsampled"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static enum expect_result results[SHAPES][FORMATS];
static bool refused[SHAPES][FORMATS]; // the runtime makes no such swapchain

static bool is_possible(const struct shape *shape, unsigned format)
{
    const bool color32 = format == PAINTABLE; // one channel: the test app does not draw it otherwise
    const bool bgra =
        formats[format].format == VK_FORMAT_B8G8R8A8_SRGB || formats[format].format == VK_FORMAT_B8G8R8A8_UNORM;

    if (app_dialect != NULL && bgra) // OpenGL has no such textures
        return false;
    return !color32 || shape->show == show_eyes;
}

static void run(unsigned s, unsigned f)
{
    const struct shape *shape = &shapes[s];
    const bool resolves = app_dialect == NULL || shape->show != show_multisampled; // not of OpenGL
    const enum expect_result expected = f < PAINTABLE && resolves ? shape->expected : EXPECT_ORIGINAL;

    info = app_swapchain_info();
    info.format = formats[f].format;
    if (!is_possible(shape, f)) {
        refused[s][f] = true;
        return;
    }
    app_begin_session(shape->views != 0 ? shape->views : XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    shape->show();
    app_frame(); // by which the layer learns what the swapchains are for
    for (unsigned i = 0; i < 3; i++) {
        if (shape->show == show_rects)
            app_set_rect(0, 0, 3 + (int32_t)i, 5, 41 - 2 * (int32_t)i, 33);
        app_frame();
        results[s][f] = expect_frame();
        if (results[s][f] != expected) {
            TEST_FAIL("%s, %s: %s, expected %s", shape->name, formats[f].name, expect_name(results[s][f]),
                      expect_name(expected));
            break;
        }
        test_checks++;
    }
    // Again without a release: nothing is painted anew, and the same is seen.
    const unsigned painted = fake_engine.frames;
    app_begin_frame();
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(expect_frame(), expected);
    CHECK_INT(fake_engine.frames, painted);
    app_remove_swapchains();
    app_end_session();
}

static void print_table(FILE *file)
{
    fprintf(file, "%-22s", "");
    for (unsigned f = 0; f < FORMATS; f++)
        fprintf(file, " %-11s", formats[f].name);
    fprintf(file, "\n");
    for (unsigned s = 0; s < SHAPES; s++) {
        static const char *const words[] = {"original", "styled", "partly", "WRONG"};

        fprintf(file, "%-22s", shapes[s].name);
        for (unsigned f = 0; f < FORMATS; f++)
            fprintf(file, " %-11s", refused[s][f] ? "-" : words[results[s][f]]);
        fprintf(file, "%s\n", shapes[s].reason != NULL ? shapes[s].reason : "");
    }
    fprintf(file,
            "styled: every pixel as the reference kernels have it, in every view; original: passed through.\n"
            "R32F: the layer does not paint that format. %s gave this table.\n",
            app_dialect == NULL ? "Both Vulkan bindings" : "OpenGL");
}

int main(void)
{
    const char *path = getenv("ARTEM_MATRIX_FILE");

    setenv("ARTEM_LOG", "error", 0);
    for (int enable2 = app_dialect != NULL; enable2 < 2; enable2++) {
        const char *missing = app_open(enable2);

        if (missing != NULL) {
            fprintf(stderr, "skipped: %s\n", missing);
            return TEST_SKIPPED;
        }
        for (unsigned s = 0; s < SHAPES; s++) {
            for (unsigned f = 0; f < FORMATS; f++)
                run(s, f);
        }
        app_close();
    }
    print_table(stdout);
    if (path != NULL) {
        FILE *file = fopen(path, "we");

        CHECK(file != NULL);
        if (file != NULL) {
            print_table(file);
            fclose(file);
        }
    }
    return test_result();
}
