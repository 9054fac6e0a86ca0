// SPDX-License-Identifier: Apache-2.0
// Static images are released once, before any frame tells what they are for, so each is captured. What is shown in
// other layers than projection layers (panels, backgrounds) is not painted, and need not be kept.
#ifndef ARTEM_PLUGIN_STATIC_IMAGES_H
#define ARTEM_PLUGIN_STATIC_IMAGES_H

#include "session.h"

// Frees the captures of static swapchains in the frame's other layers that no projection layer has shown so far. A
// later projection layer shows them unpainted. Of xrEndFrame; does not wait for the GPU.
void static_images_look(struct layer_session *session, const XrFrameEndInfo *info);

#endif
