// SPDX-License-Identifier: Apache-2.0
// A step of a frame of which this engine has a tile: the frame's kernels, but that gains come from the CPU and sums go
// there. A frame is many different steps, each of which is waited for: they are launched one kernel after the other,
// not recorded. Halos are computed along with the inside in every kernel.
#include <string.h>

#include "cuda_engine.h"

// Sums and gains lie side by side in the state, so that each way is one copy.
enum {
    SUMS_AT = offsetof(struct artem_cuda_state, sum1),
    GAINS_AT = offsetof(struct artem_cuda_state, a),
};
_Static_assert(sizeof(struct layer_gains) == 2 * sizeof(int16_t[ARTEM_CUDA_CHANNELS]) &&
                   offsetof(struct artem_cuda_state, sum2) > SUMS_AT && GAINS_AT > SUMS_AT,
               "sums, then gains");

static enum artem_result take_tile(struct artem_cuda *cuda, const struct tile *tile)
{
    struct cuda_shape *shape = &cuda->tile;

    if (!cuda_plan_shape(cuda, &tile->frame, shape))
        return ARTEM_ERROR_UNSUPPORTED;
    for (uint32_t v = 0; v < tile->frame.views; v++) {
        const struct tile_rect *inside = &tile->inside[v];
        shape->cells.view[v].inside = (struct artem_cuda_rect){inside->x, inside->y, inside->width, inside->height};
    }
    const enum artem_result result = cuda_place_shape(cuda, shape);
    if (result != ARTEM_OK)
        return result;
    cuda->last = tile->frame;
    cuda_write_frame(cuda, shape, &tile->frame);
    return ARTEM_OK;
}

static void write_gains(struct artem_cuda *cuda)
{
    const struct step *step = &cuda->step;
    struct artem_cuda_state *up = cuda->step_host.data;

    memset((uint8_t *)up + SUMS_AT, 0, sizeof *up - SUMS_AT);
    for (uint32_t layer = step->first; layer < step->end; layer++) {
        memcpy(up->a[layer], step->gains[layer].a, sizeof up->a[layer]);
        memcpy(up->b[layer], step->gains[layer].b, sizeof up->b[layer]);
    }
}

static enum artem_result send(struct artem_cuda *cuda, CUdeviceptr to, const void *from, size_t size)
{
    return cuda_result(cuda, cuda->driver.cuMemcpyHtoDAsync(to, from, size, cuda->stream),
                       "a step cannot be copied to the device");
}

static enum artem_result fetch(struct artem_cuda *cuda, void *to, CUdeviceptr from, size_t size)
{
    return cuda_result(cuda, cuda->driver.cuMemcpyDtoHAsync(to, from, size, cuda->stream),
                       "a step cannot be copied from the device");
}

static enum artem_result send_tile(struct artem_cuda *cuda)
{
    const struct cuda_shape *shape = &cuda->tile;
    enum artem_result result = send(cuda, cuda->frame.address, cuda->frame_host.data, sizeof(struct artem_cuda_frame));

    for (uint32_t v = 0; v < shape->cells.views && result == ARTEM_OK; v++)
        result =
            send(cuda, cuda->pictures.address + shape->offset[v],
                 (const uint8_t *)cuda->staging.data + shape->offset[v], cuda_picture_bytes(&shape->cells.view[v]));
    return result;
}

static enum artem_result run_kernels(struct artem_cuda *cuda)
{
    const struct step *step = &cuda->step;
    const struct artem_cuda_step asked = {
        .input = step->tile != NULL,
        .first = step->first,
        .end = step->end,
        .sums = step->sums,
        .ahead = step->ahead,
        .decode = step->decode,
    };
    const struct artem_cuda_args addresses = cuda_addresses(cuda);
    struct artem_cuda_launch launches[ARTEM_CUDA_LAUNCHES_MAX];
    const uint32_t count =
        artem_cuda_plan_step(&cuda->chip, cuda->form, &cuda->tile.cells, &addresses, &asked, launches);
    enum artem_result result = count > 0 ? ARTEM_OK : ARTEM_ERROR_UNSUPPORTED;

