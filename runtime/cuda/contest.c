// SPDX-License-Identifier: Apache-2.0
// How fast a form of the units' kernels is on this very device: which of two is faster is known for no chip in advance.
#include "cuda_engine.h"
#include "kernels/cuda/geometry.h"

enum {
    TILES = 4, // for each multiprocessor: two, one after the other, for each block that it has room for
    WIDE = 32, // of them side by side
    LAUNCHES_MAX = 1024,
};
static const float enough_ms = 1;
static const unsigned noise = 0x5a695a69; // half of its bits: memory whose contents do not matter

static bool make_shape(const struct artem_cuda *cuda, struct artem_cuda_shape *out_shape)
{
    const uint32_t tiles = TILES * cuda->chip.multiprocessors;
    const uint32_t wide = tiles < WIDE ? tiles : WIDE, high = (tiles + WIDE - 1) / WIDE;
    const uint32_t qw = wide * ARTEM_CUDA_TILE_W, qh = (high < 64 ? high : 64) * ARTEM_CUDA_TILE_H;

    return artem_cuda_make_shape(1, &qw, &qh, out_shape);
}

// The first unit, in a frame whose statistics are known.
static enum artem_result find_launch(const struct artem_cuda *cuda, enum artem_cuda_form form,
                                     const struct artem_cuda_shape *shape, struct artem_cuda_launch *out_launch)
{
    const struct artem_cuda_args addresses = cuda_addresses(cuda);
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    const uint32_t count = artem_cuda_plan(&cuda->chip, form, shape, &addresses, launches);

    for (uint32_t i = 0; i < count; i++)
        if (launches[i].args.layer == 1 && launches[i].args.pass == ARTEM_CUDA_PASS_APPLY) {
            *out_launch = launches[i];
            return ARTEM_OK;
        }
    return ARTEM_ERROR_UNSUPPORTED;
}

// So many launches; *out_ms is negative where the driver does not tell.
static enum artem_result run(struct artem_cuda *cuda, const struct artem_cuda_launch *launch, int count, float *out_ms)
{
    const struct cuda_driver *d = &cuda->driver;
    enum artem_result result =
        cuda_result(cuda, d->cuEventRecord(cuda->begin, cuda->stream), "an event cannot be recorded");

    for (int i = 0; i < count && result == ARTEM_OK; i++)
        result = cuda_launch_kernel(cuda, launch);
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventRecord(cuda->end, cuda->stream), "an event cannot be recorded");
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventSynchronize(cuda->end), "the units' kernels do not run");
    if (result == ARTEM_OK && d->cuEventElapsedTime(out_ms, cuda->begin, cuda->end) != CUDA_SUCCESS)
        *out_ms = -1;
    return result;
}

// After one that warms up, twice as many each time, until there is something to measure.
static enum artem_result time_launches(struct artem_cuda *cuda, const struct artem_cuda_launch *launch, float *out_us)
{
    float ms = 0;
    enum artem_result result = run(cuda, launch, 1, &ms);
    int count = 1;

    while (result == ARTEM_OK && ms >= 0 && ms < enough_ms && count < LAUNCHES_MAX) {
        count *= 2;
        result = run(cuda, launch, count, &ms);
    }
    *out_us = ms > 0 ? 1e3f * ms / (float)count : 0;
    return result;
}

enum artem_result cuda_time_form(struct artem_cuda *cuda, enum artem_cuda_form form, float *out_us)
{
    struct cuda_shape shape = {.marked = false};
    struct artem_cuda_launch launch;
    enum artem_result result;

    *out_us = 0;
    if (!make_shape(cuda, &shape.cells))
        return ARTEM_ERROR_UNSUPPORTED;
    result = cuda_place_shape(cuda, &shape);
    if (result == ARTEM_OK)
        result = find_launch(cuda, form, &shape.cells, &launch);
    if (result != ARTEM_OK)
        return result;
    cuda->stray = true;
    result =
        cuda_result(cuda, cuda->driver.cuMemsetD32Async(cuda->arena.address, noise, cuda->arena.size / 4, cuda->stream),
                    "the arena cannot be filled");
    if (result == ARTEM_OK)
        result = time_launches(cuda, &launch, out_us);
    return result;
}
