#version 450
// SPDX-License-Identifier: Apache-2.0
// What the device's population count allows: the arithmetic of a unit's inner loop on registers alone, eight
// independent sums of four words each. The count of rounds is a push constant, so that nothing can be left out.
layout(local_size_x = 64) in;
layout(binding = 0, std430) buffer Out { uint result[]; };
layout(push_constant) uniform Push { uint rounds; } push;

void main()
{
    uvec4 a = gl_GlobalInvocationID.x * uvec4(0x9E3779B1u, 0x85EBCA77u, 0xC2B2AE3Du, 0x27D4EB2Fu);
    ivec4 sum[8];
    uvec4 w[8];
    for (int i = 0; i < 8; i++) {
        sum[i] = ivec4(0);
        w[i] = a * (2 * i + 1) + i;
    }
    for (uint r = 0u; r < push.rounds; r++)
        for (int i = 0; i < 8; i++)
            sum[i] += bitCount(w[i] & (a + r));
    ivec4 all = ivec4(0);
    for (int i = 0; i < 8; i++)
        all += sum[i];
    result[gl_GlobalInvocationID.x & 63u] = uint(all.x + all.y + all.z + all.w);
}
