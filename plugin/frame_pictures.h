// SPDX-License-Identifier: Apache-2.0
// What the swapchains already have of a plan's pictures, and what is left to do.
#ifndef ARTEM_PLUGIN_FRAME_PICTURES_H
#define ARTEM_PLUGIN_FRAME_PICTURES_H

#include "frame_plan.h"

// From now on the plan's swapchains are captured, also where the engine is busy with another painting.
void frame_pictures_note(struct layer_session *session, const struct frame_plan *plan);

// Gives each picture its slot, and finds which are ready, which need painting and which need drawing. Layers with a
// picture that is not ready pass through this time. False if no layer is left. `frame` is the number of this
// xrEndFrame. The engine must be idle.
bool frame_pictures_compare(struct layer_session *session, struct frame_plan *plan,
                            const struct artem_settings *settings, uint64_t frame);

// Whether a layer that is styled this time shows the picture.
bool frame_picture_is_used(const struct frame_plan *plan, uint32_t picture);

// Pictures of the plan that lie on this own swapchain, as a mask of their slots.
unsigned frame_pictures_on_plane(const struct frame_plan *plan, const struct layer_swapchain *swapchain,
                                 unsigned plane);

#endif
