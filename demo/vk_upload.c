// SPDX-License-Identifier: Apache-2.0
#include "vk_upload.h"
#include "log.h"
#include "texture.h"

static bool copy(struct gpu *gpu, const struct gpu_buffer *from, VkImage to, uint32_t layers)
{
    const struct gpu_transition before = {VK_IMAGE_LAYOUT_UNDEFINED,
                                          VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                          VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT,
                                          VK_PIPELINE_STAGE_TRANSFER_BIT,
                                          0,
                                          VK_ACCESS_TRANSFER_WRITE_BIT};
    const struct gpu_transition after = {VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                                         VK_PIPELINE_STAGE_TRANSFER_BIT,       VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT,
                                         VK_ACCESS_TRANSFER_WRITE_BIT,         VK_ACCESS_SHADER_READ_BIT};
    VkBufferImageCopy regions[TEXTURE_LEVELS];
    VkCommandBuffer commands = gpu_begin_once(gpu);
    if (!commands)
        return false;
    gpu_transition(commands, to, &before);
    for (uint32_t layer = 0; layer < layers; layer++) {
        for (uint32_t level = 0; level < TEXTURE_LEVELS; level++)
            regions[level] = (VkBufferImageCopy){.bufferOffset = layer * texture_bytes() + texture_level_offset(level),
                                                 .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level, layer, 1},
                                                 .imageExtent = {TEXTURE_SIZE >> level, TEXTURE_SIZE >> level, 1}};
        vkCmdCopyBufferToImage(commands, from->buffer, to, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, TEXTURE_LEVELS,
                               regions);
    }
    gpu_transition(commands, to, &after);
    return gpu_run_once(gpu, commands);
}

bool upload_textures(struct gpu *gpu, const struct scene *scene, uint32_t seed, struct gpu_image *out_image,
                     VkImageView *out_view)
{
    const VkFormat format = VK_FORMAT_R8G8B8A8_SRGB;
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {TEXTURE_SIZE, TEXTURE_SIZE, 1},
                              .mipLevels = TEXTURE_LEVELS,
                              .arrayLayers = scene->material_count,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    struct gpu_buffer staging;
    bool ok;
    if (scene->material_count == 0)
        return demo_error("the scene has no materials");
    ok = gpu_buffer_create(gpu, scene->material_count * texture_bytes(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, &staging) &&
         gpu_image_create(gpu, &info, out_image);
    for (uint32_t i = 0; ok && i < scene->material_count; i++)
        texture_make(&scene->materials[i], seed * 101 + i, (uint8_t *)staging.mapped + i * texture_bytes());
    ok = ok && copy(gpu, &staging, out_image->image, scene->material_count) &&
         gpu_view_create(gpu, out_image->image, format, VK_IMAGE_ASPECT_COLOR_BIT, VK_IMAGE_VIEW_TYPE_2D_ARRAY, 0,
                         scene->material_count, out_view);
    gpu_buffer_destroy(gpu, &staging);
    return ok;
}
