// SPDX-License-Identifier: Apache-2.0
#include "passes.h"

#include <stddef.h>
#include <string.h>

// Longer names first. The last unit writes no bits; d2 reads the picture again.
static const struct bench_pass passes[] = {
    {"input", 0, BENCH_PIXEL_BYTES + BENCH_INPUT_BYTES, false},
    {"encoder", 9 * 64 * 128, BENCH_INPUT_BYTES + BENCH_STREAM_BYTES + BENCH_BITS_BYTES, false},
    {"sums", 9 * 128 * 128, BENCH_BITS_BYTES, true},
    {"unit 10", 9 * 128 * 128, BENCH_UNIT_BYTES - BENCH_BITS_BYTES, true},
    {"unit", 9 * 128 * 128, BENCH_UNIT_BYTES, true},
    {"d0", 9 * 128 * 32, BENCH_STREAM_BYTES + BENCH_D0_BYTES, false},
    {"d1", 4 * 9 * 32 * 12, BENCH_D0_BYTES + BENCH_D1_BYTES, false},
    {"d2", 16 * 9 * 16 * 3, BENCH_D1_BYTES + 2 * BENCH_PIXEL_BYTES, false},
};

const struct bench_pass *bench_pass_find(const char *name)
{
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        if (strncmp(name, passes[i].name, strlen(passes[i].name)) == 0)
            return &passes[i];
    return NULL;
}
