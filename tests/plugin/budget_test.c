// SPDX-License-Identifier: Apache-2.0
// The budget through the whole layer, on a clock of the test's own. Checked are the frames that reach the runtime
// (pictures, poses, angles, chains) and the log of frames.
#include <math.h>

#include "hook_vulkan.h"
#include "paced.h"
#include "test.h"

// A load that grows suddenly: one change, to a resolution that fits, and nothing is missed from then on.
static void test_step(double hz, bool back)
{
    const double budget = 1000 / hz;
    char settings[64];

    snprintf(settings, sizeof settings, "mode = sync\nbudget_ms = %.3f\n", budget);
    paced_start(settings);
    mock_settings.pixels = false;
    paced.full_ms = 0.7 * budget;
    for (double t = 0; t < 0.3; t += 1 / hz)
        paced_frame(hz);
    CHECK_INT(paced.missed, 0);
    paced.full_ms = 1.5 * budget;
    for (double t = 0; t < (back ? 2.2 : 0.5); t += 1 / hz)
        paced_frame(hz);
    CHECK(paced.missed >= 4 && paced.missed <= 5); // four of eight, and what is under way
    CHECK_INT(paced.originals, 0);
    CHECK(fake_engine.resolution < PACED_SIDE);
    paced.full_ms = 0.5 * budget; // and back, a few seconds later
    for (double t = 0; t < 6 && back; t += 1 / hz)
        paced_frame(hz);
    CHECK(!back || fake_engine.resolution == PACED_SIDE);
    CHECK(paced.missed <= 5);
    CHECK_INT(paced.originals, 0);
    paced_stop();
    CHECK_INT(paced_count_changes("over"), 1);
    CHECK_INT(paced_count_changes("fits"), back);
    CHECK_INT(paced_count_changes(NULL), 1 + back);
}

// The app never waits: paintings come when they are done, each with its own pose and angles.
static void test_async(void)
{
    int latest = -1;
    unsigned fresh = 0;

    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    for (unsigned i = 0; i < 60; i++) {
        int shown;

        paced_frame(90);
        CHECK_INT(paced.spent_ns, 0);
        shown = paced_shown_frame();
        CHECK(i < 5 || shown >= 0);
        CHECK(shown >= latest && (shown < 0 || paced.frames - (unsigned)shown <= 6));
        fresh += shown != latest;
        latest = shown;
    }
    CHECK(fresh >= 19); // 15 ms are two frames, and one is lost between two paintings
    CHECK_INT(mock_take_violations(), 0);
    paced_stop();
    CHECK_INT(paced_count_changes(NULL), 0);
    for (unsigned i = 10; i < paced_row_count; i++) {
        CHECK_STR(paced_rows[i].decision, "styled");
        CHECK_STR(paced_rows[i].pace, "deferred");
        CHECK(paced_rows[i].age_ms > 20 && paced_rows[i].age_ms < 60);
    }
}

// An engine that is waited for and takes too long goes on in the background, at the same resolution.
static void test_auto(void)
{
    paced_start("mode = auto\nbudget_ms = 11.1\n");
    paced.full_ms = 18;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 190; i++)
        paced_frame(90);
    mock_settings.pixels = true;
    for (unsigned i = 0; i < 10; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    CHECK(paced.missed <= 8);
    CHECK(paced.originals <= 1);
    CHECK_INT(fake_engine.resolution, PACED_SIDE);
    // Faster again: every frame is painted and waited for.
    paced.full_ms = 3;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 640; i++)
        paced_frame(90);
    mock_settings.pixels = true;
    paced_frame(90);
    CHECK_INT(paced_shown_frame(), paced.frames - 1);
    CHECK(paced.originals <= 1);
    paced_stop();
    CHECK_INT(paced_count_changes("over"), 1);
    CHECK_INT(paced_count_changes("fits"), 1);
    CHECK_INT(paced_count_changes(NULL), 2);
    CHECK_STR(paced_rows[150].pace, "deferred");
    CHECK(paced_rows[150].load_ms > 8.9 && paced_rows[150].load_ms < 9.5); // 18 ms over two frames
}

