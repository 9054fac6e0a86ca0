// SPDX-License-Identifier: Apache-2.0
// The CUDA backend against the CPU's: sequences of frames of every kind, at sizes that change, with the driver's rules
// kept and nothing allocated that was there before.
#include "artem/engine_vulkan.h"
#include "cuda_fixture.h"

static struct artem_network *network;
static struct artem_style *style, *second;

static void run_both(const char *what, struct artem_engine *cuda, struct artem_engine *cpu, struct pictures *p)
{
    struct pictures expected = pictures_twin(p);

    engine_run(cpu, &expected);
    pictures_clear(p);
    engine_run(cuda, p);
    pictures_compare(what, p, &expected);
    pictures_free(&expected);
}

// Lagged frames, a cut, a blank frame, an exact one; a style that changes between them, and a resolution.
static void test_sequence(void)
{
    static const struct view_size sizes[] = {{44, 20}, {12, 28}};
    struct artem_engine *cuda = cuda_make(network, style);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
    static const enum picture kinds[] = {NOISE, NOISE, PATTERN, PATTERN, FLAT, NOISE};
    struct artem_engine_stats cuda_stats, cpu_stats;
    struct pictures p = pictures_of_sizes(sizes, 2);

    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pictures_fill(&p, kinds[i]);
        p.frame.exact = i == 5;
        run_both("sequence", cuda, cpu, &p);
    }
    p.frame.exact = false;
    CHECK_INT(artem_engine_set_style(cuda, second), ARTEM_OK);
    CHECK_INT(artem_engine_set_style(cpu, second), ARTEM_OK);
    run_both("another style", cuda, cpu, &p);
    run_both("another style, again", cuda, cpu, &p);
    p.frame.resolution = 100;
    run_both("another resolution", cuda, cpu, &p);
    artem_engine_get_stats(cuda, &cuda_stats);
    artem_engine_get_stats(cpu, &cpu_stats);
    CHECK_INT(cuda_stats.frames, cpu_stats.frames);
    CHECK_INT(cuda_stats.cuts, cpu_stats.cuts);
    CHECK(cuda_stats.cuts > 0 && cuda_stats.memory_bytes > 0);
    pictures_free(&p);
    artem_engine_destroy(&cuda);
    artem_engine_destroy(&cpu);
    mock_check_empty();
}

// The smallest picture, narrow ones, many at once; then sizes of before, without anything being allocated.
static void test_sizes(void)
{
    static const struct view_size one[] = {{4, 4}}, narrow[] = {{68, 4}, {4, 36}},
                                  many[] = {{8, 4}, {4, 8}, {12, 12}, {4, 4}, {16, 4}, {20, 8}, {4, 12}, {8, 8}};
    const struct {
        const struct view_size *sizes;
        uint32_t views;
    } cases[] = {{one, 1}, {many, 8}, {narrow, 2}, {one, 1}, {narrow, 2}, {many, 8}};
    struct artem_engine *cuda = cuda_make(network, style);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pictures p = pictures_of_sizes(cases[i].sizes, cases[i].views);
        pictures_fill(&p, NOISE);
        mock_reset(0);
        run_both("sizes", cuda, cpu, &p);
        if (i >= 4)
            CHECK_INT(atomic_load(&mock->allocations), 0);
        CHECK(real || atomic_load(&mock->launches) == 1);
        pictures_free(&p);
    }
    artem_engine_destroy(&cuda);
    artem_engine_destroy(&cpu);
    mock_check_empty();
}

