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

layout(location = 0) out vec3 direction;

// One triangle that covers everything, on the far plane.
void main()
{
    vec2 at = vec2(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0);
    vec4 far = frame.views[VIEW].direction_from_clip * vec4(at, 1.0, 1.0);
    direction = far.xyz / far.w;
    gl_Position = vec4(at, 1.0, 1.0);
}
