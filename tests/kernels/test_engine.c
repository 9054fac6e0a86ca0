// SPDX-License-Identifier: Apache-2.0
// The engine against the naive network over sequences of frames, and the rules of its interface.
#include <errno.h>
#include <pthread.h>

#include "engine_fixture.h"

static struct artem_network *network;
static struct artem_style *style, *second;

// Allocation failures on demand (linked with --wrap=aligned_alloc).
static bool out_of_memory;
// NOLINTBEGIN(bugprone-reserved-identifier): the linker wants these names
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    if (out_of_memory) {
        errno = ENOMEM;
        return NULL;
    }
    return __real_aligned_alloc(alignment, size);
}

// A gate at the beginning of each frame (--wrap=artem_kernels_select): while the test holds it, no frame can end,
// however slow the machine is.
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static struct artem_kernels ungated;
void __real_artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu);
void __wrap_artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu);

static void gated_encoder_input(const uint8_t *rgba, uint64_t stride, int n, uint32_t x, uint32_t y, uint8_t *u)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    ungated.encoder_input(rgba, stride, n, x, y, u);
}

void __wrap_artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu)
{
    __real_artem_kernels_select(kernels, cpu);
    ungated = *kernels;
    kernels->encoder_input = gated_encoder_input;
}
// NOLINTEND(bugprone-reserved-identifier)

// Frames of each kind in lagged mode with exact ones in between, on every instruction set: state, blank and cut rules
// all show in the pictures.
static void test_sequence(uint32_t width, uint32_t height, uint32_t views)
{
    static const enum picture kinds[] = {NOISE, NOISE, FLAT, PATTERN, NOISE, FLAT, PATTERN, NOISE};
    enum { LEVELS = ARTEM_CPU_AVX512 + 1, FRAMES = sizeof kinds / sizeof kinds[0] };
    const int levels = (int)artem_cpu_detect() + 1;
    struct artem_engine *engines[LEVELS];
    struct artem_engine_stats stats;
    struct naive naive;
    int blanks = 0;
    uint64_t cuts = 0;

    for (int cpu = 0; cpu < levels; cpu++)
        engines[cpu] = engine_make(network, style, (enum artem_cpu)cpu, 2);
    naive_restart(&naive, network, style);
    for (int i = 0; i < FRAMES; i++) {
        struct pictures p = pictures_alloc(width, height, views);
        pictures_fill(&p, kinds[i]);
        p.frame.exact = i == 4 || i == 5;
        struct pictures expected = pictures_twin(&p);
        naive_frame(&naive, &expected.frame);
        blanks += naive.blank;
        cuts += naive.cut;
        for (int cpu = 0; cpu < levels; cpu++) {
            pictures_clear(&p);
            engine_run(engines[cpu], &p);
            pictures_compare(artem_cpu_name((enum artem_cpu)cpu), &p, &expected);
        }
        pictures_free(&p);
        pictures_free(&expected);
    }
    CHECK(cuts > 0 && blanks == 2); // or the sequence tests less than it says
    for (int cpu = 0; cpu < levels; cpu++) {
        artem_engine_get_stats(engines[cpu], &stats);
        CHECK_INT(stats.frames, FRAMES);
        CHECK_INT(stats.cuts, cuts);
        CHECK(stats.milliseconds > 0 && stats.memory_bytes > 500000);
        artem_engine_destroy(&engines[cpu]);
        CHECK(engines[cpu] == NULL);
    }
}

// Two equal views are styled like one: their statistics are those of one batch.
static void test_equal_views(void)
{
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 2);
    struct artem_engine *two = engine_make(network, style, artem_cpu_detect(), 2);

    for (int i = 0; i < 3; i++) {
        struct pictures p = pictures_alloc(20, 12, 2), single = pictures_alloc(20, 12, 1);
        pictures_fill(&p, i == 1 ? PATTERN : NOISE);
        memcpy(p.in[1], p.in[0], p.size);
        memcpy(single.in[0], p.in[0], p.size);
        p.frame.noise_x[1] = single.frame.noise_x[0] = p.frame.noise_x[0];
        p.frame.noise_y[1] = single.frame.noise_y[0] = p.frame.noise_y[0];
        engine_run(two, &p);
        engine_run(one, &single);
        pictures_compare("equal views", &single, &p);
        memcpy(p.out[0], p.out[1], p.size);
        pictures_compare("equal views", &single, &p);
        pictures_free(&p);
        pictures_free(&single);
    }
    artem_engine_destroy(&one);
    artem_engine_destroy(&two);
}

static void run_one(struct artem_engine *engine, struct pictures *p, const char *what, const struct pictures *expected)
{
    pictures_clear(p);
    engine_run(engine, p);
    if (expected != NULL)
        pictures_compare(what, p, expected);
}

