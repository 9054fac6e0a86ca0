// SPDX-License-Identifier: Apache-2.0
// What an older painting is shown with may go away meanwhile: its space, its swapchains, the session. On a clock of the
// test's own.
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "hook_vulkan.h"
#include "paced.h"
#include "test.h"

static XrSpace make_space(XrReferenceSpaceType type)
{
    const XrReferenceSpaceCreateInfo info = {
        .type = XR_TYPE_REFERENCE_SPACE_CREATE_INFO,
        .referenceSpaceType = type,
        .poseInReferenceSpace = {{0, 0, 0, 1}, {0, 0, 0}},
    };
    XrSpace space = XR_NULL_HANDLE;

    CHECK_INT(app.xr.xrCreateReferenceSpace(app.session, &info, &space), XR_SUCCESS);
    return space;
}

// A space that is gone is not named any more; one that moves with the head is no place for an older painting.
static void test_spaces(void)
{
    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    for (unsigned i = 0; i < 10; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    CHECK_INT(app.xr.xrDestroySpace(app.space), XR_SUCCESS);
    app.space = app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_STAGE);
    paced_frame(90);
    CHECK_INT(paced_shown_frame(), -1);
    for (unsigned i = 0; i < 10; i++)
        paced_frame(90);
    CHECK(paced_shown_frame() >= 0);
    CHECK_INT(mock_take_violations(), 0);
    // Here paintings are waited for, and what was under way is not shown.
    app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_VIEW);
    for (unsigned i = 0; i < 10; i++) {
        paced_frame(90);
        CHECK(i < 4 || paced_shown_frame() == (int)paced.frames - 1);
    }
    CHECK_INT(paced_shown_frame(), paced.frames - 1);
    CHECK(paced.spent_ns == 15 * MS);
    CHECK_INT(mock_take_violations(), 0);
    paced_stop();
}

static XrSpace old_space;
static unsigned destroy_at;
static pthread_t destroyer;
static atomic_bool destroyed;

static void *destroy_old_space(void *user)
{
    (void)user;
    CHECK_INT(app.xr.xrDestroySpace(old_space), XR_SUCCESS);
    atomic_store(&destroyed, true);
    return NULL;
}

// Another thread gets time enough to destroy the space, unless the layer holds it up.
static void destroy_at_look(unsigned look)
{
    if (look != destroy_at)
        return;
    CHECK_INT(pthread_create(&destroyer, NULL, destroy_old_space, NULL), 0);
    for (int i = 0; i < 50 && !atomic_load(&destroyed); i++)
        usleep(1000);
}

// An app that has changed to another space destroys the old one, for which the painting was made that is still shown,
// at any moment of the frame: at each of the layer's looks at the clock in turn.
static void test_destroyed_spaces(void)
{
    unsigned held_up = 0, looks = 1;

    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    for (destroy_at = 1; destroy_at <= looks; destroy_at++) {
        for (unsigned i = 0; i < 8; i++)
            paced_frame(90);
        CHECK(paced_shown_frame() >= 0);
        old_space = app.space;
        app.space = app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_STAGE);
        atomic_store(&destroyed, false);
        paced.looks = 0;
        paced.at_look = destroy_at_look;
        paced_frame(90);
        paced.at_look = NULL;
        looks = paced.looks;
        if (destroy_at > looks)
            destroy_old_space(NULL);
        else
            CHECK_INT(pthread_join(destroyer, NULL), 0);
        held_up += paced_shown_frame() >= 0;
        CHECK_INT(mock_take_violations(), 0);
    }
    CHECK(looks > 5 && held_up > 0);
    paced_stop();
}

// Swapchains go away with a painting of them under way, and the session too. Nobody waits for it, and what it uses is
// freed when it is done.
static void test_lives(void)
{
    XrSwapchainCreateInfo info;
    unsigned memory = 0;

    app_get_vulkan = hook_get_vulkan;
    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 60;
    for (unsigned round = 0; round < 4; round++) {
        info = app.swapchains[0].info;
        for (unsigned i = 0; i < 5 + round; i++)
            paced_frame(90);
        for (unsigned i = 0; i < 20 && fake_engine.submitted == fake_engine.frames; i++)
            paced_frame(90);
        const uint64_t before = paced.clock_ns;
        const unsigned held = hook_count_memory();
        app_remove_swapchains();
        CHECK(paced.clock_ns == before);
        CHECK_INT(hook_count_memory(), held);
        app_show_views(&info);
        for (unsigned i = 0; i < 14; i++)
            paced_frame(90);
        CHECK(paced_shown_frame() >= 0);
        CHECK(round == 0 || hook_count_memory() == memory);
        memory = hook_count_memory();
    }
    paced_frame(90);
    CHECK_INT(mock_take_violations(), 0);
    paced_stop();
    CHECK_INT(hook_count_memory(), 0);
    app_get_vulkan = mock_get_vulkan;
}

// New swapchains whose one picture is drawn while the engine is still at work for the old ones: it is painted after
// that.
static void test_lives_still(void)
{
    XrSwapchainCreateInfo info;

    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 60;
    info = app.swapchains[0].info;
    for (unsigned i = 0; i < 2; i++)
        paced_frame(90);
    app_remove_swapchains();
    app_show_views(&info);
    for (unsigned i = 0; i < 2; i++)
        paced_frame(90);
    for (unsigned i = 0; i < 20 && expect_view(0, 0)->claimed; i++) {
        paced_pass(11 * MS);
        app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
    }
    CHECK_INT(paced_shown_frame(), paced.frames - 1);
    paced_stop();
}

// A second projection layer comes and goes: the first one is painted all the time.
static void test_layers(void)
{
    XrSwapchainCreateInfo info = app_swapchain_info();
    unsigned originals = 0, both = 0;

    info.format = VK_FORMAT_B8G8R8A8_UNORM; // of another kind than the world's
    info.width = PACED_SIDE;
    info.height = PACED_LINES;
    paced_start("mode = async\nbudget_ms = 0\n");
    paced.full_ms = 15;
    const unsigned panel = app_add_swapchain(&info);
    for (unsigned i = 0; i < 120; i++) {
        if (i % 30 == 15)
            app_show(1, 0, panel), app_show(1, 1, panel);
        app.frame.layerCount = i % 30 < 15 ? 1 : 2;
        paced_frame(90);
        originals += i > 4 && expect_view(0, 0)->claimed;
        both += app.frame.layerCount == 2 && !expect_view(1, 0)->claimed && !expect_view(0, 0)->claimed;
    }
    CHECK_INT(originals, 0);
    CHECK(both > 40);
    CHECK_INT(mock_take_violations(), 0);
    paced_stop();
}

int main(void)
{
    if (!paced_begin())
        return TEST_SKIPPED;
    test_spaces();
    test_destroyed_spaces();
    test_lives();
    test_layers();
    test_lives_still();
    paced_end();
    return test_result();
}
