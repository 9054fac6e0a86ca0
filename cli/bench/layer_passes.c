// SPDX-License-Identifier: Apache-2.0
#include "layer_passes.h"

#include <string.h>

#include "artem/geometry.h"
#include "pictures.h"
#include "plugin/vk_target.h"

enum { PIXEL = 4, FEWEST = 3, WARM_UP = 2, DISCRETE_COPY = 256 << 20, OTHER_COPY = 64 << 20 };
static const uint64_t patience_ns = 60000000000;

bool layer_size_usual(size_t index, uint32_t views, struct layer_size *out_size, const char **out_what)
{
    static const struct {
        const char *what;
        uint32_t width, height, longer;
    } usual[LAYER_USUAL_SIZES] = {{"half the style resolution", 1440, 1600, 800},
                                  {"full style resolution", 1440, 1600, 1600},
                                  {"half the style resolution", 2064, 2208, 1104},
                                  {"the largest style resolution", 2064, 2208, 2048}};

    *out_size = (struct layer_size){.views = views, .width = usual[index].width, .height = usual[index].height};
    *out_what = usual[index].what;
    return geometry_style_size(out_size->width, out_size->height, usual[index].longer, &out_size->style_width,
                               &out_size->style_height);
}

double layer_capture_bytes(const struct layer_size *s)
{
    // The image, the capture, and it again for the scaling.
    return s->views * ((double)s->width * s->height * 3 * PIXEL + (double)s->style_width * s->style_height * PIXEL);
}

double layer_composite_bytes(const struct layer_size *s)
{
    // The capture, the result, and it again into the image; the picture as scaled and as painted.
    return s->views * ((double)s->width * s->height * 4 * PIXEL + (double)s->style_width * s->style_height * 2 * PIXEL);
}

// ---- Work on a target ----

struct layer {
    struct vk_shaders *shaders;
    struct vk_target *target;
    struct vk_image image; // stands for the app's and the layer's
    struct vk_buffer from, to;
};

static void destroy(const struct vulkan_device *d, struct layer *layer)
{
    vk_target_destroy(&layer->target); // waits
    vk_shaders_destroy(&layer->shaders);
    vk_image_destroy(d, &layer->image);
    vk_buffer_destroy(d, &layer->from);
    vk_buffer_destroy(d, &layer->to);
}

static bool create(const struct vulkan_device *d, const struct layer_size *s, struct layer *layer)
{
    const struct vk_target_info info = {
        .width = s->width, .height = s->height, .slices = s->views, .samples = 1, .format = VK_FORMAT_R8G8B8A8_SRGB};
    enum artem_pixel_format pixels;

    *layer = (struct layer){0};
    return d->timestamp_ms > 0 && vk_find_format(info.format, &pixels) &&
           vk_shaders_create(d, &layer->shaders) == ARTEM_OK &&
           vk_shaders_prepare(layer->shaders, pixels) == ARTEM_OK &&
           vk_target_create(layer->shaders, &info, &layer->target) == ARTEM_OK;
}

static unsigned all_pictures(const struct layer_size *s)
{
    return (1u << s->views) - 1;
}

// A copy that is timed as VK_WORK_READ.
static bool copy(const struct vulkan_device *d, struct vk_target *target, VkBuffer from, VkBuffer to,
                 const VkBufferCopy *region)
{
    const VkMemoryBarrier before = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                    .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                    .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT};
    const VkMemoryBarrier after = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                   .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                   .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};

    target->frames[VK_WORK_READ]++;
    struct vk_submission *submission = vk_target_begin(target, VK_WORK_READ);
    if (submission == NULL)
        return false;
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0,
                            1, &before, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 0);
    d->vkCmdCopyBuffer(submission->commands, from, to, 1, region);
    d->vkCmdPipelineBarrier(submission->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0,
                            1, &after, 0, NULL, 0, NULL);
    vk_target_timestamp(target, submission, 1);
    return vk_target_submit(target, submission, NULL) == ARTEM_OK && vk_target_wait(target, patience_ns) == ARTEM_OK;
}

