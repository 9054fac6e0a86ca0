// SPDX-License-Identifier: Apache-2.0
// Memory and semaphores that Vulkan exported. A file descriptor is the driver's once it is imported, and closed here
// where it is not.
#include <stdlib.h>
#include <unistd.h>

#include "cuda_engine.h"

static enum artem_result import(struct artem_cuda *cuda, int fd, uint64_t allocated, bool dedicated,
                                struct artem_cuda_buffer *buffer)
{
    const struct cuda_driver *d = &cuda->driver;
    const CUDA_EXTERNAL_MEMORY_HANDLE_DESC desc = {
        .type = CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD,
        .handle.fd = fd,
        .size = allocated,
        .flags = dedicated ? CUDA_EXTERNAL_MEMORY_DEDICATED : 0,
    };
    const CUDA_EXTERNAL_MEMORY_BUFFER_DESC range = {.size = allocated};
    enum artem_result result =
        cuda_result(cuda, d->cuImportExternalMemory(&buffer->memory, &desc), "Vulkan's memory cannot be shared");

    if (result != ARTEM_OK) {
        close(fd);
        return result;
    }
    result = cuda_result(cuda, d->cuExternalMemoryGetMappedBuffer(&buffer->address, buffer->memory, &range),
                         "Vulkan's memory cannot be mapped");
    if (result != ARTEM_OK)
        d->cuDestroyExternalMemory(buffer->memory);
    return result;
}

enum artem_result cuda_import_buffer(struct artem_cuda *cuda, int fd, uint64_t allocated, bool dedicated,
                                     struct artem_cuda_buffer **out_buffer)
{
    struct artem_cuda_buffer *buffer = calloc(1, sizeof *buffer);
    enum artem_result result = buffer != NULL ? ARTEM_ERROR_DEVICE : ARTEM_ERROR_MEMORY;

    if (buffer != NULL && !cuda->lost && cuda_enter(cuda)) {
        result = import(cuda, fd, allocated, dedicated, buffer);
        cuda_leave(cuda);
    } else {
        close(fd);
    }
    if (result == ARTEM_OK)
        *out_buffer = buffer;
    else
        free(buffer);
    return result;
}

void cuda_release_buffer(struct artem_cuda *cuda, struct artem_cuda_buffer *buffer)
{
    const struct cuda_driver *d = &cuda->driver;

    if (buffer == NULL)
        return;
    if (!cuda->stuck && cuda_enter(cuda)) {
        if (cuda_finish(cuda, CUDA_PATIENCE_NS) || cuda->lost) {
            d->cuMemFree(buffer->address);
            d->cuDestroyExternalMemory(buffer->memory);
        }
        cuda_leave(cuda);
    }
    free(buffer);
}

static enum artem_result import_semaphore(struct artem_cuda *cuda, int fd, bool timeline, CUexternalSemaphore *out)
{
    const CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC desc = {
        .type = timeline ? CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_TIMELINE_SEMAPHORE_FD
                         : CU_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD,
        .handle.fd = fd,
    };
    const enum artem_result result =
        cuda_result(cuda, cuda->driver.cuImportExternalSemaphore(out, &desc), "Vulkan's semaphore cannot be shared");

    if (result != ARTEM_OK) {
        *out = NULL;
        close(fd);
    }
    return result;
}

enum artem_result cuda_import_semaphores(struct artem_cuda *cuda, int ready_fd, int done_fd, bool timeline)
{
    enum artem_result result = ARTEM_ERROR_DEVICE;

    if (cuda->lost || !cuda_enter(cuda)) {
        close(ready_fd);
        close(done_fd);
        return result;
    }
    cuda->timeline = timeline;
    result = import_semaphore(cuda, ready_fd, timeline, &cuda->ready);
    if (result == ARTEM_OK)
        result = import_semaphore(cuda, done_fd, timeline, &cuda->done);
    else
        close(done_fd);
    cuda_leave(cuda);
    return result;
}

void cuda_release_semaphores(struct artem_cuda *cuda)
{
    if (cuda->ready != NULL)
        cuda->driver.cuDestroyExternalSemaphore(cuda->ready);
    if (cuda->done != NULL)
        cuda->driver.cuDestroyExternalSemaphore(cuda->done);
    cuda->ready = cuda->done = NULL;
}
