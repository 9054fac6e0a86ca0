// SPDX-License-Identifier: Apache-2.0
// A target's life.
#include "vk_target.h"

#include <stdlib.h>
#include <time.h>

#include "artem/log.h"

enum { RETRIES = 50 }; // of waits that fail

static const uint64_t finish_timeout_ns = 5000000000;
static const long retry_ns = 1000000;

bool vk_find_format(VkFormat format, enum artem_pixel_format *out_pixels)
{
    static const struct {
        VkFormat format;
        enum artem_pixel_format pixels;
    } known[] = {
        {VK_FORMAT_R8G8B8A8_SRGB, ARTEM_PIXELS_RGBA8_SRGB},
        {VK_FORMAT_B8G8R8A8_SRGB, ARTEM_PIXELS_BGRA8_SRGB},
        {VK_FORMAT_R8G8B8A8_UNORM, ARTEM_PIXELS_RGBA8_UNORM},
        {VK_FORMAT_B8G8R8A8_UNORM, ARTEM_PIXELS_BGRA8_UNORM},
        {VK_FORMAT_A2B10G10R10_UNORM_PACK32, ARTEM_PIXELS_A2B10G10R10_UNORM},
        {VK_FORMAT_R16G16B16A16_UNORM, ARTEM_PIXELS_RGBA16_UNORM},
        {VK_FORMAT_R16G16B16A16_SFLOAT, ARTEM_PIXELS_RGBA16_SFLOAT},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].format == format) {
            *out_pixels = known[i].pixels;
            return true;
        }
    }
    return false;
}

static enum artem_result create_memory(struct vk_target *target)
{
    const struct vulkan_device *d = target->device;
    const struct vk_target_info *info = &target->info;
    enum artem_result result =
        vk_buffer_create(d, target->slice_pitch * info->slices, VK_PLACE_DEVICE, &target->capture);

    if (result == ARTEM_OK && info->samples > 1)
        result = vk_image_create(d, info->width, info->height, info->slices, info->format, 0, &target->resolved);
    if (result == ARTEM_OK)
        result = vk_buffer_create(d, artem_pixel_tables_words(target->pixels) * sizeof(uint32_t), VK_PLACE_TOLD,
                                  &target->tables);
    if (result == ARTEM_OK)
        artem_pixel_tables(target->pixels, target->tables.data);
    return result;
}

enum artem_result vk_target_create(const struct vk_shaders *shaders, const struct vk_target_info *info,
                                   struct vk_target **out_target)
{
    const VkDeviceSize alignment = 256; // of slices: no device asks for more for a storage buffer's offset
    struct vk_target *target = calloc(1, sizeof *target);
    VkDeviceSize slice_bytes;
    enum artem_result result;

    if (target == NULL)
        return ARTEM_ERROR_MEMORY;
    target->shaders = shaders;
    target->device = shaders->device;
    target->info = *info;
    if (!vk_find_format(info->format, &target->pixels)) {
        free(target);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    target->pixel_size = (uint32_t)artem_pixel_size(target->pixels);
    slice_bytes = (VkDeviceSize)info->width * info->height * target->pixel_size;
    target->slice_pitch = (slice_bytes + alignment - 1) / alignment * alignment;
    if (slice_bytes > target->device->max_buffer_range) {
        free(target);
        return ARTEM_ERROR_UNSUPPORTED;
    }
    result = create_memory(target);
    if (result == ARTEM_OK)
        result = vk_submissions_create(target);
    if (result == ARTEM_OK)
        result = vk_pictures_create(target);
    if (result == ARTEM_OK)
        *out_target = target;
    else
        vk_target_destroy(&target);
    return result;
}

bool vk_target_is_done(struct vk_target *target)
{
    const enum artem_result result = vk_target_wait(target, 0);

    return result == ARTEM_OK || result == ARTEM_ERROR_DEVICE;
}

bool vk_target_finish(struct vk_target *target)
{
    enum artem_result result = vk_target_wait(target, finish_timeout_ns);

    // Memory that is short now may be there in a moment.
    for (unsigned i = 0; i < RETRIES && result == ARTEM_ERROR_MEMORY; i++) {
        nanosleep(&(struct timespec){0, retry_ns}, NULL);
        result = vk_target_wait(target, finish_timeout_ns);
    }
    return result == ARTEM_OK || result == ARTEM_ERROR_DEVICE;
}

void vk_target_destroy(struct vk_target **target)
{
    struct vk_target *t = *target;

    *target = NULL;
    if (t == NULL)
        return;
    if (!vk_target_finish(t)) {
        artem_log(ARTEM_LOG_ERROR, "the GPU does not finish; some of its memory is not freed");
        free(t);
        return;
    }
    vk_pictures_destroy(t);
    vk_submissions_destroy(t);
    vk_image_destroy(t->device, &t->resolved);
    vk_buffer_destroy(t->device, &t->tables);
    vk_buffer_destroy(t->device, &t->capture);
    free(t);
}
