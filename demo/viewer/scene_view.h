// SPDX-License-Identifier: Apache-2.0
// The demo's scene, drawn for both eyes or one, as pixels in memory.
#ifndef ARTEM_VIEWER_SCENE_VIEW_H
#define ARTEM_VIEWER_SCENE_VIEW_H

#include "frame.h"
#include "pose_path.h"
#include "state.h"
#include "vk_frames.h"
#include "vk_renderer.h"
#include "vk_target.h"

struct scene_view {
    struct gpu *gpu;
    struct scene *scene;
    enum pose_path path;
    struct renderer renderer;
    struct gpu_pass pass;
    struct gpu_image image;
    struct target target;
    struct gpu_buffer buffer;
    VkExtent2D extent;
    int32_t density; // of the noise in the latest frame
    struct eye eyes[FRAME_VIEWS];
};

// FILE: a scene description, NULL for the built-in gallery. Prints why on failure; destroy accepts a half-made object.
bool scene_view_create(struct gpu *gpu, const char *file, enum pose_path path, struct scene_view *out);
void scene_view_destroy(struct scene_view *view);

// Draws the scene of SECONDS for a window of EXTENT into FRAME's pixels; waits for the GPU. Both eyes: an even width.
bool scene_view_draw(struct scene_view *view, struct frames *frames, VkExtent2D extent, enum view_eyes eyes,
                     double seconds, struct view_frame *frame);
// Fixes the noise of a planned frame to the scene.
void scene_view_set_noise(struct scene_view *view, struct view_frame *frame);

#endif
