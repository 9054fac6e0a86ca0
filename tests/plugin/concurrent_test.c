// SPDX-License-Identifier: Apache-2.0
// More of what the specification lets an app do at once: two sessions whose frames are waited for, drawn and ended on
// threads of their own, one thread per eye, with a queue that they share; meanwhile others take events and input, look
// up functions, make and destroy spaces, swapchains, sessions and whole instances, while artem.conf changes and
// commands come through the control socket. Then two threads that each make one instance after the other: one of the
// two is painted at a time. For ThreadSanitizer.
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app_input.h"
#include "artem/control.h"
#include "fake_engine.h"
#include "play.h"
#include "test.h"

enum { FRAMES = 40, INSTANCES = 6, INSTANCE_FRAMES = 3 };

static char folder[] = "/tmp/artem-concurrent.XXXXXX", config[64];
static atomic_bool stop;
static struct play plays[2];
static pthread_barrier_t both;

// ---- Beside them ----

static void *take_events(void *user)
{
    (void)user;
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        struct play *play = &plays[i % 2];
        const PFN_xrLocateSpace locate = (PFN_xrLocateSpace)app_get("xrLocateSpace");
        XrSpaceLocation location = {.type = XR_TYPE_SPACE_LOCATION};
        XrSpace spaces[2] = {play_make_space(play), play_make_space(play)};

        app_poll_events();
        CHECK(app_path(APP_LEFT) != XR_NULL_PATH);
        CHECK(app_get("xrEndFrame") == (PFN_xrVoidFunction)app.xr.xrEndFrame);
        CHECK_INT(app_sync(play->session, 1), XR_SUCCESS);
        CHECK_INT(locate(spaces[0], spaces[1], 1, &location), XR_SUCCESS);
        for (int k = 0; k < 2; k++)
            CHECK_INT(app.xr.xrDestroySpace(spaces[k]), XR_SUCCESS);
        usleep(1000);
    }
    return NULL;
}

static void *make_swapchains(void *user)
{
    (void)user;
    for (unsigned i = 0; !atomic_load(&stop); i++) {
        struct app_swapchain swapchain;

        play_make_swapchain(&plays[i % 2], &swapchain);
        CHECK_INT(app.xr.xrDestroySwapchain(swapchain.handle), XR_SUCCESS);
        usleep(2000);
    }
    return NULL;
}

static void *make_sessions(void *user)
{
    (void)user;
    while (!atomic_load(&stop)) {
        struct play play = {.instance = app.instance, .xr = app.xr};

        play_open(&play);
        play_close(&play);
        usleep(5000);
    }
    return NULL;
}

static void write_config(unsigned serial)
{
    char fresh[80];

    snprintf(fresh, sizeof fresh, "%s.new", config);
    FILE *file = fopen(fresh, "we");
    CHECK(file != NULL);
    fprintf(file, "[artem]\nbudget_ms = 0\nresolution = 64\nchord = both-thumbsticks-1s\nhud = %s\nstyle = style%u\n",
            serial % 4 == 3 ? "on" : "off", serial % 3);
    if (serial % 3 == 1)
        fprintf(file, "log_file = %s/frames.csv\n", folder);
    fclose(file);
    CHECK_INT(rename(fresh, config), 0);
}

static void *change_settings(void *user)
{
    (void)user;
    for (unsigned serial = 0; !atomic_load(&stop); serial++) {
        write_config(serial);
        usleep(10000);
    }
    return NULL;
}

static int command(void *user, int connection, const char *name)
{
    static const char *const requests[] = {"status", "set style another", "set strength 0.5", "reload strength"};
    char answer[ARTEM_CONTROL_ANSWER_MAX];
    unsigned *serial = user;

    (void)name;
    artem_control_ask(connection, requests[(*serial)++ % 4], answer);
    return 0;
}

static void *give_commands(void *user)
{
    unsigned serial = 0;

    (void)user;
    while (!atomic_load(&stop)) {
        artem_control_list(command, &serial);
        usleep(5000);
    }
    CHECK(serial > 0);
    return NULL;
}

// ---- Instances ----

static void destroy_instance(struct play *play)
{
    CHECK_INT(play->xr.xrDestroyInstance(play->instance), XR_SUCCESS);
}