// Hopeless: originals, and hidden paintings now and then, until it fits again.
static void test_pass_through(void)
{
    unsigned before;

    paced_start("mode = sync\nbudget_ms = 11.1\n");
    paced.full_ms = 1500;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 60; i++)
        paced_frame(90);
    paced.originals = paced.styled = 0;
    before = fake_engine.frames;
    for (unsigned i = 0; i < 400; i++) {
        paced_frame(90);
        CHECK_INT(paced.spent_ns, 0);
    }
    CHECK_INT(paced.styled, 0);
    CHECK(fake_engine.frames > before && fake_engine.frames <= before + 24);
    paced.full_ms = 5;
    for (unsigned i = 0; i < 2000 && paced.styled < 50; i++)
        paced_frame(90);
    CHECK_INT(paced.styled, 50);
    mock_settings.pixels = true;
    paced_frame(90);
    CHECK_INT(paced_shown_frame(), paced.frames - 1);
    CHECK_INT(fake_engine.resolution, PACED_SIDE);
    paced_stop();
    CHECK_INT(paced_count_changes("late"), 1);
    CHECK_INT(paced_count_changes("probe"), 1);
    CHECK_INT(paced_count_changes(NULL), 2);
}

// The last rung before originals: every other frame, at the least resolution.
static void test_every_other(void)
{
    unsigned before;

    paced_start("mode = sync\nbudget_ms = 11.1\n");
    paced.full_ms = 70; // 17.5 ms at a quarter of the area
    for (unsigned i = 0; i < 100; i++)
        paced_frame(90);
    CHECK_INT(fake_engine.resolution, 64);
    before = fake_engine.frames;
    paced.originals = paced.styled = 0;
    for (unsigned i = 0; i < 30; i++) {
        paced_frame(90);
        CHECK_INT(paced.spent_ns, 0);
        CHECK(paced_shown_frame() >= 0);
    }
    CHECK_INT(paced.styled, 30);
    CHECK(fake_engine.frames - before >= 9);
    paced_stop();
    CHECK_INT(paced_count_changes(NULL), 1);
}

// Of the painting before the change: the same picture at its own size, so that the painting is the picture inverted.
static uint32_t old_weight;

static double old_code(const uint8_t *stored, int x, int y, unsigned channel)
{
    const int cx = x < 0             ? 0
                   : x >= PACED_SIDE ? PACED_SIDE - 1
                                     : x,
              cy = y < 0              ? 0
                   : y >= PACED_LINES ? PACED_LINES - 1
                                      : y;

    return 255 - stored[4 * (cy * PACED_SIDE + cx) + 2 - channel]; // stored as BGRA
}

static void mix_old(const struct mock_view *view, uint8_t *painting, uint32_t w, uint32_t h)
{
    const uint8_t *stored = paced_picture(paced.frames - 1, view->view);

    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            for (unsigned c = 0; c < 3; c++) {
                const double px = (x + 0.5) * PACED_SIDE / w - 0.5, py = (y + 0.5) * PACED_LINES / h - 0.5;
                const int ix = (int)floor(px), iy = (int)floor(py);
                const double fx = px - ix, fy = py - iy;
                const double old =
                    (old_code(stored, ix, iy, c) * (1 - fx) + old_code(stored, ix + 1, iy, c) * fx) * (1 - fy) +
                    (old_code(stored, ix, iy + 1, c) * (1 - fx) + old_code(stored, ix + 1, iy + 1, c) * fx) * fy;
                uint8_t *value = &painting[4 * (y * w + x) + c];

                *value = (uint8_t)(*value + (old - *value) * old_weight / 256 + 0.5);
            }
}

static bool is_mixed(uint32_t weight)
{
    bool same = true;

    old_weight = weight;
    expect_mix = mix_old;
    expect_tolerance = 2;
    for (unsigned v = 0; v < 2; v++)
        same = same && expect_is_painting(expect_view(0, v), paced_picture(paced.frames - 1, v),
                                          fake_engine.sizes[v].width, fake_engine.sizes[v].height);
    expect_mix = NULL;
    expect_tolerance = 0;
    return same;
}

