#version 450
// SPDX-License-Identifier: Apache-2.0
// Exact mode, between the two passes of unit push.index: its state becomes the frame's own moments. One workgroup,
// dispatched indirectly: none where exact mode is not on, or the frame is blank.
#extension GL_GOOGLE_include_directive : require
#include "normalise.glsl"

void main()
{
    Moments m = take(frame_moments(push.index));
    store_state(push.index, m);
    make_gains(push.index, m);
}
