#version 450
// SPDX-License-Identifier: Apache-2.0
// Doubling and d1, docs/arithmetic.md §5. One invocation per cell (x), four outputs (y) and view (z): 2 x 2 pixels of
// half the style resolution.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "network.glsl"
#include "doubling.glsl"

layout(local_size_x = NET_TILE) in;

void main()
{
    View view = find_view(gl_WorkGroupID.z);
    uint cell = gl_GlobalInvocationID.x, plane = frame[NET_PLANE], group = gl_WorkGroupID.y;
    if (cell >= view.qw * view.qh)
        return;
    uint y = cell / view.qw, x = cell - y * view.qw;
    uvec3 columns = around(x, view.qw), rows = around(y, view.qh) * view.qw;
    int acc[4][4]; // pixel, output
    uvec4 pairs = uvec4(0u);
    [[unroll]] for (int i = 0; i < 16; i++)
        acc[i >> 2][i & 3] = 0;
    for (uint w = 0u; w < NET_D1_WORDS; w++) {
        uint from = (NET_D0_PLANE + w) * plane + view.first;
        uint weights = NET_D1_WEIGHTS + (group * NET_D1_WORDS + w) * 9u * NET_D1_GROUP;
        uvec3 words[3];
        uvec4 doubled[4];
        [[unroll]] for (int j = 0; j < 3; j++) {
            uint at = from + rows[j];
            words[j] = uvec3(arena[at + columns.x], arena[at + columns.y], arena[at + columns.z]);
        }
        double_words(words, doubled);
        add_windows(doubled, pairs);
        [[unroll]] for (int tap = 0; tap < 9; tap++)
            [[unroll]] for (int o = 0; o < NET_D1_GROUP; o++) {
                uint k = model[weights + tap * NET_D1_GROUP + o];
                [[unroll]] for (int i = 0; i < 4; i++)
                    acc[i][o] += dot4(doubled[(i >> 1) + tap / 3][(i & 1) + tap % 3], k);
            }
    }
    int shift = int(model[NET_D1_SHIFT]);
    uint to = NET_D1_PLANE * plane + group * 4u * plane + 4u * view.first;
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint word = 0u;
        [[unroll]] for (uint o = 0u; o < NET_D1_GROUP; o++) {
            uint at = group * NET_D1_GROUP + o;
            int sum = product_sum(acc[i][o], both_halves(pairs[i]), int(model[NET_D1_SUM + at]));
            word |= leaky_u8(requantise(sum, shift, model[NET_D1_NORM + at]), 4) << 8u * o;
        }
        arena[to + (2u * y + (i >> 1)) * 2u * view.qw + 2u * x + (i & 1u)] = word;
    }
}
