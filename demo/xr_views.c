// SPDX-License-Identifier: Apache-2.0
#include "xr_views.h"
#include "log.h"
#include "vk_format.h"

#include <math.h>

struct gpu_pass_key xr_projection_key(const struct xr_system *system, const struct gpu *gpu, enum demo_format color,
                                      VkFormat depth)
{
    const struct demo_options *o = system->options;
    const uint32_t samples = o->msaa > 1 ? o->msaa : o->msaa_swapchain;
    return (struct gpu_pass_key){.color = vk_format(color),
                                 .depth = o->depth ? depth : VK_FORMAT_D32_SFLOAT,
                                 .samples = (VkSampleCountFlagBits)samples,
                                 .resolve = o->msaa > 1,
                                 .keep_depth = o->depth,
                                 .views = o->layout == LAYOUT_ARRAY && gpu->multiview ? system->view_count : 1};
}

static VkExtent2D view_size(const struct xr_system *system, uint32_t view)
{
    const XrViewConfigurationView *v = &system->views[view];
    if (system->options->width)
        return (VkExtent2D){system->options->width, system->options->height};
    return (VkExtent2D){v->recommendedImageRectWidth, v->recommendedImageRectHeight};
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

// Gives each view its place and fills in the sizes of the swapchains that follow from it.
static uint32_t lay_out(struct xr_projection *p, VkExtent2D extents[RENDERER_VIEWS], uint32_t *out_layers)
{
    const enum demo_layout layout = p->system->options->layout;
    const uint32_t views = p->system->view_count;
    VkExtent2D most = {0, 0};
    uint32_t left = 0;
    for (uint32_t i = 0; i < views; i++) {
        VkExtent2D size = view_size(p->system, i);
        p->slots[i].swapchain = layout == LAYOUT_EYES ? i : 0;
        p->slots[i].layer = layout == LAYOUT_ARRAY ? i : 0;
        p->slots[i].room = (VkRect2D){{layout == LAYOUT_SIDE_BY_SIDE ? (int32_t)left : 0, 0}, size};
        extents[i] = size;
        most.width = larger(most.width, size.width);
        most.height = larger(most.height, size.height);
        left += size.width;
    }
    *out_layers = layout == LAYOUT_ARRAY ? views : 1;
    if (layout == LAYOUT_EYES)
        return views;
    if (layout == LAYOUT_ARRAY) // multiview draws all views with one viewport
        for (uint32_t i = 0; i < views; i++)
            p->slots[i].room.extent = most;
    extents[0] = layout == LAYOUT_ARRAY ? most : (VkExtent2D){left, most.height};
    return 1;
}

static bool create_swapchain(struct xr_projection *p, XrSession session, struct gpu *gpu, uint32_t index,
                             VkExtent2D extent, uint32_t layers)
{
    const struct demo_options *o = p->system->options;
    const bool read = (o->screenshot || o->window) && !p->overlay;
    XrSwapchainCreateInfo info = {.createFlags = o->is_static ? XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT : 0,
                                  .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT |
                                                (read ? XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT : 0),
                                  .format = p->pass->key.color,
                                  .sampleCount = o->msaa_swapchain,
                                  .width = extent.width,
                                  .height = extent.height,
                                  .faceCount = 1,
                                  .arraySize = layers,
                                  .mipCount = 1};
    if (!xr_swapchain_create(p->system->instance, session, &info, &p->colors[index]))
        return false;
    if (p->has_depth) {
        info.usageFlags = XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT;
        info.format = p->pass->key.depth;
        if (!xr_swapchain_create(p->system->instance, session, &info, &p->depths[index]))
            return false;
    }
    demo_verbose("%s swapchain %u: %u x %u x %u, %u images", p->overlay ? "overlay" : "projection", index, extent.width,
                 extent.height, layers, p->colors[index].image_count);
    return target_create(gpu, p->pass, extent.width, extent.height, layers, p->colors[index].images,
                         p->colors[index].image_count, p->depths[index].images, p->depths[index].image_count,
                         &p->targets[index]);
}

bool xr_projection_create(const struct xr_system *system, XrSession session, struct gpu *gpu,
                          const struct gpu_pass *pass, bool overlay, struct xr_projection *out)
{
    VkExtent2D extents[RENDERER_VIEWS];
    uint32_t layers;
    *out = (struct xr_projection){
        .system = system, .pass = pass, .overlay = overlay, .has_depth = system->options->depth && !overlay};
    out->count = lay_out(out, extents, &layers);
    if (system->options->msaa_swapchain > system->views[0].maxSwapchainSampleCount)
        return demo_refuse("--msaa-swapchain: the runtime allows %u samples at most",
                           system->views[0].maxSwapchainSampleCount);
    for (uint32_t i = 0; i < system->view_count; i++)
        if (out->slots[i].room.extent.width > system->views[i].maxImageRectWidth ||
            out->slots[i].room.extent.height > system->views[i].maxImageRectHeight)
            return demo_refuse("--size: the runtime allows %u x %u at most", system->views[i].maxImageRectWidth,
                               system->views[i].maxImageRectHeight);
    for (uint32_t i = 0; i < out->count; i++)
        if (!create_swapchain(out, session, gpu, i, extents[i], layers))
            return false;
    return true;
}

void xr_projection_destroy(struct xr_projection *p)
{
    for (uint32_t i = 0; i < RENDERER_VIEWS; i++) {
        target_destroy(&p->targets[i]);
        xr_swapchain_destroy(&p->colors[i]);
        xr_swapchain_destroy(&p->depths[i]);
    }
    *p = (struct xr_projection){0};
}

// With --dynamic-rect between half and all of the room, centred, even numbers, over four seconds.
static VkRect2D used_part(const struct xr_projection *p, VkRect2D room, double seconds)
{
    if (!p->system->options->dynamic_rect)
        return room;
    double share = 0.75 + 0.25 * cos(6.283185307179586 * seconds / 4);
    uint32_t width = (uint32_t)(room.extent.width * share) & ~1u, height = (uint32_t)(room.extent.height * share) & ~1u;
    return (VkRect2D){{room.offset.x + (int32_t)((room.extent.width - width) / 2),
                       room.offset.y + (int32_t)((room.extent.height - height) / 2)},
                      {width, height}};
}

static void draw_group(struct xr_projection *p, struct renderer *renderer, VkCommandBuffer commands,
                       const struct renderer_frame *frame, uint32_t swapchain, uint32_t group)
{
    const bool multiview = p->pass->key.views > 1;
    target_begin(&p->targets[swapchain], commands, p->colors[swapchain].current, p->depths[swapchain].current, group);
    for (uint32_t view = 0; view < frame->eye_count; view++)
        if (p->slots[view].swapchain == swapchain && (multiview ? view == 0 : p->slots[view].layer == group))
            renderer_draw(renderer, commands, p->pass, frame, view, p->slots[view].used, p->overlay);
    vkCmdEndRenderPass(commands);
}

bool xr_projection_draw(struct xr_projection *p, struct renderer *renderer, VkCommandBuffer commands,
                        const struct renderer_frame *frame)
{
    for (uint32_t view = 0; view < frame->eye_count; view++)
        p->slots[view].used = used_part(p, p->slots[view].room, frame->seconds);
    for (uint32_t i = 0; i < p->count; i++) {
        if (!xr_swapchain_acquire(&p->colors[i]) || (p->has_depth && !xr_swapchain_acquire(&p->depths[i])))
            return false;
        for (uint32_t group = 0; group < p->targets[i].groups; group++)
            draw_group(p, renderer, commands, frame, i, group);
    }
    return true;
}

bool xr_projection_release(struct xr_projection *p)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (!xr_swapchain_release(&p->colors[i]) || (p->has_depth && !xr_swapchain_release(&p->depths[i])))
            return false;
    return true;
}

