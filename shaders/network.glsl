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

// Four products of unsigned bytes u with signed ones w, added up: not w · u itself, but what the chip does at once, of
// which product_sum() makes it when all are added.
#if ARTEM_DOT == 1 // w · u
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4452)
int dot_signed_unsigned(uint w, uint u, spirv_literal int format);

int dot4(uint u, uint w)
{
    return dot_signed_unsigned(w, u, 0);
}
#elif ARTEM_DOT == 2 // w · (u - 128), both signed
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6018, 6019], id = 4450)
int dot_signed(uint w, uint u, spirv_literal int format);

int dot4(uint u, uint w)
{
    return dot_signed(w, u ^ 0x80808080u, 0);
}
#else // (w + 128) · u: products of numbers that compilers know to have 24 bits, which are faster than others
int dot4(uint u, uint w)
{
    uint k = w ^ 0x80808080u;
    return int((u & 0xffu) * (k & 0xffu) + (u >> 8 & 0xffu) * (k >> 8 & 0xffu) + (u >> 16 & 0xffu) * (k >> 16 & 0xffu) +
               (u >> 24) * (k >> 24));
}
#endif

// The sum of all w · u. `bytes`: the sum of all u, which only the last way needs; `weights`: 128 times the sum of all w.
int product_sum(int acc, uint bytes, int weights)
{
#if ARTEM_DOT == 1
    return acc;
#elif ARTEM_DOT == 2
    return acc + weights;
#else
    return acc - int(bytes << 7);
#endif
}

// The sum of all w · (u - 128).
int centred_sum(int acc, uint bytes, int weights)
{
#if ARTEM_DOT == 2
    return acc;
#else
    return product_sum(acc, bytes, weights) - weights;
#endif
}

// Sums of bytes, two in a word, each below 2^16.
uint byte_pairs(uint u)
{
    return (u & 0x00ff00ffu) + (u >> 8 & 0x00ff00ffu);
}

uint both_halves(uint pairs)
{
    return (pairs & 0xffffu) + (pairs >> 16);
}
