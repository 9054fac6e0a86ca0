// SPDX-License-Identifier: Apache-2.0
// The micro-kernels of the network: one contract each, one plain C reference each, faster variants per instruction set
// that give the same bytes. What they compute is in docs/arithmetic.md; the sections are named below.
//
// Common rules
// - Tensors are rows of cells, channels innermost. A row that a convolution or a doubling reads has one cell more on
//   each side, a copy of its first and of its last cell: with rows repeated in the same way above and below (the caller
//   passes the same pointer twice), that is the replicated border.
// - `n` counts cells (or pixels) of one row, 1..ARTEM_CHUNK. No kernel reads or writes past what its contract names.
// - `s` is int16 [n][channels], aligned to ARTEM_ALIGN. Nothing else needs more alignment than its element.
// - Multipliers (a, mul, slope, gain) are never -32768.
#ifndef ARTEM_KERNELS_KERNELS_H
#define ARTEM_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "artem_kernels/binary.h"
#include "artem_kernels/noise.h"
#include "artem_kernels/picture.h"

enum {
    ARTEM_TRUNK = 128,    // channels of the trunk
    ARTEM_ENC = 64,       // channels of the encoder's input
    ARTEM_MAP_BYTES = 16, // one cell of an activation map: channel c is bit c % 8 of byte c / 8
    ARTEM_CHUNK = 64,     // most cells per call
    ARTEM_ALIGN = 64,
    ARTEM_BCONV_WEIGHTS = ARTEM_TRUNK * 9 * ARTEM_MAP_BYTES, // bytes of one unit's weights
    ARTEM_BCONV_PACKED = 9 * 32 * ARTEM_TRUNK,               // bytes that any variant's own form needs at most
};

// Channels that conv8 writes per cell: rounded up, the surplus is 0.
#define ARTEM_CONV8_OUT(out) (((out) + 15) / 16 * 16)
// Bytes that any variant's own form of int8 weights needs at most.
#define ARTEM_CONV8_PACKED(in, out) (9 * (in)*ARTEM_CONV8_OUT(out))

// One int8 convolution layer (§5). `in` is a multiple of 16; |weights| <= 64.
struct artem_conv8 {
    int in, out, shift;
    int centre;            // what is subtracted from the input: 128 in the encoder, else 0
    const int8_t *weights; // [out][9][in]
    int8_t *packed;        // ARTEM_CONV8_PACKED bytes aligned to ARTEM_ALIGN, filled by conv8_pack
    int32_t offset[128];   // per output: -centre * (sum of its weights), filled by conv8_pack
};

// One binary convolution (§6), 128 -> 128.
struct artem_bconv {
    const uint8_t *weights; // [128 out][9][ARTEM_MAP_BYTES]
    uint8_t *packed;        // ARTEM_BCONV_PACKED bytes aligned to ARTEM_ALIGN, filled by bconv_pack
};

// What one unit does with its convolution (§6 steps 3 and 4): ARTEM_TRUNK entries each.
struct artem_unit {
    const int16_t *a, *b, *slope, *shift;
    const int8_t *next; // thresholds of the next unit; NULL after the last one
};

struct artem_kernels {
    // §4. The noise of n cells from (x, y) on, 0 <= x, y < 1024: v[n][ARTEM_NOISE], -128..127. The map must be valid.
    void (*noise)(const struct artem_noise_map *map, int x, int y, int n, int8_t *v);

    // §4. rgba: 4 rows of n cells (4 n pixels); v: [n][ARTEM_NOISE]; u: [n][64].
    void (*encoder_input)(const uint8_t *rgba, uint64_t stride, int n, const int8_t *v, uint8_t *u);

    // §5 up to s. rows: three input rows, each from the cell left of the first one, n + 2 cells of layer->in bytes.
    // s: [n][ARTEM_CONV8_OUT(out)].
    void (*conv8_pack)(struct artem_conv8 *layer);
    void (*conv8)(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s);

    // §6, one unit in one pass over n cells. rows: of an activation map, each from the cell left of the first one, n +
    // 2 cells. s1 and s2 (ARTEM_TRUNK each) gain the sums of the convolution and of its square; both may be NULL. x, n
    // cells of the stream, moves on in place, and bits become the next unit's activations; `unit` NULL: neither is
    // touched. bits may be NULL where unit->next is.
    void (*bconv_pack)(struct artem_bconv *conv);
    void (*unit)(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,
                 int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2);

    // §7: adds the sums of s and of its square over n cells, per channel, to s1 and s2 (ARTEM_TRUNK each).
    void (*sums)(const int16_t *s, int n, int64_t *s1, int64_t *s2);

    // §5, the encoder's end: x = sat8(rsh(adds16(mulhrs(s, a), b), 4)); bits of x > t.
    void (*encoder_output)(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                           uint8_t *bits);

    // §6, decoder input (leaky ReLU, zero point 32): x [n][128] to u [n][128], which may be x.
    void (*decoder_input)(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u);

    // §5, d0 and d1: leaky ReLU around 32. channels: a multiple of 16; mul and bias have as many entries.
    void (*requantise)(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u);

    // §5, doubling: one output row of 2 n cells from the row p that it lies in and the neighbour q, both from the cell
    // left of the first one, n + 2 cells. channels: a multiple of 16.
    void (*double_row)(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out);

    // §5, d2's end: s [n][16], of which 3 are used, to RGBA with A = 255.
    void (*output)(const int16_t *s, int n, const int16_t *mul, const int16_t *bias, const uint8_t *lut, uint8_t *rgba);

    // §3 and §8: picture.h.
    void (*scale_rows)(const struct artem_scale *scale, uint32_t y0, uint32_t y1);
    void (*composite_rows)(const struct artem_composite *composite, uint32_t y0, uint32_t y1);

    // §10: binary.h.
    void (*bgrad_pack)(struct artem_bgrad *grad);
    void (*bgrad_rows)(const struct artem_bgrad *grad, uint32_t y0, uint32_t y1);
    void (*bgrad_quantise)(const float *gradient, size_t n, uint32_t channels, int bits, float step, uint8_t *planes);
    void (*binarise)(const float *values, size_t n, uint32_t channels, const float *threshold, uint8_t *planes);
};

// Sets of kernels: each takes what those named in brackets have and overwrites what it improves.
enum artem_cpu {
    ARTEM_CPU_C,
    ARTEM_CPU_NEON,         // AArch64
    ARTEM_CPU_AVX2,         //
    ARTEM_CPU_AVXVNNI,      // [avx2] 256-bit VNNI
    ARTEM_CPU_AVX512,       // [avx2] BW, VL
    ARTEM_CPU_AVX512POPCNT, // [avx512] and VPOPCNTDQ: to measure against the next
    ARTEM_CPU_AVX512ICL,    // [avx512] and VNNI, VBMI, VPOPCNTDQ
    ARTEM_CPU_COUNT
};

// Whether this machine and this build have a set.
bool artem_cpu_supported(enum artem_cpu cpu);
// The fastest one whose kernels have been tested on real machines.
enum artem_cpu artem_cpu_detect(void);
const char *artem_cpu_name(enum artem_cpu cpu);

// `cpu` must be supported.
void artem_kernels_select(struct artem_kernels *kernels, enum artem_cpu cpu);

// Compares every kernel that is not the reference with it on a small test vector; those that differ are replaced by the
// reference. Returns the name of the first one replaced, or NULL. Takes less than 2 ms.
const char *artem_kernels_check(struct artem_kernels *kernels);

#endif