// Each picture in a slice of its own; the image shows something, and so do the paintings.
static bool prepare(const struct vulkan_device *d, const struct layer_size *s, struct layer *layer)
{
    const VkDeviceSize slice = (VkDeviceSize)s->width * s->height * PIXEL;
    const VkBufferCopy painting = {0, 0, (VkDeviceSize)s->style_width * s->style_height * PIXEL};
    bool good = vk_image_create(d, s->width, s->height, s->views, VK_FORMAT_R8G8B8A8_SRGB,
                                VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT, &layer->image) == ARTEM_OK &&
                vk_buffer_create(d, slice, VK_PLACE_HOST, &layer->from) == ARTEM_OK;

    if (good)
        bench_draw(layer->from.data, s->width, s->height);
    for (uint32_t i = 0; i < s->views && good; i++) {
        const struct vk_picture_info info = {.slice = i,
                                             .rect.extent = {s->width, s->height},
                                             .style_width = s->style_width,
                                             .style_height = s->style_height,
                                             .on_device = true};
        const VkBufferCopy region = {0, i * layer->target->slice_pitch, slice};
        good = vk_target_set_picture(layer->target, i, &info) == ARTEM_OK &&
               copy(d, layer->target, layer->from.handle, layer->target->capture.handle, &region);
    }
    good = good && vk_target_scale(layer->target, all_pictures(s)) == ARTEM_OK &&
           vk_target_composite(layer->target, all_pictures(s), &(struct vk_look){0},
                               &(struct vk_surface){.image = layer->image.handle}) == ARTEM_OK;
    for (uint32_t i = 0; i < s->views && good; i++)
        good = copy(d, layer->target, layer->target->pictures[i].style_in.handle,
                    layer->target->pictures[i].style_out.handle, &painting);
    return good;
}

static bool add_time(const struct vk_target *target, enum vk_work work, struct bench_times *times)
{
    if (!vk_target_is_timed(target, work))
        return false;
    if (times->count >= 0)
        times->time[times->count] = target->gpu_ms[work] * 1e-3;
    times->count++;
    return true;
}

bool layer_passes_run(const struct vulkan_device *device, const struct layer_size *size, double seconds,
                      struct layer_passes *out)
{
    const struct vk_look look = {.strength = 256};
    const unsigned pictures = all_pictures(size);
    struct layer layer;

    out->capture.count = out->composite.count = -WARM_UP;
    bool good = create(device, size, &layer) && prepare(device, size, &layer);
    const struct vk_surface surface = {.image = layer.image.handle};
    const double end = bench_now() + seconds;
    while (good && out->capture.count < ARTEM_BENCH_TIMES && (out->capture.count < FEWEST || bench_now() < end))
        good = vk_target_capture(layer.target, &surface, pictures) == ARTEM_OK &&
               vk_target_composite(layer.target, pictures, &look, &surface) == ARTEM_OK &&
               vk_target_wait(layer.target, patience_ns) == ARTEM_OK &&
               add_time(layer.target, VK_WORK_CAPTURE, &out->capture) &&
               add_time(layer.target, VK_WORK_COMPOSITE, &out->composite);
    destroy(device, &layer);
    if (good) {
        bench_sort(&out->capture);
        bench_sort(&out->composite);
    }
    return good;
}

double layer_copy_rate(const struct vulkan_device *device, double seconds)
{
    static const struct layer_size size = {1, 16, 16, 0, 0}; // of a target that copies are timed with
    const bool discrete = device->type == VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
    const VkBufferCopy region = {0, 0, discrete ? DISCRETE_COPY : OTHER_COPY};
    static struct bench_times times;
    struct layer layer;

    times.count = -WARM_UP;
    bool good = create(device, &size, &layer) &&
                vk_buffer_create(device, region.size, VK_PLACE_DEVICE, &layer.from) == ARTEM_OK &&
                vk_buffer_create(device, region.size, VK_PLACE_DEVICE, &layer.to) == ARTEM_OK;
    const double end = bench_now() + seconds;
    while (good && times.count < ARTEM_BENCH_TIMES && (times.count < FEWEST || bench_now() < end))
        good = copy(device, layer.target, layer.from.handle, layer.to.handle, &region) &&
               add_time(layer.target, VK_WORK_READ, &times);
    destroy(device, &layer);
    if (good)
        bench_sort(&times);
    return good && times.time[0] > 0 ? 2.0 * (double)region.size / times.time[0] : 0;
}
