// SPDX-License-Identifier: Apache-2.0
// What surrounds the decoder's convolutions, docs/arithmetic.md §5.
#include "arith.h"
#include "reference.h"

void artem_requantise_c(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u)
{
    for (int i = 0; i < n; i++, s += channels, u += channels)
        for (int c = 0; c < channels; c++)
            u[c] = leaky_u8(adds16(mulhrs(s[c], mul[c]), bias[c]), 4);
}

void artem_double_row_c(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out)
{
    for (int x = 0; x < 2 * n; x++) {
        const int near = (x >> 1) + 1; // counted from the border cell
        const int far = x % 2 == 0 ? near - 1 : near + 1;
        for (int c = 0; c < channels; c++, out++)
            *out = (uint8_t)((9 * p[near * channels + c] + 3 * p[far * channels + c] + 3 * q[near * channels + c] +
                              q[far * channels + c] + 8) >>
                             4);
    }
}

void artem_output_c(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut, uint8_t *rgba)
{
    for (int i = 0; i < n; i++, s += 16, rgba += 4) {
        for (int k = 0; k < 3; k++)
            rgba[k] = lut[clamp32((adds16(mulhrs(s[k], mul[k]), bias[k]) + 4096) >> 3, 0, 1023)];
        rgba[3] = 255;
    }
}
