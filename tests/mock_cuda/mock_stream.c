// SPDX-License-Identifier: Apache-2.0
// Streams: threads that do their work in order. Events.
#include "mock_driver.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct CUstream_st {
    struct mock_object object;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct mock_work *first, **last;
    bool busy, ends;
};

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// ---- Events ----

CUresult cuEventCreate(CUevent *event, unsigned flags)
{
    MOCK_ENTER(true);
    *event = mock_new(MOCK_EVENT, sizeof **event);
    (*event)->flags = flags;
    pthread_mutex_init(&(*event)->mutex, NULL);
    pthread_cond_init(&(*event)->done, NULL);
    return CUDA_SUCCESS;
}

CUresult cuEventDestroy(CUevent event)
{
    if (mock_is(event, MOCK_EVENT)) {
        pthread_cond_destroy(&event->done);
        pthread_mutex_destroy(&event->mutex);
    }
    mock_delete(__func__, event, MOCK_EVENT);
    return CUDA_SUCCESS;
}

void mock_event_expect(struct CUevent_st *event)
{
    pthread_mutex_lock(&event->mutex);
    event->pending++;
    pthread_mutex_unlock(&event->mutex);
    atomic_fetch_add(&event->object.in_use, 1);
}

static void happen(struct CUevent_st *event)
{
    pthread_mutex_lock(&event->mutex);
    event->pending--;
    event->recorded = true;
    event->time_ns = now_ns();
    // Before the mutex is given back: who waits for it may destroy the event.
    atomic_fetch_sub(&event->object.in_use, 1);
    pthread_cond_broadcast(&event->done);
    pthread_mutex_unlock(&event->mutex);
}

CUresult cuEventRecord(CUevent event, CUstream stream)
{
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(event, MOCK_EVENT) && mock_is(stream, MOCK_STREAM), "no event", CUDA_ERROR_INVALID_HANDLE);
    work = calloc(1, sizeof *work);
    work->kind = WORK_EVENT;
    work->node.event = event;
    mock_event_expect(event);
    mock_push(stream, work);
    return CUDA_SUCCESS;
}

CUresult cuEventQuery(CUevent event)
{
    bool pending;

    MOCK_CHECK(mock_is(event, MOCK_EVENT), "no event", CUDA_ERROR_INVALID_HANDLE);
    pthread_mutex_lock(&event->mutex);
    pending = event->pending > 0;
    pthread_mutex_unlock(&event->mutex);
    if (pending) // asking again is not another call to fail: how often that is depends on time
        return CUDA_ERROR_NOT_READY;
    MOCK_ENTER(true);
    return CUDA_SUCCESS;
}

static void await(struct CUevent_st *event)
{
    pthread_mutex_lock(&event->mutex);
    while (event->pending > 0)
        pthread_cond_wait(&event->done, &event->mutex);
    pthread_mutex_unlock(&event->mutex);
}

CUresult cuEventSynchronize(CUevent event)
{
    MOCK_CHECK(mock_is(event, MOCK_EVENT), "no event", CUDA_ERROR_INVALID_HANDLE);
    await(event); // a failing device is done too, or a test could not clean up
    MOCK_ENTER(true);
    return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(start, MOCK_EVENT) && mock_is(end, MOCK_EVENT), "no event", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(((start->flags | end->flags) & CU_EVENT_DISABLE_TIMING) == 0, "an event without time",
               CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(start->recorded && end->recorded && start->pending == 0 && end->pending == 0,
               "an event that has not happened", CUDA_ERROR_NOT_READY);
    *milliseconds = (float)(end->time_ns - start->time_ns) * 1e-6f;
    return CUDA_SUCCESS;
}

// ---- Streams ----

static void wait_us(int us)
{
    const struct timespec t = {us / 1000000, us % 1000000 * 1000L};

    if (us > 0)
        nanosleep(&t, NULL);
}

static void do_node(const struct mock_node *node)
{
    if (node->kind == WORK_COPY) {
        memcpy(node->to, node->from, node->bytes);
        atomic_fetch_add(&mock_cuda.copies, 1);
    } else if (node->kind == WORK_EVENT) {
        happen(node->event);
    } else {
        mock_run_kernel(node);
        atomic_fetch_add(&mock_cuda.kernels, 1);
        if (mock_cuda.corrupt != NULL)
            mock_cuda.corrupt(node->kernel.func->name, node->argument);
    }
}

static bool is_lost(void)
{
    return mock_cuda.lose_at != 0 && atomic_load(&mock_cuda.calls) >= mock_cuda.lose_at;
}

static void do_work(struct mock_work *work)
{
    switch (work->kind) {
    case WORK_COPY:
        do_node(&work->node);
        break;
    case WORK_SET:
        for (size_t i = 0; i < work->node.bytes / 4; i++)
            ((uint32_t *)work->node.to)[i] = work->value;
        break;
    case WORK_EVENT:
        happen(work->node.event);
        break;
    case WORK_GRAPH:
        wait_us(mock_cuda.delay_us);
        for (size_t i = 0; i < work->exec->count; i++)
            if (!is_lost() || work->exec->nodes[i].kind == WORK_EVENT)
                do_node(&work->exec->nodes[i]);
        atomic_fetch_sub(&work->exec->object.in_use, 1);
        break;
    case WORK_KERNEL:
        do_node(&work->node);
        free(work->node.argument);
        break;
    case WORK_WAIT:
        if (!mock_cuda.skip_waits && !is_lost())
            work->semaphore->target.wait(work->semaphore->target.user, work->semaphore_value);
        atomic_fetch_sub(&work->semaphore->object.in_use, 1);
        break;
    case WORK_SIGNAL:
        // First, so that whoever waits for it may destroy it.
        atomic_fetch_sub(&work->semaphore->object.in_use, 1);
        if (!mock_cuda.skip_signals && !is_lost())
            work->semaphore->target.signal(work->semaphore->target.user, work->semaphore_value);
        break;
    }
}

static void *run(void *user)
{
    CUstream stream = user;

    pthread_mutex_lock(&stream->mutex);
    for (;;) {
        struct mock_work *work = stream->first;

        if (work == NULL && stream->ends)
            break;
        if (work == NULL) {
            pthread_cond_wait(&stream->changed, &stream->mutex);
            continue;
        }
        stream->first = work->next;
        if (stream->first == NULL)
            stream->last = &stream->first;
        stream->busy = true;
        pthread_mutex_unlock(&stream->mutex);
        do_work(work);
        free(work);
        pthread_mutex_lock(&stream->mutex);
        stream->busy = false;
        pthread_cond_broadcast(&stream->changed);
    }
    pthread_mutex_unlock(&stream->mutex);
    return NULL;
}

void mock_push(CUstream stream, struct mock_work *work)
{
    pthread_mutex_lock(&stream->mutex);
    *stream->last = work;
    stream->last = &work->next;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->mutex);
}

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority)
{
    (void)priority;
    MOCK_ENTER(true);
    MOCK_CHECK(flags == CU_STREAM_NON_BLOCKING, "a stream that waits for others", CUDA_ERROR_INVALID_VALUE);
    *stream = mock_new(MOCK_STREAM, sizeof **stream);
    (*stream)->last = &(*stream)->first;
    pthread_mutex_init(&(*stream)->mutex, NULL);
    pthread_cond_init(&(*stream)->changed, NULL);
    if (pthread_create(&(*stream)->thread, NULL, run, *stream) != 0)
        abort();
    return CUDA_SUCCESS;
}

