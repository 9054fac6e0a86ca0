// SPDX-License-Identifier: Apache-2.0
// The budget through the whole layer: a fake engine takes programmed times on a clock of the test's own, so that
// seconds pass in an instant. Checked are the frames that reach the runtime (pictures, poses, angles, chains) and the
// log of frames.
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "expect.h"
#include "fake_engine.h"
#include "hook_vulkan.h"
#include "test.h"

#define MS UINT64_C(1000000)

enum { SIDE = 128, LINES = 96, HISTORY = 32, ROWS_MAX = 4000 };

static uint64_t clock_ns = 5000000000;
static double full_ms; // of a painting at SIDE
static char folder[] = "/tmp/artem-budget-test.XXXXXX", config[64], log_path[64];

static unsigned clock_looks;           // of the app's own thread since the count was last set
static void (*at_look)(unsigned look); // called with each; NULL: nobody is
static pthread_t app_thread;

// The linker gives these in place of the C library's to all that the program is made of.
int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    const uint64_t now = __atomic_load_n(&clock_ns, __ATOMIC_RELAXED);

    if (clock != CLOCK_MONOTONIC)
        return __real_clock_gettime(clock, time);
    if (at_look != NULL && pthread_equal(pthread_self(), app_thread))
        at_look(++clock_looks);
    time->tv_sec = (time_t)(now / 1000000000);
    time->tv_nsec = (long)(now % 1000000000);
    return 0;
}

static uint64_t now(void)
{
    return clock_ns;
}

static void pass(uint64_t nanoseconds)
{
    __atomic_fetch_add(&clock_ns, nanoseconds, __ATOMIC_RELAXED);
}

static uint64_t cost(const struct artem_engine_frame *frame)
{
    const double area = (double)frame->view[0].width * frame->view[0].height / (SIDE * LINES);

    return (uint64_t)(full_ms * area * 1e6);
}

// ---- Frames, with the app's pictures of late ----

static struct {
    uint8_t *eyes[2];
} history[HISTORY];
static unsigned frame_number, painted_before;
static uint64_t next_ns, spent_ns;
static unsigned missed, styled, originals;

static void keep_history(void)
{
    for (unsigned v = 0; v < 2; v++) {
        size_t size;
        const uint8_t *stored = mock_get_released(app.swapchains[v].handle, &size);
        uint8_t **kept = &history[frame_number % HISTORY].eyes[v];

        free(*kept);
        *kept = malloc(size);
        memcpy(*kept, stored, size);
    }
}

static bool keeps_still; // one picture, one pose

// Every frame has a pose and angles of its own, by which it is known again.
static void set_poses(void)
{
    for (unsigned v = 0; v < 2; v++) {
        app.views[0][v].pose.position = (XrVector3f){(float)v, 0, (float)frame_number};
        app.views[0][v].fov.angleUp = 0.5f + 0.0001f * (float)(frame_number % 100);
    }
}

// One at `hz`; the app itself takes no time.
static void frame(double hz)
{
    const uint64_t period = (uint64_t)(1e9 / hz);

    if (clock_ns < next_ns)
        pass(next_ns - clock_ns);
    next_ns = clock_ns + period;
    app_begin_frame();
    if (keeps_still)
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
    spent_ns = clock_ns;
    CHECK_INT(app_end(), XR_SUCCESS);
    spent_ns = clock_ns - spent_ns;
    missed += spent_ns > period;
    if (expect_view(0, 0)->claimed)
        originals++;
    else
        styled++;
    frame_number++;
}

