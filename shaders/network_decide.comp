#version 450
// SPDX-License-Identifier: Apache-2.0
// After the encoder: is the frame blank, is it a cut, how fast do the statistics follow it? One workgroup. Passes that
// exact mode alone needs are dispatched indirectly, with no workgroups where it is not on.
#extension GL_GOOGLE_include_directive : require
#include "normalise.glsl"

layout(binding = NET_BIND_OUT, std430) writeonly restrict buffer Args { uint args[]; };

void main()
{
    Moments cal = calibration(0u), m = load_state(0u), of_frame = frame_moments(0u);
    uint mean = abs64(of_frame.mean).x; // < 2^24
    uvec2 zero = uvec2(0u);
    uvec2 seen = sum64(max64(sub64(shl64(of_frame.square, 8), mul32(mean, mean)), zero));
    uvec2 calibrated = sum64(variance(cal));
    uvec2 moved = sum64(abs64(sub64(shl64(of_frame.mean, 8), m.mean)));
    uvec2 all = uvec2(state[NET_DEVIATIONS], state[NET_DEVIATIONS + 1]);

    bool blank = less64(shl64(seen, 6), calibrated), exact = frame[NET_WANTS_EXACT] != 0u;
    int pace = less64(all, moved) ? 0 : less64(sar64(all, 3), moved) ? 1 : less64(sar64(all, 4), moved) ? 2 : 3;
    bool cut = !exact && !blank && pace == 0;
    exact = exact || cut;

    if (!blank)
        m = exact ? take(of_frame) : follow(m, of_frame, pace);
    store_state(0u, m);
    if (exact)
        make_gains(0u, m);
    if (gl_LocalInvocationID.x > 0u)
        return;
    state[NET_EXACT] = exact ? 1u : 0u;
    state[NET_BLANK] = blank ? 1u : 0u;
    state[NET_PACE] = uint(pace);
    state[NET_CUT] = cut ? 1u : 0u;
    uint groups = frame[NET_GROUPS], views = frame[NET_VIEWS];
    args[NET_ARGS_ENC] = exact ? groups : 0u;
    args[NET_ARGS_ENC + 1] = NET_CHANNELS / NET_ENC_GROUP;
    args[NET_ARGS_ENC + 2] = views;
    args[NET_ARGS_UNIT] = exact && !blank ? groups : 0u;
    args[NET_ARGS_UNIT + 1] = NET_CHANNELS / 32;
    args[NET_ARGS_UNIT + 2] = views;
    args[NET_ARGS_TAKE] = exact && !blank ? 1u : 0u;
    args[NET_ARGS_TAKE + 1] = 1u;
    args[NET_ARGS_TAKE + 2] = 1u;
}
