// SPDX-License-Identifier: Apache-2.0
// Binary products beside the network's own: matrices, and the convolution backwards. docs/arithmetic.md §10.
// The functions here are the reference; struct artem_kernels (kernels.h) has the fast ones.
//
// Bits are packed along channels: channel c is bit c % 8 of byte c / 8, and what follows begins at the next byte. A
// weight's bit is 1 for +1 and 0 for -1.
#ifndef ARTEM_KERNELS_BINARY_H
#define ARTEM_KERNELS_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ARTEM_BINARY_CHANNELS = 4096 }; // most of a convolution that goes backwards

// sums = a · bᵀ, b = ±1. n and k are multiples of 32, k at most 2^24.
struct artem_bgemm {
    uint32_t m, n, k;
    bool signs;               // a is ±1, else 0 or 1
    const uint8_t *a;         // [m][k / 8]
    const uint8_t *b;         // [n][k / 8]
    int32_t *sums;            // [m][n], may be NULL
    const int32_t *threshold; // [n]; NULL: no bits are wanted
    uint8_t *bits;            // [m][n / 8]: sum > threshold; NULL where threshold is
};

// Rows m0..m1-1 of a.
void artem_bgemm_rows(const struct artem_bgemm *gemm, uint32_t m0, uint32_t m1);

// Bytes that any variant's own form of the weights needs at most.
#define ARTEM_BGRAD_PACKED(in, out) ((size_t)9 * ((out) / 4) * (((size_t)(in) + 127) / 128 * 128))

// The gradient of a binary 3 x 3 convolution (in -> out channels, stride 1) with respect to its input, from that with
// respect to its output, which is quantised to `bits` bits. Channels are multiples of 32, at most
// ARTEM_BINARY_CHANNELS.
struct artem_bgrad {
    uint32_t width, height; // at least 1
    uint32_t in, out;       // of the convolution forwards: `out` comes in, `in` goes out
    int bits;               // 1, 2, 4 or 8
    bool replicated;        // the convolution's border: the nearest cell's, else zeros
    const uint8_t *weights; // [out][9][in / 8], as forwards
    uint8_t *packed;        // ARTEM_BGRAD_PACKED bytes aligned to ARTEM_ALIGN, filled by bgrad_pack
    const uint8_t *planes;  // [height][width][bits][out / 8], lowest bits first: artem_bgrad_quantise
    int32_t *sums;          // [height][width][in]; may be NULL if gradient is not
    float *gradient;        // [height][width][in], likewise: (float)sum * scale
    float scale;
};

void artem_bgrad_pack(struct artem_bgrad *grad);
// Rows y0..y1-1.
void artem_bgrad_rows(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1);

// Bit planes of n cells of `channels` floats. A quantum stands for `step` > 0, which is the scale of the result. NaN is
// taken for 0. The floating-point environment must round to nearest.
void artem_bgrad_quantise(const float *gradient, size_t n, uint32_t channels, int bits, float step, uint8_t *planes);
// The same planes of two bits for quanta that are 1 where value > threshold[channel], else 0: with them, and mirrored
// taps, the convolution forwards is another one's way back (§10).
void artem_binarise(const float *values, size_t n, uint32_t channels, const float *threshold, uint8_t *planes);
// What one plane of bits counts: 2^plane, the highest negative; for `bits` = 1 see §10.
static inline int32_t artem_bgrad_weight(int plane, int bits)
{
    return plane == bits - 1 && bits > 1 ? -(INT32_C(1) << plane) : INT32_C(1) << plane;
}

#endif
