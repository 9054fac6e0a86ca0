// SPDX-License-Identifier: Apache-2.0
// Binary products by population count, for every chip. One carry-save level halves the counts: with x and y the next
// two words, ones + x + y = 2 · carry + ones', bit by bit, and only carries are counted.
#ifndef ARTEM_KERNELS_CUDA_BENCH_POPCOUNT_CUH
#define ARTEM_KERNELS_CUDA_BENCH_POPCOUNT_CUH

#include "common.cuh"

namespace popcount
{

enum { ROWS = 8, COLUMNS = 4 }; // of a thread: rows ty + 16 i, columns tx + 16 j

// Rows of `units` · 16 bytes, an odd number of 16 bytes apart: no two of eight neighbours in the same banks.
template <int UNITS> struct popcount_shared {
    uint4 a[ARTEM_BENCH_POPCOUNT_M][UNITS | 1], b[ARTEM_BENCH_POPCOUNT_N][UNITS | 1];
};
using gemm_shared = popcount_shared<ARTEM_BENCH_POPCOUNT_UNITS(false)>;
using conv_shared = popcount_shared<ARTEM_BENCH_POPCOUNT_UNITS(true)>;
static_assert(sizeof(gemm_shared) == ARTEM_BENCH_POPCOUNT_SHARED(false), "args.h");
static_assert(sizeof(conv_shared) == ARTEM_BENCH_POPCOUNT_SHARED(true), "args.h");

struct counter {
    uint32_t ones;
    int32_t carries;
};

DEVICE void count(counter &c, uint32_t x, uint32_t y)
{
    const uint32_t carry = (c.ones & x) | (c.ones & y) | (x & y);

    c.ones ^= x ^ y;
    c.carries += __popc(carry);
}

template <bool PICTURE, int UNITS>
DEVICE void load_tile(const artem_bench_args &args, popcount_shared<UNITS> &s, uint32_t m0, uint32_t n0, uint32_t plane,
                      uint32_t unit)
{
    enum { A = ARTEM_BENCH_POPCOUNT_M * UNITS, ALL = A + ARTEM_BENCH_POPCOUNT_N * UNITS };

    for (uint32_t i = threadIdx.x; i < ALL; i += ARTEM_BENCH_THREADS) {
        const uint32_t row = (i < A ? i : i - A) / UNITS, u = i % UNITS;
        static_assert(A % UNITS == 0, "i % UNITS");
        if (i < A)
            s.a[row][u] = *a_unit<PICTURE>(args, row_of<PICTURE>(args, m0 + row), plane, unit + u);
        else
            s.b[row][u] = *b_unit(args, n0 + row, unit + u);
    }
}

template <bool PICTURE, int UNITS> DEVICE void product(const artem_bench_args &args, popcount_shared<UNITS> &s)
{
    const uint32_t m0 = blockIdx.y * ARTEM_BENCH_POPCOUNT_M, n0 = blockIdx.x * ARTEM_BENCH_POPCOUNT_N;
    const uint32_t tx = threadIdx.x % 16, ty = threadIdx.x / 16;
    int32_t sums[ROWS][COLUMNS] = {};

    // A matrix has one plane, which keeps its sums out of the loop.
    for (uint32_t plane = PICTURE ? args.planes : 1; plane-- > 0;) {
        counter counters[ROWS][COLUMNS] = {};
        for (uint32_t unit = 0; unit < args.k / 128; unit += UNITS) {
            load_tile<PICTURE, UNITS>(args, s, m0, n0, plane, unit);
            __syncthreads();
#pragma unroll
            for (int u = 0; u < UNITS; u++) {
                uint4 b[COLUMNS];
#pragma unroll
                for (int j = 0; j < COLUMNS; j++)
                    b[j] = s.b[tx + 16 * j][u];
#pragma unroll
                for (int i = 0; i < ROWS; i++) {
                    const uint4 a = s.a[ty + 16 * i][u];
#pragma unroll
                    for (int j = 0; j < COLUMNS; j++) {
                        count(counters[i][j], a.x & b[j].x, a.y & b[j].y);
                        count(counters[i][j], a.z & b[j].z, a.w & b[j].w);
                    }
                }
            }
            __syncthreads();
        }
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j++)
                sums[i][j] =
                    after_plane(args, sums[i][j] + 2 * counters[i][j].carries + __popc(counters[i][j].ones), plane);
    }
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
        const uint32_t m = m0 + ty + 16 * i;
        const row_terms row = terms_of<PICTURE>(args, m);
#pragma unroll
        for (int j = 0; j < COLUMNS; j++) {
            const uint32_t n = n0 + tx + 16 * j;
            const bool inside = m < args.m && n < args.n;
            const int32_t sum = inside ? sum_of<false>(args, sums[i][j], row, n) : 0;
            if (inside && args.out != 0)
                at<int32_t>(args.out)[(size_t)m * args.n + n] = sum;
            if (args.bits == 0)
                continue;
            // A warp has 16 columns of two rows.
            const uint32_t ballot = __ballot_sync(0xffffffffu, inside && sum > at<const int32_t>(args.threshold)[n]);
            if (tx == 0 && inside)
                at<uint16_t>(args.bits)[(size_t)m * (args.n / 16) + n / 16] = (uint16_t)(ballot >> threadIdx.x % 32);
        }
    }
}

BENCH_KERNEL(artem_bench_popcount_gemm, ARTEM_BENCH_THREADS, 2)
{
    DYNAMIC_SHARED(gemm_shared, s);
    product<false>(args, s);
}

BENCH_KERNEL(artem_bench_popcount_conv, ARTEM_BENCH_THREADS, 1)
{
    DYNAMIC_SHARED(conv_shared, s);
    product<true>(args, s);
}

} // namespace popcount

#endif
