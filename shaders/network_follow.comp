#version 450
// SPDX-License-Identifier: Apache-2.0
// After a frame in lagged mode: the units' states follow it. One workgroup per unit.
#extension GL_GOOGLE_include_directive : require
#include "normalise.glsl"

void main()
{
    if (state[NET_EXACT] != 0u || state[NET_BLANK] != 0u)
        return;
    uint layer = gl_WorkGroupID.x + 1u;
    store_state(layer, follow(load_state(layer), frame_moments(layer), int(state[NET_PACE])));
}
