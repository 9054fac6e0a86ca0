// SPDX-License-Identifier: Apache-2.0
// What the CPU fills in; frame_uniforms in vk_renderer.h is the same.
struct view_uniforms {
    mat4 view_projection;
    mat4 direction_from_clip; // inverse of projection x rotation
    vec4 eye;
};
struct light_uniforms {
    vec4 position; // w 0: a direction of unit length
    vec4 color;    // w: range
};
layout(set = 0, binding = 0, std140) uniform frame_uniforms {
    view_uniforms views[4];
    light_uniforms lights[8];
    vec4 sky_top;     // w: alpha of the sky
    vec4 sky_horizon; // w: factor of the fade
    vec4 sky_ground;  // w: number of lights
    vec4 ambient_up;  // w 1: straight alpha
    vec4 ambient_down;
} frame;
layout(set = 0, binding = 1) uniform sampler2DArray textures;
layout(push_constant) uniform draw_constants {
    mat4 model;
    vec4 material; // texture, specular, shininess, emission
    vec4 more;     // view, alpha
} draw;
