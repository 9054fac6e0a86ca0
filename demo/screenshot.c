// SPDX-License-Identifier: Apache-2.0
#include "screenshot.h"
#include "capture.h"
#include "log.h"

bool screenshot_record(struct screenshot *shot, VkCommandBuffer commands, const struct picture_source *source)
{
    const uint32_t part = shot->part_count;
    const VkExtent2D extent = source->rect.extent;
    const VkDeviceSize size = (VkDeviceSize)extent.width * extent.height * capture_pixel_bytes(shot->format);
    if (part == RENDERER_VIEWS ||
        !gpu_buffer_create(shot->gpu, size, VK_BUFFER_USAGE_TRANSFER_DST_BIT, &shot->buffers[part]))
        return false;
    shot->extents[part] = extent;
    shot->part_count++;
    return picture_to_buffer(shot->gpu, commands, source, &shot->pictures[part], shot->buffers[part].buffer);
}

bool screenshot_write(struct screenshot *shot, const char *file)
{
    struct capture capture;
    uint32_t width = 0, height = 0, left = 0;
    bool ok;
    for (uint32_t i = 0; i < shot->part_count; i++) {
        width += shot->extents[i].width;
        height = shot->extents[i].height > height ? shot->extents[i].height : height;
    }
    if (!capture_create(width, height, &capture))
        return false;
    for (uint32_t i = 0; i < shot->part_count; i++) {
        capture_place(&capture, left, shot->format, shot->buffers[i].mapped, shot->extents[i].width,
                      shot->extents[i].height);
        left += shot->extents[i].width;
    }
    ok = capture_write(&capture, file);
    capture_free(&capture);
    return ok;
}

void screenshot_destroy(struct screenshot *shot)
{
    if (!shot->gpu)
        return;
    for (uint32_t i = 0; i < RENDERER_VIEWS; i++) {
        gpu_buffer_destroy(shot->gpu, &shot->buffers[i]);
        picture_destroy(shot->gpu, &shot->pictures[i]);
    }
    *shot = (struct screenshot){0};
}
