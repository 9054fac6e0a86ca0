// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_KERNELS_THRESHOLD_NEON_H
#define ARTEM_KERNELS_THRESHOLD_NEON_H

#include <arm_neon.h>

#include "artem_kernels/kernels.h"

// One cell's bits: x > t, channel c in bit c % 8 of byte c / 8. Three rounds of pairwise sums gather eight bits a byte.
static inline void threshold(const int8_t *x, const int8_t *t, uint8_t *bits)
{
    static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t place = vld1q_u8(places);
    uint8x16_t m[8];

    for (int i = 0; i < 8; i++)
        m[i] = vandq_u8(vcgtq_s8(vld1q_s8(x + 16 * i), vld1q_s8(t + 16 * i)), place);
    for (int count = 8; count > 1; count /= 2)
        for (int i = 0; i < count / 2; i++)
            m[i] = vpaddq_u8(m[2 * i], m[2 * i + 1]);
    vst1q_u8(bits, m[0]);
}

#endif
