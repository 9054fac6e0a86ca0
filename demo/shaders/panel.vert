// SPDX-License-Identifier: Apache-2.0
#version 450

layout(location = 0) out vec2 tile;

// One triangle that covers everything; tile is 0 to 1 across the image.
void main()
{
    vec2 at = vec2(gl_VertexIndex == 1 ? 3.0 : -1.0, gl_VertexIndex == 2 ? 3.0 : -1.0);
    tile = at * 0.5 + 0.5;
    gl_Position = vec4(at, 0.0, 1.0);
}
