// SPDX-License-Identifier: Apache-2.0
// What both shaders share. Bindings are those of plugin/vulkan_device.c; pictures are 8-bit code values.

layout(local_size_x = 8, local_size_y = 8) in;

// The layout of struct vk_push in plugin/vulkan_device.h.
layout(push_constant) uniform Push {
    ivec2 origin;     // of the rect in the captured image
    uvec2 size;       // W, H: of the rect
    uvec2 style_size; // w, h
    uint swap_rb;     // 1: the image's bytes are B, G, R, A
    uint strength;    // 0..256
    uint keep;        // 0..256
} push;

layout(binding = 0, rgba8) uniform readonly image2D captured;

// A UNORM texel is code / 255 rounded to float, so this gives the code back exactly.
uvec4 load_code(uvec2 position)
{
    uvec4 code = uvec4(imageLoad(captured, push.origin + ivec2(position)) * 255.0 + 0.5);
    return push.swap_rb != 0 ? code.bgra : code;
}
