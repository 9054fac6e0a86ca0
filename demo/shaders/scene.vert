// SPDX-License-Identifier: Apache-2.0
#version 450
#extension GL_GOOGLE_include_directive : require
#ifdef MULTIVIEW
#extension GL_EXT_multiview : require
#define VIEW gl_ViewIndex
#else
#define VIEW int(draw.more.x)
#endif
#include "common.glsl"

layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec2 uv;
layout(location = 0) out vec3 world_position;
layout(location = 1) out vec3 world_normal;
layout(location = 2) out vec2 tile;
layout(location = 3) out vec3 to_eye;

void main()
{
    vec4 world = draw.model * vec4(position, 1.0);
    world_position = world.xyz;
    world_normal = mat3(draw.model) * normal;
    tile = uv;
    to_eye = frame.views[VIEW].eye.xyz - world.xyz;
    gl_Position = frame.views[VIEW].view_projection * world;
}
