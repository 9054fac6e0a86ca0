// SPDX-License-Identifier: Apache-2.0
#include "artem/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/file.h"
#include "write_quietly.h"

static const char *const level_names[] = {"error", "warn", "info", "debug"};

static atomic_int max_level = ARTEM_LOG_INFO;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Written once before file_in_use is set. The file is opened for every line: lines are few, and so no descriptor is
// left behind when the library is unloaded, or written to after the host closed and reused it.
static char file_path[ARTEM_PATH_MAX];
static atomic_bool file_in_use;

static int open_file(void)
{
    return open(file_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
}

// A reader of the host's stderr that went away must not kill the host with SIGPIPE, and one that hangs must not hang
// it: a line that cannot be written at once is lost.
static void write_line(int fd, const char *line, size_t size)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
        return;
    artem_write_quietly(fd, line, size);
}

static void write_anywhere(const char *line, size_t size)
{
    int fd = atomic_load(&file_in_use) ? open_file() : -1;

    write_line(fd >= 0 ? fd : STDERR_FILENO, line, size);
    if (fd >= 0)
        close(fd);
}

void artem_log(enum artem_log_level level, const char *format, ...)
{
    if ((int)level < 0 || (int)level > ARTEM_LOG_DEBUG || (int)level > atomic_load(&max_level))
        return;

    int error = errno; // for %m, and so that a caller may log before it looks
    char line[1280];
    int head = snprintf(line, sizeof line, "artem: %s: ", level_names[level]);
    va_list args;
    va_start(args, format);
    errno = error;
    int body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    va_end(args);

    size_t size = strnlen(line, sizeof line);
    if (body >= (int)(sizeof line) - head - 1)
        line[size - 1] = line[size - 2] = line[size - 3] = '.';
    for (size_t i = (size_t)head; i < size; i++) // app and file names come from outside and may not forge lines
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
            line[i] = '?';
    line[size] = '\n';
    write_anywhere(line, size + 1);
    errno = error;
}

// "FILE" of "LEVEL:FILE". Made absolute, as the host may change its working directory later.
static bool set_file(const char *path)
{
    char folder[ARTEM_PATH_MAX];

    if (path[0] == '/')
        folder[0] = '\0';
    else if (!getcwd(folder, sizeof folder))
        return false;
    enum artem_result result = path[0] == '/' ? artem_path_join(file_path, sizeof file_path, "", path)
                                              : artem_path_join(file_path, sizeof file_path, folder, path);
    if (result != ARTEM_OK) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = open_file();
    if (fd < 0)
        return false;
    close(fd);
    atomic_store(&file_in_use, true);
    return true;
}

static void init_once(void)
{
    const char *value = artem_user_env("ARTEM_LOG");
    if (!value)
        return;

    size_t length = strcspn(value, ":");
    int level = -1;
    for (int i = ARTEM_LOG_ERROR; i <= ARTEM_LOG_DEBUG; i++)
        if (strlen(level_names[i]) == length && strncasecmp(value, level_names[i], length) == 0)
            level = i;
    if (level < 0) {
        artem_log(ARTEM_LOG_WARN, "ARTEM_LOG: expected error, warn, info or debug, maybe with :FILE, got '%s'", value);
        return;
    }
    atomic_store(&max_level, level);
    if (value[length] == ':' && !set_file(value + length + 1))
        artem_log(ARTEM_LOG_WARN, "ARTEM_LOG: '%s' cannot be written (%m); using standard error", value + length + 1);
}

void artem_log_init(void)
{
    int error = errno;

    pthread_once(&once, init_once);
    errno = error;
}

int artem_log_once_in_a_while(unsigned *counter) // NOLINT(readability-non-const-parameter): written to
{
    unsigned n = __atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);

    return (n & (n - 1)) == 0;
}
