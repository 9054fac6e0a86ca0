// SPDX-License-Identifier: Apache-2.0
#include "stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "artem/log.h"

bool artem_stats_path_is_json(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcasecmp(dot, ".json") == 0 || strcasecmp(dot, ".jsonl") == 0);
}

bool artem_stats_file_write(const struct held_fd *file, const char *path, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = held_fd_is_ours(file) ? write(file->fd, text, size) : -1;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            artem_log(ARTEM_LOG_WARN, "log_file %s: cannot be written (%m); frames are no longer logged", path);
            return false;
        }
        text += n;
        size -= (size_t)n;
    }
    return true;
}

// Whether the file begins with this header, so that what is appended fits under it.
static bool has_header(const char *path, const char *header, size_t size)
{
    char start[ARTEM_STATS_LINE_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t n = fd >= 0 ? read(fd, start, size) : -1;

    if (fd >= 0)
        close(fd);
    return n == (ssize_t)size && memcmp(start, header, size) == 0;
}

static size_t format_start(char *out, bool json)
{
    char text[32] = "";
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc))
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", (utc.tm_year + 1900) % 10000, utc.tm_mon + 1,
                 utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
    return artem_stats_format_meta(out, json, "opened", text);
}

struct held_fd artem_stats_file_open(const char *path)
{
    struct held_fd file =
        held_fd_of(open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
    char text[2 * ARTEM_STATS_LINE_MAX];
    bool json = artem_stats_path_is_json(path);
    struct stat st;
    size_t size = 0;

    if (file.fd < 0) {
        artem_log(ARTEM_LOG_WARN, "log_file %s: cannot be opened (%m); frames are not logged", path);
        return file;
    }
    if (!json)
        size = artem_stats_format_header(text);
    if (fstat(file.fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && has_header(path, text, size))
        size = 0;
    size += format_start(text + size, json);
    if (!artem_stats_file_write(&file, path, text, size))
        held_fd_close(&file);
    return file;
}
