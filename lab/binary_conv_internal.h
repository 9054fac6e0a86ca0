// SPDX-License-Identifier: Apache-2.0
#ifndef ARTEM_LAB_BINARY_CONV_INTERNAL_H
#define ARTEM_LAB_BINARY_CONV_INTERNAL_H

#include "artem_kernels/kernels.h"
#include "binary_conv.h"
#include "dnn.h"

enum { BINARY_ROWS = 4 }; // at a time: what the kernels' blocks have

struct binary_conv {
    const struct artem_kernels *kernels;
    uint32_t height, width, inputs, outputs;
    int gradient_bits;
    struct artem_bgrad forward, backward; // forward: mirrored, see docs/arithmetic.md §10
    uint8_t *planes;                      // of either
    uint64_t planes_size;
    float *alpha, *bias, *threshold, *window, *slope, *skip; // slope: 1 / (2 window); skip may be NULL
    float step;                                              // of the latest way back's quanta
    struct dnn_conv *exact;                                  // the way back in floats
};

#endif
