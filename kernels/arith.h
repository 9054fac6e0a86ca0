// SPDX-License-Identifier: Apache-2.0
// The notation of docs/arithmetic.md §1.
#ifndef ARTEM_KERNELS_ARITH_H
#define ARTEM_KERNELS_ARITH_H

#include <stdint.h>

static inline int32_t clamp32(int32_t v, int32_t low, int32_t high)
{
    return v < low ? low : v > high ? high : v;
}

static inline int64_t clamp64(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

static inline int8_t sat8(int32_t v)
{
    return (int8_t)clamp32(v, INT8_MIN, INT8_MAX);
}

static inline uint8_t satu8(int32_t v)
{
    return (uint8_t)clamp32(v, 0, UINT8_MAX);
}

static inline int16_t sat16(int32_t v)
{
    return (int16_t)clamp32(v, INT16_MIN, INT16_MAX);
}

static inline int32_t rsh(int32_t a, int n)
{
    return n == 0 ? a : (int32_t)(((int64_t)a + (INT64_C(1) << (n - 1))) >> n);
}

static inline int32_t mulhrs(int32_t a, int32_t b)
{
    return (a * b + (1 << 14)) >> 15;
}

static inline int16_t adds16(int32_t a, int32_t b)
{
    return sat16(a + b);
}

// a / b rounded down, b > 0.
static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int64_t divr(int64_t a, int64_t b)
{
    return floor_div(2 * a + b, 2 * b);
}

// The decoder's activation: leaky ReLU of z with `bits` fraction bits, zero point 32 (§5).
static inline uint8_t leaky_u8(int32_t z, int bits)
{
    return satu8(rsh(z > 0 ? z : z >> 3, bits) + 32);
}

#endif
