// SPDX-License-Identifier: Apache-2.0
// What both shaders share. Bindings are those of plugin/vulkan_device.c. The network's pictures are 8-bit sRGB code
// values; the captured image holds such values too, or linear ones.

layout(local_size_x = 8, local_size_y = 8) in;

// The layout of struct vk_push in plugin/vulkan_device.h.
layout(push_constant) uniform Push {
    ivec2 origin;     // of the rect in the captured image
    uvec2 size;       // W, H: of the rect
    uvec2 style_size; // w, h
    uint swap_rb;     // 1: the image's bytes are B, G, R, A
    uint linear;      // 1: the image's colours are linear
    uint strength;    // 0..256
    uint keep;        // 0..256
} push;

layout(binding = 0, rgba8) uniform readonly image2D captured;

// plugin/srgb_tables.h: 256 bytes each, the first in the lowest byte.
layout(binding = 4, std430) readonly buffer Tables {
    uint srgb_to_code[64];
    uint srgb_to_linear[64];
};

// The pixel as stored, in the order R, G, B, A. The shader sees value / 255 rounded to float, so this gives the value
// back exactly.
uvec4 load_pixel(uvec2 position)
{
    uvec4 value = uvec4(imageLoad(captured, push.origin + ivec2(position)) * 255.0 + 0.5);
    return push.swap_rb != 0 ? value.bgra : value;
}

// docs/arithmetic.md §9: code values of stored colours.
uvec3 to_code(uvec3 stored)
{
    if (push.linear == 0)
        return stored;
    uvec3 words = uvec3(srgb_to_code[stored.r >> 2], srgb_to_code[stored.g >> 2], srgb_to_code[stored.b >> 2]);
    return words >> 8 * (stored & 3) & 0xffu;
}

// The way back, for a pixel that was `stored` and is to have these code values.
uvec3 to_stored(uvec3 code, uvec3 stored)
{
    if (push.linear == 0)
        return code;
    uvec3 words = uvec3(srgb_to_linear[code.r >> 2], srgb_to_linear[code.g >> 2], srgb_to_linear[code.b >> 2]);
    return mix(words >> 8 * (code & 3) & 0xffu, stored, equal(code, to_code(stored)));
}
