// SPDX-License-Identifier: Apache-2.0
// HUD and toast on the mock runtime: what the runtime gets, read from the pixels that it gets; the app's layers as they
// were; and every call that they need failing once, with frames going on.
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "hud_numbers.h"
#include "own_files.h"
#include "panel_text.h"
#include "session.h"
#include "test.h"
#include "toast.h"

static void start(const char *settings)
{
    own_files_forget_log();
    own_files_configure(settings);
    app_open_normal();
}

// A frame that must be right, with so many panels.
static void frame(enum expect_result expected, unsigned panels)
{
    const XrFrameEndInfo before = app.frame;
    const XrCompositionLayerBaseHeader *layer = app.layers[0];

    app_frame();
    CHECK_INT(expect_frame(), expected);
    CHECK_INT(expect_panel_count, panels);
    CHECK(app.frame.layers == before.layers && app.frame.layerCount == before.layerCount && app.layers[0] == layer);
}

static void frames(unsigned count, enum expect_result expected, unsigned panels)
{
    for (unsigned i = 0; i < count; i++)
        frame(expected, panels);
}

static const char *line_at(unsigned panel, int x, int y)
{
    const struct panel_pixels pixels = {expect_panels[panel].pixels, expect_panels[panel].width,
                                        expect_panels[panel].height, mock_pixel_size(expect_panels[panel].format)};

    return panel_line(&pixels, x, y);
}

static const char *hud_line(unsigned panel, int row)
{
    return line_at(panel, HUD_MARGIN, HUD_MARGIN + row * HUD_ROW);
}

// The first line of a toast, of which there are one or two.
static const char *toast_line(unsigned panel, size_t length, int lines)
{
    return line_at(panel, (TOAST_WIDTH - (int)length * HUD_COLUMN) / 2,
                   (TOAST_HEIGHT - lines * HUD_ROW) / 2 + HUD_SCALE);
}

// Runs frames until one has so many panels, at most for some seconds.
static void wait_for_panels(unsigned panels)
{
    const uint64_t end = layer_now_ns() + UINT64_C(5000000000);

    do {
        usleep(5000);
        app_frame();
        CHECK(expect_frame() != EXPECT_WRONG);
    } while (expect_panel_count != panels && layer_now_ns() < end);
    CHECK_INT(expect_panel_count, panels);
}

static void test_off(void)
{
    start("");
    frames(1, EXPECT_ORIGINAL, 0);
    frames(3, EXPECT_STYLED, 0);
    CHECK_INT(mock_count_swapchains(false), 2); // the two eyes'
    app_close_normal();
}

static void test_shown(void)
{
    start("hud = on\n");
    frames(1, EXPECT_ORIGINAL, 1);
    frames(3, EXPECT_STYLED, 1);
    usleep(260000); // it is drawn four times a second
    frames(1, EXPECT_STYLED, 1);
    CHECK(strncmp(hud_line(0, 0), "Art'Em  ", 8) == 0);
    CHECK(strncmp(hud_line(0, 1), "layer ", 6) == 0 && hud_line(0, 1)[6] != '-');
    CHECK_STR(hud_line(0, 3), "style great_wave");
    CHECK_STR(hud_line(0, 4), "at    60x44  age 0 ms");
    CHECK_STR(hud_line(0, 6), "state styled");
    CHECK(strncmp(hud_line(0, 7), "hud ", 4) == 0);
    const XrCompositionLayerQuad *quad = &expect_panels[0].layer;
    CHECK_INT((long long)quad->layerFlags, XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT);
    CHECK(quad->pose.position.z < -1 && quad->pose.position.x < 0 && quad->pose.position.y > 0);
    CHECK(quad->space != app.space && quad->eyeVisibility == XR_EYE_VISIBILITY_BOTH);
    CHECK(quad->subImage.imageRect.extent.width == HUD_WIDTH && quad->subImage.imageRect.extent.height == HUD_HEIGHT);
    // See-through ground, opaque letters, colours multiplied by alpha.
    CHECK_INT(expect_panels[0].format, VK_FORMAT_R8G8B8A8_SRGB);
    CHECK_INT(expect_panels[0].pixels[3], 204);
    CHECK(expect_panels[0].pixels[2] < 24);
    // Not drawn anew for every frame.
    struct mock_swapchain_info made;
    CHECK(mock_get_swapchain(quad->subImage.swapchain, &made));
    frames(2, EXPECT_STYLED, 1);
    CHECK(made.releases >= 2 && made.releases <= 4);
    // A frame without layers stays so.
    app_begin_frame();
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    CHECK_INT(mock_get_frame()->info->child_count, 0);
    app.frame.layerCount = 1;
    app_close_normal();
}

