#version 450
// SPDX-License-Identifier: Apache-2.0
// The encoder's input, docs/arithmetic.md §4: space to depth, and the noise of each cell. One invocation per cell of
// the view push.index.
#extension GL_GOOGLE_include_directive : require
#include "network.glsl"

layout(local_size_x = NET_TILE) in;
layout(binding = NET_BIND_IN, std430) readonly restrict buffer In { uint picture[]; };

const int ONE = 1 << 15, FRACTION = 16;
const int WEIGHT[17] = int[](256, 255, 251, 245, 237, 226, 213, 198, 181, 162, 142, 121, 98, 74, 50, 25, 0);

uint noise4(uint x, uint y, uint group)
{
    uint h = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ group * 0xC2B2AE3Du;
    h ^= h >> 16;
    h *= 0x7FEB352Du;
    h ^= h >> 15;
    h *= 0x846CA68Bu;
    h ^= h >> 16;
    return h;
}

ivec4 centred_bytes(uint h)
{
    return ivec4(h & 0xffu, h >> 8 & 0xffu, h >> 16 & 0xffu, h >> 24) - 128;
}

// n · 2^15 / a towards zero, for |n| <= a < 2^31, without 64 bits.
int ratio(int n, uint a)
{
    uint rest = uint(abs(n)), q = 0u;
    if (rest >= a) {
        q = 1u;
        rest -= a;
    }
    for (int i = 0; i < 15; i++) {
        rest <<= 1;
        q <<= 1;
        if (rest >= a) {
            q |= 1u;
            rest -= a;
        }
    }
    return n < 0 ? -int(q) : int(q);
}

// Where minor / major lies on its face, in fractions of a lattice step.
uint place(int minor, uint major, uint density)
{
    int u = abs(ratio(minor, major));
    int v = u * u / ONE;
    int f = u * (41721 - v * (11950 - v * 2997 / ONE) / ONE) / ONE;
    return uint((minor < 0 ? -f : f) + ONE) * density / uint(ONE / FRACTION);
}

// The noise of a cell that looks in direction d: four channels.
ivec4 look(uint group, uint face, uvec2 point, uvec2 f)
{
    ivec4 sum = ivec4(0);
    for (uint k = 0u; k < 4u; k++) {
        uvec2 far = uvec2(k & 1u, k >> 1);
        int w = WEIGHT[far.x != 0u ? FRACTION - f.x : f.x] * WEIGHT[far.y != 0u ? FRACTION - f.y : f.y];
        sum += w * centred_bytes(noise4(point.x + far.x, point.y + far.y, face * 4u + group));
    }
    return clamp((sum + (1 << 15)) >> 16, -128, 127);
}

void main()
{
    View view = find_view(push.index);
    uint cell = gl_GlobalInvocationID.x;
    if (cell >= view.qw * view.qh)
        return;
    uint y = cell / view.qw, x = cell - y * view.qw;
    uint plane = frame[NET_PLANE];
    uint at = NET_INPUT_PLANE * plane + view.first + cell;

    uvec3 low = uvec3(255u), high = uvec3(0u);
    for (uint dy = 0u; dy < 4u; dy++) {
        uint from = ((4u * y + dy) * view.qw + x) * 4u;
        uvec4 p = uvec4(picture[from], picture[from + 1u], picture[from + 2u], picture[from + 3u]);
        for (uint dx = 0u; dx < 4u; dx++) {
            uvec3 c = uvec3(p[dx], p[dx] >> 8, p[dx] >> 16) & 0xffu;
            low = min(low, c);
            high = max(high, c);
        }
        arena[at + (3u * dy) * plane] = p.x & 0xffffffu | p.y << 24;
        arena[at + (3u * dy + 1u) * plane] = p.y >> 8 & 0xffffu | p.z << 16;
        arena[at + (3u * dy + 2u) * plane] = p.z >> 16 & 0xffu | p.w << 8;
    }
    uvec3 spread = high - low;
    int amp = max(32 - int(max(spread.r, max(spread.g, spread.b))), 0);

    uint base = NET_VIEW + push.index * NET_VIEW_WORDS;
    uint density = frame[base + NET_VIEW_DENSITY];
    int m[9];
    for (int i = 0; i < 9; i++)
        m[i] = int(frame[base + NET_VIEW_MAP + i]);
    uint face = 0u;
    uvec2 point = uvec2(uint(m[2]) + x, uint(m[5]) + y), f = uvec2(0u);
    if (density > 0u) {
        ivec3 d = ivec3(m[0], m[3], m[6]) * int(x) + ivec3(m[1], m[4], m[7]) * int(y) + ivec3(m[2], m[5], m[8]);
        ivec3 size = abs(d);
        int axis = size.z >= size.x && size.z >= size.y ? 2 : size.y >= size.x ? 1 : 0;
        uint major = uint(max(size[axis], 1));
        face = 1u + 2u * uint(axis) + (d[axis] < 0 ? 1u : 0u);
        uvec2 p = uvec2(place(d[(axis + 1) % 3], major, density), place(d[(axis + 2) % 3], major, density));
        point = p / uint(FRACTION);
        f = p % uint(FRACTION);
    }
    for (uint g = 0u; g < 4u; g++) {
        ivec4 v = density > 0u ? look(g, face, point, f) : centred_bytes(noise4(point.x, point.y, g));
        uvec4 u = uvec4(128 + ((v * amp) >> 7));
        arena[at + (12u + g) * plane] = u.x | u.y << 8 | u.z << 16 | u.w << 24;
    }
}
