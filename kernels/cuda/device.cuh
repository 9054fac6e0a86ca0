// SPDX-License-Identifier: Apache-2.0
// What all kernels share: which chip they are compiled for, their argument, the notation of docs/arithmetic.md §1.
//
// Kernels are compiled by nvcc per chip, and by the host's C++ compiler for the tests (tests/cuda/emulator), which
// includes a header of its own before this one: kernel text must not depend on which of them it is.
#ifndef ARTEM_KERNELS_CUDA_DEVICE_CUH
#define ARTEM_KERNELS_CUDA_DEVICE_CUH

#ifdef __CUDACC__
#define ARTEM_SM (__CUDA_ARCH__ / 10)
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
#define ARTEM_WGMMA 1
#endif
#if defined(__CUDA_ARCH_FAMILY_SPECIFIC__) && ARTEM_SM / 10 == 12
#define ARTEM_FP4 1
#endif
#define DYNAMIC_SHARED(type, name)                                                                                     \
    extern __shared__ __align__(128) unsigned char artem_dynamic_shared[];                                             \
    type &name = *reinterpret_cast<type *>(artem_dynamic_shared)
// Not `inline`, so that names are those of layout.h and plan.h.
#define KERNEL(name, threads, blocks)                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ artem_cuda_args args)
#include "instructions.cuh"
#endif

#include "geometry.h"
#include "layout.h"

#define DEVICE static __device__ __forceinline__

// ---- The buffers ----

DEVICE const artem_cuda_network &network_of(const artem_cuda_args &args)
{
    return *reinterpret_cast<const artem_cuda_network *>(args.network);
}

DEVICE const artem_cuda_style &style_of(const artem_cuda_args &args)
{
    return *reinterpret_cast<const artem_cuda_style *>(args.style);
}

DEVICE artem_cuda_state &state_of(const artem_cuda_args &args)
{
    return *reinterpret_cast<artem_cuda_state *>(args.state);
}

DEVICE const artem_cuda_frame &frame_of(const artem_cuda_args &args)
{
    return *reinterpret_cast<const artem_cuda_frame *>(args.frame);
}

// A tensor of the arena: `region` is ARTEM_CUDA_INPUT, _STREAM or _MAPS.
DEVICE uint8_t *tensor_of(const artem_cuda_args &args, uint32_t region)
{
    return reinterpret_cast<uint8_t *>(args.arena) + (size_t)ARTEM_CUDA_PLANE(args.shape.cells) * region;
}

DEVICE uint8_t *map_of(const artem_cuda_args &args, uint32_t which)
{
    return tensor_of(args, ARTEM_CUDA_MAPS + 16 * which);
}

// ---- docs/arithmetic.md §1 ----

DEVICE int32_t clamp32(int32_t v, int32_t low, int32_t high)
{
    return min(max(v, low), high);
}

DEVICE int32_t sat16(int32_t v)
{
    return clamp32(v, -32768, 32767);
}

// a + b between 0 and high, as one instruction of 9.0.
DEVICE int32_t add_clamped(int32_t a, int32_t b, int32_t high)
{
    return max(min(a + b, high), 0);
}

DEVICE int32_t mulhrs(int32_t a, int32_t b)
{
    return (a * b + (1 << 14)) >> 15;
}

// ---- Four int8 in a word, sixteen in four ----

template <typename Words> DEVICE auto &word_of(Words &words, int w)
{
    return w == 0 ? words.x : w == 1 ? words.y : w == 2 ? words.z : words.w;
}

// Bits of a where `mask` has them, else of b.
template <uint32_t mask> DEVICE uint32_t choose(uint32_t a, uint32_t b)
{
    return logic3<0xca>(mask, a, b);
}

// In the highest bit of each byte: which of four int8 are greater than those of another word. What was there goes down
// by one; the lowest four bits of each byte say nothing.
DEVICE uint32_t append_greater(uint32_t bits, uint32_t v, uint32_t than)
{
    // In the highest bit of each: that the lower seven of `than` are not below those of v.
    const uint32_t not_below = ((than & 0x7f7f7f7fu) | 0x80808080u) - (v & 0x7f7f7f7fu);
    // Where the signs differ, `than` is the negative one of what v is greater than.
    constexpr uint32_t greater = ((0xf0 ^ 0xcc) & 0xcc) | (~(0xf0 ^ 0xcc) & ~0xaa & 0xff);

    return choose<0x80808080u>(logic3<greater>(v, than, not_below), bits >> 1);
}

// A word of the map from two neighbours' bits, for the lane with the lower channels: ARTEM_CUDA_MAP_BIT.
DEVICE uint32_t join_bits(uint32_t bits)
{
    return choose<0xf0f0f0f0u>(bits, __shfl_down_sync(0xffffffffu, bits, 1) >> 4);
}

// ---- Memory ----

DEVICE uint32_t shared_address(const void *p)
{
    return (uint32_t)__cvta_generic_to_shared(p);
}

// Copies a multiple of 16 bytes with all threads of a block of one dimension; both sides are aligned to 16.
DEVICE void copy_by_block(void *to, const void *from, uint32_t bytes)
{
    for (uint32_t i = threadIdx.x; i < bytes / 16; i += blockDim.x)
        reinterpret_cast<uint4 *>(to)[i] = reinterpret_cast<const uint4 *>(from)[i];
}

#if ARTEM_SM < 80
// Nothing is asynchronous here.
DEVICE void copy_16(uint32_t shared, const void *global)
{
    *reinterpret_cast<uint4 *>(__cvta_shared_to_generic(shared)) = *reinterpret_cast<const uint4 *>(global);
}

DEVICE void copies_commit()
{
}

template <int pending> DEVICE void copies_wait()
{
}
#endif

#ifdef ARTEM_WGMMA
// An operand of wgmma without swizzling, all in units of 16 bytes: where in shared memory it begins, and how far apart
// core matrices (eight rows of a unit) are along K and along M or N.
DEVICE uint64_t wgmma_operand(uint32_t begin, uint32_t along_k, uint32_t along_rows)
{
    return (uint64_t)along_rows << 32 | (begin + (along_k << 16));
}

DEVICE uint32_t wgmma_address(const void *p)
{
    return (shared_address(p) & 0x3ffffu) >> 4;
}
#endif

// ---- Warps ----

// The sum over the threads of a warp, for all of them.
template <typename T> DEVICE T warp_sum(T v)
{
    for (int n = 16; n > 0; n >>= 1)
        v += __shfl_xor_sync(0xffffffffu, v, n);
    return v;
}

#endif
