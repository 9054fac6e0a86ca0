#version 450
// SPDX-License-Identifier: Apache-2.0
// Doubling and d2, docs/arithmetic.md §5: to the painted picture of the view push.index. One invocation per pixel of
// half the style resolution: 2 x 2 pixels of the picture.
#extension GL_EXT_control_flow_attributes : require
#extension GL_GOOGLE_include_directive : require
#include "network.glsl"
#include "doubling.glsl"

layout(local_size_x = NET_TILE) in;
layout(binding = NET_BIND_IN, std430) readonly restrict buffer In { uint picture[]; };
layout(binding = NET_BIND_OUT, std430) writeonly restrict buffer Out { uint painted[]; };

void add_words(uvec4 words[4], uint w, inout int acc[4][3], inout uvec4 pairs)
{
    add_windows(words, pairs);
    [[unroll]] for (int tap = 0; tap < 9; tap++)
        [[unroll]] for (int o = 0; o < NET_D2_OUT; o++) {
            uint k = model[NET_D2_WEIGHTS + (w * 9u + tap) * NET_D2_OUT + o];
            [[unroll]] for (int i = 0; i < 4; i++)
                acc[i][o] += dot4(words[(i >> 1) + tap / 3][(i & 1) + tap % 3], k);
        }
}

void main()
{
    View view = find_view(push.index);
    uint width = 2u * view.qw, height = 2u * view.qh, plane = frame[NET_PLANE];
    uint pixel = gl_GlobalInvocationID.x;
    if (pixel >= width * height)
        return;
    uint y = pixel / width, x = pixel - y * width;
    uvec3 columns = around(x, width), rows = around(y, height) * width;
    int acc[4][3]; // pixel, colour
    uvec4 pairs = uvec4(0u);
    uvec4 words[4];
    [[unroll]] for (int i = 0; i < 4; i++)
        [[unroll]] for (int o = 0; o < NET_D2_OUT; o++)
            acc[i][o] = 0;
    for (uint w = 0u; w < NET_D2_WORDS - 1u; w++) {
        uint from = (NET_D1_PLANE + 4u * w) * plane + 4u * view.first;
        uvec3 near[3];
        [[unroll]] for (int j = 0; j < 3; j++) {
            uint at = from + rows[j];
            near[j] = uvec3(arena[at + columns.x], arena[at + columns.y], arena[at + columns.z]);
        }
        double_words(near, words);
        add_words(words, w, acc, pairs);
    }
    // The last word is the picture itself, which is not doubled.
    ivec2 last = 2 * ivec2(width, height) - 1;
    [[unroll]] for (int j = 0; j < 4; j++)
        [[unroll]] for (int i = 0; i < 4; i++) {
            ivec2 p = clamp(2 * ivec2(x, y) + ivec2(i, j) - 1, ivec2(0), last);
            words[j][i] = picture[p.y * 2 * int(width) + p.x] & 0xffffffu;
        }
    add_words(words, NET_D2_WORDS - 1u, acc, pairs);

    int shift = int(model[NET_D2_SHIFT]);
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint word = 0xff000000u;
        [[unroll]] for (uint o = 0u; o < NET_D2_OUT; o++) {
            int sum = product_sum(acc[i][o], both_halves(pairs[i]), int(model[NET_D2_SUM + o]));
            int z = requantise(sum, shift, model[NET_D2_NORM + o]);
            uint at = uint(clamp((z + 4096) >> 3, 0, 1023));
            word |= (model[NET_LUT + (at >> 2)] >> 8u * (at & 3u) & 0xffu) << 8u * o;
        }
        painted[(2u * y + (i >> 1)) * 2u * width + 2u * x + (i & 1u)] = word;
    }
}
