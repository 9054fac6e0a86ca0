// SPDX-License-Identifier: Apache-2.0
// The kernels of kernels/cuda/bench as they are for one chip: compiled once per ARTEM_SM.
#include "cuda_host.h"
#include "kernels.h"

#include "kernels/cuda/bench/args.h"

#define BENCH_KERNEL(name, threads, blocks) static void name(const artem_bench_args &args)

// Bytes that are greater, signed: 255.
static inline uint32_t __vcmpgts4(uint32_t a, uint32_t b)
{
    uint32_t mask = 0;

    for (int i = 0; i < 32; i += 8)
        mask |= (int8_t)(a >> i) > (int8_t)(b >> i) ? 255u << i : 0;
    return mask;
}

static inline uint32_t __ballot_sync(uint32_t mask, int predicate)
{
    uint32_t values[32], value = predicate != 0, ballot = 0;

    if (mask != 0xffffffffu)
        cuda_fail("a ballot of a part of a warp");
    cuda_warp_share(&value, sizeof value, values, "vote.sync");
    for (int i = 0; i < 32; i++)
        ballot |= values[i] << i;
    return ballot;
}

#ifdef ARTEM_WGMMA
// As two of 64 columns: rows of b lie eight by eight a stride offset apart, columns of d one after the other.
static inline void wgmma_and_64x128x256(int32_t (&d)[16][4], uint64_t a, uint64_t b)
{
    const uint64_t stride = b >> 32 & 0x3fff, start = (b & 0x3fff) + 8 * stride;

    wgmma_and_64x64x256(*reinterpret_cast<int32_t(*)[8][4]>(&d[0]), a, b, 1);
    wgmma_and_64x64x256(*reinterpret_cast<int32_t(*)[8][4]>(&d[8]), a, (b & ~UINT64_C(0x3fff)) | (start & 0x3fff), 1);
}
#endif

namespace
{
#include "kernels/cuda/bench/bench.cu"

template <void (*kernel)(const artem_bench_args &)> void run(const void *args)
{
    kernel(*static_cast<const artem_bench_args *>(args));
}

#define ENTRY(space, name, threads)                                                                                    \
    {                                                                                                                  \
        "artem_bench_" #name, run<space::artem_bench_##name>, sizeof(artem_bench_args), ARTEM_BENCH_##threads          \
    }

const cuda_kernel kernels[] = {
    ENTRY(pack, pack, PACK_THREADS),          ENTRY(pack, quantise, PACK_THREADS),
    ENTRY(floats, naive_gemm, NAIVE_THREADS), ENTRY(floats, naive_conv, NAIVE_THREADS),
    ENTRY(floats, tiled_gemm, THREADS),       ENTRY(floats, tiled_conv, THREADS),
    ENTRY(popcount, popcount_gemm, THREADS),  ENTRY(popcount, popcount_conv, THREADS),
#if ARTEM_SM < 100
    ENTRY(tensor, tensor_gemm, THREADS),      ENTRY(tensor, tensor_conv, THREADS),
#endif
#ifdef ARTEM_WGMMA
    ENTRY(wgmma, wgmma_gemm, THREADS),
#endif
};
} // namespace

#define JOIN(a, b) a##b
#define NAME(sm) JOIN(cuda_bench_image_, sm)
const cuda_image NAME(ARTEM_SM) = {ARTEM_SM, kernels, sizeof kernels / sizeof *kernels};
