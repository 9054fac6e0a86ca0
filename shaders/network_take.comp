#version 450
// SPDX-License-Identifier: Apache-2.0
// Exact mode, between the two passes of unit push.index: its state becomes the frame's own moments. One workgroup.
#extension GL_GOOGLE_include_directive : require
#include "normalise.glsl"

void main()
{
    if (state[NET_EXACT] == 0u || state[NET_BLANK] != 0u)
        return;
    Moments m = take(frame_moments(push.index));
    store_state(push.index, m);
    make_gains(push.index, m);
}
