// SPDX-License-Identifier: Apache-2.0
// Memory of the device, which is the host's, pinned memory, and memory that someone else exported.
#include "mock_driver.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RANGES_MAX = 256 };

struct range {
    struct mock_object object;
    uint8_t *data;
    size_t size;
    bool owned; // or a part of external memory
};

struct CUextMemory_st {
    struct mock_object object;
    int fd;
    uint8_t *mapped; // the whole file
    size_t mapped_size;
    uint8_t *data; // its memory
    size_t size;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct range *ranges[RANGES_MAX];
static uint64_t allocated;

static void *add_range(enum mock_kind kind, void *data, size_t size, bool owned)
{
    struct range *range = mock_new(kind, sizeof *range);

    range->data = data;
    range->size = size;
    range->owned = owned;
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < RANGES_MAX; i++)
        if (ranges[i] == NULL) {
            ranges[i] = range;
            break;
        }
    allocated += owned ? size : 0;
    pthread_mutex_unlock(&mutex);
    return data;
}

// Where the range begins.
static struct range *take_range(enum mock_kind kind, const void *data)
{
    struct range *found = NULL;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < RANGES_MAX && found == NULL; i++)
        if (ranges[i] != NULL && ranges[i]->data == data && ranges[i]->object.kind == kind) {
            found = ranges[i];
            ranges[i] = NULL;
            allocated -= found->owned ? found->size : 0;
        }
    pthread_mutex_unlock(&mutex);
    return found;
}

static bool is_in_range(enum mock_kind kind, const uint8_t *from, size_t bytes)
{
    bool found = false;

    pthread_mutex_lock(&mutex);
    for (int i = 0; i < RANGES_MAX && !found; i++)
        found = ranges[i] != NULL && ranges[i]->object.kind == kind && from >= ranges[i]->data &&
                from + bytes <= ranges[i]->data + ranges[i]->size;
    pthread_mutex_unlock(&mutex);
    return found;
}

bool mock_is_device_range(CUdeviceptr from, size_t bytes)
{
    return is_in_range(MOCK_MEMORY, (const uint8_t *)(uintptr_t)from, bytes);
}

bool mock_is_host_range(const void *from, size_t bytes)
{
    return is_in_range(MOCK_HOST_MEMORY, from, bytes);
}

static void *allocate(size_t bytes)
{
    void *data = NULL;

    if (allocated + bytes > mock_cuda.memory)
        return NULL;
    data = aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (data != NULL)
        memset(data, 0xA5, bytes); // what is there before is nobody's
    return data;
}

CUresult cuMemAlloc(CUdeviceptr *pointer, size_t bytes)
{
    void *data;

    atomic_fetch_add(&mock_cuda.allocations, 1);
    MOCK_ENTER(true);
    MOCK_CHECK(bytes > 0, "nothing asked for", CUDA_ERROR_INVALID_VALUE);
    data = allocate(bytes);
    if (data == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    *pointer = (uintptr_t)add_range(MOCK_MEMORY, data, bytes, true);
    return CUDA_SUCCESS;
}

CUresult cuMemHostAlloc(void **pointer, size_t bytes, unsigned flags)
{
    void *data;

    (void)flags;
    atomic_fetch_add(&mock_cuda.allocations, 1);
    MOCK_ENTER(true);
    data = allocate(bytes);
    if (data == NULL)
        return CUDA_ERROR_OUT_OF_MEMORY;
    *pointer = add_range(MOCK_HOST_MEMORY, data, bytes, true);
    return CUDA_SUCCESS;
}

static CUresult release(const char *name, enum mock_kind kind, const void *data)
{
    struct range *range = take_range(kind, data);

    if (range == NULL) {
        mock_complain("%s: no such memory", name);
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (range->owned)
        free(range->data);
    mock_delete(name, range, kind);
    return CUDA_SUCCESS;
}

void mock_free_range(void *range)
{
    const struct range *r = range;

    release(__func__, r->object.kind, r->data);
}

CUresult cuMemFree(CUdeviceptr pointer)
{
    return release(__func__, MOCK_MEMORY, (const void *)(uintptr_t)pointer);
}

CUresult cuMemFreeHost(void *pointer)
{
    return release(__func__, MOCK_HOST_MEMORY, pointer);
}

// Mesa's software Vulkan keeps exported memory in an anonymous file: its size, where the memory begins in it, who made
// it. Other files are memory from the beginning to the end.
static bool map_file(struct CUextMemory_st *memory, uint64_t size)
{
    struct {
        size_t size, offset;
    } header = {0, 0};
    struct stat info;

    if (fstat(memory->fd, &info) != 0)
        return false;
    memory->mapped_size = (size_t)info.st_size;
    memory->mapped = mmap(NULL, memory->mapped_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
    if (memory->mapped == MAP_FAILED)
        return false;
    memcpy(&header, memory->mapped, sizeof header);
    if (header.size != memory->mapped_size || header.offset >= header.size || header.offset % 16 != 0)
        header.offset = 0;
    memory->data = memory->mapped + header.offset;
    memory->size = memory->mapped_size - header.offset;
    if (memory->size < size) {
        munmap(memory->mapped, memory->mapped_size);
        return false;
    }
    return true;
}

CUresult cuImportExternalMemory(CUexternalMemory *memory, const CUDA_EXTERNAL_MEMORY_HANDLE_DESC *desc)
{
    struct CUextMemory_st *new;

    atomic_fetch_add(&mock_cuda.allocations, 1);
    MOCK_ENTER(true);
    MOCK_CHECK(desc->type == CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD, "not a file", CUDA_ERROR_INVALID_VALUE);
    new = mock_new(MOCK_EXTERNAL_MEMORY, sizeof *new);
    new->fd = desc->handle.fd;
    if (!map_file(new, desc->size)) {
        mock_delete(__func__, new, MOCK_EXTERNAL_MEMORY);
        return CUDA_ERROR_INVALID_VALUE;
    }
    *memory = new; // and with it the file
    return CUDA_SUCCESS;
}

CUresult cuExternalMemoryGetMappedBuffer(CUdeviceptr *pointer, CUexternalMemory memory,
                                         const CUDA_EXTERNAL_MEMORY_BUFFER_DESC *desc)
{
    MOCK_ENTER(true);
    MOCK_CHECK(mock_is(memory, MOCK_EXTERNAL_MEMORY) && desc->offset + desc->size <= memory->size, "beyond the memory",
               CUDA_ERROR_INVALID_VALUE);
    *pointer = (uintptr_t)add_range(MOCK_MEMORY, memory->data + desc->offset, (size_t)desc->size, false);
    return CUDA_SUCCESS;
}

CUresult cuDestroyExternalMemory(CUexternalMemory memory)
{
    MOCK_CHECK(mock_is(memory, MOCK_EXTERNAL_MEMORY), "no such memory", CUDA_ERROR_INVALID_HANDLE);
    MOCK_CHECK(!is_in_range(MOCK_MEMORY, memory->data, 1), "a buffer of it was not freed", CUDA_ERROR_INVALID_VALUE);
    munmap(memory->mapped, memory->mapped_size);
    close(memory->fd);
    mock_delete(__func__, memory, MOCK_EXTERNAL_MEMORY);
    return CUDA_SUCCESS;
}
