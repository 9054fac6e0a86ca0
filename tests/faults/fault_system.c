// SPDX-License-Identifier: Apache-2.0
// What the layer asks the C library for, under other names: in its object code, malloc has become fault_malloc and so
// on (redefined.txt).
#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

bool fault_swallow_log = true;
static atomic_long live;
static atomic_uint log_lines;

long fault_live_allocations(void)
{
    return atomic_load(&live);
}

unsigned fault_log_lines(void)
{
    return atomic_exchange(&log_lines, 0);
}

// ---- Memory ----

static void *note(void *memory)
{
    if (memory != NULL)
        atomic_fetch_add(&live, 1);
    return memory;
}

static bool is_short(const char *function)
{
    unsigned way;

    if (!fault_strikes(FAULT_MEMORY, function, &way))
        return false;
    errno = ENOMEM;
    return true;
}

// Declared here and not in a header: only redefined names lead to them.
#define DEFINE(type, name, ...)                                                                                        \
    type fault_##name(__VA_ARGS__);                                                                                    \
    type fault_##name(__VA_ARGS__)

DEFINE(void *, malloc, size_t size)
{
    return is_short("malloc") ? NULL : note(malloc(size));
}

DEFINE(void *, calloc, size_t count, size_t size)
{
    return is_short("calloc") ? NULL : note(calloc(count, size));
}

DEFINE(void *, realloc, void *old, size_t size)
{
    if (is_short("realloc"))
        return NULL;
    void *memory = realloc(old, size);
    return old == NULL ? note(memory) : memory;
}

DEFINE(void *, aligned_alloc, size_t alignment, size_t size)
{
    return is_short("aligned_alloc") ? NULL : note(aligned_alloc(alignment, size));
}

DEFINE(char *, strdup, const char *text)
{
    return is_short("strdup") ? NULL : note(strdup(text));
}

DEFINE(void, free, void *memory)
{
    if (memory != NULL)
        atomic_fetch_sub(&live, 1);
    free(memory);
}

DEFINE(char *, realpath, const char *path, char *out)
{
    if (is_short("realpath"))
        return NULL;
    char *found = realpath(path, out);
    return out == NULL ? note(found) : found;
}

// ---- Where it writes ----

const char *fault_write_folder;
static atomic_uint elsewhere;

unsigned fault_writes_elsewhere(void)
{
    return atomic_load(&elsewhere);
}

static void note_write(int at, const char *path)
{
    char link[32], whole[4096] = "";
    size_t length = 0;

    if (path[0] != '/' && at != AT_FDCWD) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        const ssize_t n = readlink(link, whole, sizeof whole / 2);
        length = n > 0 ? (size_t)n : 0;
    }
    snprintf(whole + length, sizeof whole - length, "%s%s", length > 0 ? "/" : "", path);
    const size_t root = strlen(fault_write_folder);
    if ((strncmp(whole, fault_write_folder, root) == 0 && (whole[root] == '/' || whole[root] == '\0')) &&
        strstr(whole, "/..") == NULL)
        return;
    atomic_fetch_add(&elsewhere, 1);
    fprintf(stderr, "the layer writes to %s\n", whole);
}

// ---- The system ----

static bool fails(const char *function, int first, int second)
{
    unsigned way;

    if (!fault_strikes(FAULT_SYSTEM, function, &way))
        return false;
    errno = way % 2 == 0 ? first : second;
    return true;
}

