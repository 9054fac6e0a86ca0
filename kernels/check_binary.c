// SPDX-License-Identifier: Apache-2.0
#include "check_binary.h"

#include <stddef.h>
#include <string.h>

enum { CHANNELS = 64, CELLS = 2 };

static void fill_bytes(uint8_t *bytes, size_t count)
{
    uint32_t seed = 1;

    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

// Values of both signs, halves and what is cut off.
static void fill_floats(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = (float)((int)(i * 29 % 61) - 30) * 0.25f;
}

// Four bits, and channels that fill no vector.
bool artem_check_bgrad_rows(const struct artem_kernels *k)
{
    enum { W = 3, H = 2, FEW = 32, BITS = 4 };
    uint8_t packed[ARTEM_BGRAD_PACKED(FEW, FEW)] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t weights[FEW * 9 * FEW / 8], planes[W * H * BITS * FEW / 8];
    int32_t sums[2][W * H * FEW];
    struct artem_bgrad grad = {.width = W,
                               .height = H,
                               .in = FEW,
                               .out = FEW,
                               .bits = BITS,
                               .replicated = true,
                               .weights = weights,
                               .packed = packed,
                               .planes = planes,
                               .sums = sums[0]};

    fill_bytes(weights, sizeof weights);
    fill_bytes(planes, sizeof planes);
    k->bgrad_pack(&grad);
    k->bgrad_rows(&grad, 0, H);
    grad.sums = sums[1];
    artem_bgrad_pack(&grad);
    artem_bgrad_rows(&grad, 0, H);
    return memcmp(sums[0], sums[1], sizeof sums[0]) == 0;
}

bool artem_check_bgrad_quantise(const struct artem_kernels *k)
{
    float values[CELLS * CHANNELS];
    uint8_t planes[2][CELLS * CHANNELS / 8 * 8];
    bool good = true;

    fill_floats(values, sizeof values / sizeof *values);
    for (int bits = 1; bits <= 8; bits *= 2) {
        k->bgrad_quantise(values, CELLS, CHANNELS, bits, 0.5f, planes[0]);
        artem_bgrad_quantise(values, CELLS, CHANNELS, bits, 0.5f, planes[1]);
        good = good && memcmp(planes[0], planes[1], (size_t)bits * CELLS * CHANNELS / 8) == 0;
    }
    return good;
}

bool artem_check_binarise(const struct artem_kernels *k)
{
    float values[(CELLS + 1) * CHANNELS]; // the last are thresholds
    uint8_t planes[2][CELLS * 2 * CHANNELS / 8];
    const float *threshold = values + (size_t)CELLS * CHANNELS;

    fill_floats(values, sizeof values / sizeof *values);
    k->binarise(values, CELLS, CHANNELS, threshold, planes[0]);
    artem_binarise(values, CELLS, CHANNELS, threshold, planes[1]);
    return memcmp(planes[0], planes[1], sizeof planes[0]) == 0;
}
