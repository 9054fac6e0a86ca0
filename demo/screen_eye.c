// SPDX-License-Identifier: Apache-2.0
#include "screen_eye.h"

#include <math.h>

#include <cglm/cglm.h>

struct eye screen_eye(struct head_pose head, VkExtent2D extent, float offset)
{
    const float up = 35 * 3.14159265f / 180;
    const float right = atanf(tanf(up) * (float)extent.width / (float)extent.height);
    vec3 shift;
    glm_quat_rotatev(head.rotation, (vec3){offset, 0, 0}, shift);
    glm_vec3_add(head.position, shift, head.position);
    return (struct eye){head, -right, right, up, -up};
}