static void make_instance(struct play *play)
{
    const PFN_xrGetInstanceProcAddr get = app_make_instance(&play->instance);
    XrGraphicsRequirementsVulkanKHR requirements = {.type = XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN_KHR};
    PFN_xrVoidFunction function;

#define X(name)                                                                                                        \
    CHECK_INT(get(play->instance, #name, &function), XR_SUCCESS);                                                      \
    play->xr.name = (PFN_##name)function;
    APP_FUNCTIONS(X)
#undef X
    CHECK_INT(get(play->instance, "xrGetVulkanGraphicsRequirementsKHR", &function), XR_SUCCESS);
    CHECK_INT(((PFN_xrGetVulkanGraphicsRequirementsKHR)function)(play->instance, 1, &requirements), XR_SUCCESS);
}

// While another instance is active: it does without the layer.
static void *make_instances(void *user)
{
    (void)user;
    while (!atomic_load(&stop)) {
        struct play play = {.frames = INSTANCE_FRAMES};

        make_instance(&play);
        play_open(&play);
        play_frames(&play);
        play_close(&play);
        destroy_instance(&play);
        CHECK_INT(atomic_load(&play.styled), 0);
        usleep(1000);
    }
    return NULL;
}

// Of two that do this, beginning at the same moment, whoever comes first is painted.
static void *play_instances(void *user)
{
    atomic_uint *styled = user;

    for (unsigned i = 0; i < INSTANCES; i++) {
        struct play play = {.frames = INSTANCE_FRAMES};

        pthread_barrier_wait(&both);
        make_instance(&play);
        play_open(&play);
        play_frames(&play);
        play_close(&play);
        destroy_instance(&play);
        CHECK(play.styled == 0 || play.styled == INSTANCE_FRAMES - 1);
        atomic_fetch_add(styled, play.styled > 0);
    }
    return NULL;
}

static void without_pixels(void)
{
    mock_settings.pixels = false;
}

static void test_sessions(void)
{
    static void *(*const beside[])(void *) = {take_events,     make_swapchains, make_sessions,
                                              change_settings, give_commands,   make_instances};
    enum { BESIDE = sizeof beside / sizeof beside[0] };
    pthread_t threads[BESIDE], frames[2];

    app_make_input();
    CHECK_INT(app_suggest(app_path("/interaction_profiles/oculus/touch_controller"), 1), XR_SUCCESS);
    for (int i = 0; i < 2; i++) {
        plays[i].instance = app.instance;
        plays[i].xr = app.xr;
        plays[i].frames = FRAMES;
        play_open(&plays[i]);
        CHECK_INT(app_attach(plays[i].session), XR_SUCCESS);
    }
    for (int i = 0; i < 2; i++)
        CHECK_INT(pthread_create(&frames[i], NULL, play_frames, &plays[i]), 0);
    for (int i = 0; i < BESIDE; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, beside[i], NULL), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(frames[i], NULL);
    atomic_store(&stop, true);
    for (int i = 0; i < BESIDE; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++) {
        CHECK_INT(plays[i].styled, FRAMES - 1);
        play_close(&plays[i]);
    }
}

static void test_instances(void)
{
    atomic_uint styled = 0;
    pthread_t threads[2];

    CHECK_INT(app.xr.xrDestroyInstance(app.instance), XR_SUCCESS);
    pthread_barrier_init(&both, NULL, 2);
    for (int i = 0; i < 2; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, play_instances, &styled), 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK(styled >= INSTANCES);
    app_make_instance(&app.instance); // for app_close
}

int main(void)
{
    const char *none;
    char path[80];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(config, sizeof config, "%s/artem.conf", folder);
    write_config(0);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("XDG_RUNTIME_DIR", folder, 1);
    setenv("ARTEM_LOG", "error", 0);
    app_before_open = without_pixels;
    none = app_open(false);
    if (none != NULL) {
        fprintf(stderr, "skipped: %s\n", none);
    } else {
        test_sessions();
        test_instances();
        app_close();
    }
    unlink(config);
    snprintf(path, sizeof path, "%s/frames.csv", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/artem", folder);
    rmdir(path);
    CHECK_INT(rmdir(folder), 0);
    return none != NULL ? TEST_SKIPPED : test_result();
}
