// SPDX-License-Identifier: Apache-2.0
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum artem_result read_open_file(int fd, size_t max_size, char **out_data, size_t *out_size)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return ARTEM_ERROR_IO;
    if (!S_ISREG(st.st_mode) || st.st_size < 0 || (unsigned long long)st.st_size > max_size)
        return ARTEM_ERROR_FORMAT;

    size_t size = (size_t)st.st_size, done = 0;
    char *data = malloc(size + 1);
    if (!data)
        return ARTEM_ERROR_MEMORY;
    // read, not mmap: a file that shrinks while mapped would kill the host process with SIGBUS.
    while (done < size) {
        ssize_t n = read(fd, data + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int error = errno;
            free(data);
            errno = error;
            return ARTEM_ERROR_IO;
        }
        if (n == 0)
            break;
        done += (size_t)n;
    }
    data[done] = '\0';
    *out_data = data;
    *out_size = done;
    return ARTEM_OK;
}

enum artem_result artem_file_read(const char *path, size_t max_size, char **out_data, size_t *out_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return ARTEM_ERROR_IO;
    enum artem_result result = read_open_file(fd, max_size, out_data, out_size);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}

enum artem_result artem_path_join(char *out, size_t out_size, const char *a, const char *b)
{
    int n = snprintf(out, out_size, "%s%s%s", a, a[0] ? "/" : "", b);
    if (n >= 0 && (size_t)n < out_size)
        return ARTEM_OK;
    out[0] = '\0';
    return ARTEM_ERROR_ARGUMENT;
}

const char *artem_user_env(const char *name)
{
    const char *value = secure_getenv(name);
    return value && value[0] ? value : NULL;
}