    for (uint32_t i = 0; i < count && result == ARTEM_OK; i++)
        result = cuda_launch_kernel(cuda, &launches[i]);
    return result;
}

static enum artem_result fetch_results(struct artem_cuda *cuda)
{
    const struct cuda_shape *shape = &cuda->tile;
    struct artem_cuda_state *back = (struct artem_cuda_state *)cuda->step_host.data + 1;
    enum artem_result result = ARTEM_OK;

    if (cuda->step.sums || cuda->step.ahead)
        result = fetch(cuda, back->sum1, cuda->state.address + SUMS_AT, GAINS_AT - SUMS_AT);
    for (uint32_t v = 0; v < shape->cells.views && cuda->step.decode && result == ARTEM_OK; v++) {
        const size_t at = cuda_painted_offset(shape, v);
        result = fetch(cuda, (uint8_t *)cuda->staging.data + at, cuda->pictures.address + at,
                       cuda_picture_bytes(&shape->cells.view[v]));
    }
    return result;
}

static enum artem_result launch(struct artem_cuda *cuda)
{
    const struct artem_cuda_state *up = cuda->step_host.data;
    enum artem_result result;

    cuda->stray = true;
    result = cuda_send_style(cuda);
    if (result == ARTEM_OK)
        result = send(cuda, cuda->state.address + SUMS_AT, up->sum1, sizeof *up - SUMS_AT);
    if (result == ARTEM_OK && cuda->step.tile != NULL)
        result = send_tile(cuda);
    if (result == ARTEM_OK)
        result = run_kernels(cuda);
    if (result == ARTEM_OK)
        result = fetch_results(cuda);
    if (result == ARTEM_OK)
        result = cuda_result(cuda, cuda->driver.cuEventRecord(cuda->end, cuda->stream), "an event cannot be recorded");
    return result;
}

static enum artem_result submit(struct artem_cuda *cuda, const struct step *step)
{
    enum artem_result result = ARTEM_OK;

    if (cuda->stray && !cuda_finish(cuda, CUDA_PATIENCE_NS))
        return ARTEM_ERROR_DEVICE;
    result = cuda_create_step_buffer(cuda);
    if (result == ARTEM_OK && step->tile != NULL)
        result = take_tile(cuda, step->tile);
    if (result != ARTEM_OK)
        return result;
    cuda->step = *step;
    cuda->is_step = true;
    write_gains(cuda);
    result = launch(cuda);
    if (result != ARTEM_OK)
        return result;
    cuda->dirty = cuda->stray = false;
    cuda->in_flight = true;
    return ARTEM_OK;
}

enum artem_result cuda_submit_step(struct artem_cuda *cuda, const struct step *step)
{
    enum artem_result result;

    if (cuda->lost || !cuda_enter(cuda))
        return ARTEM_ERROR_DEVICE;
    result = submit(cuda, step);
    cuda_leave(cuda);
    return result;
}

static void read_sums(const struct artem_cuda *cuda, uint32_t layer)
{
    const struct artem_cuda_state *back = (const struct artem_cuda_state *)cuda->step_host.data + 1;
    struct layer_sums *to = &cuda->step.out_sums[layer];

    memcpy(to->s1, back->sum1[layer], sizeof to->s1);
    memcpy(to->s2, back->sum2[layer], sizeof to->s2);
}

void cuda_finish_step(struct artem_cuda *cuda)
{
    const struct step *step = &cuda->step;

    for (uint32_t layer = step->first; layer < step->end && step->sums; layer++)
        read_sums(cuda, layer);
    if (step->ahead)
        read_sums(cuda, step->end);
    if (step->decode)
        cuda_read_pictures(cuda, &cuda->tile);
}
