// SPDX-License-Identifier: Apache-2.0
#include "image.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

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
        image_error("%s: %u x %u pixels; at most %d (2^24) pixels can be painted", path, width, height,
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
    return true;
}

static bool write_file(int fd, const char *path, const struct image *image)
{
    FILE *file = fdopen(fd, "wb");
    if (!file) {
        image_error("%s: %m", path);
        close(fd);
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
    char target[PATH_MAX], temporary[PATH_MAX + 8];

    if (!image_can_save(path))
        return false;
    // A link stays a link: its target is replaced.
    if (!realpath(path, target) && snprintf(target, sizeof target, "%s", path) >= (int)sizeof target) {
        errno = ENAMETOOLONG;
        image_error("%s: %m", path);
        return false;
    }
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", target);
    int fd = mkstemp(temporary);
    if (fd < 0) {
        image_error("%s: cannot be written: %m", path);
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    bool good = write_file(fd, path, image);
    if (good && rename(temporary, target) != 0) {
        image_error("%s: %m", path);
        good = false;
    }
    if (!good)
        unlink(temporary);
    return good;
}