#define FALLIBLE(type, failure, first, second, name, parameters, arguments)                                            \
    type fault_##name parameters;                                                                                      \
    type fault_##name parameters                                                                                       \
    {                                                                                                                  \
        return fails(#name, first, second) ? failure : name arguments;                                                 \
    }

static const char *noted_at(int at, const char *path)
{
    note_write(at, path);
    return path;
}

static const char *noted(const char *path)
{
    return noted_at(AT_FDCWD, path);
}

FALLIBLE(FILE *, NULL, EACCES, EMFILE, fopen, (const char *p, const char *m), (m[0] == 'r' ? p : noted(p), m))
FALLIBLE(DIR *, NULL, EACCES, EMFILE, opendir, (const char *p), (p))
FALLIBLE(DIR *, NULL, ENOMEM, ENOTDIR, fdopendir, (int f), (f))
FALLIBLE(size_t, 0, EIO, EIO, fread, (void *p, size_t s, size_t n, FILE *f), (p, s, n, f))
FALLIBLE(size_t, 0, ENOSPC, EIO, fwrite, (const void *p, size_t s, size_t n, FILE *f), (p, s, n, f))
FALLIBLE(ssize_t, -1, EIO, EINTR, read, (int f, void *p, size_t n), (f, p, n))
FALLIBLE(int, -1, EIO, EOVERFLOW, fstat, (int f, struct stat *s), (f, s))
FALLIBLE(int, -1, EACCES, ENOENT, stat, (const char *p, struct stat *s), (p, s))
FALLIBLE(off_t, -1, ESPIPE, EIO, lseek, (int f, off_t o, int w), (f, o, w))
FALLIBLE(int, -1, ENOSPC, EIO, ftruncate, (int f, off_t n), (f, n))
FALLIBLE(int, ENOSPC, 0, 0, posix_fallocate, (int f, off_t o, off_t n), (f, o, n)) // leaves errno as it is
FALLIBLE(int, -1, EACCES, ENOSPC, mkdir, (const char *p, mode_t m), (noted(p), m))
FALLIBLE(int, -1, EACCES, EMFILE, mkostemp, (char *p, int f), ((char *)noted(p), f))
FALLIBLE(void *, MAP_FAILED, ENOMEM, EAGAIN, mmap, (void *a, size_t n, int p, int f, int d, off_t o),
         (a, n, p, f, d, o))
FALLIBLE(int, -1, EMFILE, ENOSYS, memfd_create, (const char *n, unsigned f), (n, f))
FALLIBLE(int, -1, EACCES, ENOSPC, rename, (const char *a, const char *b), (noted(a), noted(b)))
FALLIBLE(int, -1, EACCES, ENOSPC, renameat, (int d, const char *a, int e, const char *b),
         (d, noted_at(d, a), e, noted_at(e, b)))
FALLIBLE(int, -1, EACCES, EBUSY, unlink, (const char *p), (noted(p)))
FALLIBLE(int, -1, EACCES, EBUSY, unlinkat, (int d, const char *p, int f), (d, noted_at(d, p), f))
FALLIBLE(int, -1, EPERM, ENOSYS, fchmod, (int f, mode_t m), (f, m))
FALLIBLE(char *, NULL, ENOENT, EACCES, getcwd, (char *p, size_t n), (p, n))
FALLIBLE(int, -1, EMFILE, ENOSYS, inotify_init1, (int f), (f))
FALLIBLE(int, -1, ENOSPC, ENOENT, inotify_add_watch, (int f, const char *p, uint32_t m), (f, p, m))
FALLIBLE(int, -1, EMFILE, ENFILE, eventfd, (unsigned n, int f), (n, f))
FALLIBLE(int, -1, EMFILE, EACCES, socket, (int d, int t, int p), (d, t, p))
FALLIBLE(int, -1, EACCES, EADDRINUSE, bind, (int s, const struct sockaddr *a, socklen_t n), (s, a, n))
FALLIBLE(int, -1, EOPNOTSUPP, EADDRINUSE, listen, (int s, int n), (s, n))
FALLIBLE(int, EAGAIN, 0, 0, pthread_create, (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *u),
         (t, a, f, u))
FALLIBLE(int, -1, EINVAL, EPERM, sched_getaffinity, (pid_t p, size_t n, cpu_set_t *s), (p, n, s))
FALLIBLE(void *, NULL, 0, 0, dlopen, (const char *p, int f), (p, f))

static bool has_mode(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

DEFINE(int, open, const char *path, int flags, ...)
{
    va_list arguments;

    if (fails("open", EACCES, EMFILE))
        return -1;
    va_start(arguments, flags);
    const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((flags & (O_ACCMODE | O_CREAT)) != O_RDONLY)
        note_write(AT_FDCWD, path);
    return open(path, flags, mode);
}

DEFINE(int, openat, int folder, const char *path, int flags, ...)
{
    va_list arguments;

    if (fails("openat", EACCES, EMFILE))
        return -1;
    va_start(arguments, flags);
    const mode_t mode = has_mode(flags) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((flags & (O_ACCMODE | O_CREAT)) != O_RDONLY)
        note_write(folder, path);
    return openat(folder, path, flags, mode);
}

// Seals are all that the layer wants of it.
DEFINE(int, fcntl, int file, int command, ...)
{
    va_list arguments;

    if (fails("fcntl", EPERM, EINVAL))
        return -1;
    va_start(arguments, command);
    const int argument = va_arg(arguments, int);
    va_end(arguments);
    return fcntl(file, command, argument);
}

// What goes to standard error are lines of the log.
DEFINE(ssize_t, write, int file, const void *data, size_t size)
{
    if (file == STDERR_FILENO) {
        atomic_fetch_add(&log_lines, 1);
        return fault_swallow_log ? (ssize_t)size : write(file, data, size);
    }
    return fails("write", ENOSPC, EINTR) ? -1 : write(file, data, size);
}
