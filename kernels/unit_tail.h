// SPDX-License-Identifier: Apache-2.0
// What a unit does with the convolution of a few cells while it is in the L1 cache: the same for every x86 set, on
// vectors of its own. unit_tail_avx2.h and unit_tail_avx512.h define the functions that are only declared here.
#ifndef ARTEM_KERNELS_UNIT_TAIL_H
#define ARTEM_KERNELS_UNIT_TAIL_H

#include <immintrin.h>
#include <stddef.h>
#include <string.h>

#include "artem_kernels/kernels.h"

enum { TAIL_CELLS = 8 };

// Sums over at most ARTEM_CHUNK cells, of s and of its square: both fit int32, since |s| <= 1152. In the order that
// unpacking gives.
struct tail_sums {
    int32_t s1[ARTEM_TRUNK], s2[ARTEM_TRUNK];
} __attribute__((aligned(ARTEM_ALIGN)));

// Adds the sums of `cells` cells.
static inline void tail_add(const int16_t *s, int cells, struct tail_sums *sums);
// Adds one of the two sums, in the order of channels.
static inline void tail_flush_one(const int32_t *sums, int64_t *total);
// Normalisation, activation, residual, bits.
static inline void tail_output(const int16_t *s, int cells, const struct artem_unit *u, int8_t *x, uint8_t *bits);

static inline void tail_flush(const struct tail_sums *sums, int64_t *s1, int64_t *s2)
{
    tail_flush_one(sums->s1, s1);
    tail_flush_one(sums->s2, s2);
}

// Everything that follows the convolution of `cells` cells from `first` on; sums NULL: none.
static inline void tail_apply(const int16_t *s, int cells, int first, const struct artem_unit *u, int8_t *x,
                              uint8_t *bits, struct tail_sums *sums)
{
    if (sums != NULL)
        tail_add(s, cells, sums);
    if (u != NULL)
        tail_output(s, cells, u, x + first * ARTEM_TRUNK, u->next != NULL ? bits + first * ARTEM_MAP_BYTES : NULL);
}

#endif
