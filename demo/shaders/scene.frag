// SPDX-License-Identifier: Apache-2.0
#version 450
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 world_position;
layout(location = 1) in vec3 world_normal;
layout(location = 2) in vec2 tile;
layout(location = 3) in vec3 to_eye;
layout(location = 0) out vec4 color;

void main()
{
    vec3 albedo = texture(textures, vec3(tile, draw.material.x)).rgb;
    vec3 n = normalize(world_normal), v = normalize(to_eye);
    vec3 light = albedo * (mix(frame.ambient_down.rgb, frame.ambient_up.rgb, 0.5 + 0.5 * n.y) + draw.material.w);
    for (int i = 0; i < int(frame.sky_ground.w); i++) {
        vec4 from = frame.lights[i].position;
        vec3 way = from.xyz - world_position * from.w;
        float reach = length(way) / frame.lights[i].color.w;
        float strength = from.w == 0.0 ? 1.0 : 1.0 / (1.0 + reach * reach);
        vec3 l = normalize(way);
        float lambert = dot(n, l);
        if (lambert > 0.0) {
            float blinn = pow(max(0.0, dot(n, normalize(l + v))), draw.material.z);
            light += frame.lights[i].color.rgb * strength * (albedo * lambert + draw.material.y * blinn);
        }
    }
    float alpha = draw.more.y;
    color = vec4(light * frame.sky_horizon.w * (frame.ambient_up.w > 0.5 ? 1.0 : alpha), alpha);
}
