// SPDX-License-Identifier: Apache-2.0
// Where the CUDA kernels and those who launch them find things: for C, C++ and CUDA alike. What the numbers mean is in
// docs/arithmetic.md; § below are its sections.
//
// Five buffers, all 256-byte aligned, little endian:
//   network  struct artem_cuda_network, written by pack.h, never changes
//   style    struct artem_cuda_style, written by pack.h, changes with the style
//   arena    tensors of one frame, artem_cuda_arena_bytes()
//   state    struct artem_cuda_state: statistics; all zero before its first frame, which must restart
//   frame    struct artem_cuda_frame: all that may change from frame to frame; the host writes it, and nothing else,
//            between two launches of a recorded frame
//
// Tensors are cells of all views one after the other, a view's cells row by row, channels innermost, no border:
// kernels clamp coordinates into the view, which is the replicated border.
#ifndef ARTEM_KERNELS_CUDA_LAYOUT_H
#define ARTEM_KERNELS_CUDA_LAYOUT_H

#ifdef __cplusplus
extern "C" {
#endif

#include <stddef.h>
#include <stdint.h>

enum {
    ARTEM_CUDA_VIEWS = 8,
    ARTEM_CUDA_UNITS = 10,
    ARTEM_CUDA_LAYERS = 11, // normalised ones: encoder, units
    ARTEM_CUDA_CHANNELS = 128,
    ARTEM_CUDA_HALF = 64,  // output channels that one warp computes of encoder and units
    ARTEM_CUDA_TAPS = 9,   // ky · 3 + kx
    ARTEM_CUDA_PAIRED = 10 // taps in pairs, the last one zero
};

// Which channel stands in column 0..7 of matrix j of one half of the outputs. A thread of a tensor-core fragment has
// the columns 2q and 2q + 1 of all eight matrices: 16 channels that lie side by side in memory.
#define ARTEM_CUDA_COLUMN_CHANNEL(half, j, column)                                                                     \
    ((half)*ARTEM_CUDA_HALF + ((column) >> 1) * 16 + (j)*2 + ((column)&1))
// Where a channel's bit is in its word of the map, channel / 32: as append_greater and join_bits leave it.
#define ARTEM_CUDA_MAP_BIT(channel) (8 * ((channel)&3) + 7 - 4 * ((channel) >> 4 & 1) - ((channel) >> 2 & 3))
// The same in d0 (4 matrices, 8 channels a thread) and d1 (2 matrices, 4 channels a thread).
#define ARTEM_CUDA_D0_CHANNEL(j, column) (((column) >> 1) * 8 + (j)*2 + ((column)&1))
#define ARTEM_CUDA_D1_CHANNEL(j, column) (((column) >> 1) * 4 + (j)*2 + ((column)&1))

// Weights stand as matrices of eight output channels by 16 bytes: what ldmatrix reads, and a core matrix of wgmma.
struct artem_cuda_network {
    // [unit][half][tap][j][column]: 128 input bits of one tap and output, in the order of the map.
    uint32_t unit_weights[ARTEM_CUDA_UNITS][2][ARTEM_CUDA_PAIRED][8][8][4];
    // [half][tap][16 input channels][j][column][input channel]
    int8_t enc_weights[2][ARTEM_CUDA_TAPS][4][8][8][16];
    int32_t enc_offset[ARTEM_CUDA_CHANNELS];                  // -128 · sum of the output's weights
    int32_t unit_ones[ARTEM_CUDA_UNITS][ARTEM_CUDA_CHANNELS]; // how many of an output's weights are +1
    uint8_t lut[1024];
    int32_t adapt, enc_shift;
    int32_t enc_largest; // that a sum of the encoder can come to, shifted
    int32_t padding[61];
};

struct artem_cuda_style {
    int64_t cal_mean[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS], cal_square[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS];
    int16_t gain[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS], bias[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS]; // G, b of §7
    int16_t slope[ARTEM_CUDA_UNITS][ARTEM_CUDA_CHANNELS], shift[ARTEM_CUDA_UNITS][ARTEM_CUDA_CHANNELS]; // P, C of §6
    int8_t threshold[ARTEM_CUDA_UNITS][ARTEM_CUDA_CHANNELS]; // t of §6; [0] is applied by the encoder
    int16_t dec_gain[ARTEM_CUDA_CHANNELS], dec_bias[ARTEM_CUDA_CHANNELS];
    int8_t d0_weights[ARTEM_CUDA_TAPS][8][4][8][16]; // [tap][16 input channels][j][column][input channel]
    int8_t d1_weights[ARTEM_CUDA_TAPS][2][2][8][16]; // outputs 12..15 are zero
    int8_t d2_weights[ARTEM_CUDA_PAIRED][8][16];     // [tap][output][input channel]; outputs 3..7 are zero
    int16_t d0_mul[32], d0_bias[32], d1_mul[16], d1_bias[16], d2_mul[8], d2_bias[8];
    int32_t d0_shift, d1_shift, d2_shift;
    int32_t padding[29];
};

// What the kernels decided about a frame: for the host to read after it.
struct artem_cuda_decisions {
    uint32_t exact; // 1: in exact mode, asked for or after a cut
    uint32_t blank, pace, cut;
};

struct artem_cuda_state {
    struct artem_cuda_decisions decisions;
    uint32_t done[ARTEM_CUDA_LAYERS]; // blocks that have added their sums; zero between launches
    uint32_t padding;
    int64_t deviations; // sum of the encoder's D
    int64_t mean[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS], square[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS]; // M, E of §7
    int64_t sum1[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS], sum2[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS];   // S1, S2
    int16_t a[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS], b[ARTEM_CUDA_LAYERS][ARTEM_CUDA_CHANNELS];         // gains
};

struct artem_cuda_frame {
    uint32_t restart;     // 1: the state starts from the calibration
    uint32_t wants_exact; // 1: exact mode
    uint32_t padding[2];
    struct artem_cuda_picture {
        uint64_t in, out; // device addresses, 16-byte aligned: RGBA8, rows of 4 · qw pixels without gaps
        int32_t density;  // the noise map, §4
        int32_t map[9];
        int32_t padding[2];
    } picture[ARTEM_CUDA_VIEWS];
};

// In cells.
struct artem_cuda_rect {
    uint32_t x, y, width, height;
};

// Sizes of a frame in cells.
struct artem_cuda_shape {
    uint32_t views; // 1..8
    uint32_t cells; // N, of all views
    struct artem_cuda_view {
        uint32_t qw, qh;
        uint32_t first; // its first cell in a tensor
        // Cells that count for the layers' sums: all of a whole view, of a part of one those without its halo.
        struct artem_cuda_rect inside;
    } view[ARTEM_CUDA_VIEWS];
};

// The arena: what is used at different times lies at the same place. Bytes a cell; offsets are these times `plane`.
// input: [cell][64] uint8, then d0's output [cell][32]. stream: [cell][128] int8, after the last unit the decoder's
// input, then d1's output [pixel of half the style resolution][16], of which 12 are used. map: [2][cell][16].
enum { ARTEM_CUDA_INPUT = 0, ARTEM_CUDA_STREAM = 64, ARTEM_CUDA_MAPS = 192, ARTEM_CUDA_CELL_BYTES = 224 };

// Cells that offsets are counted in: those of the frame, rounded up.
#define ARTEM_CUDA_PLANE(cells) (((cells) + 15u) / 16u * 16u)

static inline size_t artem_cuda_arena_bytes(uint32_t cells)
{
    return (size_t)ARTEM_CUDA_PLANE(cells) * ARTEM_CUDA_CELL_BYTES;
}

// The one argument of every kernel of the network, by value.
struct artem_cuda_args {
    uint64_t network, style, arena, state, frame; // device addresses
    uint32_t layer;                               // of the encoder 0, of units 1..10
    uint32_t pass;                                // enum artem_cuda_pass
    struct artem_cuda_shape shape;
};

// Encoder and units are launched several times; each launch knows by itself whether this frame needs it. In steps of a
// frame (plan.h) the host says what is needed: it writes the gains, and reads the sums.
enum artem_cuda_pass {
    ARTEM_CUDA_PASS_FIRST, // encoder: with the gains from before; its last block decides what the frame is
    ARTEM_CUDA_PASS_AGAIN, // encoder: in exact mode, with the frame's own gains
    ARTEM_CUDA_PASS_SUMS,  // unit: in exact mode, sums only; its last block makes the gains
    ARTEM_CUDA_PASS_APPLY, // unit: all; its last block lets the state follow in lagged mode
    // Input, and the kernels for parts of encoder and units: nothing is decided by them.
    ARTEM_CUDA_PASS_STEP,      // with the host's gains, no sums
    ARTEM_CUDA_PASS_STEP_SUMS, // sums only; the encoder writes what is not to be read
    ARTEM_CUDA_PASS_STEP_BOTH
};

#ifdef __cplusplus
}
#endif

#endif
