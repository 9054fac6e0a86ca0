// SPDX-License-Identifier: Apache-2.0
// Encoder input, docs/arithmetic.md §4.
#include "arith.h"
#include "artem_kernels/noise.h"
#include "reference.h"

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

void artem_encoder_input_c(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u)
{
    for (int i = 0; i < n; i++, rgba += 16, v += ARTEM_NOISE, u += ARTEM_ENC) {
        int amp = 32 - gather(rgba, stride, u);
        amp = amp < 0 ? 0 : amp;
        for (int c = 0; c < ARTEM_NOISE; c++)
            u[48 + c] = (uint8_t)(128 + ((v[c] * amp) >> 7));
    }
}
