// SPDX-License-Identifier: Apache-2.0
// usage: soak LAYER SECONDS [--bare]
// The shipped library under an app at full speed, for a long time: styles switch, swapchains change size, sessions and
// instances end and begin with the library unloaded in between, logs and recordings come and go, the budget and the
// machine's load change. Memory, descriptors and threads must stay what they were, and every frame must arrive.
// --bare: the same without the layer, to know what the drivers and the test itself need.
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app.h"
#include "fake_engine.h"
#include "layer_file.h"
#include "measure.h"
#include "test.h"

struct fake_engine_state fake_engine; // the app looks at it; here it stays empty

#ifdef SOAK_SANITIZED
enum { WATCHES_MEMORY = false }; // sanitizers keep some of their own, and look for leaks themselves
#else
enum { WATCHES_MEMORY = true };
#endif

enum {
    SAMPLES_MAX = 20000,
    WARM_UP = WATCHES_MEMORY ? 3 : 0,              // cycles
    CYCLES_MIN = WATCHES_MEMORY ? WARM_UP + 3 : 1, // or there is nothing to compare
    SESSIONS = 2,
    SIZES = 3,          // of swapchains in a session
    SETTINGS_EACH = 10, // frames
    LOADERS = 2,
    LONG = 600 // seconds
};
// Drivers and C library grow for the first minutes; only after that is the whole process flat.
static const double heap_limit_mib = 0.25, resident_limit_mib = 1.0, resident_limit_short_mib = 8.0;

static char folder[] = "/tmp/artem-soak.XXXXXX", config[64];
static struct sample samples[SAMPLES_MAX];
static size_t sample_count;
static unsigned frames_each = 20; // of one size
static unsigned long sent, arrived, styled, settings_serial;
static unsigned random_state = 1;
static atomic_bool loaded, stop;
static double slowest_ms, sum_ms;

static unsigned roll(unsigned below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 16) % below;
}

static void *burn(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        if (!atomic_load(&loaded))
            usleep(2000);
    }
    return NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    return ftw->level > 0 ? remove(path) : 0;
}

static void clean_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void change_settings(void)
{
    static const char *const styles[] = {"great_wave", "starry_night", "the_scream", "udnie", "nonesuch"};
    static const char *const budgets[] = {"0", "0", "0", "0", "11.1", "0.5"};
    char fresh[80];

    snprintf(fresh, sizeof fresh, "%s.new", config);
    FILE *file = fopen(fresh, "we");
    CHECK(file != NULL);
    fprintf(file,
            "[artem]\nenabled = %s\nstyle = %s\nbackend = cpu\nresolution = %u\nbudget_ms = %s\nstrength = 0.%u\n",
            roll(8) == 0 ? "off" : "on", styles[roll(20) == 0 ? 4 : roll(4)], 64 + 16 * roll(4), budgets[roll(6)],
            roll(10));
    if (roll(3) == 0)
        fprintf(file, "blend_style = %s\nblend = 0.%u\n", styles[roll(4)], roll(10));
    if (roll(3) == 0)
        fprintf(file, "log_file = %s/frames%u.%s\n", folder, roll(3), roll(2) ? "csv" : "jsonl");
    if (roll(6) == 0)
        fprintf(file, "record = %s/recording%lu\nrecord_frames = %u\n", folder, settings_serial, 1 + roll(10));
    if (roll(10) == 0)
        fprintf(file, "strength = %u\n", 2 + roll(5)); // a mistake: the last good settings stay
    fclose(file);
    CHECK_INT(rename(fresh, config), 0);
    settings_serial++;
    atomic_store(&loaded, roll(4) == 0);
}

static void one_frame(void)
{
    const unsigned before = mock_count_frames();

    app_begin_frame();
    app_draw_all();
    const double begin = now_s();
    CHECK_INT(app_end(), XR_SUCCESS);
    const double ms = (now_s() - begin) * 1e3;
    sum_ms += ms;
    slowest_ms = ms > slowest_ms ? ms : slowest_ms;
    sent++;
    arrived += mock_count_frames() > before && mock_get_frame()->result == XR_SUCCESS;
    styled += mock_get_frame()->view_count > 0 && !mock_get_frame()->views[0].claimed;
}

static void one_size(int64_t format)
{
    XrSwapchainCreateInfo info = app_swapchain_info();

    info.width = 64 + 16 * roll(8);
    info.height = 64 + 16 * roll(8);
    info.format = format;
    app_show_views(&info);
    for (unsigned i = 0; i < frames_each; i++) {
        if (i % SETTINGS_EACH == 0)
            change_settings();
        one_frame();
    }
    app_remove_swapchains();
}