void mock_wait(void *user)
{
    const CUstream stream = user;

    pthread_mutex_lock(&stream->mutex);
    while (stream->first != NULL || stream->busy)
        pthread_cond_wait(&stream->changed, &stream->mutex);
    pthread_mutex_unlock(&stream->mutex);
}

CUresult cuStreamSynchronize(CUstream stream)
{
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    mock_wait(stream);
    MOCK_ENTER(true);
    return CUDA_SUCCESS;
}

CUresult cuStreamDestroy(CUstream stream)
{
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    pthread_mutex_lock(&stream->mutex);
    stream->ends = true;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->mutex);
    pthread_join(stream->thread, NULL);
    pthread_cond_destroy(&stream->changed);
    pthread_mutex_destroy(&stream->mutex);
    mock_delete(__func__, stream, MOCK_STREAM);
    return CUDA_SUCCESS;
}

static void push_copy(CUstream stream, void *to, const void *from, size_t bytes)
{
    struct mock_work *work = calloc(1, sizeof *work);

    work->kind = work->node.kind = WORK_COPY;
    work->node.to = to;
    work->node.from = from;
    work->node.bytes = bytes;
    mock_push(stream, work);
}

CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_is_device_range(to, bytes) && mock_is_host_range(from, bytes), "not device or pinned memory",
               CUDA_ERROR_INVALID_VALUE);
    push_copy(stream, (void *)(uintptr_t)to, from, bytes);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_is_device_range(from, bytes) && mock_is_host_range(to, bytes), "not device or pinned memory",
               CUDA_ERROR_INVALID_VALUE);
    push_copy(stream, to, (const void *)(uintptr_t)from, bytes);
    return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_is_device_range(to, bytes) && mock_is_device_range(from, bytes), "not device memory",
               CUDA_ERROR_INVALID_VALUE);
    push_copy(stream, (void *)(uintptr_t)to, (const void *)(uintptr_t)from, bytes);
    return CUDA_SUCCESS;
}

CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t words, CUstream stream)
{
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(stream, MOCK_STREAM), "no stream", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_is_device_range(to, words * 4), "not device memory", CUDA_ERROR_INVALID_VALUE);
    work = calloc(1, sizeof *work);
    work->kind = WORK_SET;
    work->node.to = (void *)(uintptr_t)to;
    work->node.bytes = words * 4;
    work->value = value;
    mock_push(stream, work);
    return CUDA_SUCCESS;
}

CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                        unsigned bz, unsigned shared, CUstream stream, void **params, void **extra)
{
    const CUDA_KERNEL_NODE_PARAMS kernel = {.func = function,
                                            .gridDimX = gx,
                                            .gridDimY = gy,
                                            .gridDimZ = gz,
                                            .blockDimX = bx,
                                            .blockDimY = by,
                                            .blockDimZ = bz,
                                            .sharedMemBytes = shared,
                                            .kernelParams = params,
                                            .extra = extra};
    struct mock_work *work;

    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(function, MOCK_FUNCTION) && mock_is(stream, MOCK_STREAM), "no function",
               CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(mock_can_launch(&kernel), "what cannot be launched", CUDA_ERROR_INVALID_VALUE);
    work = calloc(1, sizeof *work);
    work->kind = WORK_KERNEL;
    work->node = mock_kernel_node(&kernel, params[0]);
    mock_push(stream, work);
    return CUDA_SUCCESS;
}
