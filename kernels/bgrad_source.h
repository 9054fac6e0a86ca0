// SPDX-License-Identifier: Apache-2.0
// Which cells of the gradient reach a cell of the input, and by which taps: docs/arithmetic.md §10. On each axis there
// are three such pairs, at the border as well.
#ifndef ARTEM_KERNELS_BGRAD_SOURCE_H
#define ARTEM_KERNELS_BGRAD_SOURCE_H

#include <stdbool.h>

struct bgrad_source {
    int at;  // place of the gradient's cell; -1: none
    int tap; // 0..2
};

// The pair that is number i = 0..2, for a cell at `x` of `size`.
static inline struct bgrad_source bgrad_source(int x, int size, int i, bool replicated)
{
    struct bgrad_source s = {x + 1 - i, i};

    if (s.at >= 0 && s.at < size)
        return s;
    if (!replicated)
        s.at = -1;
    else { // the cell beyond the border is this one again, seen by the tap on the other side
        s.at = x;
        s.tap = 2 - i;
    }
    return s;
}

#endif
