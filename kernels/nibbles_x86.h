// SPDX-License-Identifier: Apache-2.0
// Activation maps for the units that look up four bits at a time.
#ifndef ARTEM_KERNELS_NIBBLES_X86_H
#define ARTEM_KERNELS_NIBBLES_X86_H

#include "lookup_place.h"
#include "unit_tail.h"

enum { NIBBLES = 2 * ARTEM_MAP_BYTES }; // of one cell, a byte each

// Weights, a nibble per byte: [9 * NIBBLES][outputs in the order of lookup_place].
static inline void pack_nibbles(struct artem_bconv *conv, int half)
{
    for (int o = 0; o < ARTEM_TRUNK; o++)
        for (int j = 0; j < 9 * NIBBLES; j++) {
            const uint8_t byte = conv->weights[o * 9 * ARTEM_MAP_BYTES + j / 2];
            conv->packed[j * ARTEM_TRUNK + lookup_place(o, half)] = j % 2 == 0 ? byte & 15 : byte >> 4;
        }
}

// The nibbles of one row of the map, times 16; adds the ones of each cell to those of its column.
static inline void expand_nibbles(const uint8_t *map, int cells, uint8_t *nibbles, int16_t *columns)
{
    const __m128i high = _mm_set1_epi8((char)0xF0);

    for (int i = 0; i < cells; i++, map += ARTEM_MAP_BYTES, nibbles += NIBBLES) {
        const __m128i v = _mm_loadu_si128((const __m128i *)map);
        const __m128i even = _mm_and_si128(_mm_slli_epi16(v, 4), high), odd = _mm_and_si128(v, high);
        uint64_t words[2];
        _mm_store_si128((__m128i *)nibbles, _mm_unpacklo_epi8(even, odd));
        _mm_store_si128((__m128i *)nibbles + 1, _mm_unpackhi_epi8(even, odd));
        memcpy(words, map, sizeof words);
        columns[i] = (int16_t)(columns[i] + __builtin_popcountll(words[0]) + __builtin_popcountll(words[1]));
    }
}

// The ones that the window of cell x sees.
static inline int ones_in_window(const int16_t *columns, int x)
{
    return columns[x] + columns[x + 1] + columns[x + 2];
}

#endif
