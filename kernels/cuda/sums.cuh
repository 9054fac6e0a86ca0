// SPDX-License-Identifier: Apache-2.0
// The sums of a layer, docs/arithmetic.md §7: from the threads of a warp to the frame's.
#ifndef ARTEM_KERNELS_CUDA_SUMS_CUH
#define ARTEM_KERNELS_CUDA_SUMS_CUH

#include "device.cuh"

// The sum over the lanes that have the same columns of a fragment; for all of them.
template <typename T> DEVICE T column_sum(T v)
{
    v += __shfl_xor_sync(0xffffffffu, v, 4);
    v += __shfl_xor_sync(0xffffffffu, v, 8);
    v += __shfl_xor_sync(0xffffffffu, v, 16);
    return v;
}

DEVICE void add_to_frame(int64_t &sum, int64_t v)
{
    atomicAdd(reinterpret_cast<unsigned long long *>(&sum), (unsigned long long)v);
}

// After all threads of the block have added to the frame's sums: whether it is the last block to do so, which then sees
// them all. `blocks`: of the launch; `last`: in shared memory.
DEVICE bool is_last_block(uint32_t &done, uint32_t blocks, uint32_t &last)
{
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0)
        last = atomicAdd(&done, 1u) == blocks - 1;
    __syncthreads();
    if (last == 0)
        return false;
    if (threadIdx.x == 0)
        done = 0; // for the next launch
    __threadfence();
    return true;
}

#endif
