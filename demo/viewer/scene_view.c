// SPDX-License-Identifier: Apache-2.0
#include "scene_view.h"

#include <stdlib.h>
#include <string.h>

#include <cglm/cglm.h>

#include "log.h"
#include "screen_eye.h"
#include "vk_picture.h"

static const VkFormat format = VK_FORMAT_R8G8B8A8_SRGB;
static const float half_ipd = 0.032f; // metres

bool scene_view_create(struct gpu *gpu, const char *file, enum pose_path path, struct scene_view *out)
{
    VkPhysicalDeviceProperties properties;
    struct gpu_pass_key key = {.color = format, .depth = VK_FORMAT_D32_SFLOAT, .views = 1};

    *out = (struct scene_view){.gpu = gpu, .path = path, .scene = malloc(sizeof *out->scene)};
    if (!out->scene)
        return demo_error("no memory for the scene");
    vkGetPhysicalDeviceProperties(gpu->physical, &properties);
    key.resolve = properties.deviceType != VK_PHYSICAL_DEVICE_TYPE_CPU;
    key.samples = key.resolve ? VK_SAMPLE_COUNT_4_BIT : VK_SAMPLE_COUNT_1_BIT;
    return scene_load(file, out->scene) && renderer_create(gpu, out->scene, 1, &out->renderer) &&
           gpu_pass_create(gpu, &key, out->renderer.layout, &out->pass);
}

static void destroy_target(struct scene_view *view)
{
    target_destroy(&view->target);
    gpu_image_destroy(view->gpu, &view->image);
    gpu_buffer_destroy(view->gpu, &view->buffer);
    view->extent = (VkExtent2D){0, 0};
}

void scene_view_destroy(struct scene_view *view)
{
    if (!view->gpu)
        return;
    if (view->gpu->device) {
        destroy_target(view);
        gpu_pass_destroy(view->gpu, &view->pass);
        renderer_destroy(&view->renderer);
    }
    free(view->scene);
    *view = (struct scene_view){0};
}

static bool resize(struct scene_view *view, struct frames *frames, VkExtent2D extent)
{
    const VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                    .imageType = VK_IMAGE_TYPE_2D,
                                    .format = format,
                                    .extent = {extent.width, extent.height, 1},
                                    .mipLevels = 1,
                                    .arrayLayers = 1,
                                    .samples = VK_SAMPLE_COUNT_1_BIT,
                                    .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};

    if (view->extent.width == extent.width && view->extent.height == extent.height)
        return true;
    if (!frames_wait(frames))
        return false;
    destroy_target(view);
    if (!gpu_image_create(view->gpu, &info, &view->image) ||
        !target_create(view->gpu, &view->pass, extent.width, extent.height, 1, &view->image.image, 1, NULL, 0,
                       &view->target) ||
        !gpu_buffer_create(view->gpu, (VkDeviceSize)extent.width * extent.height * 4, VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                           &view->buffer))
        return false;
    view->extent = extent;
    return true;
}

bool scene_view_draw(struct scene_view *view, struct frames *frames, VkExtent2D extent, enum view_eyes eyes,
                     double seconds, struct view_frame *frame)
{
    const uint32_t views = eyes == EYES_BOTH ? 2 : 1;
    const VkExtent2D each = {extent.width / views, extent.height};
    const struct head_pose head = pose_path_at(view->path, seconds);
    struct renderer_frame scene = {.eye_count = views, .seconds = seconds, .fade = 1};
    struct picture picture = {0};

    if (!resize(view, frames, extent) || !frame_set_size(frame, extent.width, extent.height, views))
        return false;
    const struct picture_source source = {view->image.image, format, VK_SAMPLE_COUNT_1_BIT, 0, {{0, 0}, extent}};
    for (uint32_t i = 0; i < views; i++) {
        const bool right = eyes == EYES_RIGHT || i == 1;
        scene.eyes[i] = view->eyes[i] = screen_eye(head, each, right ? half_ipd : -half_ipd);
    }
    VkCommandBuffer commands = frames_begin(frames, &scene.slot);
    if (!commands)
        return false;
    renderer_prepare(&view->renderer, &scene);
    target_begin(&view->target, commands, 0, 0, 0);
    for (uint32_t i = 0; i < views; i++)
        renderer_draw(&view->renderer, commands, &view->pass, &scene, i,
                      (VkRect2D){{(int32_t)(i * each.width), 0}, each}, false);
    vkCmdEndRenderPass(commands);
    if (!picture_to_buffer(view->gpu, commands, &source, &picture, view->buffer.buffer) ||
        !frames_submit(frames, scene.slot, VK_NULL_HANDLE, VK_NULL_HANDLE) || !frames_wait(frames))
        return false;
    memcpy(frame->pixels, view->buffer.mapped, (size_t)extent.width * extent.height * 4);
    return true;
}

void scene_view_set_noise(struct scene_view *view, struct view_frame *frame)
{
    float middle[3] = {0, 0, 0};

    for (uint32_t i = 0; i < frame->views; i++)
        for (int k = 0; k < 3; k++)
            middle[k] += view->eyes[i].pose.position[k] / (float)frame->views;
    for (uint32_t i = 0; i < frame->views; i++) {
        const struct eye *eye = &view->eyes[i];
        const struct painting *p = &frame->view[i];
        const struct geometry_view geometry = {p->width, p->height, eye->left, eye->right, eye->up, eye->down};
        struct geometry_pose pose;
        memcpy(pose.orientation, eye->pose.rotation, sizeof pose.orientation);
        glm_vec3_sub((float *)eye->pose.position, middle, pose.offset);
        if (i == 0)
            view->density = geometry_noise_density(&geometry, p->style_width, p->style_height, view->density);
        geometry_noise_map(&geometry, &pose, p->style_width, p->style_height, view->density, &frame->noise[i]);
    }
}
