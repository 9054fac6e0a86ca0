// SPDX-License-Identifier: Apache-2.0
// The text panel as quad, cylinder and equirect layers, all from one swapchain.
#ifndef ARTEM_DEMO_XR_LAYERS_H
#define ARTEM_DEMO_XR_LAYERS_H

#include "xr_swapchain.h"

struct xr_panel {
    const struct xr_system *system;
    struct gpu *gpu;
    struct gpu_pass pass;
    struct xr_swapchain swapchain;
    struct target target;
    XrCompositionLayerQuad quad;
    XrCompositionLayerCylinderKHR cylinder;
    XrCompositionLayerEquirectKHR equirect;
    XrCompositionLayerEquirect2KHR equirect2;
};

// Whether the options ask for any of the layers.
bool xr_panel_wanted(const struct demo_options *options);

bool xr_panel_create(const struct xr_system *system, XrSession session, struct gpu *gpu, VkPipelineLayout layout,
                     enum demo_format format, struct xr_panel *out);
void xr_panel_destroy(struct xr_panel *panel);

bool xr_panel_draw(struct xr_panel *panel, struct renderer *renderer, VkCommandBuffer commands,
                   const struct renderer_frame *frame);
bool xr_panel_release(struct xr_panel *panel);

// Appends the layers that the options ask for to LAYERS; returns the new count. They stay valid as long as PANEL.
uint32_t xr_panel_layers(struct xr_panel *panel, XrSpace space, const XrCompositionLayerBaseHeader **layers,
                         uint32_t count);

#endif
