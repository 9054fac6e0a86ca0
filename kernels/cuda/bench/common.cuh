// SPDX-License-Identifier: Apache-2.0
// What the binary products of the bench share: where the bytes of a row are, and what becomes of a count.
#ifndef ARTEM_KERNELS_CUDA_BENCH_COMMON_CUH
#define ARTEM_KERNELS_CUDA_BENCH_COMMON_CUH

#include "../device.cuh"
#include "args.h"

#ifdef __CUDACC__
#define BENCH_KERNEL(name, threads, blocks)                                                                            \
    extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ artem_bench_args args)
#endif

template <typename T> DEVICE T *at(uint64_t address)
{
    return reinterpret_cast<T *>(address);
}

// A row of a: of a picture its place, else its number. Rows past the end are those of zeros.
struct a_row {
    int32_t y, x;
};

template <bool PICTURE> DEVICE a_row row_of(const artem_bench_args &args, uint32_t m)
{
    if (m >= args.m)
        return {-4, -4};
    if (PICTURE)
        return {(int32_t)(m / args.width), (int32_t)(m % args.width)};
    return {(int32_t)m, 0};
}

// 16 bytes of a row: number `unit` of one plane.
template <bool PICTURE>
DEVICE const uint4 *a_unit(const artem_bench_args &args, a_row row, uint32_t plane, uint32_t unit)
{
    if (PICTURE) {
        const uint32_t units = args.channels / 128, tap = unit / units;
        const int32_t y = row.y + (int32_t)(tap / 3) - 1, x = row.x + (int32_t)(tap % 3) - 1;
        if (tap > 8 || y < 0 || x < 0 || y >= (int32_t)args.height || x >= (int32_t)args.width)
            return at<const uint4>(args.zeros);
        const size_t cell = (size_t)y * args.width + (size_t)x;
        return at<const uint4>(args.a) + (cell * args.planes + plane) * units + unit % units;
    }
    const uint32_t units = args.k / 128;
    if (row.y < 0 || unit >= units)
        return at<const uint4>(args.zeros);
    return at<const uint4>(args.a) + (size_t)row.y * units + unit;
}

DEVICE const uint4 *b_unit(const artem_bench_args &args, uint32_t n, uint32_t unit)
{
    const uint32_t units = args.k / 128;

    return n < args.n && unit < units ? at<const uint4>(args.b) + (size_t)n * units + unit
                                      : at<const uint4>(args.zeros);
}

// What one row adds to its counts: the sum of the quanta that it has, and its class.
struct row_terms {
    int32_t total;
    uint32_t border;
};

template <bool PICTURE> DEVICE row_terms terms_of(const artem_bench_args &args, uint32_t m)
{
    const int32_t *total = at<const int32_t>(args.total);
    row_terms terms = {0, 0};

    if (m >= args.m)
        return terms;
    if (!PICTURE) {
        terms.total = total[m];
        return terms;
    }
    const a_row row = row_of<true>(args, m);
    const int32_t width = (int32_t)args.width, height = (int32_t)args.height;
    for (int32_t y = max(row.y - 1, 0); y <= min(row.y + 1, height - 1); y++)
        for (int32_t x = max(row.x - 1, 0); x <= min(row.x + 1, width - 1); x++)
            terms.total += total[y * width + x];
    terms.border = (row.y == 0) | (row.y == height - 1) << 1 | (row.x == 0) << 2 | (row.x == width - 1) << 3;
    return terms;
}

// Between two planes, from the highest to the lowest, which counts -2^plane.
DEVICE int32_t after_plane(const artem_bench_args &args, int32_t count, uint32_t plane)
{
    count = plane == args.planes - 1 && plane > 0 ? -count : count;
    return plane > 0 ? 2 * count : count;
}

// The sum of an output, from what was counted by AND or by XOR, over all planes with their weights.
template <bool XOR> DEVICE int32_t sum_of(const artem_bench_args &args, int32_t count, row_terms row, uint32_t n)
{
    int32_t sum;

    if (XOR) // the planes' weights add up to 1 or, in two's complement, to -1
        sum = (args.planes > 1 ? -1 : 1) * at<const int32_t>(args.weight_ones)[n] - count;
    else
        sum = 2 * count - row.total;
    if (args.signs) // quanta ±1 = 2 · bit - 1
        sum = 2 * sum - at<const int32_t>(args.class_sums)[row.border * args.n + n];
    return sum;
}

// ---- Tensor-core fragments: 16 rows x 8 · J columns, thread (g, q) = (lane / 4, lane % 4) has columns 2q and 2q + 1
// of every eight, in rows g and g + 8 ----

template <bool XOR, int J>
DEVICE void store_fragment(const artem_bench_args &args, const int32_t (&d)[J][4], uint32_t m, const row_terms rows[16],
                           uint32_t n)
{
    const uint32_t g = threadIdx.x % 32 / 4, q = threadIdx.x % 4;

#pragma unroll
    for (int half = 0; half < 2; half++) {
        const uint32_t row = g + 8 * half;
        uint32_t words[J / 4];
#pragma unroll
        for (int i = 0; i < J / 4; i++)
            words[i] = 0;
#pragma unroll
        for (int j = 0; j < J; j++)
#pragma unroll
            for (int i = 0; i < 2; i++) {
                const uint32_t column = j * 8 + 2 * q + i;
                if (m + row >= args.m || n + column >= args.n)
                    continue;
                const int32_t sum = sum_of<XOR>(args, d[j][2 * half + i], rows[row], n + column);
                if (args.out != 0)
                    at<int32_t>(args.out)[(size_t)(m + row) * args.n + n + column] = sum;
                if (args.bits != 0)
                    words[j / 4] |= (uint32_t)(sum > at<const int32_t>(args.threshold)[n + column]) << column % 32;
            }
        if (args.bits == 0)
            continue;
#pragma unroll
        for (int i = 0; i < J / 4; i++) {
            words[i] |= __shfl_xor_sync(0xffffffffu, words[i], 1);
            words[i] |= __shfl_xor_sync(0xffffffffu, words[i], 2);
            if (q == 0 && m + row < args.m && n + 32 * i < args.n)
                at<uint32_t>(args.bits)[(size_t)(m + row) * (args.n / 32) + n / 32 + i] = words[i];
        }
    }
}

#endif
