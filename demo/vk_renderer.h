// SPDX-License-Identifier: Apache-2.0
// The scene on the GPU, and what draws it.
#ifndef ARTEM_DEMO_VK_RENDERER_H
#define ARTEM_DEMO_VK_RENDERER_H

#include "pose_path.h"
#include "scene.h"
#include "vk_memory.h"
#include "vk_pipeline.h"

#define RENDERER_SLOTS 2 // frames in flight
#define RENDERER_VIEWS 4
#define RENDERER_NEAR 0.05f
#define RENDERER_FAR 200.0f

// An eye: where it is in the world, and the angles (radians) of its field of view, left and down negative.
struct eye {
    struct head_pose pose;
    float left, right, up, down;
};

struct renderer {
    struct gpu *gpu;
    const struct scene *scene;
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
    VkDescriptorPool pool;
    VkDescriptorSet sets[RENDERER_SLOTS];
    struct gpu_buffer uniforms[RENDERER_SLOTS], vertices, indices;
    struct gpu_image textures;
    VkImageView texture_view;
    VkSampler sampler;
    struct {
        uint32_t first_index, index_count;
    } ranges[SCENE_MAX_OBJECTS];
};

struct renderer_frame {
    uint32_t slot; // below RENDERER_SLOTS; not in use by the GPU
    uint32_t eye_count;
    struct eye eyes[RENDERER_VIEWS];
    double seconds;
    float fade;     // factor of all light
    bool empty_sky; // alpha and colour 0
    bool straight;  // the overlay's colours are not multiplied by alpha
};

// SCENE and GPU must outlive the renderer; destroy accepts a half-made one. SEED is that of the textures' noise.
bool renderer_create(struct gpu *gpu, const struct scene *scene, uint32_t seed, struct renderer *out);
void renderer_destroy(struct renderer *renderer);

// Sets what all draws of this frame share. Not while the GPU uses the slot.
void renderer_prepare(struct renderer *renderer, const struct renderer_frame *frame);

// Inside a render pass of PASS: draws into RECT what eye VIEW sees (with multiview: all eyes, VIEW is not used), with
// sky unless it is the OVERLAY.
void renderer_draw(struct renderer *renderer, VkCommandBuffer commands, const struct gpu_pass *pass,
                   const struct renderer_frame *frame, uint32_t view, VkRect2D rect, bool overlay);
// The first text material of the scene (0: if there is none, the first material) over the whole of RECT.
void renderer_draw_panel(struct renderer *renderer, VkCommandBuffer commands, const struct gpu_pass *pass,
                         const struct renderer_frame *frame, VkRect2D rect);

#endif
