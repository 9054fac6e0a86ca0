// SPDX-License-Identifier: Apache-2.0
// Devices that fail: each of three, at each of its calls, in each way. The frame comes out as ever, from the others,
// and so do those after it; each loss is counted and logged once. Where all are lost, the frame is, and the engine says
// so.
#include "tiles_fixture.h"

#include "fixture.h"

enum { DEVICES = 3, FRAMES = 4 };
enum fault { REFUSES, LOSES, HANGS, FAULTS }; // submit_step fails, wait fails, wait times out

static struct artem_network *network;
static struct artem_style *style;

// A device on the processor that fails at a call of submit_step or, after it has taken the step, of wait.
struct weak {
    void *cpu;
    bool has_step; // nobody has waited for it
};
static struct plan {
    int device; // counted as they are made
    int at;     // the how-manieth step; 0: none
    enum fault fault;
} plan[DEVICES];
static int made, steps[DEVICES];
static void *owners[DEVICES];

static enum artem_result weak_create(const struct artem_engine_params *params, void **out_backend)
{
    struct weak *weak = calloc(1, sizeof *weak);

    CHECK_INT(artem_backend_cpu.create(params, &weak->cpu), ARTEM_OK);
    steps[made] = 0;
    owners[made++] = weak;
    *out_backend = weak;
    return ARTEM_OK;
}

static int index_of(const void *backend)
{
    int i = 0;

    while (owners[i] != backend)
        i++;
    return i;
}

static bool fails(const void *backend, enum fault fault)
{
    const int i = index_of(backend);

    return plan[i].at > 0 && plan[i].fault == fault && steps[i] == plan[i].at;
}

static void settle(struct weak *weak)
{
    if (weak->has_step)
        CHECK_INT(artem_backend_cpu.wait(weak->cpu, UINT64_MAX), ARTEM_OK);
    weak->has_step = false;
}

static enum artem_result weak_set_style(void *backend, const struct artem_style *with)
{
    return artem_backend_cpu.set_style(((struct weak *)backend)->cpu, with);
}

static enum artem_result weak_submit_step(void *backend, const struct step *step)
{
    struct weak *weak = backend;

    steps[index_of(backend)]++;
    if (fails(backend, REFUSES))
        return ARTEM_ERROR_MEMORY;
    CHECK(!weak->has_step); // one that failed is not asked again
    const enum artem_result result = artem_backend_cpu.submit_step(weak->cpu, step);
    weak->has_step = result == ARTEM_OK;
    return result;
}

static enum artem_result weak_wait(void *backend, uint64_t timeout_ns)
{
    struct weak *weak = backend;

    if (fails(backend, HANGS)) {
        CHECK(timeout_ns < UINT64_MAX);
        settle(weak); // or it would write into the caller's picture later
        weak->has_step = true;
        return ARTEM_TIMEOUT;
    }
    settle(weak);
    return fails(backend, LOSES) ? ARTEM_ERROR_DEVICE : ARTEM_OK;
}

static void weak_stats(const void *backend, struct artem_engine_stats *out_stats)
{
    artem_backend_cpu.stats(((const struct weak *)backend)->cpu, out_stats);
}

static void weak_destroy(void *backend)
{
    struct weak *weak = backend;

    artem_backend_cpu.destroy(weak->cpu);
    free(weak);
}

static const struct artem_backend_ops weak_ops = {
    .name = "weak",
    .create = weak_create,
    .set_style = weak_set_style,
    .submit_step = weak_submit_step,
    .wait = weak_wait,
    .stats = weak_stats,
    .destroy = weak_destroy,
};

static void *make(void)
{
    static const double weights[ARTEM_DEVICES_MAX] = {2, 1, 1};
    struct multi_source sources[DEVICES];

    made = 0;
    for (uint32_t i = 0; i < DEVICES; i++) {
        sources[i] = (struct multi_source){.ops = &weak_ops, .params = {.threads = 1}, .can_be_left = true};
        snprintf(sources[i].name, sizeof sources[i].name, "weak:%u", i);
    }
    fixture_log_clear();
    return tiles_make(network, style, sources, DEVICES, weights);
}

// Live, live, a cut, exact; what one device makes of them.
static struct pictures frames[FRAMES], expected[FRAMES];

static void prepare(void)
{
    static const enum picture kinds[FRAMES] = {NOISE, NOISE, PATTERN, NOISE};
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 1);
    struct artem_engine_stats stats;

    for (int i = 0; i < FRAMES; i++) {
        frames[i] = pictures_alloc(28, 20, 2);
        pictures_fill(&frames[i], kinds[i]);
        frames[i].frame.exact = i == 3;
        expected[i] = pictures_twin(&frames[i]);
        engine_run(one, &expected[i]);
    }
    artem_engine_get_stats(one, &stats);
    CHECK_INT(stats.cuts, 1);
    artem_engine_destroy(&one);
}