// State starts from the calibration after a change of size or style, and only then.
static void test_restarts(void)
{
    struct artem_engine *engine = engine_make(network, style, artem_cpu_detect(), 1);
    struct pictures small = pictures_alloc(16, 8, 2), large = pictures_alloc(24, 20, 2);
    pictures_fill(&small, NOISE);
    pictures_fill(&large, NOISE);
    struct pictures small_first = pictures_twin(&small), large_first = pictures_twin(&large);

    engine_run(engine, &small_first);
    run_one(engine, &small, "moved", NULL);
    CHECK(memcmp(small.out[0], small_first.out[0], small.size) != 0); // or nothing below says anything
    engine_run(engine, &large_first);
    run_one(engine, &small, "size changed back", &small_first);
    run_one(engine, &large, "size changed", &large_first);

    CHECK_INT(artem_engine_set_style(engine, second), ARTEM_OK);
    run_one(engine, &large, "other style", NULL);
    CHECK(memcmp(large.out[0], large_first.out[0], large.size) != 0);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    run_one(engine, &large, "style changed back", &large_first);

    // Refused styles and sizes change nothing.
    struct artem_engine *same = engine_make(network, style, artem_cpu_detect(), 1);
    struct artem_style *foreign = random_style(network->id + 1);
    struct pictures expected = pictures_twin(&large);
    engine_run(same, &expected);
    engine_run(same, &expected);
    CHECK_INT(artem_engine_set_style(engine, foreign), ARTEM_ERROR_VERSION);
    out_of_memory = true;
    CHECK_INT(artem_engine_submit(engine, &small.frame), ARTEM_ERROR_MEMORY);
    run_one(engine, &large, "after a failure", &expected);
    CHECK_INT(artem_engine_submit(engine, &small.frame), ARTEM_ERROR_MEMORY);
    out_of_memory = false;
    run_one(engine, &small, "memory is back", &small_first);

    artem_style_unref(&foreign);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&same);
    pictures_free(&small);
    pictures_free(&large);
    pictures_free(&small_first);
    pictures_free(&large_first);
    pictures_free(&expected);
}

// A frame that is late is picked up later; what the caller may not do in the meantime is refused.
static void test_timeout(void)
{
    struct artem_engine *engine = engine_make(network, style, ARTEM_CPU_C, 1);
    struct pictures p = pictures_alloc(96, 96, 1);
    pictures_fill(&p, NOISE);
    struct pictures expected = pictures_twin(&p);

    engine_run(engine, &expected);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    pthread_mutex_lock(&gate);
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, 0), ARTEM_TIMEOUT);
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_set_style(engine, second), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_wait(engine, 1000000), ARTEM_TIMEOUT);
    pthread_mutex_unlock(&gate);
    CHECK_INT(artem_engine_wait(engine, UINT64_MAX), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, 0), ARTEM_ERROR_ARGUMENT);
    pictures_compare("late", &p, &expected);

    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_OK);
    artem_engine_destroy(&engine); // waits
    pictures_free(&p);
    pictures_free(&expected);
}

static void test_arguments(void)
{
    struct artem_engine_params params = {.network = network, .backend = "abacus"};
    struct pictures p = pictures_alloc(16, 16, 2);
    struct artem_engine *engine = NULL, *none = NULL;
    const struct artem_engine_frame good = p.frame;

    CHECK_INT(artem_engine_create(NULL, &engine), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_create(&params, NULL), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL);
    params.backend = NULL;
    params.network = NULL;
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_ARGUMENT);
    params.network = network;
    out_of_memory = true;
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_MEMORY);
    out_of_memory = false;
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_OK);
    CHECK_INT(artem_engine_submit(engine, &good), ARTEM_ERROR_ARGUMENT); // no style yet
    CHECK_INT(artem_engine_set_style(engine, NULL), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_set_style(engine, style), ARTEM_OK);
    CHECK_INT(artem_engine_wait(engine, 0), ARTEM_ERROR_ARGUMENT);

#define REFUSED(change)                                                                                                \
    p.frame = good;                                                                                                    \
    p.frame.change;                                                                                                    \
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_ARGUMENT)
    REFUSED(width = 0);
    REFUSED(width = 18);
    REFUSED(height = 4100);
    REFUSED(height = 2);
    REFUSED(views = 0);
    REFUSED(views = 3);
    REFUSED(in[1] = NULL);
    REFUSED(out[0] = NULL);
    REFUSED(in_stride = 63);
    REFUSED(out_stride = 63);
    p.frame = good;
    p.frame.width = p.frame.height = 4096;
    p.frame.in_stride = p.frame.out_stride = 4 * 4096;
    CHECK_INT(artem_engine_submit(engine, &p.frame), ARTEM_ERROR_ARGUMENT); // too large an area
    p.frame = good;
    engine_run(engine, &p);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&none);
    artem_engine_destroy(NULL);
    pictures_free(&p);
}

int main(void)
{
    network = random_network(77);
    style = random_style(77);
    second = random_style(77);
    calibrate(style, network);
    calibrate(second, network);
    test_sequence(12, 8, 2);
    test_sequence(20, 12, 1);
    test_sequence(4, 4, 2);
    test_sequence(264, 4, 1); // more than one chunk
    test_equal_views();
    test_restarts();
    test_timeout();
    test_arguments();
    artem_style_unref(&style);
    artem_style_unref(&second);
    artem_network_unref(&network);
    return test_result();
}
