// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_KERNELS_LOOKUP_PLACE_H
#define ARTEM_KERNELS_LOOKUP_PLACE_H

// Where output o stands among the bytes of a look-up, in vectors of 2 * half bytes: output i and output half + i of a
// vector are neighbours, so that widening even and odd bytes leaves both in order.
static inline int lookup_place(int o, int half)
{
    return o / (2 * half) * (2 * half) + o % half * 2 + o % (2 * half) / half;
}

#endif
