// SPDX-License-Identifier: Apache-2.0
// The binary matrix product by the warpgroup-wide AND of compute capability 9.0: 256 x 128 outputs a block, 128 x 128 a
// warpgroup, both operands read from shared memory by the tensor cores themselves.
#ifndef ARTEM_KERNELS_CUDA_BENCH_WGMMA_CUH
#define ARTEM_KERNELS_CUDA_BENCH_WGMMA_CUH

#include "common.cuh"
#ifdef __CUDACC__
#include "wide.cuh"
#endif

namespace wgmma
{

#ifdef ARTEM_WGMMA

enum {
    UNITS = ARTEM_BENCH_WGMMA_UNITS, // of 16 bytes in a stage
    STAGES = ARTEM_BENCH_WGMMA_STAGES,
    GROUP_M = 128,
    MS = GROUP_M / 64,
    NS = ARTEM_BENCH_TENSOR_N / 8,
    ROWS = ARTEM_BENCH_TENSOR_M + ARTEM_BENCH_TENSOR_N, // of a and of b
};

// Core matrices of eight rows of 16 bytes, those of the same rows one after the other.
struct wgmma_shared {
    uint4 matrices[STAGES][ROWS / 8][UNITS][8];
    row_terms terms[ARTEM_BENCH_TENSOR_M];
};
static_assert(sizeof(wgmma_shared) == ARTEM_BENCH_WGMMA_SHARED, "args.h");

// Where matrices are: the next one along k follows after 128 bytes, that of the next eight rows after UNITS of them.
DEVICE uint64_t descriptor(const uint4 *matrix)
{
    return wgmma_operand(wgmma_address(matrix), 8, UNITS * 8);
}

DEVICE void load_stage(const artem_bench_args &args, uint4 (&to)[ROWS / 8][UNITS][8], uint32_t m0, uint32_t n0,
                       uint32_t unit)
{
    // Eight threads copy two neighbouring units of four rows: whole sectors of memory, few conflicts of banks.
    const uint32_t t = threadIdx.x, u = t % 2 + t / 8 % 4 * 2, first = t / 2 % 4 + t / 32 * 4;

#pragma unroll
    for (int i = 0; i < ROWS / 32; i++) {
        const uint32_t row = first + i * 32;
        const uint4 *from = i < ARTEM_BENCH_TENSOR_M / 32
                                ? a_unit<false>(args, row_of<false>(args, m0 + row), 0, unit + u)
                                : b_unit(args, n0 + row - ARTEM_BENCH_TENSOR_M, unit + u);
        copy_16(shared_address(&to[row / 8][u][row % 8]), from);
    }
}

BENCH_KERNEL(artem_bench_wgmma_gemm, ARTEM_BENCH_THREADS, 1)
{
    DYNAMIC_SHARED(wgmma_shared, s);
    const uint32_t m0 = blockIdx.y * ARTEM_BENCH_TENSOR_M, n0 = blockIdx.x * ARTEM_BENCH_TENSOR_N;
    const uint32_t group = threadIdx.x / 128, warp = threadIdx.x / 32 % 4;
    const uint32_t steps = (args.k / 128 + UNITS - 1) / UNITS;
    int32_t d[MS][NS][4] = {};

    for (uint32_t i = threadIdx.x; i < ARTEM_BENCH_TENSOR_M; i += ARTEM_BENCH_THREADS)
        s.terms[i] = terms_of<false>(args, m0 + i);
    for (uint32_t step = 0; step < steps + STAGES - 1; step++) {
        if (step >= STAGES - 1) {
            const uint32_t stage = (step - (STAGES - 1)) % STAGES;
            copies_wait<STAGES - 2>();
            shared_to_async();
            __syncthreads();
            wgmma_fence();
#pragma unroll
            for (int u = 0; u < UNITS; u += 2)
#pragma unroll
                for (int i = 0; i < MS; i++)
                    wgmma_and_64x128x256(d[i], descriptor(s.matrices[stage][group * GROUP_M / 8 + 8 * i][u]),
                                         descriptor(s.matrices[stage][ARTEM_BENCH_TENSOR_M / 8][u]));
            wgmma_commit();
#pragma unroll
            for (int i = 0; i < MS; i++)
                wgmma_wait<0>(d[i]);
        }
        if (step < steps)
            load_stage(args, s.matrices[step % STAGES], m0, n0, step * UNITS);
        copies_commit(); // an empty group at the end, so that waiting counts right
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < MS; i++) {
        const uint32_t m = group * GROUP_M + 64 * i + warp * 16;
        store_fragment<false, NS>(args, d[i], m0 + m, s.terms + m, n0);
    }
}

#endif

} // namespace wgmma

#endif
