// SPDX-License-Identifier: Apache-2.0
// Paintings that nobody waits for (mode = async), by CUDA on the app's own pictures. Whatever
// reaches the runtime is the app's own frame or what the CPU would have painted, however old: also when the device is
// lost with a painting on its way, and when swapchains, sessions or instances end then.
#include <unistd.h>

#include "measure.h"
#include "share_fixture.h"
#include "paintings.h"

enum { TRIES = 5000 };

// Nothing of CUDA's is left, and no file.
static unsigned files;

static void check_rest(const char *what)
{
    share_check_rules(what);
    if (count_descriptors() != files)
        TEST_FAIL("%s: %u files are open, and were %u", what, count_descriptors(), files);
}

static void test_same(void)
{
    atomic_store(&mock->launches, 0);
    atomic_store(&mock->waits, 0);
    runs_compare("async", run_deferred, "cuda", "cuda");
    CHECK(atomic_load(&mock->launches) >= 2 * FRAMES);
    CHECK(atomic_load(&mock->waits) >= 2 * FRAMES);
    check_rest("async");
}

// Something that happens to the painting of a picture. The mock runtime reads what is released, and so waits for the
// queue: not in the frame that hands the picture over, or it would never see a painting that is under way.
struct event {
    const char *what;
    void (*before)(void); // that frame; NULL: nothing
    bool (*after)(void);  // it; whether the picture is shown once more
};

static void check_frame(const char *what, unsigned picture, int frame, int shown)
{
    if (shown == NO_PICTURE && !paintings_is_original())
        TEST_FAIL("%s: picture %u, frame %d: what nobody has painted is shown", what, picture, frame);
}

// Shows a picture until its painting is there.
static void show(const char *what, unsigned picture, const struct event *event)
{
    int shown = NO_PICTURE;

    paintings_draw(picture);
    if (event != NULL) {
        mock_settings.pixels = false;
        if (event->before != NULL)
            event->before();
        CHECK_INT(app_end(), XR_SUCCESS);
        mock_settings.pixels = true;
        if (!event->after())
            return;
        app_begin_frame();
    }
    for (int tries = 0; tries < TRIES && shown != (int)picture; tries++) {
        if (tries > 0)
            app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
        shown = paintings_find(picture);
        check_frame(what, picture, tries, shown);
        usleep(1000);
    }
    if (shown != (int)picture)
        TEST_FAIL("%s: picture %u is not painted", what, picture);
}

static void run(const struct event *event)
{
    paintings_open();
    for (unsigned i = 0; i < PICTURES; i++)
        show(event->what, i, i == 2 ? event : NULL);
    app_close_normal();
    mock->lose_at = 0;
    mock->corrupt = NULL;
    check_rest(event->what);
}

// ---- The device ----

static int lost_kernel, lost_call;
static atomic_int kernels;

static void count_kernel(const char *kernel, const void *arguments)
{
    (void)kernel;
    (void)arguments;
    if (atomic_fetch_add(&kernels, 1) + 1 == lost_kernel)
        mock->lose_at = 1;
}

// With kernels of the painting still to come, and its end never told; or with the calls that launch it.
static void lose(void)
{
    atomic_store(&kernels, 0);
    mock->corrupt = count_kernel;
    if (lost_call > 0)
        mock->lose_at = atomic_load(&mock->calls) + lost_call;
}

static bool is_still_shown(void)
{
    for (int i = 0; i < TRIES && lost_call == 0 && atomic_load(&kernels) < lost_kernel; i++)
        usleep(1000);
    usleep(10000); // for what follows the kernel
    return true;
}

// The picture is painted anew by the backend that comes next.
static void test_lost(void)
{
    const struct event event = {"the device is lost", lose, is_still_shown};

    for (lost_kernel = 1; lost_kernel <= 26; lost_kernel += 24)
        run(&event);
    lost_kernel = 0;
    lost_call = 4;
    run(&event);
    lost_call = 0;
}

// ---- Swapchains, sessions, instances ----

static bool remove_swapchains(void)
{
    paintings_renew_swapchains();
    app_frame(); // not captured, since what is under way is only given up when it ends
    return false;
}

static bool end_session(void)
{
    paintings_renew_session();
    return false;
}

static bool end_instance(void)
{
    app_close_normal();
    mock->lose_at = 0;
    check_rest("an instance ends");
    paintings_open();
    return false;
}

static void test_ends(void)
{
    static const struct event events[] = {
        {"swapchains end", NULL, remove_swapchains},
        {"a session ends", NULL, end_session},
        {"an instance ends", NULL, end_instance},
        {"an instance ends with the device", lose, end_instance},
    };

    lost_kernel = 3;
    mock->delay_us = 60000;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        run(&events[i]);
    mock->delay_us = 5000;
}

int main(void)
{
    if (!share_begin() || real)
        return TEST_SKIPPED;
    share_leave_validation();
    setenv("ARTEM_LOG", "error", 1);
    paintings_make();
    runs_mode = "async";
    files = count_descriptors();
    test_same();
    runs_configure("cuda", "great_wave");
    test_lost();
    test_ends();
    runs_without_enable2 = true; // with binary semaphores
    share_demand_extensions(true);
    test_same();
    runs_configure("cuda", "great_wave");
    test_lost();
    test_ends();
    runs_end();
    return test_result();
}