static void test_costs(void)
{
    struct artem_engine *cuda = cuda_make(network, style);
    struct pictures p = pictures_alloc(20, 12, 2);
    struct artem_pass passes[ARTEM_PASSES_MAX];
    struct artem_engine_stats stats;

    pictures_fill(&p, NOISE);
    engine_run(cuda, &p);
    for (int i = 0; i < 3; i++) {
        pictures_fill(&p, i == 1 ? PATTERN : NOISE); // a cut among them
        mock_reset(0);
        engine_run(cuda, &p);
        CHECK_INT(atomic_load(&mock->allocations), 0);
        CHECK(real || atomic_load(&mock->launches) == 1);
        CHECK(atomic_load(&mock->calls) < 24);
    }
    artem_engine_get_stats(cuda, &stats);
    CHECK_INT(stats.frames, 4);
    CHECK(stats.milliseconds > 0);
    // Times of passes begin when they are asked for.
    CHECK_INT(artem_engine_get_passes(cuda, passes), 0);
    engine_run(cuda, &p);
    const uint32_t count = artem_engine_get_passes(cuda, passes);
    CHECK_INT(count, 3 + 2 * ARTEM_UNITS + 3); // input, encoder twice; sums and all of each unit; decoder
    CHECK_STR(passes[0].name, "input");
    CHECK_STR(passes[3].name, "sums 1");
    CHECK_STR(passes[4].name, "unit 1");
    CHECK_STR(passes[count - 1].name, "d2");
    artem_engine_destroy(&cuda);
    pictures_free(&p);
    mock_check_empty();
}

// A late frame is picked up later; what the caller may not do in the meantime is refused.
static void test_timeout(void)
{
    struct artem_engine *cuda = cuda_make(network, style);
    struct pictures p = pictures_alloc(20, 12, 1);
    pictures_fill(&p, NOISE);
    struct pictures expected = pictures_twin(&p);

    engine_run(cuda, &expected);
    CHECK_INT(artem_engine_set_style(cuda, style), ARTEM_OK);
    pictures_clear(&p);
    mock->delay_us = 200000;
    CHECK_INT(artem_engine_submit(cuda, &p.frame), ARTEM_OK);
    engine_check_refusals(cuda, &p, second);
    CHECK_INT(artem_engine_wait(cuda, UINT64_MAX - 1), ARTEM_OK);
    CHECK_INT(artem_engine_wait(cuda, 0), ARTEM_ERROR_ARGUMENT);
    pictures_compare("late", &p, &expected);
    mock->delay_us = 20000;
    CHECK_INT(artem_engine_submit(cuda, &p.frame), ARTEM_OK);
    artem_engine_destroy(&cuda); // waits
    mock->delay_us = 0;
    pictures_free(&p);
    pictures_free(&expected);
    mock_check_empty();
}

// Every kind of chip has kernels of its own.
static void test_chips(void)
{
    static const int capabilities[] = {75, 89, 90, 120};

    unsetenv("ARTEM_CUDA_FORM");
    for (unsigned i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++) {
        mock->capability = capabilities[i];
        struct artem_engine *cuda = cuda_make(network, style);
        struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 1);
        struct pictures p = pictures_alloc(36, 20, 1);
        pictures_fill(&p, NOISE);
        run_both("chips", cuda, cpu, &p);
        pictures_free(&p);
        artem_engine_destroy(&cuda);
        artem_engine_destroy(&cpu);
    }
    mock->capability = 90;
    mock_check_empty();
}

// Frames that no block of the largest chips is done with after one tile, in both modes and in each form.
static void test_large(void)
{
    static const char *const forms[] = {"popcount", "xor", "and", "wgmma", "int8", "fp4"};
    static const struct view_size sizes[] = {{1024, 1024}, {1000, 520}};
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 0);
    struct pictures p = pictures_of_sizes(sizes, 2);
    unsigned tested = 0;

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct artem_engine *cuda = NULL;
        setenv("ARTEM_CUDA_FORM", forms[i], 1);
        if (cuda_try(network, &cuda) != ARTEM_OK)
            continue;
        CHECK_INT(artem_engine_set_style(cuda, style), ARTEM_OK);
        CHECK_INT(artem_engine_set_style(cpu, style), ARTEM_OK);
        for (int exact = 0; exact < 2; exact++) {
            pictures_fill(&p, exact == 0 ? NOISE : PATTERN);
            p.frame.exact = exact;
            run_both(forms[i], cuda, cpu, &p);
        }
        artem_engine_destroy(&cuda);
        tested++;
    }
    fprintf(stderr, "large pictures: %u forms of the units' kernels\n", tested);
    CHECK(tested >= 2);
    unsetenv("ARTEM_CUDA_FORM");
    artem_engine_destroy(&cpu);
    pictures_free(&p);
}