// The number of the frame whose painting the runtime got last, with everything about it right; -1: an original.
static int shown_frame(void)
{
    const struct mock_view *left = expect_view(0, 0);
    int number = -1;

    if (left->claimed)
        return -1;
    for (unsigned v = 0; v < 2; v++) {
        const struct mock_view *view = expect_view(0, v);

        number = (int)view->info.pose.position.z;
        CHECK(!view->claimed && view->info.pose.position.x == (float)v);
        CHECK(number >= 0 && (unsigned)number < frame_number && (unsigned)number + HISTORY > frame_number);
        CHECK(view->info.fov.angleUp == 0.5f + 0.0001f * (float)(number % 100));
        CHECK(number == (int)left->info.pose.position.z);
        CHECK(view->slice != NULL && expect_is_painting(view, history[number % HISTORY].eyes[v],
                                                        fake_engine.sizes[v].width, fake_engine.sizes[v].height));
    }
    return number;
}

static void start(const char *settings)
{
    XrSwapchainCreateInfo info = app_swapchain_info();
    FILE *file = fopen(config, "w");

    unlink(log_path);
    fprintf(file, "[artem]\nresolution = %d\nlog_file = %s\n%s", SIDE, log_path, settings);
    fclose(file);
    info.width = SIDE;
    info.height = LINES;
    CHECK(app_open(true) == NULL);
    fake_engine.now = now;
    fake_engine.sleep = pass;
    fake_engine.cost = cost;
    app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
    app_show_views(&info);
    frame_number = missed = styled = originals = painted_before = 0;
    frame(90); // by which the layer learns what the swapchains are for
    missed = styled = originals = 0;
}

// ---- The log ----

static struct row {
    char decision[16], pace[16], change[16];
    double age_ms, budget_ms, load_ms;
    unsigned height, engine_views;
} rows[ROWS_MAX];
static unsigned row_count;

static const char *field(char *line, const char *header, const char *name, char *out)
{
    const char *column = header;

    out[0] = '\0';
    while (line != NULL && strncmp(column, name, strlen(name)) != 0) {
        column = strchr(column, ',') + 1;
        line = strchr(line, ',');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line != NULL)
        snprintf(out, 16, "%.*s", (int)strcspn(line, ",\n"), line);
    return out;
}

// After the session's end, with which all is written.
static void read_log(void)
{
    char header[1024] = "", line[1024], text[16];
    FILE *file = fopen(log_path, "r");

    row_count = 0;
    CHECK(file != NULL);
    while (file != NULL && fgets(line, sizeof line, file) != NULL && row_count < ROWS_MAX) {
        struct row *row = &rows[row_count];

        if (strncmp(line, "frame,", 6) == 0)
            strcpy(header, line);
        if (line[0] < '0' || line[0] > '9')
            continue;
        field(line, header, "decision,", row->decision);
        field(line, header, "pace,", row->pace);
        field(line, header, "change,", row->change);
        row->age_ms = atof(field(line, header, "style_age_ms,", text));
        row->budget_ms = atof(field(line, header, "budget_ms,", text));
        row->load_ms = atof(field(line, header, "load_ms,", text));
        row->height = (unsigned)atoi(field(line, header, "style_height,", text));
        row->engine_views = (unsigned)atoi(field(line, header, "engine_views,", text));
        row_count++;
    }
    if (file != NULL)
        fclose(file);
}

static unsigned count_changes(const char *reason)
{
    unsigned count = 0;

    for (unsigned i = 0; i < row_count; i++)
        count += rows[i].change[0] != '\0' && (reason == NULL || strcmp(rows[i].change, reason) == 0);
    return count;
}

static void end(void)
{
    app_close_normal();
    read_log();
}

// ---- Tests ----