static void unpaced(void)
{
    mock_settings.pixels = false;
}

static void one_cycle(void)
{
    static const int64_t formats[] = {VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R16G16B16A16_SFLOAT,
                                      VK_FORMAT_A2B10G10R10_UNORM_PACK32};

    change_settings();
    CHECK(app_open(false) == NULL);
    layer_file_follow_instance();
    for (unsigned s = 0; s < SESSIONS; s++) {
        const int64_t format = formats[roll(4)];

        app_begin_session(XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO);
        for (unsigned i = 0; i < SIZES; i++)
            one_size(format);
        app_end_session();
    }
    app_close();
    CHECK(!layer_file_is_loaded());
    clean_folder();
    if (sample_count < SAMPLES_MAX)
        sample_take(&samples[sample_count++]);
}

static void tell(double seconds)
{
    const struct sample *s = &samples[sample_count - 1];

    printf(
        "%6.0f s: %zu cycles, %lu frames (%lu styled), heap %.2f MiB, resident %.2f MiB, %u descriptors, %u threads\n",
        seconds, sample_count, sent, styled, s->heap_mib, s->resident_mib, s->descriptors, s->threads);
    fflush(stdout);
}

static void judge(double seconds, bool bare)
{
    struct growth growth;

    CHECK(sample_count >= CYCLES_MIN);
    if (sample_count < CYCLES_MIN)
        return;
    growth_find(samples + WARM_UP, sample_count - WARM_UP, &growth);
    printf("\n%s, %.0f s, %zu instances, %zu sessions, %lu changes of settings\n", bare ? "without the layer" : "layer",
           seconds, sample_count, sample_count * SESSIONS, settings_serial);
    printf("frames: %lu sent, %lu arrived, %lu styled; xrEndFrame %.2f ms on average, %.1f ms at most\n", sent, arrived,
           styled, sum_ms / (double)sent, slowest_ms);
    printf("heap: %.2f to %.2f MiB, grown by %+.2f; resident: %.2f to %.2f MiB, grown by %+.2f\n", growth.low.heap_mib,
           growth.high.heap_mib, growth.heap_mib, growth.low.resident_mib, growth.high.resident_mib,
           growth.resident_mib);
    printf("descriptors: %u to %u, threads: %u to %u\n", growth.low.descriptors, growth.high.descriptors,
           growth.low.threads, growth.high.threads);
    CHECK_INT(arrived, sent);
    CHECK(bare ? styled == 0 : styled > sent / 20);
    if (WATCHES_MEMORY) {
        CHECK(growth.high.heap_mib - growth.low.heap_mib <= heap_limit_mib);
        CHECK(growth.resident_mib <= (seconds < LONG ? resident_limit_short_mib : resident_limit_mib));
    }
    CHECK_INT(growth.high.descriptors, growth.low.descriptors);
    CHECK_INT(growth.high.threads, growth.low.threads);
}

int main(int argc, char **argv)
{
    pthread_t loaders[LOADERS];
    double last = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: soak LAYER SECONDS [--bare]\n");
        return 2;
    }
    const bool bare = argc > 3 && strcmp(argv[3], "--bare") == 0;
    const double limit = atof(argv[2]);
    if (limit >= LONG)
        frames_each = 100;
    layer_file = argv[1];
    app_without_layer = bare;
    CHECK(mkdtemp(folder) != NULL);
    snprintf(config, sizeof config, "%s/artem.conf", folder);
    setenv("ARTEM_CONFIG", config, 1);
    setenv("ARTEM_LOG", "error:/dev/null", 0);
    setenv("XDG_CACHE_HOME", folder, 1);
    setenv("XDG_DATA_HOME", folder, 1);
    setenv("ARTEM_TEST_VALIDATION", "off", 0);
    app_before_open = unpaced;
    change_settings();
    const char *missing = app_open(false);
    if (missing != NULL) {
        fprintf(stderr, "skipped: %s\n", missing);
        rmdir(folder);
        return TEST_SKIPPED;
    }
    layer_file_follow_instance();
    app_close();
    for (int i = 0; i < LOADERS; i++)
        CHECK_INT(pthread_create(&loaders[i], NULL, burn, NULL), 0);
    const double begin = now_s();
    while (now_s() - begin < limit || sample_count < CYCLES_MIN) {
        one_cycle();
        if (now_s() - last >= 60) {
            tell(now_s() - begin);
            last = now_s();
        }
    }
    atomic_store(&stop, true);
    for (int i = 0; i < LOADERS; i++)
        pthread_join(loaders[i], NULL);
    judge(now_s() - begin, bare);
    clean_folder();
    rmdir(folder);
    return test_result();
}
