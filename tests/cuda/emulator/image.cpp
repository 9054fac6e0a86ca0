// SPDX-License-Identifier: Apache-2.0
// The kernels as they are for one chip: compiled once per ARTEM_SM.
#include "cuda_host.h"
#include "kernels.h"

namespace
{
#include "kernels/cuda/network.cu"

// From the arguments as cuLaunchKernel gets them.
template <void (*kernel)(const artem_cuda_args &)> void run(const void *args)
{
    kernel(*static_cast<const artem_cuda_args *>(args));
}

#define PAIR(name, threads) ENTRY(name, threads), ENTRY(name##_part, threads)
#define ENTRY(name, threads)                                                                                           \
    {                                                                                                                  \
        "artem_cuda_" #name, run<artem_cuda_##name>, sizeof(artem_cuda_args), ARTEM_CUDA_##threads##_THREADS           \
    }

const cuda_kernel kernels[] = {
    ENTRY(input, INPUT),    PAIR(encoder, CONV),       PAIR(unit_popcount, UNIT),
#if ARTEM_SM < 80
    PAIR(unit_xor, UNIT),
#elif ARTEM_SM <= 90
    PAIR(unit_and, UNIT),
#else
    PAIR(unit_int8, UNIT),
#endif
#ifdef ARTEM_FP4
    PAIR(unit_fp4, UNIT),
#endif
#ifdef ARTEM_WGMMA
    PAIR(unit_wgmma, UNIT), PAIR(encoder_wgmma, CONV), ENTRY(d0_wgmma, CONV),
#endif
    ENTRY(d0, CONV),        ENTRY(d1, CONV),           ENTRY(d2, D2),
};
} // namespace

#define JOIN(a, b) a##b
#define NAME(sm) JOIN(cuda_image_, sm)
const cuda_image NAME(ARTEM_SM) = {ARTEM_SM, kernels, sizeof kernels / sizeof *kernels};
