// SPDX-License-Identifier: Apache-2.0
// What was rendered in one frame, all eyes side by side, as a file.
#ifndef ARTEM_DEMO_SCREENSHOT_H
#define ARTEM_DEMO_SCREENSHOT_H

#include "options.h"
#include "vk_picture.h"
#include "vk_renderer.h"

struct screenshot {
    struct gpu *gpu;
    enum demo_format format;
    uint32_t part_count;
    VkExtent2D extents[RENDERER_VIEWS];
    struct gpu_buffer buffers[RENDERER_VIEWS];
    struct picture pictures[RENDERER_VIEWS];
};

// Records the copy of the next eye's picture.
bool screenshot_record(struct screenshot *shot, VkCommandBuffer commands, const struct picture_source *source);
// Once the commands are done: writes FILE.
bool screenshot_write(struct screenshot *shot, const char *file);
// GPU idle; accepts a zeroed object.
void screenshot_destroy(struct screenshot *shot);

#endif
