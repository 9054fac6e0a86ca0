// SPDX-License-Identifier: Apache-2.0
// Encoder input, docs/arithmetic.md §4.
#include "arith.h"
#include "reference.h"

static uint32_t noise4(uint32_t x, uint32_t y, uint32_t group)
{
    uint32_t h = x * 0x9E3779B1u ^ y * 0x85EBCA77u ^ group * 0xC2B2AE3Du;

    h ^= h >> 16;
    h *= 0x7FEB352Du;
    h ^= h >> 15;
    h *= 0x846CA68Bu;
    h ^= h >> 16;
    return h;
}

// Space to depth; returns R, the largest spread of a colour.
static int gather(const uint8_t *rgba, uint64_t stride, uint8_t *u)
{
    int spread = 0;

    for (int k = 0; k < 3; k++) {
        int low = 255, high = 0;
        for (int dy = 0; dy < 4; dy++)
            for (int dx = 0; dx < 4; dx++) {
                int v = rgba[dy * stride + dx * 4 + k];
                u[(dy * 4 + dx) * 3 + k] = (uint8_t)v;
                low = v < low ? v : low;
                high = v > high ? v : high;
            }
        spread = high - low > spread ? high - low : spread;
    }
    return spread;
}

void artem_encoder_input_c(const uint8_t *rgba, uint64_t stride, int n, uint32_t x, uint32_t y, uint8_t *u)
{
    for (int i = 0; i < n; i++, rgba += 16, u += ARTEM_ENC) {
        int amp = 32 - gather(rgba, stride, u);
        amp = amp < 0 ? 0 : amp;
        for (uint32_t c = 0; c < 16; c++) {
            int v = noise4(x + (uint32_t)i, y, c >> 2) >> (8 * (c & 3)) & 255;
            u[48 + c] = (uint8_t)(128 + (((v - 128) * amp) >> 7));
        }
    }
}
