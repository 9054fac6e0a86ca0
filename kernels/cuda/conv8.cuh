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

// Starts to copy a tile's cells and those around it: CHUNKS · 16 bytes each, which go to planes of their own, so that
// eight cells side by side are 128 bytes in a row. A thread has one chunk of every STEP-th cell.
template <int CHUNKS, int PLANE> DEVICE void load_halo(uint32_t shared, const uint8_t *tensor, const tile_place &tile)
{
    constexpr int32_t STEP = ARTEM_CUDA_CONV_THREADS / CHUNKS, ROWS = STEP / ARTEM_CUDA_HALO_W,
                      COLUMNS = STEP % ARTEM_CUDA_HALO_W;
    const uint32_t k = threadIdx.x % CHUNKS, cell = threadIdx.x / CHUNKS;
    const uint32_t place = shared + 16 * (k * PLANE + cell);
    const uint8_t *first = tensor + ((size_t)tile.first * CHUNKS + k) * 16;
    int32_t row = (int32_t)(cell / ARTEM_CUDA_HALO_W), column = (int32_t)(cell % ARTEM_CUDA_HALO_W);

#pragma unroll
    for (int32_t i = 0; i < ARTEM_CUDA_HALO; i += STEP) {
        const int32_t y = clamp32(tile.y + row - 1, 0, tile.height - 1),
                      x = clamp32(tile.x + column - 1, 0, tile.width - 1);
        if (i + STEP <= ARTEM_CUDA_HALO || (int32_t)cell < ARTEM_CUDA_HALO - i)
            copy_16(place + (uint32_t)(16 * i), first + (size_t)(uint32_t)(y * tile.width + x) * (16 * CHUNKS));
        column += COLUMNS;
        row += ROWS;
        if (column >= ARTEM_CUDA_HALO_W) {
            column -= ARTEM_CUDA_HALO_W;
            row++;
        }
    }
}

// Convolutions (conv_mma, conv_wgmma) differ in which cells a warp has, four rows of one square or (side_by_side) two
// of each: which cell of the tile row lane / 4 of its first group of eight rows stands for. tiles.cuh: across, down.
template <class Conv> DEVICE uint32_t first_cell()
{
    return (Conv::side_by_side ? 16 : 32) * (threadIdx.x / 32) + threadIdx.x % 32 / 4;
}

// The convolution of 32 cells of a tile, those from 32 · warp on, with 8 · COLUMNS outputs, added to `begin`.
// `weights`: [tap][chunk][j][column][16 bytes], a matrix of 128 bytes for each j.
struct conv_mma : conv_by_loads {
    template <int CHUNKS, int PLANE, int COLUMNS>
    DEVICE void convolve(int32_t (&acc)[2][COLUMNS][4], int32_t begin, const void *input, const void *weights)
    {
        const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32;
        const uint32_t row = lane & 15, high = lane >> 4; // which row of A this lane names, and of which chunk of two
        const uint32_t a_begin = shared_address(input) + 16 * high * PLANE;
        uint32_t a_place[2] = {a_begin + 16 * window_of(32 * warp + row),
                               a_begin + 16 * window_of(32 * warp + 16 + row)};
        // Of B: two chunks of two matrices.
        uint32_t b_place =
            shared_address(weights) + (lane >> 3 & 1) * COLUMNS * 128 + (lane >> 4) * 128 + (lane & 7) * 16;

#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j++)
                acc[m][j][0] = acc[m][j][1] = acc[m][j][2] = acc[m][j][3] = begin;
#pragma unroll 1
        for (uint32_t ky = 0; ky < 3; ky++) {
#pragma unroll
            for (uint32_t kx = 0; kx < 3; kx++)
#pragma unroll
                for (uint32_t k = 0; k < CHUNKS; k += 2) {
                    uint32_t a[2][4], b[4];
#pragma unroll
                    for (int m = 0; m < 2; m++)
                        ldmatrix_x4(a[m], a_place[m] + 16 * (k * PLANE + kx));
#pragma unroll
                    for (int j = 0; j < COLUMNS; j += 2) {
                        ldmatrix_x4(b, b_place + ((kx * CHUNKS + k) * COLUMNS + j) * 128);
#pragma unroll
                        for (int m = 0; m < 2; m++) {
                            mma_u8s8(acc[m][j], a[m], b);
                            mma_u8s8(acc[m][j + 1], a[m], b + 2);
                        }
                    }
                }
            a_place[0] += 16 * ARTEM_CUDA_HALO_W;
            a_place[1] += 16 * ARTEM_CUDA_HALO_W;
            b_place += 3 * CHUNKS * COLUMNS * 128;
        }
    }
};

#ifdef ARTEM_WGMMA

// The same by the four warps together, 64 cells at a time: see unit_wgmma.
struct conv_wgmma {
    static constexpr bool side_by_side = true;

    DEVICE void arrived()
    {
        shared_to_async();
    }

    template <int CHUNKS, int PLANE, int COLUMNS>
    DEVICE void convolve(int32_t (&acc)[2][COLUMNS][4], int32_t begin, const void *input, const void *weights)
    {
        uint32_t a = __shfl_sync(0xffffffffu, wgmma_address(input), 0);
        uint32_t b = __shfl_sync(0xffffffffu, wgmma_address(weights), 0);

#pragma unroll
        for (int m = 0; m < 2; m++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j++)
                acc[m][j][0] = acc[m][j][1] = acc[m][j][2] = acc[m][j][3] = begin;
        wgmma_settle(acc[0]);
        wgmma_settle(acc[1]);
        wgmma_fence();
#pragma unroll
        for (uint32_t ky = 0; ky < 3; ky++) {
#pragma unroll
            for (uint32_t square = 0; square < 2; square++)
#pragma unroll
                for (uint32_t kx = 0; kx < 3; kx++)
#pragma unroll
                    for (uint32_t k = 0; k < CHUNKS; k += 2)
                        wgmma_u8s8(acc[square],
                                   wgmma_operand(a + k * PLANE + 8 * square + kx, PLANE, ARTEM_CUDA_HALO_W),
                                   wgmma_operand(b + (kx * CHUNKS + k) * COLUMNS * 8, COLUMNS * 8, 8));
            a += ARTEM_CUDA_HALO_W;
            b += 3 * CHUNKS * COLUMNS * 8;
        }
        wgmma_commit();
        wgmma_wait<0>(acc[0]);
        wgmma_wait<0>(acc[1]);
    }
};

#endif

#endif