// Another rect with each frame once the resolution has changed, as apps have them that scale their viewport.
static void scale_viewport(void)
{
    const int32_t less = 4 * (int32_t)(paced.frames % 12 + 1);

    for (unsigned v = 0; v < 2; v++)
        app_set_rect(0, v, 0, 0, PACED_SIDE - less, PACED_LINES - less);
}

// A change of resolution fades in over 400 ms: each frame is the mixture that its time says.
static void test_fade(bool scales)
{
    uint64_t changed = 0;
    unsigned mixed = 0;

    paced_start("mode = sync\nbudget_ms = 11.1\n");
    paced.keeps_still = true;
    paced.full_ms = 6;
    for (unsigned i = 0; i < 5; i++)
        paced_frame(90);
    CHECK(is_mixed(0));
    paced.full_ms = 18;
    for (unsigned i = 0; i < 60; i++) {
        const uint32_t resolution = fake_engine.resolution;
        const uint64_t ended = paced.clock_ns;
        uint64_t passed;

        if (scales && changed != 0)
            scale_viewport();
        paced_frame(90);
        if (fake_engine.resolution != resolution)
            changed = ended;
        passed = paced.clock_ns - paced.spent_ns - changed; // until the frame began
        if (changed == 0)
            continue;
        CHECK(is_mixed(passed < 400 * MS ? 256 - (uint32_t)(passed * 256 / (400 * MS)) : 0));
        CHECK(passed > 250 * MS || !is_mixed(0));
        mixed += passed < 400 * MS;
    }
    CHECK(changed != 0 && mixed > 25);
    CHECK(is_mixed(0));
    paced.keeps_still = false;
    paced_stop();
}

// What tells of the present picture is not chained to an older one; all else is the app's own.
static void test_structures(void)
{
    static struct {
        XrStructureType type;
        const void *next;
        uint32_t data[6];
    } unknown = {(XrStructureType)0x7ffffff0, NULL, {1, 2, 3, 4, 5, 6}};
    static XrCompositionLayerQuad quad = {
        .type = XR_TYPE_COMPOSITION_LAYER_QUAD,
        .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
        .pose = {{0, 0, 0, 1}, {0, 0, -1}},
        .size = {1, 1},
    };
    XrSwapchainCreateInfo info = app_swapchain_info();
    unsigned depth, held = 0;

    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    info.width = PACED_SIDE;
    info.height = PACED_LINES;
    info.format = VK_FORMAT_D32_SFLOAT;
    info.usageFlags = XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
    depth = app_add_swapchain(&info);
    info = app_swapchain_info();
    quad.subImage.swapchain = app.swapchains[app_add_swapchain(&info)].handle;
    quad.subImage.imageRect = (XrRect2Di){{0, 0}, {WIDTH, HEIGHT}};
    quad.space = app.space;
    for (unsigned v = 0; v < 2; v++) {
        app.depth[0][v] = (XrCompositionLayerDepthInfoKHR){
            .type = XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR,
            .next = v == 0 ? &unknown : NULL,
            .subImage = {app.swapchains[depth].handle, {{0, 0}, {PACED_SIDE, PACED_LINES}}, 0},
            .maxDepth = 1,
            .nearZ = 0.1f,
            .farZ = 100,
        };
        app.views[0][v].next = &app.depth[0][v];
    }
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&quad;
    app.frame.layerCount = 2;
    for (unsigned i = 0; i < 20; i++) {
        paced_frame(90);
        CHECK_INT((long long)mock_get_frame()->info->child_count, 2);
        CHECK(mock_get_frame()->info->children[1]->address == &quad);
        if (expect_view(0, 0)->claimed) {
            CHECK(expect_view(0, 0)->info.next == &app.depth[0][0]);
            continue;
        }
        held++;
        CHECK(paced_shown_frame() >= 0);
        CHECK(expect_view(0, 0)->info.next == &unknown);
        CHECK(expect_view(0, 1)->info.next == NULL);
    }
    CHECK(held > 14);
    CHECK_INT(mock_take_violations(), 0);
    paced_stop();
}

