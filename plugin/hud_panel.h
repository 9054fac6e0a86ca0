// SPDX-License-Identifier: Apache-2.0
// A canvas on a quad in front of the user: a small swapchain of the layer's own, and the quad layer that shows it. Call
// everything here inside xrEndFrame, which may use the app's queue.
#ifndef ARTEM_PLUGIN_HUD_PANEL_H
#define ARTEM_PLUGIN_HUD_PANEL_H

#include "hud_canvas.h"
#include "swapchain.h"

struct hud_panel {
    struct layer_session *session;
    struct hud_canvas canvas; // for the caller to draw on
    enum artem_pixel_format format;
    struct own_swapchain swapchain;
    struct vk_buffer staging; // what is copied into its image
    struct vk_target work;    // only its ring of submissions is in use
    bool shown;               // there is an image to show
};

// NULL, with everything undone, if the runtime or the device does not give what is needed. *out_why is told then.
struct hud_panel *hud_panel_create(struct layer_session *session, int width, int height, const char **out_why);
// Brings the canvas into the swapchain. ARTEM_TIMEOUT if there is no image for it within a millisecond, or the one
// before is still being copied: the panel goes on showing what it did, and this may be tried again. Other errors too
// leave it so.
enum artem_result hud_panel_update(struct hud_panel *panel, uint32_t opacity);
// Time of the latest copy on the GPU that is known, 0 for none.
double hud_panel_gpu_ms(const struct hud_panel *panel);
// The panel's middle is at `place` (metres), its face towards +z, `width` wide. To be shown only where panel->shown.
XrCompositionLayerQuad hud_panel_layer(const struct hud_panel *panel, XrSpace space, XrVector3f place, float width);
// Waits for its work. Clears *panel; NULL-safe.
void hud_panel_destroy(struct hud_panel **panel);

#endif
