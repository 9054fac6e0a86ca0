// SPDX-License-Identifier: Apache-2.0
// Kernels that machines are compared by (artem bench gpu), for C, C++ and CUDA alike: matrix products and 3 x 3
// convolutions with a zero border, as plain floats and as bits (docs/arithmetic.md §10).
//
// A convolution is a matrix product whose row m is what cell m of a picture sees: its k is 9 · channels, taps outside,
// and the rows of b are [9][channels]. Backwards it is the same convolution with b = [in][8 - tap][out].
#ifndef ARTEM_KERNELS_CUDA_BENCH_ARGS_H
#define ARTEM_KERNELS_CUDA_BENCH_ARGS_H

#include <stdint.h>

enum {
    ARTEM_BENCH_NAIVE_THREADS = 256, // one output each, along n; the grid is m x n
    ARTEM_BENCH_PACK_THREADS = 256,  // pack and quantise: a warp per row

    // Tiles of m x n that a block computes; the grid is n x m.
    ARTEM_BENCH_TILED_M = 128,
    ARTEM_BENCH_TILED_N = 128,
    ARTEM_BENCH_POPCOUNT_M = 128,
    ARTEM_BENCH_POPCOUNT_N = 64,
    ARTEM_BENCH_TENSOR_M = 256,
    ARTEM_BENCH_TENSOR_N = 128,
    ARTEM_BENCH_THREADS = 256, // of all of these

    ARTEM_BENCH_CLASSES = 16 // of cells by the borders that they touch: 1 top, 2 bottom, 4 left, 8 right
};

// 16 bytes of a row that a binary tile has at a time, of a convolution (`picture`) and of a matrix; rows in shared
// memory are an odd number of them apart.
#define ARTEM_BENCH_POPCOUNT_UNITS(picture) ((picture) ? 3 : 4)
#define ARTEM_BENCH_TENSOR_UNITS(picture) ((picture) ? 2 : 4)
#define ARTEM_BENCH_ROW_BYTES(units) (((units) | 1) * 16)

// Stages of tiles on their way, by 10 · major + minor of the chip.
#define ARTEM_BENCH_TENSOR_STAGES(capability) ((capability) >= 80 ? 3 : 2)
enum { ARTEM_BENCH_TILED_K = 8, ARTEM_BENCH_WGMMA_STAGES = 4, ARTEM_BENCH_WGMMA_UNITS = 8, ARTEM_BENCH_TERM_BYTES = 8 };

// Bytes of shared memory of a block.
#define ARTEM_BENCH_TILED_SHARED (ARTEM_BENCH_TILED_K * (ARTEM_BENCH_TILED_M + 4 + ARTEM_BENCH_TILED_N) * 4)
#define ARTEM_BENCH_POPCOUNT_SHARED(picture)                                                                           \
    ((ARTEM_BENCH_POPCOUNT_M + ARTEM_BENCH_POPCOUNT_N) * ARTEM_BENCH_ROW_BYTES(ARTEM_BENCH_POPCOUNT_UNITS(picture)))
#define ARTEM_BENCH_TENSOR_SHARED(picture, capability)                                                                 \
    (ARTEM_BENCH_TENSOR_STAGES(capability) * (ARTEM_BENCH_TENSOR_M + ARTEM_BENCH_TENSOR_N) *                           \
         ARTEM_BENCH_ROW_BYTES(ARTEM_BENCH_TENSOR_UNITS(picture)) +                                                    \
     ARTEM_BENCH_TENSOR_M * ARTEM_BENCH_TERM_BYTES)
#define ARTEM_BENCH_WGMMA_SHARED                                                                                       \
    (ARTEM_BENCH_WGMMA_STAGES * (ARTEM_BENCH_TENSOR_M + ARTEM_BENCH_TENSOR_N) * ARTEM_BENCH_WGMMA_UNITS * 16 +         \
     ARTEM_BENCH_TENSOR_M * ARTEM_BENCH_TERM_BYTES)

// The one argument of every kernel here, by value. Addresses are of the device and aligned to 16 bytes.
struct artem_bench_args {
    uint64_t a, b;        // floats: a [m][k], b [k][n]. Bits: a [m][planes][k / 8] or of cells, b [n][k / 8]
    uint64_t out;         // [m][n] floats or int32; 0: none
    uint64_t bits;        // [m][n / 8]: sum > threshold; 0: none
    uint64_t total;       // int32 [m] or [cells]: sum of a row's or a cell's quanta, written by pack and quantise
    uint64_t weight_ones; // int32 [n]: ones of each row of b
    uint64_t class_sums; // int32 [ARTEM_BENCH_CLASSES][n]: sum of the weights that a cell of the class sees; with signs
    uint64_t threshold;  // int32 [n]; pack: int8 [k]
    uint64_t zeros;      // 16 bytes of them
    uint32_t m, n, k;    // bits: k a multiple of 128, n of 32
    uint32_t width, height, channels; // of a convolution; bits: channels a multiple of 128. Width 0: a matrix
    uint32_t planes;                  // of bits in a: 1, 2, 4, 8; of a matrix 1
    uint32_t signs;                   // with one plane: quanta are ±1, not 0 and 1
    float step;                       // of quantise
    uint32_t padding;
};

#endif