// A load that grows suddenly: one change, to a resolution that fits, and nothing is missed from then on.
static void test_step(double hz, bool back)
{
    const double budget = 1000 / hz;
    char settings[64];

    snprintf(settings, sizeof settings, "mode = sync\nbudget_ms = %.3f\n", budget);
    start(settings);
    mock_settings.pixels = false;
    full_ms = 0.7 * budget;
    for (double t = 0; t < 0.3; t += 1 / hz)
        frame(hz);
    CHECK_INT(missed, 0);
    full_ms = 1.5 * budget;
    for (double t = 0; t < (back ? 2.2 : 0.5); t += 1 / hz)
        frame(hz);
    CHECK(missed >= 4 && missed <= 5); // four of eight, and what is under way
    CHECK_INT(originals, 0);
    CHECK(fake_engine.resolution < SIDE);
    full_ms = 0.5 * budget; // and back, a few seconds later
    for (double t = 0; t < 6 && back; t += 1 / hz)
        frame(hz);
    CHECK(!back || fake_engine.resolution == SIDE);
    CHECK(missed <= 5);
    CHECK_INT(originals, 0);
    end();
    CHECK_INT(count_changes("over"), 1);
    CHECK_INT(count_changes("fits"), back);
    CHECK_INT(count_changes(NULL), 1 + back);
}

// The app never waits: paintings come when they are done, each with its own pose and angles.
static void test_async(void)
{
    int latest = -1;
    unsigned fresh = 0;

    start("mode = async\nbudget_ms = 0\n");
    full_ms = 15;
    for (unsigned i = 0; i < 60; i++) {
        int shown;

        frame(90);
        CHECK_INT(spent_ns, 0);
        shown = shown_frame();
        CHECK(i < 5 || shown >= 0);
        CHECK(shown >= latest && (shown < 0 || frame_number - (unsigned)shown <= 6));
        fresh += shown != latest;
        latest = shown;
    }
    CHECK(fresh >= 19); // 15 ms are two frames, and one is lost between two paintings
    CHECK_INT(mock_take_violations(), 0);
    end();
    CHECK_INT(count_changes(NULL), 0);
    for (unsigned i = 10; i < row_count; i++) {
        CHECK_STR(rows[i].decision, "styled");
        CHECK_STR(rows[i].pace, "deferred");
        CHECK(rows[i].age_ms > 20 && rows[i].age_ms < 60);
    }
}

// An engine that is waited for and takes too long goes on in the background, at the same resolution.
static void test_auto(void)
{
    start("mode = auto\nbudget_ms = 11.1\n");
    full_ms = 18;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 190; i++)
        frame(90);
    mock_settings.pixels = true;
    for (unsigned i = 0; i < 10; i++)
        frame(90);
    CHECK(shown_frame() >= 0);
    CHECK(missed <= 8);
    CHECK(originals <= 1);
    CHECK_INT(fake_engine.resolution, SIDE);
    // Faster again: every frame is painted and waited for.
    full_ms = 3;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 640; i++)
        frame(90);
    mock_settings.pixels = true;
    frame(90);
    CHECK_INT(shown_frame(), frame_number - 1);
    CHECK(originals <= 1);
    end();
    CHECK_INT(count_changes("over"), 1);
    CHECK_INT(count_changes("fits"), 1);
    CHECK_INT(count_changes(NULL), 2);
    CHECK_STR(rows[150].pace, "deferred");
    CHECK(rows[150].load_ms > 8.9 && rows[150].load_ms < 9.5); // 18 ms over two frames
}

// Hopeless: originals, and hidden paintings now and then, until it fits again.
static void test_pass_through(void)
{
    unsigned before;

    start("mode = sync\nbudget_ms = 11.1\n");
    full_ms = 1500;
    mock_settings.pixels = false;
    for (unsigned i = 0; i < 60; i++)
        frame(90);
    originals = styled = 0;
    before = fake_engine.frames;
    for (unsigned i = 0; i < 400; i++) {
        frame(90);
        CHECK_INT(spent_ns, 0);
    }
    CHECK_INT(styled, 0);
    CHECK(fake_engine.frames > before && fake_engine.frames <= before + 24);
    full_ms = 5;
    for (unsigned i = 0; i < 2000 && styled < 50; i++)
        frame(90);
    CHECK_INT(styled, 50);
    mock_settings.pixels = true;
    frame(90);
    CHECK_INT(shown_frame(), frame_number - 1);
    CHECK_INT(fake_engine.resolution, SIDE);
    end();
    CHECK_INT(count_changes("late"), 1);
    CHECK_INT(count_changes("probe"), 1);
    CHECK_INT(count_changes(NULL), 2);
}

