// SPDX-License-Identifier: Apache-2.0
// What the network's shaders share: buffers, views, and the notation of docs/arithmetic.md §1.
#include "network_layout.h"

layout(binding = NET_BIND_MODEL, std430) readonly restrict buffer Model { uint model[]; };
layout(binding = NET_BIND_ARENA, std430) buffer Arena { uint arena[]; };
layout(binding = NET_BIND_STATE, std430) buffer State { uint state[]; };
layout(binding = NET_BIND_FRAME, std430) readonly restrict buffer Frame { uint frame[]; };

// The layer, or the view where each has a dispatch of its own.
layout(push_constant) uniform Push { uint index; } push;

struct View {
    uint qw, qh, first;
};

View find_view(uint v)
{
    uint at = NET_VIEW + v * NET_VIEW_WORDS;
    return View(frame[at + NET_VIEW_QW], frame[at + NET_VIEW_QH], frame[at + NET_VIEW_FIRST]);
}

// Whether a cell of the view counts in its sums: not those that a tile has around its inside.
bool is_counted(uint v, ivec2 cell)
{
    uint at = NET_VIEW + v * NET_VIEW_WORDS, columns = frame[at + NET_VIEW_COLUMNS], rows = frame[at + NET_VIEW_ROWS];
    ivec2 begin = ivec2(columns & 0xffffu, rows & 0xffffu), end = ivec2(columns >> 16, rows >> 16);
    return all(greaterThanEqual(cell, begin)) && all(lessThan(cell, end));
}

// Two int16 in one word.
int low16(uint w)
{
    return bitfieldExtract(int(w), 0, 16);
}

int high16(uint w)
{
    return int(w) >> 16;
}

int sat16(int v)
{
    return clamp(v, -32768, 32767);
}

int mulhrs(int a, int b)
{
    return (a * b + (1 << 14)) >> 15;
}

int rsh(int a, int n)
{
    return n == 0 ? a : (a + (1 << (n - 1))) >> n;
}

// Requantisation of §5 with M | B << 16.
int requantise(int acc, int shift, uint norm)
{
    return sat16(mulhrs(sat16(rsh(acc, shift)), low16(norm)) + high16(norm));
}

// Leaky ReLU around 32 of z with `bits` fraction bits.
uint leaky_u8(int z, int bits)
{
    return uint(clamp(rsh(z > 0 ? z : z >> 3, bits) + 32, 0, 255));
}

// Four products of unsigned bytes u with signed ones w.
#if ARTEM_DOT == 1 // one instruction for just that
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4452)
int dot_signed_unsigned(uint w, uint u, spirv_literal int format);

int dot4(uint u, uint w)
{
    return dot_signed_unsigned(w, u, 0);
}
#elif ARTEM_DOT == 2 // one for signed bytes: (u - 128) · w + 128 · w, whose second part neighbours share
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int dot_signed(uint w, uint u, spirv_literal int format);

int dot4(uint u, uint w)
{
    return dot_signed(w, u ^ 0x80808080u, 0) + (dot_signed(w, 0x01010101u, 0) << 7);
}
#else // u · (w + 128) - 128 · u: products of numbers that compilers know to have 24 bits, which are faster than others
int dot4(uint u, uint w)
{
    uint k = w ^ 0x80808080u;
    uint a = u & 0xffu, b = u >> 8 & 0xffu, c = u >> 16 & 0xffu, d = u >> 24;
    return int(a * (k & 0xffu) + b * (k >> 8 & 0xffu) + c * (k >> 16 & 0xffu) + d * (k >> 24)) -
           int((a + b + c + d) << 7);
}
#endif
