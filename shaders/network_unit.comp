#version 450
// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk, docs/arithmetic.md §6: binary 3 x 3 convolution, sums, normalisation, RPReLU, residual,
// thresholds. One invocation per two cells (x), so that each weight is read for both, 32 channels (y) and view (z);
// push.index is the layer, 1 to 10.
#extension GL_EXT_control_flow_attributes : require
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

// What one cell brings along.
struct Cell {
    bool inside, counted;
    uint index; // in the view
    uvec4 a[9]; // activations around it
    int ones;
};

Cell load_cell(View view, uint index, uint from)
{
    Cell cell;
    uint cells = view.qw * view.qh;
    cell.inside = index < cells;
    cell.index = min(index, cells - 1u); // those outside are needed at the barrier
    ivec2 here = ivec2(cell.index % view.qw, cell.index / view.qw), last = ivec2(view.qw, view.qh) - 1;
    cell.counted = cell.inside && is_counted(gl_WorkGroupID.z, here);
    ivec4 ones = ivec4(0);
    [[unroll]] for (int tap = 0; tap < 9; tap++) {
        ivec2 there = clamp(here + ivec2(tap % 3, tap / 3) - 1, ivec2(0), last);
        cell.a[tap] = maps[from + uint(there.y) * view.qw + uint(there.x)];
        ones += bitCount(cell.a[tap]);
    }
    cell.ones = ones.x + ones.y + ones.z + ones.w;
    return cell;
}

void main()
{
    View view = find_view(gl_WorkGroupID.z);
    uint plane = frame[NET_PLANE], unit = push.index - 1u, group = gl_WorkGroupID.y;
    uint from = (unit & 1u) * plane + view.first, to = plane - (unit & 1u) * plane + view.first;
    if (gl_WorkGroupID.x * NET_TILE * NET_CELLS_EACH >= view.qw * view.qh)
        return; // there are as many workgroups as the largest view needs
    uint first = gl_WorkGroupID.x * NET_TILE * NET_CELLS_EACH + gl_LocalInvocationID.x;
    Cell cell[NET_CELLS_EACH];
    uint bits[NET_CELLS_EACH];

    [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++) {
        cell[p] = load_cell(view, first + p * NET_TILE, from);
        bits[p] = 0u;
    }
    for (uint q = 0u; q < 8u; q++) {
        uint at = (NET_STREAM_PLANE + group * 8u + q) * plane + view.first;
        uint old[NET_CELLS_EACH], word[NET_CELLS_EACH];
        [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++) {
            old[p] = APPLY != 0u ? arena[at + cell[p].index] : 0u;
            word[p] = 0u;
        }
        for (uint k = 0u; k < 4u; k++) {
            uint g = 4u * q + k, o = group * 32u + g, i = unit * NET_CHANNELS + o, w = i * 9u;
            ivec4 both[NET_CELLS_EACH];
            [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++)
                both[p] = ivec4(0);
            [[unroll]] for (int tap = 0; tap < 9; tap++) {
                uvec4 weight = weights[w + tap];
                [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++)
                    both[p] += bitCount(cell[p].a[tap] & weight);
            }
            uint gains = state[NET_GAINS + NET_CHANNELS + i], rprelu = model[NET_RPRELU + i], both_sums = 0u;
            [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++) {
                int s = 2 * (both[p].x + both[p].y + both[p].z + both[p].w) - cell[p].ones;
                both_sums |= (cell[p].counted ? uint(s) & 0xffffu : 0u) << 16 * p;
                if (APPLY == 0u)
                    continue;
                int x = step_of(bitfieldExtract(int(old[p]), int(8u * k), 8), s, gains, rprelu);
                if (LAST != 0u) {
                    uint dec = model[NET_DEC + o];
                    x = int(leaky_u8(sat16(mulhrs(256 * x, low16(dec)) + high16(dec)), 0));
                } else {
                    bits[p] |= (x > int(model[NET_THRESHOLD + NET_CHANNELS + i]) ? 1u : 0u) << g;
                }
                word[p] |= (uint(x) & 0xffu) << 8u * k;
            }
            tile[tile_at(gl_LocalInvocationID.x, g)] = both_sums;
        }
        [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++)
            if (APPLY != 0u && cell[p].inside)
                arena[at + cell[p].index] = word[p];
    }
    [[unroll]] for (int p = 0; p < NET_CELLS_EACH; p++)
        if (APPLY != 0u && LAST == 0u && cell[p].inside)
            maps[to + cell[p].index][group] = bits[p];
    add_sums(push.index, group * 32u);
}
