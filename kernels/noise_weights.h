// SPDX-License-Identifier: Apache-2.0
// The numbers of the noise, docs/arithmetic.md §4.
#ifndef ARTEM_KERNELS_NOISE_WEIGHTS_H
#define ARTEM_KERNELS_NOISE_WEIGHTS_H

#include <stdint.h>

enum { NOISE_FRACTION = 16, NOISE_ONE = 1 << 15 };

#define NOISE_X 0x9E3779B1u
#define NOISE_Y 0x85EBCA77u
#define NOISE_GROUP 0xC2B2AE3Du

// 256 cos(pi f / 32): weights of the nearer and the farther point have squares that sum to 2^16, so that the noise is
// as strong between the points as on them.
static const int32_t noise_weight[NOISE_FRACTION + 1] = {256, 255, 251, 245, 237, 226, 213, 198, 181,
                                                         162, 142, 121, 98,  74,  50,  25,  0};

#endif
