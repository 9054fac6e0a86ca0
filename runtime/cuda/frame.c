// SPDX-License-Identifier: Apache-2.0
// Frames: what the CPU writes before one, its launch, what the CPU reads after it.
#include <string.h>
#include <time.h>

#include "cuda_engine.h"

static const uint64_t poll_ns = 20000, poll_max_ns = 500000;

enum artem_result cuda_set_style(struct artem_cuda *cuda, const struct artem_style *style)
{
    if (cuda->stray && cuda_enter(cuda)) { // it may still read the old one
        cuda_finish(cuda, CUDA_PATIENCE_NS);
        cuda_leave(cuda);
    }
    if (cuda->lost)
        return ARTEM_ERROR_DEVICE;
    cuda_pack_style(style, cuda->style_host.data);
    cuda->dirty = cuda->restart = true;
    return ARTEM_OK;
}

static void copy_rows(uint8_t *to, size_t to_stride, const uint8_t *from, size_t from_stride, size_t row, size_t rows)
{
    for (size_t y = 0; y < rows; y++)
        memcpy(to + y * to_stride, from + y * from_stride, row);
}

static struct artem_cuda_buffer *to_buffer(uint64_t handle)
{
    return (struct artem_cuda_buffer *)(uintptr_t)handle; // NOLINT(performance-no-int-to-ptr)
}

void cuda_write_frame(struct artem_cuda *cuda, const struct cuda_shape *shape, const struct artem_engine_frame *frame)
{
    struct artem_cuda_frame *data = cuda->frame_host.data;

    memset(data, 0, sizeof *data);
    data->restart = cuda->restart;
    data->wants_exact = frame->exact;
    for (uint32_t v = 0; v < frame->views; v++) {
        const struct artem_engine_view *view = &frame->view[v];
        struct artem_cuda_picture *picture = &data->picture[v];
        const size_t row = (size_t)view->width * 4;

        picture->density = view->noise.density;
        for (int i = 0; i < 9; i++)
            picture->map[i] = view->noise.m[i];
        if (shape->own[v]) {
            picture->in = cuda->pictures.address + shape->offset[v];
            picture->out = cuda->pictures.address + cuda_painted_offset(shape, v);
            copy_rows((uint8_t *)cuda->staging.data + shape->offset[v], row, view->in, view->in_stride, row,
                      view->height);
        } else {
            picture->in = to_buffer(view->in_buffer)->address;
            picture->out = to_buffer(view->out_buffer)->address;
        }
    }
}

enum artem_result cuda_send_style(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;

    if (!cuda->dirty)
        return ARTEM_OK;
    cuda->stray = true;
    return cuda_result(cuda,
                       d->cuMemcpyHtoDAsync(cuda->style.address, cuda->style_host.data, cuda->style.size, cuda->stream),
                       "the style cannot be copied");
}

// The work of a frame, in the stream. What was launched is never left without its end: the caller of a frame that
// failed half-way does not know of it, but the next call does.
static enum artem_result launch(struct artem_cuda *cuda, const struct artem_cuda_sync *sync)
{
    const struct cuda_driver *d = &cuda->driver;
    const CUDA_EXTERNAL_SEMAPHORE_PARAMS ready = {.value = sync != NULL && cuda->timeline ? sync->ready : 0};
    const CUDA_EXTERNAL_SEMAPHORE_PARAMS done = {.value = sync != NULL && cuda->timeline ? sync->done : 0};
    enum artem_result result = ARTEM_OK;

    if (sync != NULL) {
        result = cuda_result(cuda, d->cuWaitExternalSemaphoresAsync(&cuda->ready, &ready, 1, cuda->stream),
                             "Vulkan's work cannot be waited for");
        cuda->stray = result == ARTEM_OK;
    }
    if (result == ARTEM_OK)
        result = cuda_send_style(cuda);
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventRecord(cuda->begin, cuda->stream), "an event cannot be recorded");
    if (result == ARTEM_OK) {
        cuda->stray = true;
        result = cuda_result(cuda, d->cuGraphLaunch(cuda->running->exec, cuda->stream), "the frame cannot be launched");
    }
    if (result == ARTEM_OK && sync != NULL)
        result = cuda_result(cuda, d->cuSignalExternalSemaphoresAsync(&cuda->done, &done, 1, cuda->stream),
                             "Vulkan cannot be told of the end");
    if (result == ARTEM_OK)
        result = cuda_result(cuda, d->cuEventRecord(cuda->end, cuda->stream), "an event cannot be recorded");
    return result;
}

static enum artem_result submit(struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                                const struct artem_cuda_sync *sync)
{
    struct cuda_shape shape;
    enum artem_result result = ARTEM_OK;

    if (!cuda_plan_shape(cuda, frame, &shape))
        return ARTEM_ERROR_UNSUPPORTED;
    if (cuda->stray && !cuda_finish(cuda, CUDA_PATIENCE_NS))
        return ARTEM_ERROR_DEVICE;
    result = cuda_place_shape(cuda, &shape);
    if (result == ARTEM_OK)
        result = cuda_find_graph(cuda, &shape, &cuda->running);
    if (result != ARTEM_OK)
        return result;
    cuda->restart = cuda->restart || cuda->resolution != frame->resolution;
    cuda->last = *frame;
    cuda->is_step = false;
    cuda_write_frame(cuda, &shape, frame);
    result = launch(cuda, sync);
    if (result != ARTEM_OK) {
        if (sync != NULL && cuda->stray) // the pictures are taken back now, and what was launched still reads them
            cuda_finish(cuda, CUDA_PATIENCE_NS);
        return result;
    }
    cuda->resolution = frame->resolution;
    cuda->dirty = cuda->restart = cuda->stray = false;
    cuda->in_flight = true;
    return ARTEM_OK;
}

