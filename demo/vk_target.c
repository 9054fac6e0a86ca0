// SPDX-License-Identifier: Apache-2.0
#include "vk_target.h"
#include "log.h"

static bool create_own(struct target *t, VkFormat format, VkImageUsageFlags usage, struct gpu_image *out)
{
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {t->width, t->height, 1},
                              .mipLevels = 1,
                              .arrayLayers = t->layers,
                              .samples = t->pass->key.samples,
                              .usage = usage};
    return gpu_image_create(t->gpu, &info, out);
}

// A view for each group of layers that is drawn at once.
static bool create_views(struct target *t, VkImage image, VkFormat format, VkImageAspectFlags aspect, VkImageView *out)
{
    const bool all = t->pass->key.views > 1;
    for (uint32_t group = 0; group < t->groups; group++)
        if (!gpu_view_create(t->gpu, image, format, aspect, all ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_2D,
                             group, all ? t->layers : 1, &out[group]))
            return false;
    return true;
}

static bool create_attachments(struct target *t, bool own_depth)
{
    const struct gpu_pass_key *key = &t->pass->key;
    if (own_depth) {
        if (!create_own(t, key->depth, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT, &t->depth))
            return false;
        t->depths[0] = t->depth.image;
        t->depth_count = 1;
    }
    if (key->resolve &&
        (!create_own(t, key->color, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT, &t->multisampled) ||
         !create_views(t, t->multisampled.image, key->color, VK_IMAGE_ASPECT_COLOR_BIT, t->multisampled_views)))
        return false;
    for (uint32_t i = 0; i < t->image_count; i++)
        if (!create_views(t, t->images[i], key->color, VK_IMAGE_ASPECT_COLOR_BIT, t->color_views[i]))
            return false;
    for (uint32_t i = 0; i < t->depth_count; i++)
        if (!create_views(t, t->depths[i], key->depth, VK_IMAGE_ASPECT_DEPTH_BIT, t->depth_views[i]))
            return false;
    return true;
}

static bool create_framebuffer(struct target *t, uint32_t image, uint32_t depth, uint32_t group)
{
    const bool resolve = t->pass->key.resolve;
    VkImageView attachments[] = {resolve ? t->multisampled_views[group] : t->color_views[image][group],
                                 t->depth_views[depth][group], t->color_views[image][group]};
    VkFramebufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                    .renderPass = t->pass->pass,
                                    .attachmentCount = resolve ? 3 : 2,
                                    .pAttachments = attachments,
                                    .width = t->width,
                                    .height = t->height,
                                    .layers = 1};
    return vk_ok(vkCreateFramebuffer(t->gpu->device, &info, NULL, &t->framebuffers[image][depth][group]),
                 "vkCreateFramebuffer");
}

bool target_create(struct gpu *gpu, const struct gpu_pass *pass, uint32_t width, uint32_t height, uint32_t layers,
                   const VkImage *images, uint32_t image_count, const VkImage *depths, uint32_t depth_count,
                   struct target *out)
{
    *out = (struct target){.gpu = gpu, .pass = pass, .width = width, .height = height, .layers = layers};
    if (image_count > TARGET_MAX_IMAGES || depth_count > TARGET_MAX_IMAGES || layers > TARGET_MAX_LAYERS)
        return demo_error("a swapchain has more images or layers than this app can use");
    out->groups = pass->key.views > 1 ? 1 : layers;
    out->image_count = image_count;
    out->depth_count = depth_count;
    for (uint32_t i = 0; i < image_count; i++)
        out->images[i] = images[i];
    for (uint32_t i = 0; i < depth_count; i++)
        out->depths[i] = depths[i];
    if (!create_attachments(out, depth_count == 0))
        return false;
    for (uint32_t i = 0; i < out->image_count; i++)
        for (uint32_t j = 0; j < out->depth_count; j++)
            for (uint32_t group = 0; group < out->groups; group++)
                if (!create_framebuffer(out, i, j, group))
                    return false;
    return true;
}

void target_destroy(struct target *t)
{
    if (!t->gpu || !t->gpu->device)
        return;
    for (uint32_t group = 0; group < TARGET_MAX_LAYERS; group++) {
        for (uint32_t i = 0; i < TARGET_MAX_IMAGES; i++) {
            for (uint32_t j = 0; j < TARGET_MAX_IMAGES; j++)
                vkDestroyFramebuffer(t->gpu->device, t->framebuffers[i][j][group], NULL);
            vkDestroyImageView(t->gpu->device, t->color_views[i][group], NULL);
            vkDestroyImageView(t->gpu->device, t->depth_views[i][group], NULL);
        }
        vkDestroyImageView(t->gpu->device, t->multisampled_views[group], NULL);
    }
    gpu_image_destroy(t->gpu, &t->multisampled);
    gpu_image_destroy(t->gpu, &t->depth);
    *t = (struct target){0};
}

void target_begin(const struct target *t, VkCommandBuffer commands, uint32_t image, uint32_t depth, uint32_t group)
{
    const VkClearValue clear[] = {{.color = {.float32 = {0, 0, 0, 0}}}, {.depthStencil = {1, 0}}};
    VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                  .renderPass = t->pass->pass,
                                  .framebuffer = t->framebuffers[image][depth][group],
                                  .renderArea = {{0, 0}, {t->width, t->height}},
                                  .clearValueCount = 2,
                                  .pClearValues = clear};
    vkCmdBeginRenderPass(commands, &info, VK_SUBPASS_CONTENTS_INLINE);
}
