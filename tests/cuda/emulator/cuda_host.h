// SPDX-License-Identifier: Apache-2.0
// CUDA C++ as far as kernels/cuda/ uses it, for the host's compiler: to be included before kernel text. ARTEM_SM says
// which chip the text is compiled for. What a function does is in the CUDA C++ Programming Guide under its name.
#ifndef ARTEM_TEST_CUDA_HOST_H
#define ARTEM_TEST_CUDA_HOST_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "fibers.h"
#include "instructions_host.h"

#define __device__
#define __forceinline__ inline
#define __shared__ static thread_local // of a function; blocks run one after the other
#define DYNAMIC_SHARED(type, name) type &name = *reinterpret_cast<type *>(cuda_block_shared(sizeof(type)))
#define KERNEL(name, threads, blocks) static void name(const artem_cuda_args &args)

using std::max;
using std::min;

struct alignas(16) uint4 {
    uint32_t x, y, z, w;
};

struct alignas(16) int4 {
    int32_t x, y, z, w;
};

struct alignas(8) uint2 {
    uint32_t x, y;
};

static inline uint4 make_uint4(uint32_t x, uint32_t y, uint32_t z, uint32_t w)
{
    return {x, y, z, w};
}

static inline uint2 make_uint2(uint32_t x, uint32_t y)
{
    return {x, y};
}

static inline int __popc(uint32_t v)
{
    return __builtin_popcount(v);
}

// The upper word of high:low shifted left.
static inline uint32_t __funnelshift_l(uint32_t low, uint32_t high, uint32_t n)
{
    return (uint32_t)((((uint64_t)high << 32 | low) << (n & 31)) >> 32);
}

static inline int32_t __float_as_int(float v)
{
    int32_t bits;

    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static inline int32_t __dp4a(int32_t a, int32_t b, int32_t c)
{
    for (int i = 0; i < 4; i++)
        c += (int8_t)((uint32_t)a >> 8 * i) * (int8_t)((uint32_t)b >> 8 * i);
    return c;
}

template <typename T> static inline T __ldcg(const T *p)
{
    return *p;
}

// Fibers change only where they wait.
static inline uint32_t atomicAdd(uint32_t *p, uint32_t v)
{
    const uint32_t before = *p;

    *p += v;
    return before;
}

static inline unsigned long long atomicAdd(unsigned long long *p, unsigned long long v)
{
    const unsigned long long before = *p;

    *p += v;
    return before;
}

static inline void __threadfence()
{
}

static inline void __syncthreads()
{
    cuda_block_barrier(1);
}

static inline int __syncthreads_and(int predicate)
{
    return cuda_block_barrier(predicate != 0);
}

// Shuffles: all 32 lanes take part.
template <typename T> static inline T cuda_shuffle(uint32_t mask, T v, uint32_t from)
{
    T values[32];

    if (mask != 0xffffffffu)
        cuda_fail("a shuffle of a part of a warp");
    cuda_warp_share(&v, sizeof v, values, "shfl.sync");
    return values[from & 31];
}

template <typename T> static inline T __shfl_sync(uint32_t mask, T v, int lane)
{
    return cuda_shuffle(mask, v, (uint32_t)lane);
}

template <typename T> static inline T __shfl_xor_sync(uint32_t mask, T v, int lanes)
{
    return cuda_shuffle(mask, v, threadIdx.x % 32 ^ (uint32_t)lanes);
}

// Beyond the last lane, the lane's own.
template <typename T> static inline T __shfl_down_sync(uint32_t mask, T v, uint32_t delta)
{
    const uint32_t lane = threadIdx.x % 32;

    return cuda_shuffle(mask, v, lane + delta < 32 ? lane + delta : lane);
}

static inline size_t __cvta_generic_to_shared(const void *p)
{
    return cuda_shared_address(p);
}

static inline void *__cvta_shared_to_generic(size_t address)
{
    return cuda_shared_pointer((uint32_t)address, 1);
}

#endif
