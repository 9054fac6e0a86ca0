// SPDX-License-Identifier: Apache-2.0
// int8 3 x 3 convolutions of a tile on tensor cores, docs/arithmetic.md §5.
#ifndef ARTEM_KERNELS_CUDA_CONV8_CUH
#define ARTEM_KERNELS_CUDA_CONV8_CUH

#include "tiles.cuh"

// d += a · b, 16 x 8 x 32 bytes, activations unsigned, weights signed.
DEVICE void mma_u8s8(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
#if ARTEM_SM >= 80
    mma_u8s8_16x8x32(d, a, b);
#else
    mma_u8s8_8x8x16(d, a[0], b[0]);
    mma_u8s8_8x8x16(d + 2, a[1], b[0]);
    mma_u8s8_8x8x16(d, a[2], b[1]);
    mma_u8s8_8x8x16(d + 2, a[3], b[1]);
#endif
}

#if ARTEM_SM < 80
// Nothing is asynchronous here.
DEVICE void copy_16(uint32_t shared, const void *global)
{
    *reinterpret_cast<uint4 *>(__cvta_shared_to_generic(shared)) = *reinterpret_cast<const uint4 *>(global);
}

DEVICE void copies_commit()
{
}

template <int pending> DEVICE void copies_wait()
{
}
#endif

// Where 16-byte chunk k of a cell lies in shared memory, in chunks: placed so that eight cells side by side have the
// chunk in different banks.
template <int CHUNKS> DEVICE uint32_t chunk_place(uint32_t cell, uint32_t k)
{
    if (CHUNKS == 8)
        return cell * 8 + (k ^ (cell & 7));
    if (CHUNKS == 4)
        return cell * 4 + (k ^ (cell >> 1 & 3));
    if (CHUNKS == 2)
        return cell * 2 + (k ^ (cell >> 2 & 1));
    return cell;
}

// Starts to copy a tile's cells and those around it: CHUNKS · 16 bytes each.
template <int CHUNKS> DEVICE void load_halo(uint32_t shared, const uint8_t *tensor, const tile_place &tile)
{
    for (uint32_t i = threadIdx.x; i < ARTEM_CUDA_HALO * CHUNKS; i += ARTEM_CUDA_CONV_THREADS) {
        const uint32_t halo = i / CHUNKS, k = i % CHUNKS;
        copy_16(shared + 16 * chunk_place<CHUNKS>(halo, k), tensor + ((size_t)halo_cell(tile, halo) * CHUNKS + k) * 16);
    }
}

// The convolution of 32 cells of a tile, those from 32 · warp on, with 8 · COLUMNS outputs. `weights`: [tap][chunk]
// [j][column][16 bytes], a matrix of 128 bytes for each j.
template <int CHUNKS, int COLUMNS>
DEVICE void convolve(int32_t (&acc)[2][COLUMNS][4], uint32_t input, uint32_t weights, uint32_t warp)
{
    const uint32_t lane = threadIdx.x % 32;
    const uint32_t row = lane & 15, high = lane >> 4; // which row of A this lane names, and of which chunk of two
    const uint32_t windows[2] = {window_of(32 * warp + row), window_of(32 * warp + 16 + row)};
    // Of B: two chunks of two matrices.
    const uint32_t b_place = (lane >> 3 & 1) * COLUMNS * 128 + (lane >> 4) * 128 + (lane & 7) * 16;

#pragma unroll
    for (int m = 0; m < 2; m++)
#pragma unroll
        for (int j = 0; j < COLUMNS; j++)
            acc[m][j][0] = acc[m][j][1] = acc[m][j][2] = acc[m][j][3] = 0;
#pragma unroll 1
    for (uint32_t tap = 0; tap < ARTEM_CUDA_TAPS; tap++) {
#pragma unroll
        for (uint32_t k = 0; k < CHUNKS; k += 2) {
            uint32_t a[2][4], b[4];
#pragma unroll
            for (int m = 0; m < 2; m++)
                ldmatrix_x4(a[m], input + 16 * chunk_place<CHUNKS>(windows[m] + tap_offset(tap), k + high));
#pragma unroll
            for (int j = 0; j < COLUMNS; j += 2) {
                ldmatrix_x4(b, weights + ((tap * CHUNKS + k) * COLUMNS + j) * 128 + b_place);
#pragma unroll
                for (int m = 0; m < 2; m++) {
                    mma_u8s8(acc[m][j], a[m], b);
                    mma_u8s8(acc[m][j + 1], a[m], b + 2);
                }
            }
        }
    }
}

#endif
