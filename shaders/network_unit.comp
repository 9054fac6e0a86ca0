#version 450
// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk, docs/arithmetic.md §6: binary 3 x 3 convolution, sums, normalisation, RPReLU, residual,
// thresholds. One invocation per cell (x), 32 channels (y) and view (z); push.index is the layer, 1 to 10.
#extension GL_GOOGLE_include_directive : require
#include "network.glsl"
#include "sums.glsl"

layout(local_size_x = NET_TILE) in;
layout(constant_id = 0) const uint APPLY = 1u; // 0: only the sums
layout(constant_id = 1) const uint LAST = 0u;  // 1: the decoder's input instead of the stream and its bits
layout(binding = NET_BIND_MAPS, std430) buffer Maps { uvec4 maps[]; };
layout(binding = NET_BIND_WEIGHTS, std430) readonly restrict buffer Weights { uvec4 weights[]; };

int step_of(int x, int s, uint gains, uint rprelu)
{
    int z = sat16(mulhrs(16 * s, low16(gains)) + high16(gains));
    int r = z > 0 ? z : mulhrs(z, low16(rprelu));
    int y = sat16(r + high16(rprelu));
    return clamp(x + (sat16(y + 8) >> 4), -128, 127);
}

void main()
{
    View view = find_view(gl_WorkGroupID.z);
    uint cells = view.qw * view.qh, plane = frame[NET_PLANE], unit = push.index - 1u, group = gl_WorkGroupID.y;
    bool inside = gl_GlobalInvocationID.x < cells;
    uint cell = min(gl_GlobalInvocationID.x, cells - 1u);
    ivec2 here = ivec2(cell % view.qw, cell / view.qw), last = ivec2(view.qw, view.qh) - 1;
    uint from = (unit & 1u) * plane + view.first, at = NET_STREAM_PLANE * plane + view.first + cell;
    uvec4 a[9];
    ivec4 ones = ivec4(0);

    for (int tap = 0; tap < 9; tap++) {
        ivec2 there = clamp(here + ivec2(tap % 3, tap / 3) - 1, ivec2(0), last);
        a[tap] = maps[from + uint(there.y) * view.qw + uint(there.x)];
        ones += bitCount(a[tap]);
    }
    int all = ones.x + ones.y + ones.z + ones.w;
    uint bits = 0u;
    for (uint q = 0u; q < 8u; q++) {
        uint word_at = at + (group * 8u + q) * plane, old = 0u, word = 0u;
        if (APPLY != 0u)
            old = arena[word_at];
        for (uint k = 0u; k < 4u; k++) {
            uint g = 4u * q + k, o = group * 32u + g, w = (unit * NET_CHANNELS + o) * 9u;
            ivec4 both = ivec4(0);
            for (int tap = 0; tap < 9; tap++)
                both += bitCount(a[tap] & weights[w + tap]);
            int s = 2 * (both.x + both.y + both.z + both.w) - all;
            tile[gl_LocalInvocationID.x * 33u + g] = inside ? s : 0;
            if (APPLY == 0u)
                continue;
            uint i = unit * NET_CHANNELS + o;
            int x = step_of(bitfieldExtract(int(old), int(8u * k), 8), s, state[NET_GAINS + NET_CHANNELS + i],
                            model[NET_RPRELU + i]);
            if (LAST != 0u) {
                uint dec = model[NET_DEC + o];
                x = int(leaky_u8(sat16(mulhrs(256 * x, low16(dec)) + high16(dec)), 0));
            } else {
                bits |= (x > int(model[NET_THRESHOLD + NET_CHANNELS + i]) ? 1u : 0u) << g;
            }
            word |= (uint(x) & 0xffu) << 8u * k;
        }
        if (APPLY != 0u && inside)
            arena[word_at] = word;
    }
    if (APPLY != 0u && LAST == 0u && inside)
        maps[(plane - (unit & 1u) * plane) + view.first + cell][group] = bits;
    add_sums(push.index, group * 32u);
}
