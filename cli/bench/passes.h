// SPDX-License-Identifier: Apache-2.0
// What the passes of the network have to do, by their names.
#ifndef ARTEM_CLI_BENCH_PASSES_H
#define ARTEM_CLI_BENCH_PASSES_H

#include <stdbool.h>

// Of one cell of 4 x 4 style pixels.
struct bench_pass {
    const char *name; // that the pass's begins with
    double products;  // of its convolution
    double bytes;     // of the cell's tensors, each read once and written once, as the CUDA backend keeps them
    bool binary;
};

enum {
    BENCH_PIXEL_BYTES = 16 * 4, // of a picture
    BENCH_INPUT_BYTES = 64,
    BENCH_STREAM_BYTES = 128, // the int8 residual
    BENCH_BITS_BYTES = 16,
    BENCH_D0_BYTES = 32,
    BENCH_D1_BYTES = 4 * 16,
    // What a unit reads and writes: the stream both ways, bits both ways.
    BENCH_UNIT_BYTES = 2 * BENCH_STREAM_BYTES + 2 * BENCH_BITS_BYTES,
};

// NULL where it is none of them.
const struct bench_pass *bench_pass_find(const char *name);

#endif
