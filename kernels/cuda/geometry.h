// SPDX-License-Identifier: Apache-2.0
// How the kernels' blocks share out their work: what the kernels and the plan of their launches have to agree on.
#ifndef ARTEM_KERNELS_CUDA_GEOMETRY_H
#define ARTEM_KERNELS_CUDA_GEOMETRY_H

#include "layout.h"

enum {
    // A tile of encoder, units and d0 in cells, of d1 in pixels of half the style resolution: two squares of 8 x 8.
    ARTEM_CUDA_TILE_W = 16,
    ARTEM_CUDA_TILE_H = 8,
    ARTEM_CUDA_TILE = ARTEM_CUDA_TILE_W * ARTEM_CUDA_TILE_H,
    // The same with the cells around it, which 3 x 3 convolutions look at.
    ARTEM_CUDA_HALO_W = ARTEM_CUDA_TILE_W + 2,
    ARTEM_CUDA_HALO_H = ARTEM_CUDA_TILE_H + 2,
    ARTEM_CUDA_HALO = ARTEM_CUDA_HALO_W * ARTEM_CUDA_HALO_H,
    // Entries of a plane of 16 bytes of each of these cells: what a warp copies then goes to different banks.
    ARTEM_CUDA_PLANE_4 = 186, // four planes
    ARTEM_CUDA_PLANE_8 = 185, // two or eight
    // A tile of d2 in pixels.
    ARTEM_CUDA_D2_W = 32,
    ARTEM_CUDA_D2_H = 28, // so that 255 threads of 256 double one group of pixels each
    ARTEM_CUDA_D2_HALO = (ARTEM_CUDA_D2_W + 2) * (ARTEM_CUDA_D2_H + 2),

    ARTEM_CUDA_INPUT_THREADS = 128,
    ARTEM_CUDA_UNIT_THREADS = 256,
    ARTEM_CUDA_CONV_THREADS = 128, // encoder, d0, d1
    ARTEM_CUDA_D2_THREADS = 256,
    // Most tiles that one block of a unit adds up before the 32-bit sums of squares of its warps might overflow: 32
    // cells a tile, 32 · 1152² · 100 < 2³².
    ARTEM_CUDA_UNIT_TILES = 100
};

// Dynamic shared memory, one struct per kernel.
// Parameters of channels stand in the order in which the threads of a fragment ask for them: [half][16][4], slot
// 64 · half + 4 · k + q for channel 64 · half + 16 · q + k.
struct artem_cuda_unit_shared {
    uint32_t weights[2][ARTEM_CUDA_PAIRED][8][8][4];
    // One is read while the next tile's arrives in the other. Beside the last window, what is read of the tenth tap
    // (which counts nothing) is still its own.
    uint32_t map[2][ARTEM_CUDA_HALO + 4][4];
    int32_t params[ARTEM_CUDA_CHANNELS][4];  // struct unit_params of each slot
    int32_t tame[ARTEM_CUDA_CHANNELS][4];    // the same for layers in which nothing can saturate
    int8_t thresholds[ARTEM_CUDA_CHANNELS];  // of the next unit, by channel; aligned to 16
    int32_t decoder[ARTEM_CUDA_CHANNELS][2]; // factor and summand of the decoder's input
    int32_t weight_ones[ARTEM_CUDA_CHANNELS];
    int32_t ones[2][ARTEM_CUDA_HALO];        // bits of each cell of the map
    int64_t sums[4][2][ARTEM_CUDA_CHANNELS]; // of the four warps that share a half
    uint32_t last, padding[3];
};

// 9.x and 10.x, whose multiprocessors have room for two blocks of it.
struct artem_cuda_unit_staged {
    struct artem_cuda_unit_shared unit;
    uint32_t stream[4][ARTEM_CUDA_UNIT_THREADS][4]; // of the next tile: each thread's four cells
};

struct artem_cuda_encoder_shared {
    int8_t weights[ARTEM_CUDA_TAPS][4][8][8][16];
    union {
        uint8_t input[2][4][ARTEM_CUDA_PLANE_4][16];
        int64_t sums[4][2][ARTEM_CUDA_HALF]; // of the four warps, after the last tile
    } of;
    int32_t params[ARTEM_CUDA_HALF][4]; // offset, gain and bias of each slot
    int8_t thresholds[ARTEM_CUDA_HALF]; // of the first unit, by channel; aligned to 16
    int64_t scratch[4];
    uint32_t last;
};

struct artem_cuda_decoder_params {
    int32_t mul, add, bias, padding; // decoder.cuh, make_params
};

struct artem_cuda_d0_shared {
    int8_t weights[ARTEM_CUDA_TAPS][8][4][8][16];
    uint8_t input[8][ARTEM_CUDA_PLANE_8][16];
    struct artem_cuda_decoder_params params[32];
};

struct artem_cuda_d1_shared {
    int8_t weights[ARTEM_CUDA_TAPS][2][2][8][16];
    uint8_t input[2][ARTEM_CUDA_PLANE_8][16]; // doubled
    struct artem_cuda_decoder_params params[16];
};

struct artem_cuda_d2_shared {
    uint8_t input[ARTEM_CUDA_D2_HALO][16]; // doubled, and the picture; of each row the even pixels, then the odd ones
    uint8_t lut[1024];
};

#endif
