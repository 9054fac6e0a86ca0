#version 450
// SPDX-License-Identifier: Apache-2.0
// int8 convolutions at a quarter of the style resolution, docs/arithmetic.md §5: the encoder with its end of §7, and
// d0. One invocation per two cells (x), so that each weight is read for both, group of outputs (y) and view (z).
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "network.glsl"
#include "sums.glsl"

layout(local_size_x = NET_TILE) in;
layout(constant_id = 0) const uint ENCODER = 1u;
layout(constant_id = 1) const uint WORDS = NET_ENC_WORDS; // input words of a cell
layout(constant_id = 2) const uint GROUP = NET_ENC_GROUP; // outputs that one invocation computes
layout(binding = NET_BIND_MAPS, std430) writeonly buffer Maps { uint maps[]; };

const uint WEIGHTS = ENCODER != 0u ? NET_ENC_WEIGHTS : NET_D0_WEIGHTS;
const uint INPUT_PLANE = ENCODER != 0u ? NET_INPUT_PLANE : NET_STREAM_PLANE;

void finish_encoder(View view, uvec2 cell, bvec2 inside, bvec2 counted, int acc[2][GROUP], uvec2 bytes)
{
    uint group = gl_WorkGroupID.y, plane = frame[NET_PLANE];
    int shift = int(model[NET_ENC_SHIFT]);
    uvec2 bits = uvec2(0u);
    [[unroll]] for (uint q = 0u; q < GROUP / 4u; q++) {
        uvec2 word = uvec2(0u);
        [[unroll]] for (uint k = 0u; k < 4u; k++) {
            uint g = 4u * q + k, o = group * GROUP + g, gains = state[NET_GAINS + o];
            int weights = int(model[NET_ENC_SUM + o]), threshold = int(model[NET_THRESHOLD + o]);
            uvec2 sums = uvec2(0u);
            [[unroll]] for (int p = 0; p < 2; p++) {
                int s = sat16(rsh(centred_sum(acc[p][g], bytes[p], weights), shift));
                int x = clamp(rsh(sat16(mulhrs(s, low16(gains)) + high16(gains)), 4), -128, 127);
                sums[p] = counted[p] ? uint(s) & 0xffffu : 0u;
                word[p] |= (uint(x) & 0xffu) << 8u * k;
                bits[p] |= (x > threshold ? 1u : 0u) << g;
            }
            tile[tile_at(gl_LocalInvocationID.x, g)] = sums.x | sums.y << 16;
        }
        uint at = (NET_STREAM_PLANE + group * GROUP / 4u + q) * plane + view.first;
        [[unroll]] for (int p = 0; p < 2; p++)
            if (inside[p])
                arena[at + cell[p]] = word[p];
    }
    [[unroll]] for (int p = 0; p < 2; p++)
        if (inside[p])
            maps[(view.first + cell[p]) * 4u + group] = bits[p];
    add_sums(0u, group * GROUP);
}

void finish_d0(View view, uvec2 cell, bvec2 inside, int acc[2][GROUP], uvec2 bytes)
{
    uint group = gl_WorkGroupID.y, plane = frame[NET_PLANE];
    int shift = int(model[NET_D0_SHIFT]);
    [[unroll]] for (uint q = 0u; q < GROUP / 4u; q++) {
        uint at = (NET_D0_PLANE + group * GROUP / 4u + q) * plane + view.first;
        [[unroll]] for (int p = 0; p < 2; p++) {
            uint word = 0u;
            [[unroll]] for (uint k = 0u; k < 4u; k++) {
                uint g = 4u * q + k, o = group * GROUP + g;
                int sum = product_sum(acc[p][g], bytes[p], int(model[NET_D0_SUM + o]));
                word |= leaky_u8(requantise(sum, shift, model[NET_D0_NORM + o]), 4) << 8u * k;
            }
            if (inside[p])
                arena[at + cell[p]] = word;
        }
    }
}

void main()
{
    View view = find_view(gl_WorkGroupID.z);
    uint cells = view.qw * view.qh, plane = frame[NET_PLANE];
    if (gl_WorkGroupID.x * NET_CELLS_EACH * NET_TILE >= cells)
        return; // there are as many workgroups as the largest view needs
    uvec2 index = gl_WorkGroupID.x * NET_CELLS_EACH * NET_TILE + gl_LocalInvocationID.x + uvec2(0u, NET_TILE);
    bvec2 inside = lessThan(index, uvec2(cells));
    uvec2 cell = min(index, uvec2(cells - 1u)); // those outside are needed at the barrier
    ivec2 here[2], last = ivec2(view.qw, view.qh) - 1;
    int acc[2][GROUP];
    uvec2 bytes = uvec2(0u);

    [[unroll]] for (int p = 0; p < 2; p++) {
        here[p] = ivec2(cell[p] % view.qw, cell[p] / view.qw);
        [[unroll]] for (uint g = 0u; g < GROUP; g++)
            acc[p][g] = 0;
    }
    for (uint tap = 0u; tap < 9u; tap++) {
        uvec2 at;
        [[unroll]] for (int p = 0; p < 2; p++) {
            ivec2 there = clamp(here[p] + ivec2(tap % 3u, tap / 3u) - 1, ivec2(0), last);
            at[p] = INPUT_PLANE * plane + view.first + uint(there.y) * view.qw + uint(there.x);
        }
        uint weights = WEIGHTS + (gl_WorkGroupID.y * 9u + tap) * WORDS * GROUP;
        uvec2 pairs = uvec2(0u);
        for (uint w = 0u; w < WORDS; w++) {
            uvec2 u = uvec2(arena[at.x + w * plane], arena[at.y + w * plane]);
            pairs += uvec2(byte_pairs(u.x), byte_pairs(u.y));
            [[unroll]] for (uint g = 0u; g < GROUP; g++) {
                uint weight = model[weights + w * GROUP + g];
                acc[0][g] += dot4(u.x, weight);
                acc[1][g] += dot4(u.y, weight);
            }
        }
        bytes += uvec2(both_halves(pairs.x), both_halves(pairs.y));
    }
    if (ENCODER != 0u) {
        bvec2 counted = bvec2(inside.x && is_counted(gl_WorkGroupID.z, here[0]),
                              inside.y && is_counted(gl_WorkGroupID.z, here[1]));
        finish_encoder(view, cell, inside, counted, acc, bytes);
    } else {
        finish_d0(view, cell, inside, acc, bytes);
    }
}
