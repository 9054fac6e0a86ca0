// SPDX-License-Identifier: Apache-2.0
// Bilinear doubling with clamped borders, docs/arithmetic.md §5. Beyond the border the doubled tensor repeats its
// outermost pixel, which is what the weights give where the cell before is the cell itself.
#ifndef ARTEM_KERNELS_CUDA_DOUBLING_CUH
#define ARTEM_KERNELS_CUDA_DOUBLING_CUH

#include "tiles.cuh"

// Two of a word's four bytes, 16 bits apart, of the four doubled pixels between a, b and, below them, c, d.
DEVICE void double_halves(uint32_t out[4], uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    const uint32_t left = 3 * a + b, right = 3 * b + a, below_left = 3 * c + d, below_right = 3 * d + c;
    const uint32_t half = 8u * 0x00010001u, bytes = 0x00ff00ffu;

    out[0] = (3 * left + below_left + half) >> 4 & bytes;
    out[1] = (3 * right + below_right + half) >> 4 & bytes;
    out[2] = (3 * below_left + left + half) >> 4 & bytes;
    out[3] = (3 * below_right + right + half) >> 4 & bytes;
}

// Word `word` of cell (x, y) and of its neighbours right and below, WORDS words each, to that of the doubled pixels
// (2x + 1, 2y + 1) to (2x + 2, 2y + 2).
template <int WORDS>
DEVICE void double_word(uint32_t out[4], const uint8_t *tensor, const tile_place &cells, int32_t x, int32_t y,
                        uint32_t word)
{
    const uint32_t *words = reinterpret_cast<const uint32_t *>(tensor) + word, bytes = 0x00ff00ffu;
    uint32_t near[4], odd[4];

#pragma unroll
    for (int i = 0; i < 4; i++)
        near[i] = words[(size_t)clamped_cell(cells, x + (i & 1), y + (i >> 1)) * WORDS];
    double_halves(out, near[0] & bytes, near[1] & bytes, near[2] & bytes, near[3] & bytes);
    double_halves(odd, near[0] >> 8 & bytes, near[1] >> 8 & bytes, near[2] >> 8 & bytes, near[3] >> 8 & bytes);
#pragma unroll
    for (int i = 0; i < 4; i++)
        out[i] |= odd[i] << 8;
}

#endif
