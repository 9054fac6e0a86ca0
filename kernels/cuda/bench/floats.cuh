// SPDX-License-Identifier: Apache-2.0
// Products of floats as first written in CUDA: one thread per output, and tiles in shared memory.
#ifndef ARTEM_KERNELS_CUDA_BENCH_FLOATS_CUH
#define ARTEM_KERNELS_CUDA_BENCH_FLOATS_CUH

#include "common.cuh"

namespace floats
{

enum { TILE_K = ARTEM_BENCH_TILED_K, EACH = 8 }; // a thread has EACH x EACH outputs

// Element k of row m.
template <bool PICTURE> DEVICE float a_element(const artem_bench_args &args, a_row row, uint32_t k)
{
    if (!PICTURE)
        return row.y >= 0 && k < args.k ? at<const float>(args.a)[(size_t)row.y * args.k + k] : 0.0f;
    const uint32_t tap = k / args.channels;
    const int32_t y = row.y + (int32_t)(tap / 3) - 1, x = row.x + (int32_t)(tap % 3) - 1;
    if (tap > 8 || y < 0 || x < 0 || y >= (int32_t)args.height || x >= (int32_t)args.width)
        return 0.0f;
    return at<const float>(args.a)[((size_t)y * args.width + (size_t)x) * args.channels + k % args.channels];
}

template <bool PICTURE> DEVICE void naive(const artem_bench_args &args)
{
    // Rows along x: a grid has more of them than it may have along y.
    const uint32_t n = blockIdx.y * blockDim.x + threadIdx.x, m = blockIdx.x;
    const float *b = at<const float>(args.b);
    float sum = 0.0f;

    if (n >= args.n)
        return;
    const a_row row = row_of<PICTURE>(args, m);
    if (!PICTURE) {
        const float *a = at<const float>(args.a) + (size_t)m * args.k;
        for (uint32_t k = 0; k < args.k; k++)
            sum += a[k] * b[(size_t)k * args.n + n];
    } else {
        for (uint32_t tap = 0; tap < 9; tap++) {
            const int32_t y = row.y + (int32_t)(tap / 3) - 1, x = row.x + (int32_t)(tap % 3) - 1;
            if (y < 0 || x < 0 || y >= (int32_t)args.height || x >= (int32_t)args.width)
                continue;
            const float *a = at<const float>(args.a) + ((size_t)y * args.width + (size_t)x) * args.channels;
            for (uint32_t c = 0; c < args.channels; c++)
                sum += a[c] * b[(size_t)(tap * args.channels + c) * args.n + n];
        }
    }
    at<float>(args.out)[(size_t)m * args.n + n] = sum;
}

struct tiled_shared {
    float a[TILE_K][ARTEM_BENCH_TILED_M + 4], b[TILE_K][ARTEM_BENCH_TILED_N];
};
static_assert(sizeof(tiled_shared) == ARTEM_BENCH_TILED_SHARED, "args.h");

template <bool PICTURE> DEVICE void tiled(const artem_bench_args &args, tiled_shared &s)
{
    const uint32_t m0 = blockIdx.y * ARTEM_BENCH_TILED_M, n0 = blockIdx.x * ARTEM_BENCH_TILED_N;
    const uint32_t tx = threadIdx.x % 16, ty = threadIdx.x / 16; // its columns tx * 8 ..., rows ty * 8 ...
    const uint32_t load_row = threadIdx.x / 2, load_k = threadIdx.x % 2 * 4;
    const a_row row = row_of<PICTURE>(args, m0 + load_row);
    float sum[EACH][EACH];

#pragma unroll
    for (int i = 0; i < EACH; i++)
#pragma unroll
        for (int j = 0; j < EACH; j++)
            sum[i][j] = 0.0f;
    for (uint32_t k0 = 0; k0 < args.k; k0 += TILE_K) {
#pragma unroll
        for (uint32_t i = 0; i < 4; i++) {
            const uint32_t place = threadIdx.x + i * ARTEM_BENCH_THREADS, kb = place / ARTEM_BENCH_TILED_N;
            const uint32_t n = n0 + place % ARTEM_BENCH_TILED_N;
            s.a[load_k + i][load_row] = a_element<PICTURE>(args, row, k0 + load_k + i);
            s.b[kb][place % ARTEM_BENCH_TILED_N] =
                k0 + kb < args.k && n < args.n ? at<const float>(args.b)[(size_t)(k0 + kb) * args.n + n] : 0.0f;
        }
        __syncthreads();
#pragma unroll
        for (int k = 0; k < TILE_K; k++) {
            float a[EACH], b[EACH];
#pragma unroll
            for (int i = 0; i < EACH; i++) {
                a[i] = s.a[k][ty * EACH + i];
                b[i] = s.b[k][tx * EACH + i];
            }
#pragma unroll
            for (int i = 0; i < EACH; i++)
#pragma unroll
                for (int j = 0; j < EACH; j++)
                    sum[i][j] += a[i] * b[j];
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < EACH; i++)
#pragma unroll
        for (int j = 0; j < EACH; j++) {
            const uint32_t m = m0 + ty * EACH + i, n = n0 + tx * EACH + j;
            if (m < args.m && n < args.n)
                at<float>(args.out)[(size_t)m * args.n + n] = sum[i][j];
        }
}

BENCH_KERNEL(artem_bench_naive_gemm, ARTEM_BENCH_NAIVE_THREADS, 1)
{
    naive<false>(args);
}

BENCH_KERNEL(artem_bench_naive_conv, ARTEM_BENCH_NAIVE_THREADS, 1)
{
    naive<true>(args);
}

BENCH_KERNEL(artem_bench_tiled_gemm, ARTEM_BENCH_THREADS, 2)
{
    DYNAMIC_SHARED(tiled_shared, s);
    tiled<false>(args, s);
}

BENCH_KERNEL(artem_bench_tiled_conv, ARTEM_BENCH_THREADS, 2)
{
    DYNAMIC_SHARED(tiled_shared, s);
    tiled<true>(args, s);
}

} // namespace floats

#endif
