// SPDX-License-Identifier: Apache-2.0
#version 450
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec2 tile;
layout(location = 0) out vec4 color;

void main()
{
    color = vec4(textureLod(textures, vec3(tile, draw.material.x), 0.0).rgb * frame.sky_horizon.w, 1.0);
}
