#version 450
// SPDX-License-Identifier: Apache-2.0
// Before a frame: each layer's gains from the state that the frames before have left. One workgroup per layer.
#extension GL_GOOGLE_include_directive : require
#include "normalise.glsl"

void main()
{
    uint layer = gl_WorkGroupID.x;
    Moments m = load_state(layer);

    if (frame[NET_RESTART] != 0u) {
        m = calibration(layer);
        store_state(layer, m);
    }
    store64(NET_SUM1, layer, uvec2(0u));
    store64(NET_SUM2, layer, uvec2(0u));
    uvec2 deviations = sum64(uvec2(make_gains(layer, m), 0u));
    if (layer == 0u && gl_LocalInvocationID.x == 0u) {
        state[NET_DEVIATIONS] = deviations.x;
        state[NET_DEVIATIONS + 1] = deviations.y;
    }
}
