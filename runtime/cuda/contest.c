// SPDX-License-Identifier: Apache-2.0
// Which form of the units' kernels is the fastest on this very device: that is known for no chip in advance.
#include "cuda_engine.h"
#include "kernels/cuda/geometry.h"

enum {
    TILES = 4, // for each multiprocessor: two, one after the other, for each block that it has room for
    WIDE = 32, // of them side by side
    HIGH_MAX = 64,
    LAUNCHES_MAX = 1024, // that are timed as one
    ROUNDS = 2,
};
static const float enough_ms = 1;
static const float clearly = 0.97f; // a later form has to be that much faster, so that two equal ones do not take turns
static const unsigned noise = 0x5a695a69; // half of its bits: memory whose contents do not matter

struct runner {
    enum artem_cuda_form form;
    struct artem_cuda_launch launch; // of the first unit, in a frame whose statistics are known
    int count;                       // launches that take long enough to be timed
    float best_ms;                   // of as many
};

static bool make_shape(const struct artem_cuda *cuda, struct artem_cuda_shape *out_shape)
{
    const uint32_t tiles = TILES * cuda->chip.multiprocessors;
    const uint32_t wide = tiles < WIDE ? tiles : WIDE, high = (tiles + WIDE - 1) / WIDE;
    const uint32_t qw = wide * ARTEM_CUDA_TILE_W, qh = (high < HIGH_MAX ? high : HIGH_MAX) * ARTEM_CUDA_TILE_H;

    return artem_cuda_make_shape(1, &qw, &qh, out_shape);
}

static bool find_launch(const struct artem_cuda *cuda, const struct artem_cuda_shape *shape, struct runner *runner)
{
    const struct artem_cuda_args addresses = cuda_addresses(cuda);
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    const uint32_t count = artem_cuda_plan(&cuda->chip, runner->form, shape, &addresses, launches);

    for (uint32_t i = 0; i < count; i++)
        if (launches[i].args.layer == 1 && launches[i].args.pass == ARTEM_CUDA_PASS_APPLY) {
            runner->launch = launches[i];
            return true;
        }
    return false;
}

// So many launches; *out_ms is negative where the driver does not tell.
static enum artem_result run(struct artem_cuda *cuda, const struct runner *runner, float *out_ms)
{
    const struct cuda_driver *d = &cuda->driver;
    enum artem_result result =
        cuda_result(cuda, d->cuEventRecord(cuda->begin, cuda->stream), "an event cannot be recorded");

    cuda->stray = true;
    for (int i = 0; i < runner->count && result == ARTEM_OK; i++)
        result = cuda_launch_kernel(cuda, &runner->launch);
    if (result != ARTEM_OK)
        return result;
    if (!cuda_finish(cuda, CUDA_PATIENCE_NS)) // and records the end
        return ARTEM_ERROR_DEVICE;
    if (d->cuEventElapsedTime(out_ms, cuda->begin, cuda->end) != CUDA_SUCCESS)
        *out_ms = -1;
    return ARTEM_OK;
}

// One to warm up, then twice as many each time, until there is something to measure.
static enum artem_result warm(struct artem_cuda *cuda, struct runner *runner)
{
    enum artem_result result;
    float ms;

    runner->count = 1;
    result = run(cuda, runner, &ms);
    if (result == ARTEM_OK)
        result = run(cuda, runner, &ms);
    while (result == ARTEM_OK && ms >= 0 && ms < enough_ms && runner->count < LAUNCHES_MAX) {
        runner->count *= 2;
        result = run(cuda, runner, &ms);
    }
    runner->best_ms = ms;
    return result;
}

// In turns, so that a clock that rises is none's advantage.
static enum artem_result race(struct artem_cuda *cuda, struct runner *runners, uint32_t count)
{
    enum artem_result result = ARTEM_OK;

    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++)
        result = warm(cuda, &runners[i]);
    for (uint32_t i = 0; i < (ROUNDS - 1) * count && result == ARTEM_OK; i++) {
        struct runner *runner = &runners[i % count];
        float ms;
        result = run(cuda, runner, &ms);
        if (result == ARTEM_OK && ms < runner->best_ms)
            runner->best_ms = ms;
    }
    return result;
}

static void pick(struct artem_cuda *cuda, const struct runner *runners, uint32_t count)
{
    float best = 0;

    for (uint32_t i = 0; i < count; i++) {
        const float us = 1e3f * runners[i].best_ms / (float)runners[i].count;
        if (us <= 0)
            return; // there are no times: the first one, or the best so far
        cuda_log(cuda->host, ARTEM_LOG_DEBUG, "CUDA: a unit by the %s kernels: %.2f us",
                 artem_cuda_form_name(runners[i].form), us);
        if (i == 0 || us < clearly * best) {
            cuda->form = runners[i].form;
            best = us;
        }
    }
}

static enum artem_result prepare(struct artem_cuda *cuda, const enum artem_cuda_form *forms, uint32_t count,
                                 struct runner *runners)
{
    struct cuda_shape shape = {.marked = false};
    enum artem_result result;

    if (!make_shape(cuda, &shape.cells))
        return ARTEM_ERROR_UNSUPPORTED;
    result = cuda_place_shape(cuda, &shape);
    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++) {
        runners[i] = (struct runner){.form = forms[i]};
        if (!find_launch(cuda, &shape.cells, &runners[i]))
            return ARTEM_ERROR_UNSUPPORTED;
    }
    if (result != ARTEM_OK)
        return result;
    cuda->stray = true;
    return cuda_result(cuda,
                       cuda->driver.cuMemsetD32Async(cuda->arena.address, noise, cuda->arena.size / 4, cuda->stream),
                       "the arena cannot be filled");
}

enum artem_result cuda_pick_fastest(struct artem_cuda *cuda, const enum artem_cuda_form *forms, uint32_t count)
{
    struct runner runners[ARTEM_CUDA_FORM_COUNT];
    enum artem_result result;

    cuda->form = forms[0];
    if (!cuda_enter(cuda))
        return ARTEM_ERROR_DEVICE;
    result = prepare(cuda, forms, count, runners);
    if (result == ARTEM_OK)
        result = race(cuda, runners, count);
    if (result == ARTEM_OK)
        pick(cuda, runners, count);
    else
        cuda_log(cuda->host, ARTEM_LOG_WARN, "CUDA: the kernels cannot be timed; %s is used",
                 artem_cuda_form_name(cuda->form));
    if (!cuda->stuck)
        cuda_finish(cuda, CUDA_PATIENCE_NS);
    if (!cuda->stuck)
        cuda_release_arena(cuda);
    cuda_leave(cuda);
    return cuda->lost || cuda->stuck ? ARTEM_ERROR_DEVICE : ARTEM_OK;
}
