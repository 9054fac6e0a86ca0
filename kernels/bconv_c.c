// SPDX-License-Identifier: Apache-2.0
// Binary 3 x 3 convolution, docs/arithmetic.md §6 step 2: activations {0, 1}, weights ±1.
#include <string.h>

#include "reference.h"

static int popcount(uint64_t v)
{
    return __builtin_popcountll(v);
}

void artem_bconv_pack_c(struct artem_bconv *unit)
{
    (void)unit;
}

void artem_bconv_c(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s)
{
    enum { RUN = 3 * ARTEM_MAP_BYTES, WORDS = RUN / 8 };

    for (int x = 0; x < n; x++) {
        uint64_t a[3 * WORDS];
        int ones = 0;
        for (int ky = 0; ky < 3; ky++)
            memcpy(a + ky * WORDS, rows[ky] + x * ARTEM_MAP_BYTES, RUN);
        for (int i = 0; i < 3 * WORDS; i++)
            ones += popcount(a[i]);

        for (int o = 0; o < ARTEM_TRUNK; o++, s++) {
            uint64_t w[3 * WORDS];
            int both = 0;
            memcpy(w, unit->weights + o * sizeof w, sizeof w);
            for (int i = 0; i < 3 * WORDS; i++)
                both += popcount(w[i] & a[i]);
            *s = (int16_t)(2 * both - ones);
        }
    }
}
