// SPDX-License-Identifier: Apache-2.0
// A projection layer: its swapchains in one of the layouts, what is drawn into them, and what is submitted.
#ifndef ARTEM_DEMO_XR_VIEWS_H
#define ARTEM_DEMO_XR_VIEWS_H

#include "screenshot.h"
#include "xr_swapchain.h"

struct xr_projection {
    const struct xr_system *system;
    const struct gpu_pass *pass;
    bool overlay, has_depth;
    uint32_t count; // swapchains
    struct xr_swapchain colors[RENDERER_VIEWS], depths[RENDERER_VIEWS];
    struct target targets[RENDERER_VIEWS];
    struct {
        uint32_t swapchain, layer;
        VkRect2D room, used; // the part of the image for this view, and the part of it in use
    } slots[RENDERER_VIEWS];
    XrCompositionLayerProjectionView views[RENDERER_VIEWS];
    XrCompositionLayerDepthInfoKHR depth_infos[RENDERER_VIEWS];
    XrCompositionLayerProjection layer;
};

// Attachments' formats and sample counts by the options. DEPTH: VK_FORMAT_UNDEFINED is possible without --depth.
struct gpu_pass_key xr_projection_key(const struct xr_system *system, const struct gpu *gpu, enum demo_format color,
                                      VkFormat depth);

bool xr_projection_create(const struct xr_system *system, XrSession session, struct gpu *gpu,
                          const struct gpu_pass *pass, bool overlay, struct xr_projection *out);
void xr_projection_destroy(struct xr_projection *projection);

// Acquires images and records the drawing of all views.
bool xr_projection_draw(struct xr_projection *projection, struct renderer *renderer, VkCommandBuffer commands,
                        const struct renderer_frame *frame);
// After the commands were submitted.
bool xr_projection_release(struct xr_projection *projection);

// What has been drawn for view VIEW, for pictures; valid between draw and release.
struct picture_source xr_projection_source(const struct xr_projection *projection, uint32_t view);

// Sets what is submitted: POSES in SPACE, as the views were drawn.
void xr_projection_place(struct xr_projection *projection, XrSpace space, const XrPosef *poses, const XrFovf *fovs);

#endif
