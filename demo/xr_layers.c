// SPDX-License-Identifier: Apache-2.0
#include "xr_layers.h"
#include "vk_format.h"

static const VkExtent2D panel_extent = {1024, 588};

bool xr_panel_wanted(const struct demo_options *options)
{
    return options->quad || options->cylinder || options->equirect;
}

bool xr_panel_create(const struct xr_system *system, XrSession session, struct gpu *gpu, VkPipelineLayout layout,
                     enum demo_format format, struct xr_panel *out)
{
    const struct gpu_pass_key key = {
        .color = vk_format(format), .depth = VK_FORMAT_D32_SFLOAT, .samples = VK_SAMPLE_COUNT_1_BIT, .views = 1};
    const XrSwapchainCreateInfo info = {.createFlags =
                                            system->options->is_static ? XR_SWAPCHAIN_CREATE_STATIC_IMAGE_BIT : 0,
                                        .usageFlags = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT,
                                        .format = key.color,
                                        .sampleCount = 1,
                                        .width = panel_extent.width,
                                        .height = panel_extent.height,
                                        .faceCount = 1,
                                        .arraySize = 1,
                                        .mipCount = 1};
    *out = (struct xr_panel){.system = system, .gpu = gpu};
    return gpu_pass_create(gpu, &key, layout, &out->pass) &&
           xr_swapchain_create(system->instance, session, &info, &out->swapchain) &&
           target_create(gpu, &out->pass, panel_extent.width, panel_extent.height, 1, out->swapchain.images,
                         out->swapchain.image_count, NULL, 0, &out->target);
}

void xr_panel_destroy(struct xr_panel *panel)
{
    if (!panel->gpu)
        return;
    target_destroy(&panel->target);
    xr_swapchain_destroy(&panel->swapchain);
    gpu_pass_destroy(panel->gpu, &panel->pass);
    *panel = (struct xr_panel){0};
}

bool xr_panel_draw(struct xr_panel *panel, struct renderer *renderer, VkCommandBuffer commands,
                   const struct renderer_frame *frame)
{
    if (!xr_swapchain_acquire(&panel->swapchain))
        return false;
    target_begin(&panel->target, commands, panel->swapchain.current, 0, 0);
    renderer_draw_panel(renderer, commands, &panel->pass, frame, (VkRect2D){{0, 0}, panel_extent});
    vkCmdEndRenderPass(commands);
    return true;
}

bool xr_panel_release(struct xr_panel *panel)
{
    return xr_swapchain_release(&panel->swapchain);
}

uint32_t xr_panel_layers(struct xr_panel *panel, XrSpace space, const XrCompositionLayerBaseHeader **layers,
                         uint32_t count)
{
    const struct demo_options *o = panel->system->options;
    const float aspect = (float)panel_extent.width / (float)panel_extent.height;
    const XrSwapchainSubImage image = {
        .swapchain = panel->swapchain.handle,
        .imageRect = {{0, 0}, {(int32_t)panel_extent.width, (int32_t)panel_extent.height}}};
    const XrPosef low = {{0, 0, 0, 1}, {0, -0.55f, -1.2f}}, middle = {{0, 0, 0, 1}, {0, 0, 0}},
                  high = {{0, 0, 0, 1}, {0, 0.75f, 0}};
    panel->quad = (XrCompositionLayerQuad){.type = XR_TYPE_COMPOSITION_LAYER_QUAD,
                                           .space = space,
                                           .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
                                           .subImage = image,
                                           .pose = low,
                                           .size = {0.8f, 0.8f / aspect}};
    panel->cylinder = (XrCompositionLayerCylinderKHR){.type = XR_TYPE_COMPOSITION_LAYER_CYLINDER_KHR,
                                                      .space = space,
                                                      .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
                                                      .subImage = image,
                                                      .pose = high,
                                                      .radius = 1.8f,
                                                      .centralAngle = 0.8f,
                                                      .aspectRatio = aspect};
    panel->equirect2 = (XrCompositionLayerEquirect2KHR){.type = XR_TYPE_COMPOSITION_LAYER_EQUIRECT2_KHR,
                                                        .space = space,
                                                        .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
                                                        .subImage = image,
                                                        .pose = middle,
                                                        .radius = 3,
                                                        .centralHorizontalAngle = 0.5f,
                                                        .upperVerticalAngle = 0.6f,
                                                        .lowerVerticalAngle = 0.3f};
    // The first extension has no angles: the panel is scaled to a band of the sphere instead.
    panel->equirect = (XrCompositionLayerEquirectKHR){.type = XR_TYPE_COMPOSITION_LAYER_EQUIRECT_KHR,
                                                      .space = space,
                                                      .eyeVisibility = XR_EYE_VISIBILITY_BOTH,
                                                      .subImage = image,
                                                      .pose = middle,
                                                      .radius = 3,
                                                      .scale = {12, 10},
                                                      .bias = {-5.5f, -3.2f}};
    if (o->quad)
        layers[count++] = (const XrCompositionLayerBaseHeader *)&panel->quad;
    if (o->cylinder)
        layers[count++] = (const XrCompositionLayerBaseHeader *)&panel->cylinder;
    if (o->equirect)
        layers[count++] = panel->system->equirect2 ? (const XrCompositionLayerBaseHeader *)&panel->equirect2
                                                   : (const XrCompositionLayerBaseHeader *)&panel->equirect;
    return count;
}
