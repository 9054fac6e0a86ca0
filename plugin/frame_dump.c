// SPDX-License-Identifier: Apache-2.0
#include "frame_dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"

enum { DUMP_FRAMES_MAX = 256 };

struct frame_dump {
    char folder[1024];
    uint64_t frames[DUMP_FRAMES_MAX];
    unsigned count;
};

static bool parse(struct frame_dump *dump, const char *text)
{
    const char *list = strrchr(text, ':');

    if (list == NULL || list == text || (size_t)(list - text) >= sizeof dump->folder)
        return false;
    memcpy(dump->folder, text, (size_t)(list - text));
    do {
        char *end;

        list++;
        if (*list < '0' || *list > '9' || dump->count == DUMP_FRAMES_MAX)
            return false;
        dump->frames[dump->count++] = strtoull(list, &end, 10);
        list = end;
    } while (*list == ',');
    return *list == '\0';
}

struct frame_dump *frame_dump_create(void)
{
    const char *text = secure_getenv("ARTEM_CAPTURE");
    struct frame_dump *dump;

    if (text == NULL || *text == '\0')
        return NULL;
    dump = calloc(1, sizeof *dump);
    if (dump == NULL)
        return NULL;
    if (!parse(dump, text)) {
        artem_log(ARTEM_LOG_WARN, "ARTEM_CAPTURE is '%s', expected DIR:N,N,...: no frames are written", text);
        frame_dump_destroy(&dump);
    }
    return dump;
}

void frame_dump_destroy(struct frame_dump **dump)
{
    free(*dump);
    *dump = NULL;
}

bool frame_dump_wants(const struct frame_dump *dump, uint64_t frame)
{
    for (unsigned i = 0; dump != NULL && i < dump->count; i++) {
        if (dump->frames[i] == frame)
            return true;
    }
    return false;
}

// 0, or an errno value.
static int write_ppm(const char *path, const uint8_t *rgba, const VkExtent2D *extent)
{
    FILE *file = fopen(path, "wbe");
    int error = 0;

    if (file == NULL)
        return errno;
    fprintf(file, "P6\n%u %u\n255\n", extent->width, extent->height);
    for (size_t i = 0; i < (size_t)extent->width * extent->height; i++)
        fwrite(rgba + 4 * i, 1, 3, file);
    if (ferror(file))
        error = EIO;
    if (fclose(file) != 0 && error == 0)
        error = errno;
    return error;
}

static enum artem_result read_code(struct vk_target *target, unsigned picture, bool result, uint8_t *rgba)
{
    const struct vk_picture_info *info = &target->pictures[picture].info;
    void *stored = malloc(vk_target_picture_bytes(target, picture));
    const struct artem_pixels pixels = {
        .format = target->pixels,
        .premultiplied = info->premultiplied,
        .width = info->rect.extent.width,
        .height = info->rect.extent.height,
        .stored = stored,
        .stored_stride = (size_t)info->rect.extent.width * target->pixel_size,
    };
    enum artem_result status = stored != NULL ? ARTEM_OK : ARTEM_ERROR_MEMORY;

    if (status == ARTEM_OK)
        status = vk_target_read(target, picture, result, stored);
    if (status == ARTEM_OK)
        artem_pixels_to_code(&pixels, rgba, (size_t)info->rect.extent.width * 4);
    free(stored);
    return status;
}

void frame_dump_write(const struct frame_dump *dump, uint64_t frame, uint32_t view, struct vk_target *target,
                      unsigned picture)
{
    static const char *const eyes[] = {"left", "right"};
    static const char *const moments[] = {"before", "after"};
    const VkExtent2D *extent = &target->pictures[picture].info.rect.extent;
    uint8_t *rgba = malloc((size_t)extent->width * extent->height * 4);
    enum artem_result result = rgba != NULL ? ARTEM_OK : ARTEM_ERROR_MEMORY;

    for (int after = 0; after < 2 && result == ARTEM_OK; after++) {
        char path[1200];
        int error;

        result = read_code(target, picture, after, rgba);
        if (result != ARTEM_OK)
            break;
        snprintf(path, sizeof path, "%s/frame%06llu-%s-%s.ppm", dump->folder, (unsigned long long)frame, eyes[view & 1],
                 moments[after]);
        error = write_ppm(path, rgba, extent);
        if (error != 0)
            artem_log(ARTEM_LOG_WARN, "%s: %s: the frame is not written", path, strerror(error));
    }
    if (result != ARTEM_OK)
        artem_log(ARTEM_LOG_WARN, "frame %llu could not be read back (%s)", (unsigned long long)frame,
                  artem_result_string(result));
    free(rgba);
}
