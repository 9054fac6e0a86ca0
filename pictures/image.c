// SPDX-License-Identifier: Apache-2.0
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "artem/file.h"
#include "artem/log.h"

static char last_error[1024];

void image_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(last_error, sizeof last_error, format, args);
    va_end(args);
    artem_log(ARTEM_LOG_ERROR, "%s", last_error);
}

const char *image_last_error(void)
{
    return last_error;
}

bool image_allocate(struct image *image, const char *path, uint32_t width, uint32_t height)
{
    if (width == 0 || height == 0 || (uint64_t)width * height > IMAGE_PIXELS_MAX) {
        image_error("%s: %u x %u pixels; at most %d (2^26) pixels can be painted", path, width, height,
                    IMAGE_PIXELS_MAX);
        return false;
    }
    image->rgba = malloc((size_t)width * height * 4);
    if (!image->rgba) {
        image_error("%s: out of memory", path);
        return false;
    }
    image->width = width;
    image->height = height;
    return true;
}

void image_free(struct image *image)
{
    free(image->rgba);
    memset(image, 0, sizeof *image);
}

enum kind { KIND_OTHER, KIND_PNG, KIND_JPEG };

static enum kind kind_of(FILE *file)
{
    static const unsigned char png[8] = "\x89PNG\r\n\x1A\n", jpeg[3] = "\xFF\xD8\xFF";
    unsigned char head[8] = {0};

    if (fread(head, 1, sizeof head, file) != sizeof head || fseek(file, 0, SEEK_SET) != 0)
        return KIND_OTHER;
    return memcmp(head, png, sizeof png) == 0     ? KIND_PNG
           : memcmp(head, jpeg, sizeof jpeg) == 0 ? KIND_JPEG
                                                  : KIND_OTHER;
}

bool image_is_picture(const char *path)
{
    struct stat st;
    // A pipe would be waited for.
    FILE *file = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rbe") : NULL;

    if (!file)
        return false;
    const bool is = kind_of(file) != KIND_OTHER;
    fclose(file);
    return is;
}

bool image_load(const char *path, struct image *out_image)
{
    struct stat st;

    memset(out_image, 0, sizeof *out_image);
    FILE *file = fopen(path, "rbe");
    if (!file || fstat(fileno(file), &st) != 0) {
        image_error("%s: %m", path);
        if (file)
            fclose(file);
        return false;
    }
    bool good = false;
    const enum kind kind = S_ISDIR(st.st_mode) ? KIND_OTHER : kind_of(file);
    if (S_ISDIR(st.st_mode))
        image_error("%s: is a folder", path);
    else if (kind == KIND_PNG)
        good = image_png_read(file, path, out_image);
    else if (kind == KIND_JPEG)
        good = image_jpeg_read(file, path, out_image);
    else
        image_error("%s: not a PNG or JPEG picture", path);
    fclose(file);
    if (!good)
        image_free(out_image);
    return good;
}

static bool ends_with(const char *path, const char *ending)
{
    size_t length = strlen(path), size = strlen(ending);
    return length > size && strcasecmp(path + length - size, ending) == 0;
}

bool image_can_save(const char *path)
{
    struct stat st;

    if (!ends_with(path, ".png") && !ends_with(path, ".jpg") && !ends_with(path, ".jpeg")) {
        image_error("%s: the name must end in .png, .jpg or .jpeg", path);
        return false;
    }
    // The file is renamed into place: a device or folder of that name must not be replaced.
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        image_error("%s: is not a regular file", path);
        return false;
    }
    if (access(path, W_OK) != 0 && errno != ENOENT) { // replacing it would not ask for that
        image_error("%s: cannot be written: %m", path);
        return false;
    }
    if (!artem_file_has_room(path)) {
        image_error("%s: cannot be written: %m", path);
        return false;
    }
    return true;
}

// What is encoded has no name yet, so that nothing is left of it where the command is interrupted; on file systems that
// cannot do that it has one already.
struct unfinished {
    int fd;
    char name[PATH_MAX + 32]; // "": none yet
};

static bool begin(const char *target, struct unfinished *out)
{
    const int length = (int)artem_path_folder(target);

    out->fd = -1;
    if (access("/proc/self/fd", X_OK) == 0) { // its names are what a file is named by
        snprintf(out->name, sizeof out->name, "%.*s.", length, target);
        out->fd = open(out->name, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    }
    out->name[0] = '\0';
    if (out->fd < 0) {
        snprintf(out->name, sizeof out->name, "%.*s.artem-XXXXXX", length, target);
        out->fd = mkostemp(out->name, O_CLOEXEC);
    }
    if (out->fd < 0)
        return false;
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(out->fd, 0666 & ~mask);
    return true;
}

// rename() replaces a file, linkat() does not: hence the name in between.
static bool finish(struct unfinished *u, const char *target)
{
    char self[32];

    snprintf(self, sizeof self, "/proc/self/fd/%d", u->fd);
    for (unsigned i = 0; u->name[0] == '\0'; i++) {
        snprintf(u->name, sizeof u->name, "%.*s.artem-%d-%u", (int)artem_path_folder(target), target, (int)getpid(), i);
        if (linkat(AT_FDCWD, self, AT_FDCWD, u->name, AT_SYMLINK_FOLLOW) == 0)
            break;
        u->name[0] = '\0';
        if (errno != EEXIST)
            return false;
    }
    return rename(u->name, target) == 0;
}

static void end(struct unfinished *u, bool good)
{
    close(u->fd);
    if (!good && u->name[0] != '\0')
        unlink(u->name);
}

// Through a copy of the descriptor, since some file systems say only when one is closed that there was no room.
static bool write_file(int fd, const char *path, const struct image *image)
{
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *file = copy >= 0 ? fdopen(copy, "wb") : NULL;
    if (!file) {
        image_error("%s: %m", path);
        if (copy >= 0)
            close(copy);
        return false;
    }
    bool good = ends_with(path, ".png") ? image_png_write(file, path, image) : image_jpeg_write(file, path, image);
    bool failed = good && (fflush(file) != 0 || ferror(file));
    if (failed)
        image_error("%s: %m", path);
    if (fclose(file) != 0 && good && !failed) {
        image_error("%s: %m", path);
        failed = true;
    }
    return good && !failed;
}

bool image_save(const char *path, const struct image *image)
{
    char target[PATH_MAX];
    struct unfinished unfinished;

    if (!image_can_save(path))
        return false;
    // A link stays a link: its target is replaced.
    if (!realpath(path, target) && snprintf(target, sizeof target, "%s", path) >= (int)sizeof target) {
        errno = ENAMETOOLONG;
        image_error("%s: %m", path);
        return false;
    }
    if (!begin(target, &unfinished)) {
        image_error("%s: cannot be written: %m", path);
        return false;
    }
    bool good = write_file(unfinished.fd, path, image);
    if (good && !finish(&unfinished, target)) {
        image_error("%s: %m", path);
        good = false;
    }
    end(&unfinished, good);
    return good;
}
