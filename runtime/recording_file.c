// SPDX-License-Identifier: Apache-2.0
#include "recording_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/config.h"
#include "artem/log.h"
#include "artem/recording.h"

static enum artem_result refuse(const char *folder, const char *why, enum artem_result result)
{
    artem_log(ARTEM_LOG_WARN, "record = %s: %s; nothing is recorded", folder, why);
    return result;
}

// What the app shows is private: nobody else may read it, or put something else in its place.
static enum artem_result check_folder(const char *folder, int fd)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return refuse(folder, strerror(errno), ARTEM_ERROR_IO);
    if (st.st_uid != geteuid())
        return refuse(folder, "the folder belongs to somebody else", ARTEM_ERROR_UNSUPPORTED);
    if (st.st_mode & 022)
        return refuse(folder, "the folder can be written by others", ARTEM_ERROR_UNSUPPORTED);
    return ARTEM_OK;
}

static enum artem_result open_file(const char *folder, int folder_fd, int *out_fd)
{
    enum artem_result result = check_folder(folder, folder_fd);
    if (result != ARTEM_OK)
        return result;
    *out_fd = openat(folder_fd, ARTEM_RECORDING_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*out_fd >= 0)
        return ARTEM_OK;
    if (errno == EEXIST)
        return refuse(folder, "there is a recording already", ARTEM_ERROR_ARGUMENT);
    return refuse(folder, strerror(errno), ARTEM_ERROR_IO);
}

enum artem_result rec_file_create(const char *folder, struct held_fd *out_file)
{
    char path[ARTEM_PATH_MAX];
    size_t length = strlen(folder);

    // With a slash at the end, a link would be followed.
    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof path)
        return refuse(folder, "the path is empty or too long", ARTEM_ERROR_ARGUMENT);
    snprintf(path, sizeof path, "%.*s", (int)length, folder);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return refuse(folder, strerror(errno), ARTEM_ERROR_IO);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return refuse(folder, "not a folder, or a symbolic link", ARTEM_ERROR_UNSUPPORTED);
    if (fd < 0)
        return refuse(folder, strerror(errno), ARTEM_ERROR_IO);
    int file = -1;
    enum artem_result result = open_file(folder, fd, &file);
    close(fd);
    *out_file = held_fd_of(file);
    return result;
}

void rec_file_remove(const char *folder)
{
    char path[ARTEM_PATH_MAX + sizeof ARTEM_RECORDING_FILE];

    snprintf(path, sizeof path, "%s/" ARTEM_RECORDING_FILE, folder);
    unlink(path);
    rmdir(folder);
}

bool rec_file_write(const struct held_fd *file, const void *data, size_t size)
{
    const uint8_t *p = data;

    while (size > 0) {
        ssize_t n = held_fd_is_ours(file) ? write(file->fd, p, size) : -1;
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        if (n <= 0)
            return false;
        p += n;
        size -= (size_t)n;
    }
    return true;
}
