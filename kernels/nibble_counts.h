// SPDX-License-Identifier: Apache-2.0
// The table by which units look four bits up: row a lists popcount(a & w) for w = 0..15.
#ifndef ARTEM_KERNELS_NIBBLE_COUNTS_H
#define ARTEM_KERNELS_NIBBLE_COUNTS_H

#define NIBBLE_COUNT(a, w) __builtin_popcount((a) & (w))
#define NIBBLE_COUNT4(a, w)                                                                                            \
    NIBBLE_COUNT(a, w), NIBBLE_COUNT(a, (w) + 1), NIBBLE_COUNT(a, (w) + 2), NIBBLE_COUNT(a, (w) + 3)
// The entries of row a.
#define NIBBLE_COUNTS(a) NIBBLE_COUNT4(a, 0), NIBBLE_COUNT4(a, 4), NIBBLE_COUNT4(a, 8), NIBBLE_COUNT4(a, 12)
// row(a) for each of them: NIBBLE_COUNTS, or a macro about it.
#define NIBBLE_ROWS(row)                                                                                               \
    row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7), row(8), row(9), row(10), row(11), row(12),         \
        row(13), row(14), row(15)

#endif
