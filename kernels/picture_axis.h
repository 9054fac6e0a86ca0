// SPDX-License-Identifier: Apache-2.0
// Where the columns (rows) of a large and of a small picture lie on each other, docs/arithmetic.md §3 and §8.
#ifndef ARTEM_KERNELS_PICTURE_AXIS_H
#define ARTEM_KERNELS_PICTURE_AXIS_H

#include <stdint.h>

// Length that output cell `o` of `outs` and input cell `i` of `ins` share on an axis of outs * ins.
static inline uint32_t axis_overlap(uint32_t o, uint32_t outs, uint32_t i, uint32_t ins)
{
    const uint32_t first = o * ins > i * outs ? o * ins : i * outs;
    const uint32_t end = (o + 1) * ins < (i + 1) * outs ? (o + 1) * ins : (i + 1) * outs;

    return end - first;
}

// A weighted sum of bytes over the sum of its weights. Division of 64 bits is slow on older processors, and pictures
// that need it are large.
static inline uint8_t axis_mean(uint64_t sum, uint64_t weights)
{
    return sum <= UINT32_MAX ? (uint8_t)((uint32_t)sum / (uint32_t)weights) : (uint8_t)(sum / weights);
}

// First input cell that output cell `o` covers, and the end of them.
static inline uint32_t axis_first(uint32_t o, uint32_t outs, uint32_t ins)
{
    return o * ins / outs;
}

static inline uint32_t axis_end(uint32_t o, uint32_t outs, uint32_t ins)
{
    return ((o + 1) * ins + outs - 1) / outs;
}

// Neighbours of pixel x of `full` among `side`, inside the picture, and the weight of the second one out of 128.
struct axis_place {
    int32_t low, high, f;
};

static inline int32_t axis_inside(int32_t i, uint32_t side)
{
    return i < 0 ? 0 : i < (int32_t)side ? i : (int32_t)side - 1;
}

static inline struct axis_place axis_locate(uint32_t x, uint32_t full, uint32_t side)
{
    const int32_t p = (int32_t)((2 * x + 1) * side * 64 / full) - 64;

    return (struct axis_place){axis_inside(p >> 7, side), axis_inside((p >> 7) + 1, side), p & 127};
}

#endif
