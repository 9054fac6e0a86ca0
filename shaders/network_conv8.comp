#version 450
// SPDX-License-Identifier: Apache-2.0
// int8 convolutions at a quarter of the style resolution, docs/arithmetic.md §5: the encoder with its end of §7, and
// d0. One invocation per cell (x), group of outputs (y) and view (z).
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

void finish_encoder(View view, uint cell, bool inside, int acc[GROUP])
{
    uint group = gl_WorkGroupID.y, plane = frame[NET_PLANE];
    uint at = NET_STREAM_PLANE * plane + view.first + cell;
    int shift = int(model[NET_ENC_SHIFT]);
    uint bits = 0u;
    for (uint q = 0u; q < GROUP / 4u; q++) {
        uint word = 0u;
        for (uint k = 0u; k < 4u; k++) {
            uint g = 4u * q + k, o = group * GROUP + g;
            uint gains = state[NET_GAINS + o];
            int s = sat16(rsh(acc[g] + int(model[NET_ENC_OFFSET + o]), shift));
            int z = sat16(mulhrs(s, low16(gains)) + high16(gains));
            int x = clamp(rsh(z, 4), -128, 127);
            tile[gl_LocalInvocationID.x * 33u + g] = inside ? s : 0;
            word |= (uint(x) & 0xffu) << 8u * k;
            bits |= (x > int(model[NET_THRESHOLD + o]) ? 1u : 0u) << g;
        }
        if (inside)
            arena[at + (group * GROUP / 4u + q) * plane] = word;
    }
    if (inside)
        maps[(view.first + cell) * 4u + group] = bits;
    add_sums(0u, group * GROUP);
}

void finish_d0(View view, uint cell, bool inside, int acc[GROUP])
{
    uint group = gl_WorkGroupID.y, plane = frame[NET_PLANE];
    int shift = int(model[NET_D0_SHIFT]);
    for (uint q = 0u; q < GROUP / 4u; q++) {
        uint word = 0u;
        for (uint k = 0u; k < 4u; k++) {
            uint g = 4u * q + k;
            int z = requantise(acc[g], shift, model[NET_D0_NORM + group * GROUP + g]);
            word |= leaky_u8(z, 4) << 8u * k;
        }
        if (inside)
            arena[(NET_D0_PLANE + group * GROUP / 4u + q) * plane + view.first + cell] = word;
    }
}

void main()
{
    View view = find_view(gl_WorkGroupID.z);
    uint cells = view.qw * view.qh, plane = frame[NET_PLANE];
    bool inside = gl_GlobalInvocationID.x < cells;
    uint cell = min(gl_GlobalInvocationID.x, cells - 1u); // those outside are needed at the barrier
    ivec2 here = ivec2(cell % view.qw, cell / view.qw), last = ivec2(view.qw, view.qh) - 1;
    int acc[GROUP];

    for (uint g = 0u; g < GROUP; g++)
        acc[g] = 0;
    for (uint tap = 0u; tap < 9u; tap++) {
        ivec2 there = clamp(here + ivec2(tap % 3u, tap / 3u) - 1, ivec2(0), last);
        uint at = INPUT_PLANE * plane + view.first + uint(there.y) * view.qw + uint(there.x);
        uint weights = WEIGHTS + (gl_WorkGroupID.y * 9u + tap) * WORDS * GROUP;
        for (uint w = 0u; w < WORDS; w++) {
            uint u = arena[at + w * plane];
            for (uint g = 0u; g < GROUP; g++)
                acc[g] += dot4(u, model[weights + w * GROUP + g]);
        }
    }
    if (ENCODER != 0u)
        finish_encoder(view, cell, inside, acc);
    else
        finish_d0(view, cell, inside, acc);
}
