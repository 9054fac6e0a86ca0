// SPDX-License-Identifier: Apache-2.0
// The network written a second time, straight from docs/arithmetic.md: whole tensors, coordinates that are clamped,
// 64-bit arithmetic, no thought of speed. What the reference kernels and the engine are tested against.
#ifndef ARTEM_TEST_NAIVE_H
#define ARTEM_TEST_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "artem/engine.h"

int64_t naive_clamp(int64_t v, int64_t low, int64_t high);
int64_t naive_divr(int64_t a, int64_t b);
int64_t naive_rsh(int64_t a, int n);
int64_t naive_mulhrs(int64_t a, int64_t b);
int64_t naive_adds16(int64_t a, int64_t b);
int64_t naive_requantise(int64_t acc, int shift, int64_t mul, int64_t bias);
int64_t naive_leaky(int64_t z, int bits);
int64_t naive_unit(int64_t x, int64_t s, int64_t a, int64_t b, int64_t slope, int64_t shift);
void naive_input(const uint8_t *rgba, uint64_t stride, const struct artem_noise_map *map, int32_t x, int32_t y,
                 int64_t u[64]);
// Gains of one channel.
struct naive_gain {
    int64_t a, b, d;
};
struct naive_gain naive_gain(const struct artem_norm_params *p, int channel, int adapt, int64_t mean, int64_t square,
                             int fraction);

struct naive {
    const struct artem_network *network;
    const struct artem_style *style;
    int64_t mean[ARTEM_NORMS][ARTEM_CHANNELS], square[ARTEM_NORMS][ARTEM_CHANNELS];
    bool blank, cut; // of the last frame
};

void naive_restart(struct naive *naive, const struct artem_network *network, const struct artem_style *style);
// One frame, into its views' out. When statistics restart is the caller's business: naive_restart.
void naive_frame(struct naive *naive, const struct artem_engine_frame *frame);

#endif
