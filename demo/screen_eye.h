// SPDX-License-Identifier: Apache-2.0
// What an eye sees that looks at a screen and not through a headset.
#ifndef ARTEM_DEMO_SCREEN_EYE_H
#define ARTEM_DEMO_SCREEN_EYE_H

#include "vk_renderer.h"

// 70 degrees high, as wide as EXTENT says; OFFSET metres to the right of the head's middle.
struct eye screen_eye(struct head_pose head, VkExtent2D extent, float offset);

#endif
