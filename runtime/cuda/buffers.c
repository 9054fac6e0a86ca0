// SPDX-License-Identifier: Apache-2.0
// The engine's memory: it only grows.
#include "cuda_engine.h"

enum { ALIGNMENT = 256 };

static size_t align(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

size_t cuda_picture_bytes(const struct artem_cuda_view *view)
{
    return (size_t)view->qw * view->qh * 64;
}

size_t cuda_painted_offset(const struct cuda_shape *shape, uint32_t view)
{
    return shape->offset[view] + align(cuda_picture_bytes(&shape->cells.view[view]));
}

static enum artem_result allocate(struct artem_cuda *cuda, size_t size, struct cuda_memory *memory)
{
    const enum artem_result result =
        cuda_result(cuda, cuda->driver.cuMemAlloc(&memory->address, size), "no memory on the device");

    memory->size = result == ARTEM_OK ? size : 0;
    memory->address = result == ARTEM_OK ? memory->address : 0;
    return result;
}

static enum artem_result allocate_pinned(struct artem_cuda *cuda, size_t size, struct cuda_pinned *memory)
{
    const enum artem_result result =
        cuda_result(cuda, cuda->driver.cuMemHostAlloc(&memory->data, size, 0), "no pinned memory");

    memory->size = result == ARTEM_OK ? size : 0;
    memory->data = result == ARTEM_OK ? memory->data : NULL;
    return result;
}

static void release(struct artem_cuda *cuda, struct cuda_memory *memory)
{
    if (memory->address != 0)
        cuda->driver.cuMemFree(memory->address);
    *memory = (struct cuda_memory){0, 0};
}

static void release_pinned(struct artem_cuda *cuda, struct cuda_pinned *memory)
{
    if (memory->data != NULL)
        cuda->driver.cuMemFreeHost(memory->data);
    *memory = (struct cuda_pinned){NULL, 0};
}

void cuda_release_arena(struct artem_cuda *cuda)
{
    cuda_forget_graphs(cuda);
    release(cuda, &cuda->arena);
}

enum artem_result cuda_create_buffers(struct artem_cuda *cuda)
{
    const struct {
        struct cuda_memory *memory;
        size_t size;
    } device[] = {
        {&cuda->model, sizeof(struct artem_cuda_network)},
        {&cuda->style, sizeof(struct artem_cuda_style)},
        {&cuda->state, sizeof(struct artem_cuda_state)},
        {&cuda->frame, sizeof(struct artem_cuda_frame)},
    };
    const struct {
        struct cuda_pinned *memory;
        size_t size;
    } pinned[] = {
        {&cuda->style_host, sizeof(struct artem_cuda_style)},
        {&cuda->frame_host, sizeof(struct artem_cuda_frame)},
        {&cuda->decisions_host, sizeof(struct artem_cuda_decisions)},
    };
    enum artem_result result = ARTEM_OK;

    for (size_t i = 0; i < sizeof device / sizeof device[0] && result == ARTEM_OK; i++)
        result = allocate(cuda, device[i].size, device[i].memory);
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0] && result == ARTEM_OK; i++)
        result = allocate_pinned(cuda, pinned[i].size, pinned[i].memory);
    if (result == ARTEM_OK) {
        cuda->stray = true;
        result =
            cuda_result(cuda, cuda->driver.cuMemsetD32Async(cuda->state.address, 0, cuda->state.size / 4, cuda->stream),
                        "the state cannot be cleared");
    }
    return result;
}

enum artem_result cuda_create_step_buffer(struct artem_cuda *cuda)
{
    return cuda->step_host.data != NULL ? ARTEM_OK
                                        : allocate_pinned(cuda, 2 * sizeof(struct artem_cuda_state), &cuda->step_host);
}

void cuda_destroy_buffers(struct artem_cuda *cuda)
{
    struct cuda_memory *device[] = {&cuda->model, &cuda->style, &cuda->state,
                                    &cuda->frame, &cuda->arena, &cuda->pictures};
    struct cuda_pinned *pinned[] = {&cuda->style_host, &cuda->frame_host, &cuda->decisions_host, &cuda->staging,
                                    &cuda->step_host};

    for (size_t i = 0; i < sizeof device / sizeof device[0]; i++)
        release(cuda, device[i]);
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++)
        release_pinned(cuda, pinned[i]);
}

size_t cuda_memory_bytes(const struct artem_cuda *cuda)
{
    return cuda->model.size + cuda->style.size + cuda->state.size + cuda->frame.size + cuda->arena.size +
           cuda->pictures.size + cuda->style_host.size + cuda->frame_host.size + cuda->decisions_host.size +
           cuda->staging.size + cuda->step_host.size;
}

enum artem_result cuda_place_shape(struct artem_cuda *cuda, const struct cuda_shape *shape)
{
    const size_t arena = artem_cuda_arena_bytes(shape->cells.cells);
    enum artem_result result = ARTEM_OK;

    if (arena <= cuda->arena.size && shape->picture_bytes <= cuda->pictures.size &&
        shape->picture_bytes <= cuda->staging.size)
        return ARTEM_OK;
    cuda_forget_graphs(cuda);
    if (arena > cuda->arena.size) {
        release(cuda, &cuda->arena);
        result = allocate(cuda, arena, &cuda->arena);
    }
    if (result == ARTEM_OK && shape->picture_bytes > cuda->pictures.size) {
        release(cuda, &cuda->pictures);
        result = allocate(cuda, shape->picture_bytes, &cuda->pictures);
    }
    if (result == ARTEM_OK && shape->picture_bytes > cuda->staging.size) {
        release_pinned(cuda, &cuda->staging);
        result = allocate_pinned(cuda, shape->picture_bytes, &cuda->staging);
    }
    return result;
}
