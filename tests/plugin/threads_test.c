// SPDX-License-Identifier: Apache-2.0
// Everything at once that the specification lets an app do from several threads: frames are waited for on one thread
// and ended on another, each eye is drawn on its own, swapchains come and go, the settings change. The app synchronises
// its queue, as it must. For ThreadSanitizer; pixels are compared as well.
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "test.h"

enum { FRAMES = 60 };

static atomic_bool stop;
static sem_t may_wait, waited;   // the frame loop's two halves
static sem_t may_draw[2], drawn; // one per eye
static char config[] = "/tmp/artem-threads-test.XXXXXX";

static void *wait_frames(void *user)
{
    (void)user;
    for (unsigned i = 0; i < FRAMES; i++) {
        XrFrameState state = {.type = XR_TYPE_FRAME_STATE};

        sem_wait(&may_wait);
        CHECK_INT(app.xr.xrWaitFrame(app.session, NULL, &state), XR_SUCCESS);
        app.display_time = state.predictedDisplayTime;
        sem_post(&waited);
    }
    return NULL;
}

static void *draw_eye(void *user)
{
    const unsigned eye = (unsigned)(uintptr_t)user;

    for (unsigned i = 0; i < FRAMES; i++) {
        const struct app_swapchain *swapchain = &app.swapchains[eye];
        uint32_t index = 0;

        sem_wait(&may_draw[eye]);
        app_acquire(swapchain->handle, &index);
        app_wait(swapchain->handle);
        app_paint(swapchain, index);
        app_release(swapchain->handle);
        sem_post(&drawn);
    }
    return NULL;
}

static void *make_swapchains(void *user)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();

    (void)user;
    while (!atomic_load(&stop)) {
        XrSwapchain swapchain;

        if (app.xr.xrCreateSwapchain(app.session, &info, &swapchain) != XR_SUCCESS ||
            app.xr.xrDestroySwapchain(swapchain) != XR_SUCCESS)
            abort();
        usleep(1000);
    }
    return NULL;
}

static void write_config(unsigned serial)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "%s.new", config);
    file = fopen(path, "we");
    fprintf(file, "[artem]\nbudget_ms = 0\nresolution = 64\nstyle = style%u\n", serial % 3);
    fclose(file);
    rename(path, config);
}

static void *change_settings(void *user)
{
    (void)user;
    for (unsigned serial = 0; !atomic_load(&stop); serial++) {
        write_config(serial);
        usleep(20000);
    }
    return NULL;
}

static void loop(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        sem_wait(&waited);
        const XrTime display_time = app.display_time;
        CHECK_INT(app_begin_waited(), XR_SUCCESS);
        sem_post(&may_wait); // for the next one, while this one is drawn
        sem_post(&may_draw[0]);
        sem_post(&may_draw[1]);
        sem_wait(&drawn);
        sem_wait(&drawn);
        CHECK_INT(app_end_at(display_time), XR_SUCCESS);
        CHECK_INT(expect_frame(), i == 0 ? EXPECT_ORIGINAL : EXPECT_STYLED);
    }
}

int main(void)
{
    const XrSwapchainCreateInfo info = app_swapchain_info();
    pthread_t threads[5];

    if (!app_has_device())
        return TEST_SKIPPED;
    close(mkstemp(config));
    write_config(0);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("ARTEM_LOG", "error", 0);
    CHECK(app_open(true) == NULL);
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    sem_init(&may_wait, 0, 1);
    sem_init(&waited, 0, 0);
    sem_init(&may_draw[0], 0, 0);
    sem_init(&may_draw[1], 0, 0);
    sem_init(&drawn, 0, 0);
    pthread_create(&threads[0], NULL, wait_frames, NULL);
    pthread_create(&threads[1], NULL, draw_eye, NULL);
    pthread_create(&threads[2], NULL, draw_eye, (void *)(uintptr_t)1);
    pthread_create(&threads[3], NULL, make_swapchains, NULL);
    pthread_create(&threads[4], NULL, change_settings, NULL);
    loop();
    atomic_store(&stop, true);
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], NULL);
    app_close_normal();
    unlink(config);
    return test_result();
}
