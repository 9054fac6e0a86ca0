// SPDX-License-Identifier: Apache-2.0
// The scene's textures as one array image.
#ifndef ARTEM_DEMO_VK_UPLOAD_H
#define ARTEM_DEMO_VK_UPLOAD_H

#include "scene.h"
#include "vk_memory.h"

// One array layer for each material, with mip levels, ready to be sampled.
bool upload_textures(struct gpu *gpu, const struct scene *scene, uint32_t seed, struct gpu_image *out_image,
                     VkImageView *out_view);

#endif
