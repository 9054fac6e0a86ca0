// SPDX-License-Identifier: Apache-2.0
// Around the trunk, docs/arithmetic.md §5-§7: its sums, its input from the encoder, its output to the decoder.
#include <stddef.h>
#include <string.h>

#include "arith.h"
#include "reference.h"

void artem_sums_c(const int16_t *s, int n, int64_t *s1, int64_t *s2)
{
    for (int i = 0; i < n; i++, s += ARTEM_TRUNK)
        for (int c = 0; c < ARTEM_TRUNK; c++) {
            s1[c] += s[c];
            s2[c] += (int32_t)s[c] * s[c];
        }
}

void artem_threshold_c(const int8_t *x, const int8_t *t, uint8_t *bits)
{
    memset(bits, 0, ARTEM_MAP_BYTES);
    for (int c = 0; c < ARTEM_TRUNK; c++)
        bits[c / 8] = (uint8_t)(bits[c / 8] | (x[c] > t[c]) << c % 8);
}

void artem_encoder_output_c(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                            uint8_t *bits)
{
    for (int i = 0; i < n; i++, s += ARTEM_TRUNK, x += ARTEM_TRUNK, bits += ARTEM_MAP_BYTES) {
        for (int c = 0; c < ARTEM_TRUNK; c++)
            x[c] = sat8(rsh(adds16(mulhrs(s[c], a[c]), b[c]), 4));
        artem_threshold_c(x, t, bits);
    }
}

void artem_decoder_input_c(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u)
{
    for (int i = 0; i < n; i++, x += ARTEM_TRUNK, u += ARTEM_TRUNK)
        for (int c = 0; c < ARTEM_TRUNK; c++)
            u[c] = leaky_u8(adds16(mulhrs(256 * x[c], gain[c]), bias[c]), 0);
}
