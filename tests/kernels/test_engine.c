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

static void gated_encoder_input(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    ungated.encoder_input(rgba, stride, n, v, u);
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
static void test_sequence(const struct view_size *sizes, uint32_t views)
{
    static const enum picture kinds[] = {NOISE, NOISE, FLAT, PATTERN, NOISE, FLAT, PATTERN, NOISE};
    enum { FRAMES = sizeof kinds / sizeof kinds[0] };
    struct artem_engine *engines[ARTEM_CPU_COUNT] = {NULL};
    struct artem_engine_stats stats;
    struct naive naive;
    int blanks = 0;
    uint64_t cuts = 0;

    for (int cpu = 0; cpu < ARTEM_CPU_COUNT; cpu++)
        if (artem_cpu_supported((enum artem_cpu)cpu))
            engines[cpu] = engine_make(network, style, (enum artem_cpu)cpu, 2);
    naive_restart(&naive, network, style);
    for (int i = 0; i < FRAMES; i++) {
        struct pictures p = pictures_of_sizes(sizes, views);
        pictures_fill(&p, kinds[i]);
        p.frame.exact = i == 4 || i == 5;
        struct pictures expected = pictures_twin(&p);
        naive_frame(&naive, &expected.frame);
        blanks += naive.blank;
        cuts += naive.cut;
        for (int cpu = 0; cpu < ARTEM_CPU_COUNT; cpu++) {
            if (engines[cpu] == NULL)
                continue;
            pictures_clear(&p);
            engine_run(engines[cpu], &p);
            pictures_compare(artem_cpu_name((enum artem_cpu)cpu), &p, &expected);
        }
        pictures_free(&p);
        pictures_free(&expected);
    }
    CHECK(cuts > 0 && blanks == 2); // or the sequence tests less than it says
    for (int cpu = 0; cpu < ARTEM_CPU_COUNT; cpu++) {
        if (engines[cpu] == NULL)
            continue;
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
        struct artem_engine_view *left = &p.frame.view[0], *right = &p.frame.view[1];
        right->in_stride = left->in_stride;
        right->out_stride = left->out_stride;
        single.frame.view[0].noise = right->noise = left->noise;
        memcpy(p.in[1], p.in[0], p.size[0]);
        memcpy(single.in[0], p.in[0], p.size[0]);
        pictures_clear(&p);
        engine_run(two, &p);
        engine_run(one, &single);
        pictures_compare("equal views", &single, &p);
        memcpy(p.out[0], p.out[1], p.size[0]);
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

// Frames of other views and sizes: statistics go on, memory only grows. Another resolution: statistics restart.
static void test_changing_views(enum artem_cpu cpu)
{
    static const struct {
        uint32_t resolution, views;
        struct view_size sizes[4];
        bool grows;
    } steps[] = {
        {512, 2, {{20, 12}, {20, 12}}, true},  {512, 1, {{12, 8}}, false},
        {512, 2, {{8, 16}, {20, 12}}, false},  {512, 4, {{28, 20}, {4, 4}, {4, 36}, {40, 4}}, true},
        {512, 2, {{20, 12}, {20, 12}}, false}, {256, 2, {{20, 12}, {20, 12}}, false},
        {256, 1, {{20, 12}}, false},           {0, 1, {{20, 12}}, false},
    };
    struct artem_engine *engine = engine_make(network, style, cpu, 2);
    struct artem_engine_stats stats;
    struct naive naive, fresh;
    uint32_t resolution = 0;
    size_t memory = 0;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct pictures p = pictures_of_sizes(steps[i].sizes, steps[i].views);
        char what[64];
        snprintf(what, sizeof what, "%s, changing views, step %zu", artem_cpu_name(cpu), i);
        pictures_fill(&p, NOISE);
        p.frame.resolution = steps[i].resolution;
        struct pictures expected = pictures_twin(&p), restarted = pictures_twin(&p);
        const bool restarts = i == 0 || resolution != steps[i].resolution;
        if (restarts)
            naive_restart(&naive, network, style);
        resolution = steps[i].resolution;
        naive_frame(&naive, &expected.frame);
        naive_restart(&fresh, network, style);
        naive_frame(&fresh, &restarted.frame);
        CHECK((memcmp(expected.out[0], restarted.out[0], expected.size[0]) == 0) == restarts); // or it cannot be seen

        out_of_memory = !steps[i].grows;
        pictures_clear(&p);
        engine_run(engine, &p);
        out_of_memory = false;
        pictures_compare(what, &p, &expected);
        artem_engine_get_stats(engine, &stats);
        CHECK(steps[i].grows ? stats.memory_bytes > memory : stats.memory_bytes == memory);
        memory = stats.memory_bytes;
        pictures_free(&p);
        pictures_free(&expected);
        pictures_free(&restarted);
    }
    artem_engine_destroy(&engine);
}

// State starts from the calibration after a change of resolution or style, and only then.
static void test_restarts(void)
{
    struct artem_engine *engine = engine_make(network, style, artem_cpu_detect(), 1);
    struct pictures small = pictures_alloc(16, 8, 2), large = pictures_alloc(24, 20, 2),
                    huge = pictures_alloc(48, 40, 2);
    small.frame.resolution = 16;
    large.frame.resolution = 24;
    huge.frame.resolution = 48;
    pictures_fill(&small, NOISE);
    pictures_fill(&large, NOISE);
    pictures_fill(&huge, NOISE);
    struct pictures small_first = pictures_twin(&small), large_first = pictures_twin(&large);
    struct pictures huge_first = pictures_twin(&huge);

    engine_run(engine, &small_first);
    run_one(engine, &small, "moved", NULL);
    CHECK(memcmp(small.out[0], small_first.out[0], small.size[0]) != 0); // or nothing below says anything
    engine_run(engine, &large_first);
    run_one(engine, &small, "resolution changed back", &small_first);
    run_one(engine, &large, "resolution changed", &large_first);

    CHECK_INT(artem_engine_set_style(engine, second), ARTEM_OK);
    run_one(engine, &large, "other style", NULL);
    CHECK(memcmp(large.out[0], large_first.out[0], large.size[0]) != 0);
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
    CHECK_INT(artem_engine_submit(engine, &huge.frame), ARTEM_ERROR_MEMORY);
    run_one(engine, &large, "after a failure", &expected);
    CHECK_INT(artem_engine_submit(engine, &huge.frame), ARTEM_ERROR_MEMORY);
    out_of_memory = false;
    engine_run(same, &huge_first);
    run_one(engine, &huge, "memory is back", &huge_first);

    artem_style_unref(&foreign);
    artem_engine_destroy(&engine);
    artem_engine_destroy(&same);
    pictures_free(&small);
    pictures_free(&large);
    pictures_free(&huge);
    pictures_free(&small_first);
    pictures_free(&large_first);
    pictures_free(&huge_first);
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
    engine_check_refusals(engine, &p, second);
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
    struct pictures p = pictures_alloc(16, 16, ARTEM_MAX_VIEWS);
    struct artem_engine *engine = NULL, *none = NULL;
    const struct artem_engine_frame good = p.frame;

    CHECK_INT(artem_engine_create(NULL, &engine), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_create(&params, NULL), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_engine_create(&params, &engine), ARTEM_ERROR_UNSUPPORTED);
    CHECK(engine == NULL);
    params.backend = "cpu";
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
    REFUSED(view[0].width = 0);
    REFUSED(view[7].width = 18);
    REFUSED(view[1].height = 4100);
    REFUSED(view[0].height = 2);
    REFUSED(views = 0);
    REFUSED(views = ARTEM_MAX_VIEWS + 1);
    REFUSED(view[7].in = NULL);
    REFUSED(view[0].out = NULL);
    REFUSED(view[0].in_stride = 63);
    REFUSED(view[7].out_stride = 63);
    p.frame = good;
    p.frame.view[1].width = p.frame.view[1].height = 4096;
    p.frame.view[1].in_stride = p.frame.view[1].out_stride = 4 * 4096;
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
    test_sequence((struct view_size[]){{12, 8}, {12, 8}}, 2);
    test_sequence((struct view_size[]){{20, 12}}, 1);
    test_sequence((struct view_size[]){{4, 4}, {4, 4}}, 2);
    test_sequence((struct view_size[]){{264, 4}}, 1); // more than one chunk
    test_sequence((struct view_size[]){{8, 4}, {4, 20}, {24, 8}}, 3);
    test_sequence((struct view_size[]){{4, 4}, {4, 8}, {8, 4}, {4, 12}, {12, 4}, {4, 4}, {8, 8}, {4, 20}}, 8);
    for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++)
        if (artem_cpu_supported((enum artem_cpu)cpu))
            test_changing_views((enum artem_cpu)cpu);
    test_equal_views();
    test_restarts();
    test_timeout();
    test_arguments();
    artem_style_unref(&style);
    artem_style_unref(&second);
    artem_network_unref(&network);
    return test_result();
}