// The last rung before originals: every other frame, at the least resolution.
static void test_every_other(void)
{
    unsigned before;

    start("mode = sync\nbudget_ms = 11.1\n");
    full_ms = 70; // 17.5 ms at a quarter of the area
    for (unsigned i = 0; i < 100; i++)
        frame(90);
    CHECK_INT(fake_engine.resolution, 64);
    before = fake_engine.frames;
    originals = styled = 0;
    for (unsigned i = 0; i < 30; i++) {
        frame(90);
        CHECK_INT(spent_ns, 0);
        CHECK(shown_frame() >= 0);
    }
    CHECK_INT(styled, 30);
    CHECK(fake_engine.frames - before >= 9);
    end();
    CHECK_INT(count_changes(NULL), 1);
}

// Of the painting before the change: the same picture at its own size, so that the painting is the picture inverted.
static uint32_t old_weight;

static double old_code(const uint8_t *stored, int x, int y, unsigned channel)
{
    const int cx = x < 0 ? 0 : x >= SIDE ? SIDE - 1 : x, cy = y < 0 ? 0 : y >= LINES ? LINES - 1 : y;

    return 255 - stored[4 * (cy * SIDE + cx) + 2 - channel]; // stored as BGRA
}

static void mix_old(const struct mock_view *view, uint8_t *painting, uint32_t w, uint32_t h)
{
    const uint8_t *stored = history[(frame_number - 1) % HISTORY].eyes[view->view];

    for (uint32_t y = 0; y < h; y++)
        for (uint32_t x = 0; x < w; x++)
            for (unsigned c = 0; c < 3; c++) {
                const double px = (x + 0.5) * SIDE / w - 0.5, py = (y + 0.5) * LINES / h - 0.5;
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
        same = same && expect_is_painting(expect_view(0, v), history[(frame_number - 1) % HISTORY].eyes[v],
                                          fake_engine.sizes[v].width, fake_engine.sizes[v].height);
    expect_mix = NULL;
    expect_tolerance = 0;
    return same;
}

// A change of resolution fades in over 400 ms: each frame is the mixture that its time says.
static void test_fade(void)
{
    uint64_t changed = 0;
    unsigned mixed = 0;

    start("mode = sync\nbudget_ms = 11.1\n");
    keeps_still = true;
    full_ms = 6;
    for (unsigned i = 0; i < 5; i++)
        frame(90);
    CHECK(is_mixed(0));
    full_ms = 18;
    for (unsigned i = 0; i < 60; i++) {
        const uint32_t resolution = fake_engine.resolution;
        const uint64_t ended = clock_ns;
        uint64_t passed;

        frame(90);
        if (fake_engine.resolution != resolution)
            changed = ended;
        passed = clock_ns - spent_ns - changed; // until the frame began
        if (changed == 0)
            continue;
        CHECK(is_mixed(passed < 400 * MS ? 256 - (uint32_t)(passed * 256 / (400 * MS)) : 0));
        CHECK(passed > 250 * MS || !is_mixed(0));
        mixed += passed < 400 * MS;
    }
    CHECK(changed != 0 && mixed > 25);
    CHECK(is_mixed(0));
    keeps_still = false;
    end();
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

    start("mode = async\nbudget_ms = 0\n");
    full_ms = 15;
    info.width = SIDE;
    info.height = LINES;
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
            .subImage = {app.swapchains[depth].handle, {{0, 0}, {SIDE, LINES}}, 0},
            .maxDepth = 1,
            .nearZ = 0.1f,
            .farZ = 100,
        };
        app.views[0][v].next = &app.depth[0][v];
    }
    app.layers[1] = (const XrCompositionLayerBaseHeader *)&quad;
    app.frame.layerCount = 2;
    for (unsigned i = 0; i < 20; i++) {
        frame(90);
        CHECK_INT((long long)mock_get_frame()->info->child_count, 2);
        CHECK(mock_get_frame()->info->children[1]->address == &quad);
        if (expect_view(0, 0)->claimed) {
            CHECK(expect_view(0, 0)->info.next == &app.depth[0][0]);
            continue;
        }
        held++;
        CHECK(shown_frame() >= 0);
        CHECK(expect_view(0, 0)->info.next == &unknown);
        CHECK(expect_view(0, 1)->info.next == NULL);
    }
    CHECK(held > 14);
    CHECK_INT(mock_take_violations(), 0);
    end();
}

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
    start("mode = async\nbudget_ms = 0\n");
    full_ms = 15;
    for (unsigned i = 0; i < 10; i++)
        frame(90);
    CHECK(shown_frame() >= 0);
    CHECK_INT(app.xr.xrDestroySpace(app.space), XR_SUCCESS);
    app.space = app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_STAGE);
    frame(90);
    CHECK_INT(shown_frame(), -1);
    for (unsigned i = 0; i < 10; i++)
        frame(90);
    CHECK(shown_frame() >= 0);
    CHECK_INT(mock_take_violations(), 0);
    // Here paintings are waited for, and what was under way is not shown.
    app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_VIEW);
    for (unsigned i = 0; i < 10; i++) {
        frame(90);
        CHECK(i < 4 || shown_frame() == (int)frame_number - 1);
    }
    CHECK_INT(shown_frame(), frame_number - 1);
    CHECK(spent_ns == 15 * MS);
    CHECK_INT(mock_take_violations(), 0);
    end();
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

    start("mode = async\nbudget_ms = 0\n");
    full_ms = 15;
    app_thread = pthread_self();
    for (destroy_at = 1; destroy_at <= looks; destroy_at++) {
        for (unsigned i = 0; i < 8; i++)
            frame(90);
        CHECK(shown_frame() >= 0);
        old_space = app.space;
        app.space = app.projections[0].space = make_space(XR_REFERENCE_SPACE_TYPE_STAGE);
        atomic_store(&destroyed, false);
        clock_looks = 0;
        at_look = destroy_at_look;
        frame(90);
        at_look = NULL;
        looks = clock_looks;
        if (destroy_at > looks)
            destroy_old_space(NULL);
        else
            CHECK_INT(pthread_join(destroyer, NULL), 0);
        held_up += shown_frame() >= 0;
        CHECK_INT(mock_take_violations(), 0);
    }
    CHECK(looks > 5 && held_up > 0);
    end();
}

