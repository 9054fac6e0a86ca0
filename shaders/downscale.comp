#version 450
// SPDX-License-Identifier: Apache-2.0
// Area average from the captured rect to the style resolution: docs/arithmetic.md §3.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "int64.glsl"

layout(binding = 1, std430) writeonly buffer StyleIn { uint style_in[]; }; // RGBA8, R in the lowest byte

// Overlap of output cell `o` of `outs` with input cell `i` of `ins`, on the axis that both divide: outs * ins long.
uint overlap(uint o, uint outs, uint i, uint ins)
{
    return min((o + 1) * ins, (i + 1) * outs) - max(o * ins, i * outs);
}

void main()
{
    uvec2 at = gl_GlobalInvocationID.xy;
    if (any(greaterThanEqual(at, push.style_size)))
        return;
    uvec2 first = at * push.size / push.style_size;
    uvec2 end = ((at + 1) * push.size + push.style_size - 1) / push.style_size;
    uint area = push.size.x * push.size.y;
    bool wide = area > 1u << 24; // sums with more than 32 bits
    uvec3 sum = uvec3(0);
    uvec2 wide_sum[3] = uvec2[3](uvec2(0), uvec2(0), uvec2(0));
    for (uint j = first.y; j < end.y; j++) {
        uint b = overlap(at.y, push.style_size.y, j, push.size.y);
        uvec3 row = uvec3(0);
        for (uint i = first.x; i < end.x; i++)
            row += overlap(at.x, push.style_size.x, i, push.size.x) * pixel_to_code(unpack_pixel(load_words(uvec2(i, j))));
        if (wide)
            for (int k = 0; k < 3; k++)
                wide_sum[k] = add64(wide_sum[k], mul32(row[k], b));
        else
            sum += row * b;
    }
    uvec3 color = (sum + (area >> 1)) / area;
    if (wide)
        for (int k = 0; k < 3; k++) {
            uint rest;
            color[k] = div64(add64(wide_sum[k], uvec2(area >> 1, 0u)), area, rest).x;
        }
    style_in[at.y * push.style_size.x + at.x] = color.r | color.g << 8 | color.b << 16 | 0xff000000u;
}
