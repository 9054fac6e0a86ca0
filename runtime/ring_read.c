// SPDX-License-Identifier: Apache-2.0
// Finds rings among the open files of the user's processes, and reads them. What is in them is checked: it comes from
// another process.
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ring_format.h"

struct artem_ring_view {
    const struct ring_memory *memory;
    uint32_t pid; // here, whatever the process itself knows it as
};

struct artem_ring_view *ring_open(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct artem_ring_view *view = NULL;
    const struct ring_memory *memory = MAP_FAILED;
    struct stat st;

    if (file < 0)
        return NULL;
    // Without the seal against shrinking, reading could end in a SIGBUS. Negative: of a file that can have none.
    const int seals = fcntl(file, F_GET_SEALS);
    if (fstat(file, &st) == 0 && st.st_size == sizeof *memory && seals >= 0 && (seals & F_SEAL_SHRINK) != 0)
        memory = mmap(NULL, sizeof *memory, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED)
        return NULL;
    if (memory->magic == RING_MAGIC && memory->version == RING_VERSION && memory->size == sizeof *memory &&
        memory->slot_size == sizeof memory->slots[0])
        view = malloc(sizeof *view);
    if (view == NULL)
        munmap((void *)memory, sizeof *memory);
    else
        *view = (struct artem_ring_view){memory, memory->about.pid};
    return view;
}

static bool is_ring(const char *path)
{
    static const char wanted[] = "/memfd:" RING_NAME;
    char target[64];
    const ssize_t length = readlink(path, target, sizeof target - 1);

    return length >= (ssize_t)sizeof wanted - 1 && memcmp(target, wanted, sizeof wanted - 1) == 0 &&
           (length == sizeof wanted - 1 || target[sizeof wanted - 1] == ' '); // " (deleted)"
}

// The number that the process knows itself by, which is another one in a container.
static uint32_t own_number(const char *pid)
{
    const uint32_t number = (uint32_t)strtoul(pid, NULL, 10);
    char path[64], line[256];
    uint32_t own = number;

    snprintf(path, sizeof path, "/proc/%.20s/status", pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "NSpid:", 6) == 0) { // one for each namespace, the innermost last
            const char *last = strrchr(line, '\t');
            own = last != NULL ? (uint32_t)strtoul(last, NULL, 10) : number;
            break;
        }
    if (file != NULL)
        fclose(file);
    return own;
}

// Non-zero: fn wants no more.
static int list_process(const char *pid, int (*fn)(void *user, struct artem_ring_view *view), void *user)
{
    char path[600];
    struct dirent *entry;
    int result = 0;

    snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    DIR *files = opendir(path);
    if (files == NULL)
        return 0; // somebody else's, or gone
    while (result == 0 && (entry = readdir(files)) != NULL) {
        snprintf(path, sizeof path, "/proc/%.20s/fd/%.255s", pid, entry->d_name);
        if (!isdigit((unsigned char)entry->d_name[0]) || !is_ring(path))
            continue;
        struct artem_ring_view *view = ring_open(path);
        // A forked child has its parent's files open too: each session is listed once.
        if (view != NULL && view->memory->about.pid != own_number(pid))
            artem_ring_close(&view);
        else if (view != NULL)
            view->pid = (uint32_t)strtoul(pid, NULL, 10);
        if (view != NULL)
            result = fn(user, view);
    }
    closedir(files);
    return result;
}

void artem_ring_list(int (*fn)(void *user, struct artem_ring_view *view), void *user)
{
    DIR *processes = opendir("/proc");
    struct dirent *entry;
    int result = 0;

    while (processes != NULL && result == 0 && (entry = readdir(processes)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            result = list_process(entry->d_name, fn, user);
    if (processes != NULL)
        closedir(processes);
}

void artem_ring_about(const struct artem_ring_view *view, struct artem_ring_about *out_about)
{
    uint64_t serial;

    for (int tries = 0; tries < 100; tries++) {
        serial = atomic_load(&view->memory->about_serial);
        memcpy(out_about, &view->memory->about, sizeof *out_about);
        atomic_thread_fence(memory_order_acquire);
        if (serial % 2 == 0 && serial == atomic_load(&view->memory->about_serial))
            break;
    }
    out_about->pid = view->pid;
    ring_clean_text(out_about->app, sizeof out_about->app);
    ring_clean_text(out_about->executable, sizeof out_about->executable);
    ring_clean_text(out_about->layer_version, sizeof out_about->layer_version);
    ring_clean_text(out_about->backend, sizeof out_about->backend);
}

// Any byte to a bool: reading one that is neither 0 nor 1 is undefined.
static bool to_bool(const void *at)
{
    return *(const unsigned char *)at != 0;
}

// What the struct's types promise; times below 0 would overflow in differences.
static void sanitise(struct artem_ring_frame *frame)
{
    struct artem_frame_record *record = &frame->record;

    if (frame->time_ns < 0)
        frame->time_ns = 0;
    frame->paused = to_bool(&frame->paused);
    record->cut = to_bool(&record->cut);
    ring_clean_text(record->style, sizeof record->style);
    if ((int)record->decision < 0 || record->decision >= ARTEM_DECISION_COUNT)
        record->decision = ARTEM_DECISION_ERROR;
}

uint32_t artem_ring_read(const struct artem_ring_view *view, struct artem_ring_frame frames[ARTEM_RING_RECORDS],
                         uint64_t *out_total)
{
    const uint64_t total = atomic_load_explicit(&view->memory->total, memory_order_acquire);
    const uint64_t first = total > ARTEM_RING_RECORDS ? total - ARTEM_RING_RECORDS : 0;
    uint32_t count = 0;

    for (uint64_t number = first; number < total; number++) {
        const struct ring_slot *slot = &view->memory->slots[number % ARTEM_RING_RECORDS];
        struct artem_ring_frame *frame = &frames[count];
        if (atomic_load_explicit(&slot->serial, memory_order_acquire) != number + 1)
            continue; // overwritten in the meantime
        memcpy(frame, &slot->frame, sizeof *frame);
        atomic_thread_fence(memory_order_acquire);
        if (atomic_load_explicit(&slot->serial, memory_order_relaxed) != number + 1)
            continue;
        sanitise(frame);
        count++;
    }
    *out_total = total;
    return count;
}

void artem_ring_close(struct artem_ring_view **view)
{
    if (*view == NULL)
        return;
    munmap((void *)(*view)->memory, sizeof *(*view)->memory);
    free(*view);
    *view = NULL;
}