// Swapchains go away with a painting of them under way, and the session too. Nobody waits for it, and what it uses is
// freed when it is done.
static void test_lives(void)
{
    XrSwapchainCreateInfo info;
    unsigned memory = 0;

    app_get_vulkan = hook_get_vulkan;
    start("mode = async\nbudget_ms = 0\n");
    full_ms = 60;
    for (unsigned round = 0; round < 4; round++) {
        info = app.swapchains[0].info;
        for (unsigned i = 0; i < 5 + round; i++)
            frame(90);
        for (unsigned i = 0; i < 20 && fake_engine.submitted == fake_engine.frames; i++)
            frame(90);
        const uint64_t before = clock_ns;
        const unsigned held = hook_count_memory();
        app_remove_swapchains();
        CHECK(clock_ns == before);
        CHECK_INT(hook_count_memory(), held);
        app_show_views(&info);
        for (unsigned i = 0; i < 14; i++)
            frame(90);
        CHECK(shown_frame() >= 0);
        CHECK(round == 0 || hook_count_memory() == memory);
        memory = hook_count_memory();
    }
    frame(90);
    CHECK_INT(mock_take_violations(), 0);
    end();
    CHECK_INT(hook_count_memory(), 0);
    app_get_vulkan = mock_get_vulkan;
}