// Off and on again: no old painting is shown.
static void test_not_projected(void)
{
    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    for (unsigned i = 0; i < 10; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    app_begin_frame();
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    app.frame.layerCount = 1;
    for (unsigned i = 0; i < 10; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    paced_stop();
}

// A share of the display's period, not of what a runtime makes of it for an app that it holds back, and the same one
// however often the period is told a little differently. Another display has another one.
static void test_share(void)
{
    static const struct {
        double told, display, rate; // the second one as xrGetDisplayRefreshRateFB tells it
    } frames[] = {{90, 90, 90},    {45, 90, 90},    {90, 90, 90},    {90.1, 90, 90},  {89.9, 90, 90},  {45.1, 90, 90},
                  {30, 90, 90},    {90, 90, 90},    {72, 72, 72},    {36, 72, 72},    {120, 120, 120}, {60, 120, 120},
                  {40, 120, 120},  {100, 100, 100}, {50, 50, 50},    {100, 100, 100}, {50, 0.1, 100},  {100, 100, 100},
                  {50, 99.9, 100}, {100, 100, 100}, {33.3, 50, 100}, {120, 120, 120}, {60, 120, 120},  {60, 60, 120}};
    enum { COUNT = sizeof frames / sizeof frames[0], FIRST = 1, LATER = 100 }; // `start` has a frame

    paced_start("budget_share = 0.5\nbudget_ms = 3\n");
    paced.full_ms = 1;
    for (unsigned i = 0; i < COUNT; i++) {
        mock_settings.told_hz = frames[i].told;
        mock_settings.display_hz = frames[i].display;
        paced_frame(90);
    }
    for (unsigned i = 0; i < LATER; i++) // of the last one it is asked again before long
        paced_frame(90);
    paced_stop();
    for (unsigned i = 0; i < COUNT; i++)
        if (fabs(paced_rows[FIRST + i].budget_ms - 500 / frames[i].rate) > 0.002)
            TEST_FAIL("%g Hz are told, and the budget is %g ms, expected half of 1/%g s", frames[i].told,
                      paced_rows[FIRST + i].budget_ms, frames[i].rate);
    CHECK(paced_rows[FIRST + 2].budget_ms == paced_rows[FIRST + 4].budget_ms);
    CHECK(fabs(paced_rows[FIRST + COUNT + LATER - 1].budget_ms - 500.0 / 60) < 0.002);
}

// The GPU is not done with the app's picture when it is to be painted, and then the app pauses: the time that nothing
// was painted in is nobody's fault.
static bool gpu_is_busy;
static unsigned busy_waits;

static VkResult busy_gpu(const char *function, uint64_t timeout)
{
    if (!gpu_is_busy || strcmp(function, "vkWaitForFences") != 0)
        return VK_SUCCESS;
    busy_waits += timeout > 0;
    return VK_TIMEOUT;
}

static void test_pause(void)
{
    app_get_vulkan = hook_get_vulkan;
    hook_vulkan = busy_gpu;
    paced_start("mode = auto\nbudget_ms = 11.1\n");
    paced.full_ms = 18;
    for (unsigned i = 0; i < 400; i++)
        paced_frame(90);
    const unsigned before = paced.originals;
    for (unsigned pause = 0; pause < 2; pause++) {
        busy_waits = 0;
        gpu_is_busy = true;
        for (unsigned i = 0; i < 20 && busy_waits == 0; i++)
            paced_frame(90);
        gpu_is_busy = false;
        CHECK(busy_waits > 0);
        paced_pass((pause == 0 ? 300 : 3000) * MS);
        for (unsigned i = 0; i < 200; i++)
            paced_frame(90);
    }
    CHECK(paced.originals - before < 20);
    paced_stop();
    hook_vulkan = NULL;
    app_get_vulkan = mock_get_vulkan;
}

int main(void)
{
    if (!paced_begin())
        return TEST_SKIPPED;
    test_step(72, false);
    test_step(90, true);
    test_step(120, false);
    test_async();
    test_auto();
    test_pass_through();
    test_every_other();
    test_fade(false);
    test_fade(true);
    test_structures();
    test_pause();
    test_not_projected();
    test_share();
    paced_end();
    return test_result();
}
