// SPDX-License-Identifier: Apache-2.0
// Noise from integer hashes: the same on every machine. demo/scenes/README.md gives the formulas.
#ifndef ARTEM_DEMO_NOISE_H
#define ARTEM_DEMO_NOISE_H

#include <stdint.h>

// Any 32 bits, evenly spread.
static inline uint32_t noise_hash(uint32_t x, uint32_t y, uint32_t seed)
{
    uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ seed * 0xc2b2ae3du;
    h ^= h >> 15;
    h *= 0x2c1b3c6du;
    h ^= h >> 12;
    h *= 0x297a2d39u;
    return h ^ h >> 15;
}

#endif