// New swapchains whose one picture is drawn while the engine is still at work for the old ones: it is painted after
// that.
static void test_lives_still(void)
{
    XrSwapchainCreateInfo info;

    start("mode = async\nbudget_ms = 0\n");
    full_ms = 60;
    info = app.swapchains[0].info;
    for (unsigned i = 0; i < 2; i++)
        frame(90);
    app_remove_swapchains();
    app_show_views(&info);
    for (unsigned i = 0; i < 2; i++)
        frame(90);
    for (unsigned i = 0; i < 20 && expect_view(0, 0)->claimed; i++) {
        pass(11 * MS);
        app_begin_frame();
        CHECK_INT(app_end(), XR_SUCCESS);
    }
    CHECK_INT(shown_frame(), frame_number - 1);
    end();
}

// Off and on again: no old painting is shown.
static void test_not_projected(void)
{
    start("mode = async\nbudget_ms = 0\n");
    full_ms = 15;
    for (unsigned i = 0; i < 10; i++)
        frame(90);
    CHECK(shown_frame() >= 0);
    app_begin_frame();
    app.frame.layerCount = 0;
    CHECK_INT(app_end(), XR_SUCCESS);
    app.frame.layerCount = 1;
    for (unsigned i = 0; i < 10; i++)
        frame(90);
    CHECK(shown_frame() >= 0);
    end();
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

    start("budget_share = 0.5\nbudget_ms = 3\n");
    full_ms = 1;
    for (unsigned i = 0; i < COUNT; i++) {
        mock_settings.told_hz = frames[i].told;
        mock_settings.display_hz = frames[i].display;
        frame(90);
    }
    for (unsigned i = 0; i < LATER; i++) // of the last one it is asked again before long
        frame(90);
    end();
    for (unsigned i = 0; i < COUNT; i++)
        if (fabs(rows[FIRST + i].budget_ms - 500 / frames[i].rate) > 0.002)
            TEST_FAIL("%g Hz are told, and the budget is %g ms, expected half of 1/%g s", frames[i].told,
                      rows[FIRST + i].budget_ms, frames[i].rate);
    CHECK(rows[FIRST + 2].budget_ms == rows[FIRST + 4].budget_ms);
    CHECK(fabs(rows[FIRST + COUNT + LATER - 1].budget_ms - 500.0 / 60) < 0.002);
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
    start("mode = auto\nbudget_ms = 11.1\n");
    full_ms = 18;
    for (unsigned i = 0; i < 400; i++)
        frame(90);
    const unsigned before = originals;
    for (unsigned pause = 0; pause < 2; pause++) {
        busy_waits = 0;
        gpu_is_busy = true;
        for (unsigned i = 0; i < 20 && busy_waits == 0; i++)
            frame(90);
        gpu_is_busy = false;
        CHECK(busy_waits > 0);
        pass((pause == 0 ? 300 : 3000) * MS);
        for (unsigned i = 0; i < 200; i++)
            frame(90);
    }
    CHECK(originals - before < 20);
    end();
    hook_vulkan = NULL;
    app_get_vulkan = mock_get_vulkan;
}

int main(void)
{
    const char *missing = app_open(true);

    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        return TEST_SKIPPED;
    }
    app_close();
    CHECK(mkdtemp(folder) != NULL);
    snprintf(config, sizeof config, "%s/artem.conf", folder);
    snprintf(log_path, sizeof log_path, "%s/frames.csv", folder);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("ARTEM_LOG", "error", 0);
    expect_resolution = SIDE;
    test_step(72, false);
    test_step(90, true);
    test_step(120, false);
    test_async();
    test_auto();
    test_pass_through();
    test_every_other();
    test_fade();
    test_structures();
    test_spaces();
    test_destroyed_spaces();
    test_lives();
    test_lives_still();
    test_pause();
    test_not_projected();
    test_share();
    unlink(log_path);
    unlink(config);
    rmdir(folder);
    return test_result();
}