static void test_switched(void)
{
    XrSpace head;
    float width;

    start("toast = off\nhud = on\nhud_position = bottom-right\nenabled = off\n");
    CHECK_INT(fake_engine.engines, 0); // nobody wants one yet
    frames(2, EXPECT_ORIGINAL, 1);
    CHECK(expect_panels[0].layer.pose.position.x > 0 && expect_panels[0].layer.pose.position.y < 0);
    head = expect_panels[0].layer.space;
    width = expect_panels[0].layer.size.width;
    usleep(260000);
    frames(1, EXPECT_ORIGINAL, 1);
    CHECK_STR(hud_line(0, 6), "state off");
    own_files_configure("toast = off\nenabled = off\n");
    wait_for_panels(0);
    own_files_configure("toast = off\nenabled = off\nhud = on\nhud_space = world\nhud_size = 3\nhud_position = "
                        "center\nhud_opacity = 1\n");
    wait_for_panels(1);
    CHECK(expect_panels[0].layer.space != head);
    CHECK(expect_panels[0].layer.size.width > 2.9f * width);
    CHECK(expect_panels[0].layer.pose.position.x == 0 && expect_panels[0].layer.pose.position.y == 0);
    CHECK_INT(expect_panels[0].pixels[3], 255);
    CHECK_INT(own_files_count_lines("HUD"), 0);
    app_close_normal();
}

static void test_toast(void)
{
    uint64_t shown;

    start("");
    frames(1, EXPECT_ORIGINAL, 0);
    frames(2, EXPECT_STYLED, 0);
    own_files_configure("style = udnie\n");
    wait_for_panels(1);
    shown = layer_now_ns();
    CHECK_STR(toast_line(0, 5, 1), "udnie");
    CHECK(expect_panels[0].layer.pose.position.y < 0 && expect_panels[0].layer.pose.position.x == 0);
    wait_for_panels(0);
    CHECK(layer_now_ns() - shown > UINT64_C(1500000000) && layer_now_ns() - shown < UINT64_C(3000000000));
    own_files_configure("style = udnie\nhud = on\n");
    wait_for_panels(1);
    own_files_configure("style = udnie\nenabled = off\nhud = on\n");
    wait_for_panels(2);
    CHECK(strncmp(hud_line(0, 0), "Art'Em", 6) == 0); // the toast is nearer
    CHECK_STR(toast_line(1, 3, 1), "off");
    own_files_configure("style = udnie\nenabled = off\ntoast = off\n");
    wait_for_panels(0);
    own_files_configure("style = udnie\ntoast = off\n");
    usleep(700000);
    frames(1, EXPECT_ORIGINAL, 0); // nothing was captured for it
    frames(2, EXPECT_STYLED, 0);
    app_close_normal();
}

static void test_limits(void)
{
    start("hud = on\n");
    mock_settings.layers = 1;
    frames(1, EXPECT_ORIGINAL, 0);
    frames(3, EXPECT_STYLED, 0);
    CHECK_INT(own_files_count_lines("no room for the HUD"), 1);
    app_close_normal();

    // Room for one: the toast goes before the HUD.
    start("hud = on\n");
    mock_settings.layers = 2;
    frames(1, EXPECT_ORIGINAL, 1);
    frames(2, EXPECT_STYLED, 1);
    CHECK_INT(expect_panels[0].width, HUD_WIDTH);
    own_files_configure("hud = on\nstyle = udnie\n");
    for (int i = 0; i < 400 && expect_panels[0].width == HUD_WIDTH; i++) {
        usleep(5000);
        frames(1, EXPECT_STYLED, 1);
    }
    CHECK_INT(expect_panels[0].width, TOAST_WIDTH);
    CHECK_INT(own_files_count_lines("no room for the HUD"), 1);
    app_close_normal();
}

// The runtime takes styled frames, but none with panels.
static void test_refused(void)
{
    start("hud = on\n");
    frames(1, EXPECT_ORIGINAL, 1);
    frames(1, EXPECT_STYLED, 1);
    mock_settings.reject_foreign_quads = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_STYLED, 0);
    mock_settings.reject_foreign_quads = XR_SUCCESS;
    frames(2, EXPECT_STYLED, 0);
    CHECK_INT(own_files_count_lines("refuses frames with it"), 1);
    app_close_normal();

    start("hud = on\n"); // the same with a frame of the app's own
    mock_settings.reject_foreign_quads = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_ORIGINAL, 0);
    mock_settings.reject_foreign_quads = XR_SUCCESS;
    frames(2, EXPECT_STYLED, 0);
    app_close_normal();

    start("hud = on\n"); // styling is refused, the panels are not
    frames(1, EXPECT_ORIGINAL, 1);
    mock_settings.reject_foreign = XR_ERROR_LAYER_INVALID;
    frames(1, EXPECT_ORIGINAL, 0);
    mock_settings.reject_foreign = XR_SUCCESS;
    frames(2, EXPECT_ORIGINAL, 1);
    app_close_normal();
}

