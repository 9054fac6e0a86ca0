// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk, docs/arithmetic.md §6: binary 3 x 3 convolution with activations {0, 1} and weights ±1, sums,
// normalisation, residual, thresholds.
#include <stddef.h>
#include <string.h>

#include "arith.h"
#include "reference.h"

enum { RUN = 3 * ARTEM_MAP_BYTES, WORDS = RUN / 8 };

void artem_bconv_pack_c(struct artem_bconv *conv)
{
    (void)conv;
}

static void convolve(const struct artem_bconv *conv, const uint8_t *const rows[3], int x, int16_t s[ARTEM_TRUNK])
{
    uint64_t a[3 * WORDS], w[3 * WORDS];
    int ones = 0;

    for (int ky = 0; ky < 3; ky++)
        memcpy(a + (size_t)ky * WORDS, rows[ky] + (size_t)x * ARTEM_MAP_BYTES, RUN);
    for (int i = 0; i < 3 * WORDS; i++)
        ones += __builtin_popcountll(a[i]);
    for (int o = 0; o < ARTEM_TRUNK; o++) {
        int both = 0;
        memcpy(w, conv->weights + o * sizeof w, sizeof w);
        for (int i = 0; i < 3 * WORDS; i++)
            both += __builtin_popcountll(w[i] & a[i]);
        s[o] = (int16_t)(2 * both - ones);
    }
}

static int8_t step_of(int8_t x, int16_t s, int16_t a, int16_t b, int16_t slope, int16_t shift)
{
    int16_t z = adds16(mulhrs(16 * s, a), b);
    int32_t r = z > 0 ? z : mulhrs(z, slope);
    int16_t y = adds16(r, shift);

    return sat8(x + (adds16(y, 8) >> 4));
}

void artem_unit_c(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,
                  int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2)
{
    int16_t s[ARTEM_TRUNK];

    for (int i = 0; i < n; i++) {
        convolve(conv, rows, i, s);
        if (s1 != NULL)
            artem_sums_c(s, 1, s1, s2);
        if (unit == NULL)
            continue;
        int8_t *cell = x + (size_t)i * ARTEM_TRUNK;
        for (int c = 0; c < ARTEM_TRUNK; c++)
            cell[c] = step_of(cell[c], s[c], unit->a[c], unit->b[c], unit->slope[c], unit->shift[c]);
        if (unit->next != NULL)
            artem_threshold_c(cell, unit->next, bits + (size_t)i * ARTEM_MAP_BYTES);
    }
}
