// SPDX-License-Identifier: Apache-2.0
// One product that all rows of a table compute: a matrix, or a convolution forwards or backwards. Its operands on the
// device in every form, and what is expected of it in some rows, by the reference kernels.
#ifndef ARTEM_CLI_BENCH_GPU_PRODUCT_H
#define ARTEM_CLI_BENCH_GPU_PRODUCT_H

#include "gpu.h"

enum { PRODUCT_SAMPLES = 16 };

enum product_form {
    PRODUCT_FLOAT, // a; b [k][n]
    PRODUCT_HALF,  // a; b [n][k]
    PRODUCT_INT8,  // likewise
};

struct product {
    struct gpu *gpu;
    struct artem_bench_args args; // shape, and addresses of what is there
    bool backward;
    uint32_t rows, channels; // of the operand: those of a matrix, or cells
    // Host. Forwards: bit = x > t. Backwards: gradients, and what they are quantised to.
    int8_t *x, *t;
    float *gradient;
    uint8_t *planes;
    uint8_t *weights; // bits [n][k / 8], as the kernels read them
    uint8_t *forward; // backwards: those of the convolution forwards, [channels][9][n / 8]
    uint32_t sample[PRODUCT_SAMPLES];
    int32_t *expected; // [PRODUCT_SAMPLES][n]
    // Device.
    CUdeviceptr source, threshold, a, b, total, weight_ones, class_sums, limits, zeros, c, bits;
    CUdeviceptr form_a, form_b; // of one form at a time
};

// A matrix product of m x n x k, multiples of 32, 32, 128.
bool product_matrix(struct product *p, struct gpu *gpu, uint32_t m, uint32_t n, uint32_t k);
// A convolution of `channels` to n; channels a multiple of 128, n of 32. `planes` > 0: backwards, with so many bits.
bool product_convolution(struct product *p, struct gpu *gpu, uint32_t width, uint32_t height, uint32_t channels,
                         uint32_t n, uint32_t planes);
void product_free(struct product *p);

// The operands as numbers: of a row of a, of a row of b.
int product_value(const struct product *p, size_t row, size_t channel);
int product_weight(const struct product *p, size_t n, size_t k);
// An integer of at most 2048 as half.
uint16_t product_half(int value);

static inline int product_bit(const uint8_t *bytes, size_t i)
{
    return bytes[i / 8] >> i % 8 & 1;
}

// The operands in a form that peers read, in form_a and form_b, in place of the form before. Backwards: with the quanta
// of p->args.planes.
bool product_form(struct product *p, enum product_form form);
// For cuDNN backwards, b is that of the convolution forwards: [channels][9][n] half.
bool product_form_forward_weights(struct product *p);

// Whether the samples of the output are right: [m][n] in c as float, half, int8 (saturated) or int32, or bits of those
// above the threshold in `bits`.
enum product_output { PRODUCT_C_FLOAT, PRODUCT_C_HALF, PRODUCT_C_INT8, PRODUCT_C_INT32, PRODUCT_C_BITS };
bool product_check(struct product *p, enum product_output output);

#endif
