// SPDX-License-Identifier: Apache-2.0
#include "pose_path.h"
#include "noise.h"

#include <cglm/cglm.h>

static const double tau = 6.283185307179586;

static void look(struct head_pose *pose, double yaw, double pitch)
{
    versor y, x, both;
    glm_quatv(y, (float)yaw, (vec3){0, 1, 0});
    glm_quatv(x, (float)pitch, (vec3){1, 0, 0});
    glm_quat_mul(y, x, both);
    glm_vec4_copy(both, pose->rotation);
}

struct head_pose pose_path_at(enum pose_path path, double seconds)
{
    struct head_pose pose = {.position = {0, HEAD_HEIGHT, 0}, .rotation = {0, 0, 0, 1}};
    switch (path) {
    case POSE_PATH_PAN: // looks around, 35 degrees to each side in eight seconds
        look(&pose, 0.611 * sin(tau * seconds / 8), 0.087 * sin(tau * seconds / 5));
        break;
    case POSE_PATH_WALK: // a loop through the room in twelve seconds, the head nodding with each step
        pose.position[0] = (float)(1.2 * sin(tau * seconds / 12));
        pose.position[1] += (float)(0.02 * sin(tau * seconds * 1.8));
        pose.position[2] = (float)(-0.8 * (1 - cos(tau * seconds / 12)));
        look(&pose, 0.35 * sin(tau * seconds / 6), 0.03 * sin(tau * seconds / 4));
        break;
    case POSE_PATH_NONE:
    case POSE_PATH_STILL:
        break;
    }
    return pose;
}

struct teleport pose_teleport(uint32_t seed, uint64_t cut)
{
    struct teleport to = {{0, 0, 0}, 0};
    if (cut > 0) {
        uint32_t n = (uint32_t)cut;
        to.shift[0] = (float)(noise_hash(n, 0, seed) % 3001) / 1000.0f - 1.5f;
        to.shift[2] = (float)(noise_hash(n, 1, seed) % 2001) / 1000.0f - 1.0f;
        to.turn = ((float)(noise_hash(n, 2, seed) % 1001) / 1000.0f - 0.5f) * 1.4f;
    }
    return to;
}

struct head_pose pose_apply_teleport(struct teleport teleport, struct head_pose pose)
{
    versor turn, rotation;
    vec3 position;
    if (teleport.turn == 0 && teleport.shift[0] == 0 && teleport.shift[2] == 0)
        return pose;
    glm_quatv(turn, teleport.turn, (vec3){0, 1, 0});
    glm_quat_rotatev(turn, pose.position, position);
    glm_quat_mul(turn, pose.rotation, rotation);
    glm_vec3_add(position, teleport.shift, pose.position);
    glm_vec4_copy(rotation, pose.rotation);
    return pose;
}