// The one that the engine has: the first one, or the first with that name.
static int find_device(void *library)
{
    int (*get_name)(char *name, int size, int device) = (int (*)(char *, int, int))dlsym(library, "cuDeviceGetName");
    const char *wanted = getenv("ARTEM_CUDA_DEVICE");
    char name[256] = "";

    for (int i = 0; wanted != NULL && get_name != NULL && get_name(name, sizeof name, i) == 0; i++)
        if (strstr(name, wanted) != NULL)
            return i;
    return 0;
}

// Of the whole device, by the driver's primary context; 0 if it does not say.
static size_t free_memory(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    int (*retain)(void **context, int device) = (int (*)(void **, int))dlsym(library, "cuDevicePrimaryCtxRetain");
    int (*push)(void *context) = (int (*)(void *))dlsym(library, "cuCtxPushCurrent_v2");
    int (*pop)(void **context) = (int (*)(void **))dlsym(library, "cuCtxPopCurrent_v2");
    int (*get)(size_t * left, size_t * all) = (int (*)(size_t *, size_t *))dlsym(library, "cuMemGetInfo_v2");
    size_t left = 0, all = 0;
    void *context = NULL;

    if (retain != NULL && push != NULL && pop != NULL && get != NULL && retain(&context, find_device(library)) == 0 &&
        push(context) == 0) {
        get(&left, &all);
        pop(&context);
    }
    return left;
}

// ARTEM_GPU_FRAMES frames on a true device, the last one compared, without growth.
static void test_many(void)
{
    const char *frames = getenv("ARTEM_GPU_FRAMES");
    const int count = frames != NULL ? atoi(frames) : 100;
    struct artem_engine *cuda = cuda_make(network, style);
    struct artem_engine *cpu = engine_make(network, style, artem_cpu_detect(), 0);
    struct pictures p = pictures_alloc(320, 352, 2);
    struct artem_engine_stats stats, last;
    bool grows = true;

    pictures_fill(&p, NOISE);
    engine_run(cuda, &p);
    artem_engine_get_stats(cuda, &stats);
    // Other programs use the device's memory too: what grows does so every time.
    for (int tries = 0; tries < 3 && grows; tries++) {
        const size_t before = free_memory();
        for (int i = 0; i < count; i++)
            engine_run(cuda, &p);
        const size_t after = free_memory();
        artem_engine_get_stats(cuda, &last);
        fprintf(stderr, "%d frames of 2 x 320 x 352: %.3f ms the last one; free before %zu, after %zu bytes\n", count,
                last.milliseconds, before, after);
        grows = after + (1 << 20) < before;
    }
    CHECK(last.memory_bytes == stats.memory_bytes);
    CHECK(!grows);
    CHECK_INT(artem_engine_set_style(cuda, style), ARTEM_OK);
    run_both("after many", cuda, cpu, &p);
    pictures_free(&p);
    artem_engine_destroy(&cuda);
    artem_engine_destroy(&cpu);
}

int main(void)
{
    if (!mock_open())
        return TEST_SKIPPED;
    if (!real)
        setenv("ARTEM_CUDA_FORM", "popcount", 1); // the one that is emulated fastest
    network = random_network(77);
    style = random_style(77);
    second = random_style(77);
    calibrate(style, network);
    calibrate(second, network);
    test_sequence();
    test_sizes();
    test_costs();
    if (!real) {
        test_timeout();
        test_chips();
    } else {
        if (getenv("ARTEM_GPU_FRAMES") == NULL) // which is for endurance and for sanitizers
            test_large();
        test_many();
    }
    CHECK_INT(atomic_load(&mock->abandoned), 0); // all was given back one by one
    artem_style_unref(&style);
    artem_style_unref(&second);
    artem_network_unref(&network);
    return test_result();
}