// Every OpenXR call of the panel fails once; frames go on, and where it may be tried again the panel comes back.
static void test_failing_runtime(void)
{
    static const struct {
        const char *function;
        XrResult result;
        bool comes_back;
        unsigned calls;
    } faults[] = {
        {"xrGetSystemProperties", XR_ERROR_RUNTIME_FAILURE, true, 1},
        {"xrEnumerateSwapchainFormats", XR_ERROR_RUNTIME_FAILURE, false, 2},
        {"xrCreateSwapchain", XR_ERROR_OUT_OF_MEMORY, false, 1},
        {"xrEnumerateSwapchainImages", XR_ERROR_RUNTIME_FAILURE, false, 2},
        {"xrCreateReferenceSpace", XR_ERROR_RUNTIME_FAILURE, true, 1},
        {"xrAcquireSwapchainImage", XR_ERROR_RUNTIME_FAILURE, true, 1},
        {"xrWaitSwapchainImage", XR_ERROR_RUNTIME_FAILURE, true, 1},
        {"xrWaitSwapchainImage", XR_TIMEOUT_EXPIRED, true, 1},
        {"xrWaitSwapchainImage", XR_SESSION_LOSS_PENDING, true, 1},
        {"xrReleaseSwapchainImage", XR_ERROR_RUNTIME_FAILURE, true, 1},
    };

    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        for (unsigned call = 1; call <= faults[i].calls; call++) {
            start("hud = on\nenabled = off\n"); // so that nobody but the panel needs anything of the runtime
            app_begin_frame();
            app_draw_all();
            mock_settings.faults[0] = (struct mock_fault){.first = call, .count = 1, .result = faults[i].result};
            snprintf(mock_settings.faults[0].function, sizeof mock_settings.faults[0].function, "%s",
                     faults[i].function);
            CHECK_INT(app_end(), XR_SUCCESS);
            CHECK_INT(mock_settings.faults[0].count, 0); // it did fail
            CHECK_INT(expect_frame(), EXPECT_ORIGINAL);
            if (faults[i].comes_back)
                wait_for_panels(1);
            else
                frames(3, EXPECT_ORIGINAL, 0);
            CHECK_INT(own_files_count_lines("nothing more of the HUD"), !faults[i].comes_back);
            app_close_normal();
        }
    }
}

// A runtime that has no image in time: the one before stays, and none is lost.
static void test_no_image(void)
{
    struct mock_swapchain_info made;
    XrSwapchain swapchain;
    unsigned releases;

    start("hud = on\nenabled = off\n");
    frames(1, EXPECT_ORIGINAL, 1);
    swapchain = expect_panels[0].layer.subImage.swapchain;
    CHECK(mock_get_swapchain(swapchain, &made));
    releases = made.releases;
    mock_settings.foreign_wait = XR_TIMEOUT_EXPIRED;
    for (int i = 0; i < 8; i++) {
        usleep(60000);
        frames(1, EXPECT_ORIGINAL, 1);
    }
    CHECK(mock_get_swapchain(swapchain, &made));
    CHECK(made.releases == releases && made.acquires == releases + 1);
    mock_settings.foreign_wait = XR_SUCCESS;
    usleep(60000);
    frames(1, EXPECT_ORIGINAL, 1);
    CHECK(mock_get_swapchain(swapchain, &made));
    CHECK(made.releases == releases + 1 && made.acquires == made.releases);
    app_close_normal();

    // One that never has any again: told once.
    start("hud = on\nenabled = off\n");
    frames(1, EXPECT_ORIGINAL, 1);
    mock_settings.foreign_wait = XR_ERROR_RUNTIME_FAILURE;
    wait_for_panels(0);
    mock_settings.foreign_wait = XR_SUCCESS;
    frames(2, EXPECT_ORIGINAL, 0);
    CHECK_INT(own_files_count_lines("nothing more of the HUD"), 1);
    app_close_normal();
}

// ---- Vulkan calls ----

static struct vulkan_device real; // the session's entry points as they were
static int calls, fail_at;        // counted from 1

static bool fails(void)
{
    return ++calls == fail_at;
}

#define WEAK(name, params, args, error)                                                                                \
    static VKAPI_ATTR VkResult VKAPI_CALL weak_##name params                                                           \
    {                                                                                                                  \
        return fails() ? error : real.name args;                                                                       \
    }
