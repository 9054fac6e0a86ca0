// SPDX-License-Identifier: Apache-2.0
// Head paths that depend on nothing but time, frame number and seed.
#ifndef ARTEM_DEMO_POSE_PATH_H
#define ARTEM_DEMO_POSE_PATH_H

#include <stdint.h>

enum pose_path { POSE_PATH_NONE, POSE_PATH_STILL, POSE_PATH_PAN, POSE_PATH_WALK };

// World coordinates of the scene: metres, y up, floor at y = 0; looking along -z with the identity rotation.
struct head_pose {
    float position[3];
    float rotation[4]; // unit quaternion x, y, z, w
};

#define HEAD_HEIGHT 1.6f

// The head after SECONDS; POSE_PATH_NONE gives the same as POSE_PATH_STILL.
struct head_pose pose_path_at(enum pose_path path, double seconds);

// Where teleport number CUT (0: not yet any) has moved the wearer: a shift on the floor and a turn about the vertical
// axis, to be applied to any pose by pose_apply_teleport.
struct teleport {
    float shift[3];
    float turn; // radians
};
struct teleport pose_teleport(uint32_t seed, uint64_t cut);
struct head_pose pose_apply_teleport(struct teleport teleport, struct head_pose pose);

#endif
