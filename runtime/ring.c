// SPDX-License-Identifier: Apache-2.0
#include "artem/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "held_fd.h"
#include "ring_format.h"

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

struct artem_ring {
    struct held_fd file;
    struct ring_memory *memory;
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void copy_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
    ring_clean_text(to, size);
}

// All of the file's memory, so that no later write finds that there is none (SIGBUS). A limit of the process for files
// would be told by a signal.
static bool reserve(int file, size_t size)
{
    struct rlimit limit;
    int error = EINTR;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur < size)
        return false;
    while (error == EINTR)
        error = posix_fallocate(file, 0, (off_t)size);
    return error == 0;
}

// Mapped before the seals, which forbid any further writer but leave this one. Old kernels lack the last seal; readers
// of the same user could then write, as they could in the app itself.
static struct ring_memory *map_sealed(int file)
{
    struct ring_memory *memory = MAP_FAILED;

    if (reserve(file, sizeof *memory))
        memory = mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return NULL;
    if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0 &&
        fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        munmap(memory, sizeof *memory);
        return NULL;
    }
    return memory;
}

struct artem_ring *artem_ring_create(const char *app, const char *executable, const char *layer_version)
{
    struct artem_ring *ring = malloc(sizeof *ring);

    if (ring == NULL)
        return NULL;
    ring->memory = NULL;
    ring->file = held_fd_of(memfd_create(RING_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (ring->file.fd >= 0)
        ring->memory = map_sealed(ring->file.fd);
    if (ring->memory == NULL) {
        artem_ring_destroy(&ring);
        return NULL;
    }

    struct artem_ring_about *about = &ring->memory->about;
    about->pid = (uint32_t)getpid();
    about->started_ns = now_ns();
    copy_text(about->app, sizeof about->app, app);
    copy_text(about->executable, sizeof about->executable, executable);
    copy_text(about->layer_version, sizeof about->layer_version, layer_version);
    ring->memory->version = RING_VERSION;
    ring->memory->slot_size = sizeof(struct ring_slot);
    ring->memory->size = sizeof *ring->memory;
    ring->memory->magic = RING_MAGIC;
    return ring;
}

void artem_ring_set_backend(struct artem_ring *ring, const char *backend)
{
    if (ring == NULL)
        return;
    struct ring_memory *m = ring->memory;
    atomic_fetch_add(&m->about_serial, 1);
    atomic_thread_fence(memory_order_release);
    copy_text(m->about.backend, sizeof m->about.backend, backend);
    atomic_fetch_add(&m->about_serial, 1);
}

void artem_ring_add(struct artem_ring *ring, const struct artem_frame_record *record, bool paused)
{
    if (ring == NULL)
        return;
    const uint64_t number = atomic_load_explicit(&ring->memory->total, memory_order_relaxed);
    struct ring_slot *slot = &ring->memory->slots[number % ARTEM_RING_RECORDS];

    atomic_store_explicit(&slot->serial, 0, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    slot->frame = (struct artem_ring_frame){now_ns(), *record, paused};
    atomic_store_explicit(&slot->serial, number + 1, memory_order_release);
    atomic_store_explicit(&ring->memory->total, number + 1, memory_order_release);
}

void artem_ring_destroy(struct artem_ring **ring)
{
    if (*ring == NULL)
        return;
    if ((*ring)->memory != NULL)
        munmap((*ring)->memory, sizeof *(*ring)->memory);
    held_fd_close(&(*ring)->file);
    free(*ring);
    *ring = NULL;
}
