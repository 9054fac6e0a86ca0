#version 450
// SPDX-License-Identifier: Apache-2.0
// Mixes a painting with an older one of another size, which is turned to where the present view looks: while the style
// resolution changes. Only looks; no number that anything is compared with comes from here.

layout(local_size_x = 8, local_size_y = 8) in;

// The layout of struct vulkan_fade in plugin/vk_shaders.h.
layout(push_constant) uniform Push {
    uvec2 size;     // of the painting
    uvec2 old_size; // of the older one
    uint weight;    // 0..256, of the older one
    float map[9];   // row-major: a place in the painting to a homogeneous one in the older one, in pixels
} push;

layout(binding = 1, std430) readonly buffer Old { uint old_painting[]; };
layout(binding = 2, std430) buffer Painting { uint painting[]; };

vec3 unpack(uint rgba)
{
    return vec3(rgba & 0xffu, rgba >> 8 & 0xffu, rgba >> 16 & 0xffu);
}

vec3 old_at(ivec2 at)
{
    ivec2 p = clamp(at, ivec2(0), ivec2(push.old_size) - 1);
    return unpack(old_painting[uint(p.y) * push.old_size.x + uint(p.x)]);
}

void main()
{
    uvec2 at = gl_GlobalInvocationID.xy;
    if (any(greaterThanEqual(at, push.size)))
        return;
    vec3 p = vec3(vec2(at) + 0.5, 1);
    float z = push.map[6] * p.x + push.map[7] * p.y + push.map[8];
    if (z <= 1e-6)
        return; // behind the older view
    vec2 q = vec2(push.map[0] * p.x + push.map[1] * p.y + push.map[2], push.map[3] * p.x + push.map[4] * p.y + push.map[5]) / z;
    if (any(lessThan(q, vec2(0))) || any(greaterThan(q, vec2(push.old_size))))
        return; // outside it
    vec2 low = floor(q - 0.5), f = q - 0.5 - low;
    ivec2 i = ivec2(low);
    vec3 old = mix(mix(old_at(i), old_at(i + ivec2(1, 0)), f.x), mix(old_at(i + ivec2(0, 1)), old_at(i + ivec2(1, 1)), f.x), f.y);
    uint index = at.y * push.size.x + at.x;
    uvec3 color = uvec3(mix(unpack(painting[index]), old, float(push.weight) / 256.0) + 0.5);
    painting[index] = color.r | color.g << 8 | color.b << 16 | 0xff000000u;
}
