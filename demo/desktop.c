// SPDX-License-Identifier: Apache-2.0
#include "desktop.h"
#include "clock.h"
#include "log.h"
#include "screen_eye.h"
#include "screenshot.h"
#include "stop.h"
#include "vk_format.h"
#include "vk_frames.h"
#include "vk_target.h"
#include "window.h"

struct desktop {
    const struct demo_options *options;
    bool windowed;
    uint64_t frame_limit;
    double step;
    VkExtent2D extent;
    VkSampleCountFlagBits samples;
    struct gpu gpu;
    struct window window;
    struct renderer renderer;
    struct gpu_pass pass;
    struct gpu_image image;
    struct target target;
    struct frames frames;
    struct screenshot shot;
};

static bool create_target(struct desktop *d)
{
    const VkFormat format = vk_format(d->options->format);
    const struct gpu_pass_key key = {.color = format,
                                     .depth = VK_FORMAT_D32_SFLOAT,
                                     .samples = (VkSampleCountFlagBits)d->options->msaa,
                                     .resolve = d->options->msaa > 1,
                                     .views = 1};
    const VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                    .imageType = VK_IMAGE_TYPE_2D,
                                    .format = format,
                                    .extent = {d->extent.width, d->extent.height, 1},
                                    .mipLevels = 1,
                                    .arrayLayers = 1,
                                    .samples = VK_SAMPLE_COUNT_1_BIT,
                                    .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
    return gpu_pass_create(&d->gpu, &key, d->renderer.layout, &d->pass) &&
           gpu_image_create(&d->gpu, &info, &d->image) &&
           target_create(&d->gpu, &d->pass, d->extent.width, d->extent.height, 1, &d->image.image, 1, NULL, 0,
                         &d->target);
}

static bool create(struct desktop *d, const struct scene *scene)
{
    static const char *const swapchain[] = {VK_KHR_SWAPCHAIN_EXTENSION_NAME};
    struct gpu_request request = {.validate = d->options->validate};
    if (d->windowed) {
        if (!window_open("Art'Em demo", d->extent.width, d->extent.height, &d->window))
            return false;
        request.instance_extensions = window_instance_extensions(&request.instance_extension_count);
        request.device_extensions = swapchain;
        request.device_extension_count = 1;
    }
    return gpu_create(&request, &d->gpu) && (!d->windowed || window_attach(&d->window, &d->gpu)) &&
           renderer_create(&d->gpu, scene, d->options->seed, &d->renderer) && create_target(d) &&
           frames_create(&d->gpu, &d->frames);
}

static void destroy(struct desktop *d)
{
    frames_destroy(&d->frames);
    if (d->gpu.device)
        vkDeviceWaitIdle(d->gpu.device);
    screenshot_destroy(&d->shot);
    target_destroy(&d->target);
    gpu_image_destroy(&d->gpu, &d->image);
    gpu_pass_destroy(&d->gpu, &d->pass);
    renderer_destroy(&d->renderer);
    if (d->windowed)
        window_close(&d->window);
    gpu_destroy(&d->gpu);
}

static struct eye eye_at(const struct desktop *d, uint64_t number, double seconds)
{
    const struct demo_options *o = d->options;
    struct teleport teleport = pose_teleport(o->seed, o->cut_every ? number / o->cut_every : 0);
    return screen_eye(pose_apply_teleport(teleport, pose_path_at(o->path, seconds)), d->extent, 0);
}

static bool draw(struct desktop *d, uint64_t number, double seconds)
{
    const struct picture_source source = {
        d->image.image, d->pass.key.color, VK_SAMPLE_COUNT_1_BIT, 0, {{0, 0}, d->extent}};
    const bool shoot = d->options->screenshot && number == d->options->screenshot_at;
    struct renderer_frame frame = {.eye_count = 1,
                                   .eyes = {eye_at(d, number, seconds)},
                                   .seconds = seconds,
                                   .fade = d->options->fade ? clock_fade(seconds) : 1,
                                   .empty_sky = d->options->blend != BLEND_OPAQUE};
    VkSemaphore wait = VK_NULL_HANDLE, signal = VK_NULL_HANDLE;
    VkCommandBuffer commands = frames_begin(&d->frames, &frame.slot);
    if (!commands)
        return false;
    renderer_prepare(&d->renderer, &frame);
    target_begin(&d->target, commands, 0, 0, 0);
    renderer_draw(&d->renderer, commands, &d->pass, &frame, 0, source.rect, false);
    vkCmdEndRenderPass(commands);
    if (shoot) {
        d->shot = (struct screenshot){.gpu = &d->gpu, .format = d->options->format};
        if (!screenshot_record(&d->shot, commands, &source))
            return false;
    }
    if (d->windowed && !window_record(&d->window, commands, &source, &wait, &signal))
        return false;
    if (!frames_submit(&d->frames, frame.slot, wait, signal) || (signal && !window_present(&d->window)))
        return false;
    return !shoot || (frames_wait(&d->frames) && screenshot_write(&d->shot, d->options->screenshot));
}

static bool loop(struct desktop *d)
{
    const double start = clock_now();
    for (uint64_t number = 0; !d->frame_limit || number < d->frame_limit; number++) {
        const double elapsed = clock_now() - start;
        if (stop_asked() || (d->windowed && !window_poll(&d->window)) ||
            (d->options->seconds > 0 && elapsed >= d->options->seconds))
            break;
        if (!draw(d, number, d->step > 0 ? (double)number * d->step : elapsed))
            return false;
    }
    return true;
}

int desktop_run(const struct demo_options *options, const struct scene *scene)
{
    struct desktop d = {.options = options, .frame_limit = options->frames, .step = options->step};
    bool ok;
    d.windowed = options->window || (!options->frames && !options->screenshot);
    d.extent = (VkExtent2D){options->width ? options->width : 1280, options->height ? options->height : 720};
    if (!d.windowed) {
        if (!d.frame_limit && options->seconds == 0)
            d.frame_limit = options->screenshot_at + 1;
        if (d.step == 0)
            d.step = 1.0 / 90;
    }
    ok = create(&d, scene) && loop(&d);
    destroy(&d);
    return ok && d.gpu.complaints == 0 ? 0 : 1;
}
