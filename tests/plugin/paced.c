// SPDX-License-Identifier: Apache-2.0
#include "paced.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

enum { HISTORY = 32 };

struct paced paced = {.clock_ns = 5000000000};
static char folder[] = "/tmp/artem-paced.XXXXXX", config[64], log_path[64];
static pthread_t app_thread;

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    const uint64_t now = __atomic_load_n(&paced.clock_ns, __ATOMIC_RELAXED);

    if (clock != CLOCK_MONOTONIC)
        return __real_clock_gettime(clock, time);
    if (paced.at_look != NULL && pthread_equal(pthread_self(), app_thread))
        paced.at_look(++paced.looks);
    time->tv_sec = (time_t)(now / 1000000000);
    time->tv_nsec = (long)(now % 1000000000);
    return 0;
}

static uint64_t now(void)
{
    return paced.clock_ns;
}

void paced_pass(uint64_t nanoseconds)
{
    __atomic_fetch_add(&paced.clock_ns, nanoseconds, __ATOMIC_RELAXED);
}

static uint64_t cost(const struct artem_engine_frame *frame)
{
    const double area = (double)frame->view[0].width * frame->view[0].height / (PACED_SIDE * PACED_LINES);

    return (uint64_t)(paced.full_ms * area * 1e6);
}

// ---- Frames, with the app's pictures of late ----

static struct {
    uint8_t *eyes[2];
} history[HISTORY];
static uint64_t next_ns;

static void keep_history(void)
{
    for (unsigned v = 0; v < 2; v++) {
        size_t size;
        const uint8_t *stored = mock_get_released(app.swapchains[v].handle, &size);
        uint8_t **kept = &history[paced.frames % HISTORY].eyes[v];

        free(*kept);
        *kept = malloc(size);
        memcpy(*kept, stored, size);
    }
}

// Every frame has a pose and angles of its own, by which it is known again.
static void set_poses(void)
{
    for (unsigned v = 0; v < 2; v++) {
        app.views[0][v].pose.position = (XrVector3f){(float)v, 0, (float)paced.frames};
        app.views[0][v].fov.angleUp = 0.5f + 0.0001f * (float)(paced.frames % 100);
    }
}

void paced_frame(double hz)
{
    const uint64_t period = (uint64_t)(1e9 / hz);

    if (paced.clock_ns < next_ns)
        paced_pass(next_ns - paced.clock_ns);
    next_ns = paced.clock_ns + period;
    app_begin_frame();
    if (paced.keeps_still)
        app.seed = 7;
    else
        set_poses();
    if (mock_settings.pixels)
        app_draw_all();
    else
        for (unsigned i = 0; i < app.swapchain_count; i++) {
            uint32_t index;

            CHECK_INT(app_acquire(app.swapchains[i].handle, &index), XR_SUCCESS);
            CHECK_INT(app_wait(app.swapchains[i].handle), XR_SUCCESS);
            CHECK_INT(app_release(app.swapchains[i].handle), XR_SUCCESS);
        }
    if (mock_settings.pixels)
        keep_history();
    paced.spent_ns = paced.clock_ns;
    CHECK_INT(app_end(), XR_SUCCESS);
    paced.spent_ns = paced.clock_ns - paced.spent_ns;
    paced.missed += paced.spent_ns > period;
    if (expect_view(0, 0)->claimed)
        paced.originals++;
    else
        paced.styled++;
    paced.frames++;
}

const uint8_t *paced_picture(unsigned frame, unsigned eye)
{
    return history[frame % HISTORY].eyes[eye];
}

int paced_shown_frame(void)
{
    const struct mock_view *left = expect_view(0, 0);
    int number = -1;

    if (left->claimed)
        return -1;
    for (unsigned v = 0; v < 2; v++) {
        const struct mock_view *view = expect_view(0, v);

        number = (int)view->info.pose.position.z;
        CHECK(!view->claimed && view->info.pose.position.x == (float)v);
        CHECK(number >= 0 && (unsigned)number < paced.frames && (unsigned)number + HISTORY > paced.frames);
        CHECK(view->info.fov.angleUp == 0.5f + 0.0001f * (float)(number % 100));
        CHECK(number == (int)left->info.pose.position.z);
        CHECK(view->slice != NULL && expect_is_painting(view, paced_picture((unsigned)number, v),
                                                        fake_engine.sizes[v].width, fake_engine.sizes[v].height));
    }
    return number;
}

void paced_start(const char *settings)
{
    XrSwapchainCreateInfo info = app_swapchain_info();
    FILE *file = fopen(config, "w");

    unlink(log_path);
    fprintf(file, "[artem]\nresolution = %d\nlog_file = %s\n%s", PACED_SIDE, log_path, settings);
    fclose(file);
    info.width = PACED_SIDE;
    info.height = PACED_LINES;
    CHECK(app_open(true) == NULL);
    fake_engine.now = now;
    fake_engine.sleep = paced_pass;
    fake_engine.cost = cost;
    fake_engine.fault = paced.fault;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    paced.frames = paced.missed = paced.styled = paced.originals = 0;
    paced_frame(90); // by which the layer learns what the swapchains are for
    paced.missed = paced.styled = paced.originals = 0;
}

void paced_stop(void)
{
    app_close_normal();
    paced_read_log(log_path);
}

bool paced_begin(void)
{
    if (!app_has_device())
        return false;
    app_thread = pthread_self();
    CHECK(mkdtemp(folder) != NULL);
    snprintf(config, sizeof config, "%s/artem.conf", folder);
    snprintf(log_path, sizeof log_path, "%s/frames.csv", folder);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("ARTEM_LOG", "error", 0);
    expect_resolution = PACED_SIDE;
    return true;
}

void paced_end(void)
{
    for (unsigned i = 0; i < HISTORY; i++)
        for (unsigned v = 0; v < 2; v++)
            free(history[i].eyes[v]);
    unlink(log_path);
    unlink(config);
    rmdir(folder);
}