WEAK(vkCreateBuffer, (VkDevice d, const VkBufferCreateInfo *i, const VkAllocationCallbacks *a, VkBuffer *b),
     (d, i, a, b), VK_ERROR_OUT_OF_DEVICE_MEMORY)
WEAK(vkAllocateMemory, (VkDevice d, const VkMemoryAllocateInfo *i, const VkAllocationCallbacks *a, VkDeviceMemory *m),
     (d, i, a, m), VK_ERROR_OUT_OF_DEVICE_MEMORY)
WEAK(vkBindBufferMemory, (VkDevice d, VkBuffer b, VkDeviceMemory m, VkDeviceSize o), (d, b, m, o),
     VK_ERROR_OUT_OF_DEVICE_MEMORY)
WEAK(vkMapMemory, (VkDevice d, VkDeviceMemory m, VkDeviceSize o, VkDeviceSize s, VkMemoryMapFlags f, void **p),
     (d, m, o, s, f, p), VK_ERROR_MEMORY_MAP_FAILED)
WEAK(vkCreateCommandPool,
     (VkDevice d, const VkCommandPoolCreateInfo *i, const VkAllocationCallbacks *a, VkCommandPool *p), (d, i, a, p),
     VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkAllocateCommandBuffers, (VkDevice d, const VkCommandBufferAllocateInfo *i, VkCommandBuffer *c), (d, i, c),
     VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkCreateFence, (VkDevice d, const VkFenceCreateInfo *i, const VkAllocationCallbacks *a, VkFence *f), (d, i, a, f),
     VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkCreateQueryPool, (VkDevice d, const VkQueryPoolCreateInfo *i, const VkAllocationCallbacks *a, VkQueryPool *q),
     (d, i, a, q), VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkResetFences, (VkDevice d, uint32_t n, const VkFence *f), (d, n, f), VK_ERROR_OUT_OF_DEVICE_MEMORY)
WEAK(vkBeginCommandBuffer, (VkCommandBuffer c, const VkCommandBufferBeginInfo *i), (c, i), VK_ERROR_OUT_OF_HOST_MEMORY)
WEAK(vkQueueSubmit, (VkQueue q, uint32_t n, const VkSubmitInfo *i, VkFence f), (q, n, i, f), VK_ERROR_DEVICE_LOST)

// Ends it all the same: a buffer that is still being recorded must not be begun again.
static VKAPI_ATTR VkResult VKAPI_CALL weak_vkEndCommandBuffer(VkCommandBuffer c)
{
    const VkResult result = real.vkEndCommandBuffer(c);

    return fails() ? VK_ERROR_OUT_OF_HOST_MEMORY : result;
}

static void weaken(struct vulkan_device *device)
{
#define X(name) device->name = weak_##name;
    X(vkCreateBuffer)
    X(vkAllocateMemory)
    X(vkBindBufferMemory)
    X(vkMapMemory)
    X(vkCreateCommandPool)
    X(vkAllocateCommandBuffers)
    X(vkCreateFence)
    X(vkCreateQueryPool)
    X(vkResetFences)
    X(vkBeginCommandBuffer)
    X(vkEndCommandBuffer)
    X(vkQueueSubmit)
#undef X
}

// What fails when the panel is made is not tried again; what fails when it is copied is.
static void test_failing_device(void)
{
    const int creation = 4 + 2 + VK_TARGET_SUBMISSIONS + 1, copying = 4;

    for (fail_at = 1; fail_at <= creation + copying; fail_at++) {
        start("hud = on\nenabled = off\n");
        real = *layer_session_find(app.session)->device;
        calls = 0;
        weaken(layer_session_find(app.session)->device);
        app_frame();
        CHECK_INT(expect_frame(), EXPECT_ORIGINAL);
        CHECK_INT(expect_panel_count, 0);
        CHECK(calls >= fail_at);
        if (fail_at > creation)
            wait_for_panels(1);
        else
            frames(2, EXPECT_ORIGINAL, 0);
        CHECK_INT(own_files_count_lines("nothing more of the HUD"), fail_at <= creation);
        app_close_normal();
    }
    // That was all of them.
    start("hud = on\nenabled = off\n");
    calls = 0;
    weaken(layer_session_find(app.session)->device);
    frames(1, EXPECT_ORIGINAL, 1);
    CHECK_INT(calls, creation + copying);
    app_close_normal();
}

int main(void)
{
    own_files_begin("warn");
    if (!app_has_device()) {
        own_files_end();
        return TEST_SKIPPED;
    }
    test_off();
    test_shown();
    test_switched();
    test_toast();
    test_limits();
    test_refused();
    test_failing_runtime();
    test_no_image();
    if (app_dialect == NULL) // gl_test.c has those of OpenGL
        test_failing_device();
    own_files_end();
    return test_result();
}
