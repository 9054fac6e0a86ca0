// SPDX-License-Identifier: Apache-2.0
// Bilinear doubling with clamped borders, docs/arithmetic.md §5. Beyond the border the doubled tensor repeats its
// outermost pixel, which is what the weights give where the cell before is the cell itself.
#ifndef ARTEM_KERNELS_CUDA_DOUBLING_CUH
#define ARTEM_KERNELS_CUDA_DOUBLING_CUH

#include "tiles.cuh"

// Sixteen times two of a word's four bytes, 16 bits apart, of the four doubled pixels between a, b and, below them, c,
// d.
DEVICE void double_halves(uint32_t out[4], uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    const uint32_t left = 3 * a + b, right = 3 * b + a, below_left = 3 * c + d, below_right = 3 * d + c;
    const uint32_t half = 8u * 0x00010001u;

    out[0] = 3 * left + (below_left + half);
    out[1] = 3 * right + (below_right + half);
    out[2] = 3 * below_left + (left + half);
    out[3] = 3 * below_right + (right + half);
}

// A word of the four doubled pixels between those whose words are in `near`.
DEVICE void double_word(uint32_t out[4], const uint32_t near[4])
{
    constexpr uint32_t bytes = 0x00ff00ffu;
    uint32_t odd[4];

    double_halves(out, near[0] & bytes, near[1] & bytes, near[2] & bytes, near[3] & bytes);
    double_halves(odd, near[0] >> 8 & bytes, near[1] >> 8 & bytes, near[2] >> 8 & bytes, near[3] >> 8 & bytes);
#pragma unroll
    for (int i = 0; i < 4; i++)
        out[i] = choose<bytes>(out[i] >> 4, odd[i] << 4);
}

// 16 bytes of cell (x, y) and of its neighbours right and below: those of the doubled pixels (2x + 1, 2y + 1) to
// (2x + 2, 2y + 2). A cell has UNITS times 16 bytes.
template <int UNITS>
DEVICE void double_unit(uint4 out[4], const uint4 *tensor, const tile_place &cells, int32_t x, int32_t y)
{
    const int32_t left = clamp32(x, 0, cells.width - 1), right = clamp32(x + 1, 0, cells.width - 1);
    const uint4 *above =
        tensor + (size_t)(cells.first + (uint32_t)(clamp32(y, 0, cells.height - 1) * cells.width)) * UNITS;
    const uint4 *below =
        tensor + (size_t)(cells.first + (uint32_t)(clamp32(y + 1, 0, cells.height - 1) * cells.width)) * UNITS;
    const uint4 near[4] = {above[left * UNITS], above[right * UNITS], below[left * UNITS], below[right * UNITS]};

#pragma unroll
    for (int w = 0; w < 4; w++) {
        const uint32_t words[4] = {word_of(near[0], w), word_of(near[1], w), word_of(near[2], w), word_of(near[3], w)};
        uint32_t doubled[4];
        double_word(doubled, words);
#pragma unroll
        for (int k = 0; k < 4; k++)
            word_of(out[k], w) = doubled[k];
    }
}

#endif
