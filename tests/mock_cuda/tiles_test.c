// SPDX-License-Identifier: Apache-2.0
// Frames that CUDA devices share, with the processor and with each other, against one device: every byte, at odd sizes,
// with every form of the kernels. And CUDA devices that fail in the middle of a frame.
#include "compare_fixture.h"
#include "cuda_fixture.h"
#include "fixture.h"

static struct artem_network *network;
static struct artem_style *style;

static const double even[ARTEM_DEVICES_MAX] = {1, 1}, uneven[ARTEM_DEVICES_MAX] = {3, 2};

static struct multi_source cpu_source(void)
{
    return (struct multi_source){.ops = &artem_backend_cpu, .params = {.threads = 1}, .name = "cpu:0"};
}

static struct multi_source cuda_source(uint32_t n)
{
    struct multi_source source = {.ops = &artem_backend_cuda, .params = {.device = n}, .can_be_left = true};

    snprintf(source.name, sizeof source.name, "cuda:%u", n);
    return source;
}

// Scene cuts, blank and exact frames.
static void test_sequences(void)
{
    static const struct view_size wide[] = {{148, 12}}, tall[] = {{12, 132}, {20, 4}};
    const struct multi_source mixed[] = {cpu_source(), cuda_source(0)}, two[] = {cuda_source(0), cuda_source(1)};

    compare_sequence(network, style, wide, 1, mixed, 2, uneven);
    if (real)
        return;
    atomic_store(&mock->used, 0);
    compare_sequence(network, style, tall, 2, two, 2, uneven);
    CHECK_INT(atomic_load(&mock->used), 3); // both
    mock_check_empty();
}

// A live frame, another one, an exact one; what one device makes of them.
enum { FRAMES = 3 };
static struct pictures frames[FRAMES], expected[FRAMES];

static void prepare(void)
{
    static const struct view_size size[] = {{36, 8}};
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 1);

    for (int i = 0; i < FRAMES; i++) {
        frames[i] = pictures_of_sizes(size, 1);
        pictures_fill(&frames[i], NOISE);
        frames[i].frame.exact = i == 2;
        expected[i] = pictures_twin(&frames[i]);
        engine_run(one, &expected[i]);
    }
    artem_engine_destroy(&one);
}

static void paint_all(const char *what, void *multi)
{
    for (int i = 0; i < FRAMES; i++) {
        tiles_run(multi, &frames[i]);
        pictures_compare(what, &frames[i], &expected[i]);
    }
}

static void test_chips(void)
{
    static const int capabilities[] = {75, 89, 90, 120};
    const struct multi_source mixed[] = {cuda_source(0), cpu_source()};

    unsetenv("ARTEM_CUDA_FORM");
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++) {
        mock->capability = capabilities[i];
        void *multi = tiles_make(network, style, mixed, 2, even);
        for (int k = 0; k < FRAMES; k += 2) { // live, exact
            tiles_run(multi, &frames[k]);
            pictures_compare("chips", &frames[k], &expected[k]);
        }
        CHECK_INT(tiles_used(multi), 2);
        artem_backend_multi.destroy(multi);
    }
    mock->capability = 90;
    setenv("ARTEM_CUDA_FORM", "popcount", 1);
    mock_check_empty();
}

// The call `at` of the driver fails, or the device is lost there. False: there are not as many.
static bool test_fault(int at, bool lost)
{
    const struct multi_source mixed[] = {cpu_source(), cuda_source(0)};
    struct artem_engine_stats stats;

    fixture_log_clear();
    void *multi = tiles_make(network, style, mixed, 2, even);
    mock_reset(lost ? 0 : at);
    mock->lose_at = lost ? at : 0;
    paint_all("after a failure", multi);
    const bool any = atomic_load(&mock->calls) >= at;
    artem_backend_multi.stats(multi, &stats);
    CHECK_INT(stats.frames, FRAMES);
    CHECK_INT(stats.failed_devices, any);
    CHECK_INT(fixture_log_count("its part of the picture goes to the others"), any);
    CHECK_INT(tiles_used(multi), any ? 1 : 2);
    artem_backend_multi.destroy(multi);
    mock_reset(0);
    mock_check_empty();
    return any;
}

static void test_faults(void)
{
    int at = 1;

    while (test_fault(at, false))
        at += at < 16 ? 5 : at / 2; // each costs an engine
    CHECK(at > 100);                // or hardly anything was tested
    for (at = 2; at < 160; at += 75)
        test_fault(at, true);
}

// All of a list.
static void test_all_lost(void)
{
    const struct multi_source two[] = {cuda_source(0), cuda_source(1)};

    fixture_log_clear();
    void *multi = tiles_make(network, style, two, 2, even);
    tiles_run(multi, &frames[0]);
    pictures_compare("before", &frames[0], &expected[0]);
    mock_reset(0);
    mock->lose_at = 12;
    CHECK_INT(tiles_paint(multi, &frames[1].frame), ARTEM_ERROR_DEVICE);
    CHECK_INT(fixture_log_count("no device is left"), 1);
    artem_backend_multi.destroy(multi);
    mock_reset(0);
    mock_check_empty();
}

// By name, as users write it.
static void test_list(void)
{
    static const char *const lists[] = {"cuda:0,cpu:0", "cuda:1,cuda:0"};
    struct artem_device_report reports[ARTEM_DEVICES_MAX];
    struct artem_engine *engine = NULL;

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct artem_engine_params params = {.devices = lists[i], .threads = 1, .network = network};
        atomic_store(&mock->used, 0);
        CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
        CHECK_INT(atomic_load(&mock->used), i == 0 ? 1 : 3);
        CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
        pictures_clear(&frames[0]);
        engine_run(engine, &frames[0]);
        pictures_compare(lists[i], &frames[0], &expected[0]);
        CHECK_INT(artem_engine_get_devices(engine, reports), 2);
        CHECK_STR(reports[0].name, i == 0 ? "cuda:0" : "cuda:1");
        artem_engine_destroy(&engine);
    }
    const struct artem_engine_params beyond = {.devices = "cpu:0,cuda:2", .network = network};
    fixture_log_clear();
    CHECK_INT(artem_engine_create(&beyond, &engine), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL);
    CHECK_INT(fixture_log_count("there is no CUDA device 2, only 2"), 1);
    // Of those of a name.
    setenv("ARTEM_CUDA_DEVICE", "ock 1", 1);
    const struct artem_engine_params named = {.devices = "cuda:0", .network = network};
    atomic_store(&mock->used, 0);
    CHECK_INT(artem_engine_create(&named, &engine), ARTEM_OK);
    CHECK_INT(atomic_load(&mock->used), 2);
    artem_engine_destroy(&engine);
    unsetenv("ARTEM_CUDA_DEVICE");
    mock_check_empty();
}

int main(void)
{
    fixture_folder();
    if (!mock_open())
        return TEST_SKIPPED;
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    prepare();
    if (!real) {
        setenv("ARTEM_CUDA_FORM", "popcount", 1); // the one that is emulated fastest
        mock->devices = 2;
    }
    test_sequences();
    if (!real) {
        test_chips();
        test_faults();
        test_all_lost();
        test_list();
    }
    for (int i = 0; i < FRAMES; i++) {
        pictures_free(&frames[i]);
        pictures_free(&expected[i]);
    }
    artem_style_unref(&style);
    artem_network_unref(&network);
    return test_result();
}
