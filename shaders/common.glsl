// SPDX-License-Identifier: Apache-2.0
// What both shaders share: stored pixels of any swapchain format and their 8-bit sRGB code values, docs/arithmetic.md
// §9. Pictures are buffers, so that all formats go one way and every bit is under control. Bindings are those of
// plugin/vk_shaders.h.

layout(local_size_x = 8, local_size_y = 8) in;

// enum artem_pixel_format of kernels/include/artem_kernels/pixels.h
const uint RGBA8_SRGB = 0u, BGRA8_SRGB = 1u, RGBA8_UNORM = 2u, BGRA8_UNORM = 3u, A2B10G10R10_UNORM = 4u, RGBA16_UNORM = 5u,
           RGBA16_SFLOAT = 6u;
layout(constant_id = 0) const uint FORMAT = 0u;
const bool IS_SRGB = FORMAT <= BGRA8_SRGB;
const bool IS_8 = FORMAT <= BGRA8_UNORM;
const bool IS_BGR = FORMAT == BGRA8_SRGB || FORMAT == BGRA8_UNORM;
const bool IS_HALF = FORMAT == RGBA16_SFLOAT;
const bool IS_WIDE = FORMAT >= RGBA16_UNORM; // two words per pixel

// The layout of struct vulkan_push in plugin/vk_shaders.h.
layout(push_constant) uniform Push {
    uvec2 size;         // W, H: of the rect
    uvec2 style_size;   // w, h
    uint first;         // pixel of the captured slice: the rect's left one in the picture's top row
    uint row;           // from there to the next row, modulo 2^32: rows may lie from the bottom up
    uint result_first;  // likewise in the result
    uint result_row;
    uint premultiplied; // 1: colours are multiplied by alpha
    uint strength;      // 0..256
    uint keep;          // 0..256
    uint text;          // 0..256
} push;

layout(binding = 0, std430) readonly buffer Captured { uint captured[]; };
layout(binding = 4, std430) readonly buffer Tables { uint tables[]; }; // artem_pixel_tables

const uint TABLE_LINEAR = 256u, TABLE_CODE16 = 512u, TABLE_CODE = 512u + 16384u;
const uint HALF_ONE = 0x3C00u;

uint table_byte(uint base, uint i)
{
    return tables[base + (i >> 2)] >> 8 * (i & 3u) & 0xffu;
}

uvec2 load_words(uvec2 at)
{
    uint i = push.first + at.y * push.row + at.x;
    return IS_WIDE ? uvec2(captured[2 * i], captured[2 * i + 1]) : uvec2(captured[i], 0);
}

// R, G, B, A as stored: integers, or the bits of halves.
uvec4 unpack_pixel(uvec2 words)
{
    if (IS_WIDE)
        return uvec4(words.x & 0xffffu, words.x >> 16, words.y & 0xffffu, words.y >> 16);
    if (!IS_8)
        return uvec4(words.x & 0x3ffu, words.x >> 10 & 0x3ffu, words.x >> 20 & 0x3ffu, words.x >> 30);
    uvec4 bytes = uvec4(words.x, words.x >> 8, words.x >> 16, words.x >> 24) & 0xffu;
    return IS_BGR ? bytes.bgra : bytes;
}

uvec2 pack_pixel(uvec4 p)
{
    if (IS_WIDE)
        return uvec2(p.r | p.g << 16, p.b | p.a << 16);
    if (!IS_8)
        return uvec2(p.r | p.g << 10 | p.b << 20 | p.a << 30, 0);
    uvec4 bytes = IS_BGR ? p.bgra : p;
    return uvec2(bytes.r | bytes.g << 8 | bytes.b << 16 | bytes.a << 24, 0);
}

bool is_special(uint v) // infinite or not a number
{
    return IS_HALF && (v & 0x7C00u) == 0x7C00u;
}

uint index_of(uint v)
{
    if (!IS_HALF)
        return v;
    return (v & 0x8000u) != 0 || is_special(v) ? 0 : min(v, HALF_ONE);
}

uint half_to_linear(uint bits)
{
    uint i = index_of(bits), e = i >> 10, m = i & 1023u;
    return e > 0 ? ((1024u + m) * 65535u + (1u << (24u - e))) >> (25u - e) : (m * 65535u + (1u << 23)) >> 24;
}

uint linear_to_half(uint l)
{
    if (l < 4u) // the subnormal ones; 0 gives 0
        return ((l << 24) + 32767u) / 65535u;
    uint b = uint(findMSB(l));
    return ((b - 1u) << 10) + ((l << (26u - b)) + 32767u) / 65535u - 1024u;
}

uint color_to_linear(uint v)
{
    if (IS_SRGB)
        return tables[TABLE_LINEAR + v];
    if (IS_8)
        return 257u * v;
    if (IS_HALF)
        return half_to_linear(v);
    return IS_WIDE ? v : (v * 65535u + 511u) / 1023u;
}

uint linear_to_color(uint l)
{
    if (IS_SRGB)
        return table_byte(TABLE_CODE16, l);
    if (IS_8)
        return (l * 255u + 32767u) / 65535u;
    if (IS_HALF)
        return linear_to_half(l);
    return IS_WIDE ? l : (l * 1023u + 32767u) / 65535u;
}

uint alpha_to_linear(uint a)
{
    if (IS_8)
        return 257u * a;
    if (IS_HALF)
        return half_to_linear(a);
    return IS_WIDE ? a : 21845u * a;
}

// Code value of one stored colour beside this alpha (in 1/65535; used only where colours are premultiplied).
uint color_to_code(uint v, uint alpha)
{
    if (push.premultiplied != 0) {
        if (alpha == 0)
            return 0;
        return table_byte(TABLE_CODE16, min((color_to_linear(v) * 65535u + (alpha >> 1)) / alpha, 65535u));
    }
    return IS_SRGB ? v : table_byte(TABLE_CODE, index_of(v));
}

// The half nearest to s · v for halves s in [0, 1] and v > 1: the product is exact in a float, and it is no
// subnormal half.
uint half_product(uint s, uint v)
{
    uint bits = floatBitsToUint(unpackHalf2x16(s).x * unpackHalf2x16(v).x);
    return s == 0 ? 0 : ((bits + 0xfffu + (bits >> 13 & 1u)) >> 13) - (112u << 10);
}

// What is stored for a result's code value where v was stored.
uint code_to_color(uint code, uint v, uint alpha)
{
    if (push.premultiplied != 0 && alpha == 0)
        return v;
    if (code == color_to_code(v, alpha) && !is_special(v))
        return v;
    if (push.premultiplied != 0)
        return linear_to_color((tables[TABLE_LINEAR + code] * alpha + 32767u) / 65535u);
    uint s = IS_SRGB ? code : tables[code];
    return IS_HALF && v > HALF_ONE && v < 0x7C00u ? half_product(s, v) : s;
}

uvec3 pixel_to_code(uvec4 p)
{
    uint alpha = alpha_to_linear(p.a);
    return uvec3(color_to_code(p.r, alpha), color_to_code(p.g, alpha), color_to_code(p.b, alpha));
}

// Alpha keeps its bits.
uvec4 code_to_pixel(uvec3 code, uvec4 p)
{
    uint alpha = alpha_to_linear(p.a);
    return uvec4(code_to_color(code.r, p.r, alpha), code_to_color(code.g, p.g, alpha), code_to_color(code.b, p.b, alpha), p.a);
}
