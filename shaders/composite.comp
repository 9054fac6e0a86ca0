#version 450
// SPDX-License-Identifier: Apache-2.0
// Edge-aware upsampling of the styled picture, colour keeping, text, strength: docs/arithmetic.md §8, §9.
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(binding = 1, std430) readonly buffer StyleIn { uint style_in[]; };
layout(binding = 2, std430) readonly buffer StyleOut { uint style_out[]; };
layout(binding = 3, std430) writeonly buffer Result { uint result[]; }; // the rect alone

ivec3 unpack(uint rgba)
{
    return ivec3(rgba & 0xffu, rgba >> 8 & 0xffu, rgba >> 16 & 0xffu);
}

int luma(ivec3 c)
{
    return (77 * c.r + 150 * c.g + 29 * c.b + 128) >> 8;
}

// Masks below change nothing: they tell compilers that factors have 24 bits, whose products are several times faster on
// many devices.

// a / b for a < 2^24, 0 < b < 2^20 and a quotient below 2^16. Integer division is slow on many devices; here a float
// quotient, whatever its rounding, is off by one at most, which the remainder tells.
uint divide(uint a, uint b)
{
    uint q = uint(float(a) / float(b));
    int rest = int(a) - int((q & 0x1ffffu) * (b & 0xfffffu));
    return rest < 0 ? q - 1 : rest >= int(b) ? q + 1 : q;
}

// kernels/text_detail.h
const int TEXT_REACH = 4, TEXT_FLOOR = 96, TEXT_SLOPE = 2;

int luma_at(ivec2 at)
{
    uvec2 inside = uvec2(clamp(at, ivec2(0), ivec2(push.size) - 1));
    return luma(ivec3(pixel_to_code(unpack_pixel(load_words(inside)))));
}

// How much brightness goes up and down again along a line around the pixel.
int detail_along(ivec2 at, ivec2 step)
{
    int first = luma_at(at - TEXT_REACH * step), last = first, ways = 0;
    for (int i = 1 - TEXT_REACH; i <= TEXT_REACH; i++) {
        int next = luma_at(at + i * step);
        ways += abs(next - last);
        last = next;
    }
    return ways - abs(last - first);
}

int text_share(ivec2 at)
{
    int step = int(max((push.size.x + push.style_size.x) / (2 * push.style_size.x), 1u));
    int detail = max(detail_along(at, ivec2(step, 0)), detail_along(at, ivec2(0, step)));
    return (clamp((detail - TEXT_FLOOR) * TEXT_SLOPE, 0, 256) * int(push.text) + 128) >> 8;
}

void main()
{
    uvec2 at = gl_GlobalInvocationID.xy;
    if (any(greaterThanEqual(at, push.size)))
        return;
    uvec4 pixel = unpack_pixel(load_words(at));
    ivec3 original = ivec3(pixel_to_code(pixel));

    ivec2 p = ivec2((2 * at + 1) * push.style_size * 64 / push.size) - 64;
    ivec2 base = p >> 7;
    uvec2 f = uvec2(p & 127);
    uvec3 sum = uvec3(0);
    uint total = 0;
    for (int n = 0; n < 4; n++) {
        ivec2 step = ivec2(n & 1, n >> 1);
        ivec2 q = clamp(base + step, ivec2(0), ivec2(push.style_size) - 1);
        uint index = uint(q.y) * push.style_size.x + uint(q.x);
        uint spatial = (step.x != 0 ? f.x : 128 - f.x) * (step.y != 0 ? f.y : 128 - f.y);
        ivec3 delta = abs(original - unpack(style_in[index]));
        uint d = uint(delta.r + delta.g + delta.b) & 0x3ffu;
        uint range = divide(65536, 64 + d * d) + 1;
        uint k = ((spatial & 0x7fffu) * (range & 0x7ffu) >> 8) + (spatial > 0 ? 1 : 0);
        sum += (k & 0x1ffffu) * uvec3(unpack(style_out[index]));
        total += k;
    }
    sum += total >> 1;
    ivec3 styled = ivec3(divide(sum.r, total), divide(sum.g, total), divide(sum.b, total));

    ivec3 detail = (original - luma(original)) - (styled - luma(styled));
    ivec3 target = clamp(styled + ((int(push.keep) * detail + 128) >> 8), 0, 255);
    if (push.text > 0)
        target = clamp(target + ((text_share(ivec2(at)) * (luma(original) - luma(target)) + 128) >> 8), 0, 255);
    ivec3 color = original + ((int(push.strength) * (target - original) + 128) >> 8);

    uvec2 words = pack_pixel(code_to_pixel(uvec3(color), pixel));
    uint i = push.result_first + at.y * push.result_row + at.x;
    if (IS_WIDE) {
        result[2 * i] = words.x;
        result[2 * i + 1] = words.y;
    } else {
        result[i] = words.x;
    }
}
