// SPDX-License-Identifier: Apache-2.0
// Binary products by tensor core: 256 x 128 outputs a block, 64 x 64 a warp. AND on 16 x 8 x 256 bits from compute
// capability 8.0 on, XOR on 8 x 8 x 128 before. Chips without such an instruction (10.0 and later emulate it) have no
// kernels here.
#ifndef ARTEM_KERNELS_CUDA_BENCH_TENSOR_CUH
#define ARTEM_KERNELS_CUDA_BENCH_TENSOR_CUH

#include "common.cuh"

namespace tensor
{

#if ARTEM_SM < 100

enum {
    STAGES = ARTEM_BENCH_TENSOR_STAGES(ARTEM_SM),
    WARP_M = 64,
    WARP_N = 64,
    MS = WARP_M / 16,
    NS = WARP_N / 8,
    ROWS = ARTEM_BENCH_TENSOR_M + ARTEM_BENCH_TENSOR_N, // of a and of b
};

// Rows an odd number of 16 bytes apart, so that ldmatrix reads eight of them at once.
template <int UNITS> struct tensor_shared {
    uint4 rows[STAGES][ROWS][UNITS | 1];
    row_terms terms[ARTEM_BENCH_TENSOR_M];
};
using gemm_shared = tensor_shared<ARTEM_BENCH_TENSOR_UNITS(false)>;
using conv_shared = tensor_shared<ARTEM_BENCH_TENSOR_UNITS(true)>;
static_assert(sizeof(gemm_shared) == ARTEM_BENCH_TENSOR_SHARED(false, ARTEM_SM), "args.h");
static_assert(sizeof(conv_shared) == ARTEM_BENCH_TENSOR_SHARED(true, ARTEM_SM), "args.h");

template <bool PICTURE, int UNITS>
DEVICE void load_stage(const artem_bench_args &args, uint4 (&to)[ROWS][UNITS | 1], const a_row *rows, uint32_t n0,
                       uint32_t plane, uint32_t unit)
{
    enum { PER_PASS = ARTEM_BENCH_THREADS / UNITS };
    const uint32_t u = threadIdx.x % UNITS, first = threadIdx.x / UNITS;

#pragma unroll
    for (int i = 0; i < ROWS / PER_PASS; i++) {
        const uint32_t row = first + i * PER_PASS;
        const uint4 *from = i < ARTEM_BENCH_TENSOR_M / PER_PASS
                                ? a_unit<PICTURE>(args, rows[i], plane, unit + u)
                                : b_unit(args, n0 + row - ARTEM_BENCH_TENSOR_M, unit + u);
#if ARTEM_SM >= 80
        copy_16(shared_address(&to[row][u]), from);
#else
        to[row][u] = *from;
#endif
    }
}

// d += the products of 256 bits, of 16 rows and of 16 columns.
DEVICE void multiply(int32_t (&d0)[4], int32_t (&d1)[4], const uint32_t a[4], const uint32_t b[4])
{
#if ARTEM_SM >= 80
    mma_and_16x8x256(d0, a, b);
    mma_and_16x8x256(d1, a, b + 2);
#else
    mma_xor_8x8x128(d0, a[0], b[0]);
    mma_xor_8x8x128(d0 + 2, a[1], b[0]);
    mma_xor_8x8x128(d1, a[0], b[2]);
    mma_xor_8x8x128(d1 + 2, a[1], b[2]);
    mma_xor_8x8x128(d0, a[2], b[1]);
    mma_xor_8x8x128(d0 + 2, a[3], b[1]);
    mma_xor_8x8x128(d1, a[2], b[3]);
    mma_xor_8x8x128(d1 + 2, a[3], b[3]);
#endif
}

template <int UNITS>
DEVICE void compute_stage(const uint4 (&rows)[ROWS][UNITS | 1], uint32_t m, uint32_t n, int32_t (&d)[MS][NS][4])
{
    const uint32_t lane = threadIdx.x % 32;
    // ldmatrix: rows 0-7, 8-15 of a, then the same of the next 16 bytes; of b the other way round.
    const uint32_t a_at = m + lane % 16, a_unit_at = lane / 16;
    const uint32_t b_at = ARTEM_BENCH_TENSOR_M + n + lane / 16 * 8 + lane % 8, b_unit_at = lane / 8 % 2;

#pragma unroll
    for (int u = 0; u < UNITS; u += 2) {
        uint32_t a[MS][4];
#pragma unroll
        for (int i = 0; i < MS; i++)
            ldmatrix_x4(a[i], shared_address(&rows[a_at + 16 * i][u + a_unit_at]));
#pragma unroll
        for (int j = 0; j < NS; j += 2) {
            uint32_t b[4];
            ldmatrix_x4(b, shared_address(&rows[b_at + 8 * j][u + b_unit_at]));
#pragma unroll
            for (int i = 0; i < MS; i++)
                multiply(d[i][j], d[i][j + 1], a[i], b);
        }
    }
}

template <bool PICTURE, int UNITS> DEVICE void product(const artem_bench_args &args, tensor_shared<UNITS> &s)
{
    enum { PER_PASS = ARTEM_BENCH_THREADS / UNITS, A_PASSES = ARTEM_BENCH_TENSOR_M / PER_PASS };
    const uint32_t m0 = blockIdx.y * ARTEM_BENCH_TENSOR_M, n0 = blockIdx.x * ARTEM_BENCH_TENSOR_N;
    const uint32_t warp = threadIdx.x / 32, m = warp / 2 * WARP_M, n = warp % 2 * WARP_N;
    const uint32_t steps = (args.k / 128 + UNITS - 1) / UNITS, all = steps * args.planes;
    int32_t d[MS][NS][4] = {};
    a_row rows[A_PASSES];

#pragma unroll
    for (int i = 0; i < A_PASSES; i++)
        rows[i] = row_of<PICTURE>(args, m0 + threadIdx.x / UNITS + i * PER_PASS);
    for (uint32_t i = threadIdx.x; i < ARTEM_BENCH_TENSOR_M; i += ARTEM_BENCH_THREADS)
        s.terms[i] = terms_of<PICTURE>(args, m0 + i);
    for (uint32_t step = 0; step < all + STAGES - 1; step++) {
        if (step >= STAGES - 1) {
            const uint32_t done = step - (STAGES - 1);
#if ARTEM_SM >= 80
            copies_wait<STAGES - 2>();
#endif
            __syncthreads();
            compute_stage<UNITS>(s.rows[done % STAGES], m, n, d);
            if (done % steps == steps - 1)
#pragma unroll
                for (int i = 0; i < MS; i++)
#pragma unroll
                    for (int j = 0; j < NS; j++)
#pragma unroll
                        for (int k = 0; k < 4; k++)
                            d[i][j][k] = after_plane(args, d[i][j][k], args.planes - 1 - done / steps);
        }
        if (step < all)
            load_stage<PICTURE, UNITS>(args, s.rows[step % STAGES], rows, n0, args.planes - 1 - step / steps,
                                       step % steps * UNITS);
#if ARTEM_SM >= 80
        copies_commit(); // an empty group at the end, so that waiting counts right
#endif
    }
#pragma unroll
    for (int i = 0; i < MS; i++)
        store_fragment<(ARTEM_SM < 80), NS>(args, d[i], m0 + m + 16 * i, s.terms + m + 16 * i, n0 + n);
}

BENCH_KERNEL(artem_bench_tensor_gemm, ARTEM_BENCH_THREADS, 1)
{
    DYNAMIC_SHARED(gemm_shared, s);
    product<false>(args, s);
}

BENCH_KERNEL(artem_bench_tensor_conv, ARTEM_BENCH_THREADS, 1)
{
    DYNAMIC_SHARED(conv_shared, s);
    product<true>(args, s);
}

#endif

} // namespace tensor

#endif
