// SPDX-License-Identifier: Apache-2.0
#include "artem/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write_quietly.h"

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

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = artem_write_quietly(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

// A new file in the folder of `path`: its name is put together of that folder and a short one, since the file's own may
// be as long as a name can be.
static bool write_beside(const char *path, const void *data, size_t size, unsigned mode, char *out_name,
                         size_t name_size)
{
    if (snprintf(out_name, name_size, "%.*s.artem-XXXXXX", (int)artem_path_folder(path), path) >= (int)name_size) {
        errno = ENAMETOOLONG;
        return false;
    }
    const int fd = mkostemp(out_name, O_CLOEXEC);
    struct stat st;
    if (fd < 0)
        return false;
    if (geteuid() == 0 && stat(path, &st) == 0) // what root replaces stays its owner's
        (void)!fchown(fd, st.st_uid, st.st_gid);
    (void)fchmod(fd, mode); // some file systems have none to change
    bool written = write_all(fd, data, size);
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (!written)
        unlink(out_name);
    errno = error;
    return written;
}

bool artem_file_replace(const char *path, const void *data, size_t size, unsigned mode)
{
    char name[PATH_MAX + 16];

    if (!write_beside(path, data, size, mode, name, sizeof name))
        return false;
    if (rename(name, path) == 0)
        return true;
    const int error = errno;
    unlink(name);
    errno = error;
    return false;
}

bool artem_file_make_folders(const char *path, unsigned mode)
{
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, mode) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

bool artem_file_has_room(const char *path)
{
    char folder[PATH_MAX];

    if (snprintf(folder, sizeof folder, "%.*s.", (int)artem_path_folder(path), path) < (int)sizeof folder)
        return access(folder, W_OK | X_OK) == 0;
    errno = ENAMETOOLONG;
    return false;
}

size_t artem_path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

enum artem_result artem_path_join(char *out, size_t out_size, const char *a, const char *b)
{
    int n = snprintf(out, out_size, "%s%s%s", a, a[0] ? "/" : "", b);
    if (n >= 0 && (size_t)n < out_size)
        return ARTEM_OK;
    out[0] = '\0';
    return ARTEM_ERROR_ARGUMENT;
}