enum artem_result cuda_submit(struct artem_cuda *cuda, const struct artem_engine_frame *frame,
                              const struct artem_cuda_sync *sync)
{
    enum artem_result result;

    if (cuda->lost || !cuda_enter(cuda))
        return ARTEM_ERROR_DEVICE;
    result = submit(cuda, frame, sync);
    cuda_leave(cuda);
    return result;
}

// ---- After it ----

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// CUDA has no wait with a limit.
static CUresult wait_for_end(struct artem_cuda *cuda, uint64_t timeout_ns)
{
    const struct cuda_driver *d = &cuda->driver;
    const uint64_t begin = now_ns();
    uint64_t pause = poll_ns;
    CUresult result;

    if (timeout_ns == UINT64_MAX)
        return d->cuEventSynchronize(cuda->end);
    while ((result = d->cuEventQuery(cuda->end)) == CUDA_ERROR_NOT_READY) {
        const uint64_t passed = now_ns() - begin;
        if (passed >= timeout_ns)
            break;
        pause = pause < poll_max_ns ? pause + pause / 4 : poll_max_ns;
        const uint64_t ns = pause < timeout_ns - passed ? pause : timeout_ns - passed;
        nanosleep(&(struct timespec){0, (long)ns}, NULL);
    }
    return result;
}

bool cuda_finish(struct artem_cuda *cuda, uint64_t timeout_ns)
{
    CUresult result = CUDA_SUCCESS;

    // What is stray has no end of its own, perhaps.
    if (cuda->stray && cuda->driver.cuEventRecord(cuda->end, cuda->stream) != CUDA_SUCCESS)
        result = cuda->driver.cuStreamSynchronize(cuda->stream);
    else if (cuda->stray || cuda->in_flight)
        result = wait_for_end(cuda, timeout_ns);
    if (result == CUDA_ERROR_NOT_READY) {
        cuda->stuck = !cuda->lost;
        return false;
    }
    cuda->lost = cuda->lost || result != CUDA_SUCCESS;
    cuda->stray = cuda->in_flight = false;
    return !cuda->lost;
}

bool cuda_has_failed(struct artem_cuda *cuda)
{
    CUresult result;

    if (!cuda_enter(cuda))
        return true;
    result = cuda->driver.cuEventQuery(cuda->end);
    cuda_leave(cuda);
    return result != CUDA_SUCCESS && result != CUDA_ERROR_NOT_READY;
}

static void read_times(struct artem_cuda *cuda)
{
    const struct cuda_driver *d = &cuda->driver;
    float time = 0;

    cuda->pass_count = 0;
    cuda->stats.milliseconds = d->cuEventElapsedTime(&time, cuda->begin, cuda->end) == CUDA_SUCCESS ? time : 0;
    for (unsigned i = 1; i < cuda->running->marks && cuda->pass_count < ARTEM_PASSES_MAX; i++) {
        struct artem_pass *pass = &cuda->passes[cuda->pass_count];
        if (d->cuEventElapsedTime(&time, cuda->marks[i - 1], cuda->marks[i]) != CUDA_SUCCESS)
            break;
        memcpy(pass->name, cuda->mark_names[i], sizeof pass->name);
        pass->milliseconds = time;
        cuda->pass_count++;
    }
}

void cuda_read_pictures(const struct artem_cuda *cuda, const struct cuda_shape *shape)
{
    for (uint32_t v = 0; v < shape->cells.views; v++) {
        const struct artem_engine_view *view = &cuda->last.view[v];
        const struct artem_cuda_rect *inside = &shape->cells.view[v].inside;
        const size_t row = (size_t)view->width * 4, x = (size_t)inside->x * 16, y = (size_t)inside->y * 4;
        const uint8_t *painted = (const uint8_t *)cuda->staging.data + cuda_painted_offset(shape, v);
        if (shape->own[v])
            copy_rows(view->out + y * view->out_stride + x, view->out_stride, painted + y * row + x, row,
                      (size_t)inside->width * 16, (size_t)inside->height * 4);
    }
}

static void finish_frame(struct artem_cuda *cuda)
{
    const struct artem_cuda_decisions *decisions = cuda->decisions_host.data;

    cuda_read_pictures(cuda, &cuda->running->shape);
    read_times(cuda);
    cuda->stats.frames++;
    cuda->stats.cuts += decisions->cut;
}

enum artem_result cuda_wait(struct artem_cuda *cuda, uint64_t timeout_ns)
{
    CUresult result;

    if (!cuda_enter(cuda)) {
        cuda->lost = cuda->stray = true;
        cuda->in_flight = false;
        return ARTEM_ERROR_DEVICE;
    }
    result = wait_for_end(cuda, timeout_ns);
    if (result == CUDA_SUCCESS && cuda->is_step)
        cuda_finish_step(cuda);
    else if (result == CUDA_SUCCESS)
        finish_frame(cuda);
    if (result != CUDA_ERROR_NOT_READY)
        cuda->in_flight = false;
    if (result != CUDA_SUCCESS && result != CUDA_ERROR_NOT_READY)
        cuda->lost = cuda->stray = true; // such errors stay with the context
    cuda_leave(cuda);
    return result == CUDA_ERROR_NOT_READY ? ARTEM_TIMEOUT : cuda_result(cuda, result, "the GPU lost the frame");
}