struct picture_source xr_projection_source(const struct xr_projection *p, uint32_t view)
{
    const struct xr_swapchain *swapchain = &p->colors[p->slots[view].swapchain];
    return (struct picture_source){.image = swapchain->images[swapchain->current],
                                   .format = p->pass->key.color,
                                   .samples = (VkSampleCountFlagBits)p->system->options->msaa_swapchain,
                                   .layer = p->slots[view].layer,
                                   .rect = p->slots[view].used};
}

void xr_projection_place(struct xr_projection *p, XrSpace space, const XrPosef *poses, const XrFovf *fovs)
{
    const struct demo_options *o = p->system->options;
    p->layer = (XrCompositionLayerProjection){.type = XR_TYPE_COMPOSITION_LAYER_PROJECTION,
                                              .space = space,
                                              .viewCount = p->system->view_count,
                                              .views = p->views};
    if (p->overlay || o->blend == BLEND_ALPHA)
        p->layer.layerFlags |= XR_COMPOSITION_LAYER_BLEND_TEXTURE_SOURCE_ALPHA_BIT;
    if (p->overlay && o->alpha == ALPHA_STRAIGHT)
        p->layer.layerFlags |= XR_COMPOSITION_LAYER_UNPREMULTIPLIED_ALPHA_BIT;
    for (uint32_t i = 0; i < p->system->view_count; i++) {
        const VkRect2D *rect = &p->slots[i].used;
        const uint32_t swapchain = p->slots[i].swapchain;
        XrSwapchainSubImage image = {.swapchain = p->colors[swapchain].handle,
                                     .imageRect = {{rect->offset.x, rect->offset.y},
                                                   {(int32_t)rect->extent.width, (int32_t)rect->extent.height}},
                                     .imageArrayIndex = p->slots[i].layer};
        p->views[i] = (XrCompositionLayerProjectionView){
            .type = XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW, .pose = poses[i], .fov = fovs[i], .subImage = image};
        if (p->has_depth) {
            image.swapchain = p->depths[swapchain].handle;
            p->depth_infos[i] = (XrCompositionLayerDepthInfoKHR){.type = XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR,
                                                                 .subImage = image,
                                                                 .minDepth = 0,
                                                                 .maxDepth = 1,
                                                                 .nearZ = RENDERER_NEAR,
                                                                 .farZ = RENDERER_FAR};
            p->views[i].next = &p->depth_infos[i];
        }
    }
}
