// SPDX-License-Identifier: Apache-2.0
#include "paintings.h"

#include <unistd.h>

#include "test.h"

enum { SEED = 31, SEQUENCES = 2 * PICTURES, TRIES = 5000 };

static struct paintings sequences[SEQUENCES];

void paintings_renew_swapchains(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_remove_swapchains();
    app_show_views(&info);
}

void paintings_begin_session(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    app.seed = SEED;
    app_frame(); // by which the layer learns what the swapchains are for
}

void paintings_renew_session(void)
{
    app_end_session();
    paintings_begin_session();
}

void paintings_open(void)
{
    CHECK(app_open(!runs_without_enable2) == NULL);
    paintings_begin_session();
}

void paintings_draw(unsigned picture)
{
    app_begin_frame();
    app.seed = SEED + EYES * (picture + 1);
    app_draw_all();
}

void paintings_show(unsigned picture)
{
    paintings_draw(picture);
    CHECK_INT(app_end(), XR_SUCCESS);
}

bool paintings_is_styled(void)
{
    struct history latest = {.count = 0};

    runs_remember(&latest);
    return latest.styled[0];
}

void paintings_show_until_styled(unsigned picture)
{
    bool styled = false;

    for (int i = 0; i < TRIES && !styled; i++) {
        paintings_show(picture);
        styled = paintings_is_styled();
        usleep(1000);
    }
    CHECK(styled);
}

void paintings_paint(uint32_t pictures, struct paintings *out_paintings)
{
    const char *mode = runs_mode;

    runs_mode = "sync";
    runs_configure("cpu", "great_wave");
    runs_mode = mode;
    *out_paintings = (struct paintings){.pictures = pictures};
    paintings_open();
    for (unsigned i = 0; i < PAINTINGS_MAX && pictures >> i != 0; i++) {
        struct history latest = {.count = 0};

        if ((pictures >> i & 1) == 0)
            continue;
        paintings_draw(i);
        CHECK_INT(app_end(), XR_SUCCESS);
        runs_remember(&latest);
        CHECK(latest.styled[0]);
        memcpy(out_paintings->frames[i], latest.frames[0], sizeof out_paintings->frames[i]);
    }
    app_close_normal();
}

void paintings_make(void)
{
    const uint32_t all = (1u << PICTURES) - 1;

    for (unsigned i = 0; i < PICTURES; i++) {
        paintings_paint(all + 1 - (1u << i), &sequences[i]);
        paintings_paint(all & ~(1u << i), &sequences[PICTURES + i]);
    }
}

static bool contains(const struct paintings *paintings, unsigned picture, const uint64_t *frame)
{
    return (paintings->pictures >> picture & 1) != 0 &&
           memcmp(paintings->frames[picture], frame, sizeof paintings->frames[picture]) == 0;
}

int paintings_find(unsigned latest)
{
    struct history shown = {.count = 0};

    runs_remember(&shown);
    for (int picture = (int)latest; picture >= 0; picture--)
        for (unsigned i = 0; i < SEQUENCES; i++)
            if (contains(&sequences[i], (unsigned)picture, shown.frames[0]))
                return picture;
    return NO_PICTURE;
}

bool paintings_is_original(void)
{
    const struct mock_frame *frame = mock_get_frame();

    return frame->view_count == EYES && frame->views[0].claimed && frame->views[1].claimed;
}