static void paint_all(void *multi, uint32_t left)
{
    struct artem_engine_stats stats;

    for (int i = 0; i < FRAMES; i++) {
        tiles_run(multi, &frames[i]);
        pictures_compare("after a failure", &frames[i], &expected[i]);
    }
    CHECK_INT(tiles_used(multi), left);
    artem_backend_multi.stats(multi, &stats);
    CHECK_INT(stats.frames, FRAMES);
    CHECK_INT(stats.cuts, 1);
    CHECK_INT(stats.failed_devices, DEVICES - left);
    CHECK_INT(fixture_log_count("its part of the picture goes to the others"), DEVICES - left);
}

// One device, at each of its steps: lagged frames, the cut's repetition, the exact frame.
static void test_each_call(int device, enum fault fault)
{
    enum { STEPS = 1 + 1 + 1 + 12 + 12 };

    for (int at = 1; at <= STEPS; at++) {
        memset(plan, 0, sizeof plan);
        plan[device].at = at;
        plan[device].fault = fault;
        void *multi = make();
        paint_all(multi, DEVICES - 1);
        CHECK_INT(steps[device], at); // never asked again
        artem_backend_multi.destroy(multi);
    }
    plan[device].at = STEPS + 1;
    void *multi = make();
    paint_all(multi, DEVICES);
    artem_backend_multi.destroy(multi);
}

// The second one goes while the frame is begun anew after the first.
static void test_two(void)
{
    for (int at = 1; at < 14; at += 3) {
        memset(plan, 0, sizeof plan);
        plan[0].at = at;
        plan[0].fault = LOSES;
        plan[2].at = at + 1;
        plan[2].fault = REFUSES;
        void *multi = make();
        paint_all(multi, 1);
        artem_backend_multi.destroy(multi);
    }
}

// Two at the same step.
static void test_together(void)
{
    memset(plan, 0, sizeof plan);
    for (int i = 0; i < 2; i++)
        plan[i].at = 2;
    void *multi = make();
    paint_all(multi, 1);
    artem_backend_multi.destroy(multi);
}

static void test_all(void)
{
    struct artem_engine_stats stats;

    for (int i = 0; i < DEVICES; i++)
        plan[i] = (struct plan){.at = 2 + i, .fault = i == 1 ? REFUSES : LOSES};
    void *multi = make();
    tiles_run(multi, &frames[0]);
    pictures_compare("before", &frames[0], &expected[0]);
    const enum artem_result result = tiles_paint(multi, &frames[1].frame);
    CHECK(result == ARTEM_ERROR_DEVICE || result == ARTEM_ERROR_MEMORY);
    CHECK_INT(fixture_log_count("no device is left"), 1);
    CHECK_INT(tiles_paint(multi, &frames[1].frame), ARTEM_ERROR_DEVICE);
    CHECK_INT(artem_backend_multi.set_style(multi, style), ARTEM_ERROR_DEVICE);
    artem_backend_multi.stats(multi, &stats);
    CHECK_INT(stats.frames, 1);
    CHECK_INT(stats.failed_devices, DEVICES);
    artem_backend_multi.destroy(multi);
}

// With shares by speed: one fails while it is tried, and is planned without.
static void test_trial(void)
{
    struct multi_source sources[DEVICES];
    struct artem_engine *one = engine_make(network, style, artem_cpu_detect(), 2);
    struct pictures p = pictures_alloc(404, 404, 1);

    pictures_smooth(&p);
    p.frame.exact = true;
    struct pictures painted = pictures_twin(&p);
    engine_run(one, &painted);
    for (int at = 1; at <= 3; at++) {
        memset(plan, 0, sizeof plan);
        plan[1].at = at; // the third is of the frame itself
        plan[1].fault = HANGS;
        made = 0;
        for (uint32_t i = 0; i < DEVICES; i++)
            sources[i] =
                (struct multi_source){.ops = &weak_ops, .params = {.threads = 1}, .name = "weak", .can_be_left = true};
        fixture_log_clear();
        void *multi = tiles_make(network, style, sources, DEVICES, NULL);
        tiles_run(multi, &p);
        pictures_compare("trial", &p, &painted);
        CHECK_INT(fixture_log_count("no answer"), at < 3 || steps[1] >= 3);
        artem_backend_multi.destroy(multi);
    }
    pictures_free(&p);
    pictures_free(&painted);
    artem_engine_destroy(&one);
}

int main(void)
{
    fixture_folder();
    network = random_network(77);
    style = random_style(77);
    calibrate(style, network);
    prepare();
    for (int device = 0; device < DEVICES; device++)
        for (int fault = 0; fault < FAULTS; fault++)
            test_each_call(device, (enum fault)fault);
    test_two();
    test_together();
    test_all();
    test_trial();
    for (int i = 0; i < FRAMES; i++) {
        pictures_free(&frames[i]);
        pictures_free(&expected[i]);
    }
    artem_style_unref(&style);
    artem_network_unref(&network);
    return test_result();
}
