// SPDX-License-Identifier: Apache-2.0
#version 450
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 direction;
layout(location = 0) out vec4 color;

void main()
{
    float up = normalize(direction).y;
    vec3 sky = mix(frame.sky_horizon.rgb, up >= 0.0 ? frame.sky_top.rgb : frame.sky_ground.rgb, sqrt(abs(up)));
    color = vec4(sky * frame.sky_horizon.w, 1.0) * frame.sky_top.w;
}
