// SPDX-License-Identifier: Apache-2.0
// Instructions that CUDA C++ has no name for. tests/cuda/emulator has the same functions for the host, written from the
// PTX ISA's text.
#ifndef ARTEM_KERNELS_CUDA_INSTRUCTIONS_CUH
#define ARTEM_KERNELS_CUDA_INSTRUCTIONS_CUH

#include <stdint.h>

#define INSTRUCTION static __device__ __forceinline__

// Four matrices of eight rows of 16 bytes: lane l names the row l % 8 of matrix l / 8, and gets word l % 4 of row l / 4
// of each.
INSTRUCTION void ldmatrix_x4(uint32_t r[4], uint32_t address)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}

// Four int32 to int8, saturated, the first one in the lowest byte.
INSTRUCTION uint32_t pack_s8(int32_t v0, int32_t v1, int32_t v2, int32_t v3)
{
    uint32_t high, word;

    asm("cvt.pack.sat.s8.s32.b32 %0, %1, %2, %3;" : "=r"(high) : "r"(v3), "r"(v2), "r"(0));
    asm("cvt.pack.sat.s8.s32.b32 %0, %1, %2, %3;" : "=r"(word) : "r"(v1), "r"(v0), "r"(high));
    return word;
}

INSTRUCTION uint32_t pack_u8(int32_t v0, int32_t v1, int32_t v2, int32_t v3)
{
    uint32_t high, word;

    asm("cvt.pack.sat.u8.s32.b32 %0, %1, %2, %3;" : "=r"(high) : "r"(v3), "r"(v2), "r"(0));
    asm("cvt.pack.sat.u8.s32.b32 %0, %1, %2, %3;" : "=r"(word) : "r"(v1), "r"(v0), "r"(high));
    return word;
}

// Any function of three bits, in all 32 of them: `table` is what it makes of 0xf0, 0xcc and 0xaa. The compiler finds
// most by itself.
template <uint32_t table> INSTRUCTION uint32_t logic3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t d;

    asm("lop3.b32 %0, %1, %2, %3, %4;" : "=r"(d) : "r"(a), "r"(b), "r"(c), "n"(table));
    return d;
}

#if __CUDA_ARCH__ < 800

// d += popc(a xor b), 8 x 8 x 128 bits.
INSTRUCTION void mma_xor_8x8x128(int32_t d[2], uint32_t a, uint32_t b)
{
    asm volatile("mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc {%0, %1}, {%2}, {%3}, {%0, %1};"
                 : "+r"(d[0]), "+r"(d[1])
                 : "r"(a), "r"(b));
}

INSTRUCTION void mma_u8s8_8x8x16(int32_t d[2], uint32_t a, uint32_t b)
{
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0, %1}, {%2}, {%3}, {%0, %1};"
                 : "+r"(d[0]), "+r"(d[1])
                 : "r"(a), "r"(b));
}

#else

// d += a · b, 16 x 8 x 32 bytes.
INSTRUCTION void mma_u8s8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

INSTRUCTION void mma_u8u8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.u8.u8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// d += popc(a and b), 16 x 8 x 256 bits.
INSTRUCTION void mma_and_16x8x256(int32_t d[4], const uint32_t a[4], const uint32_t b[2])
{
    asm volatile("mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
                 "{%8, %9}, {%0, %1, %2, %3};"
                 : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// 16 bytes from global to shared memory, done when copies_wait says so.
INSTRUCTION void copy_16(uint32_t shared, const void *global)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared), "l"(__cvta_generic_to_global(global))
                 : "memory");
}

INSTRUCTION void copies_commit()
{
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits for all of this thread's groups but the latest `pending`.
template <int pending> INSTRUCTION void copies_wait()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

#endif

#ifdef ARTEM_FP4

// d += a · b, 16 x 8 x 64 numbers e2m1 (sign, two bits of exponent, one of fraction: 1 is 0.5), eight a register.
// Blocks of 32 of them along K have a factor of their own; here all have 2, so that the product of two 0.5 counts 1.
INSTRUCTION void mma_fp4_16x8x64(float d[4], const uint32_t a[4], const uint32_t b[2])
{
    const uint32_t twos = 0x80808080u; // ue8m0: 2^(0x80 - 127)
    const uint16_t first = 0;          // which bytes of which lanes' `twos`

    asm volatile("mma.sync.aligned.kind::mxf4.block_scale.scale_vec::2X.m16n8k64.row.col.f32.e2m1.e2m1.f32.ue8m0 "
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3}, %10, {%11, %11}, %10, {%11, %11};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]), "r"(twos), "h"(first));
}

#endif

#ifdef ARTEM_WGMMA

// Shared memory that was written by ordinary stores, to be read by wgmma after the next barrier.
INSTRUCTION void shared_to_async()
{
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

// The compiler moves nothing to d's registers later than here, nor from there sooner.
template <int N> INSTRUCTION void wgmma_settle(int32_t (&d)[N][4])
{
#pragma unroll
    for (int j = 0; j < N; j++)
        asm volatile("" : "+r"(d[j][0]), "+r"(d[j][1]), "+r"(d[j][2]), "+r"(d[j][3])::"memory");
}

INSTRUCTION void wgmma_fence()
{
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

INSTRUCTION void wgmma_commit()
{
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

// Waits for all groups but the latest `pending`; d names registers that are read afterwards.
template <int pending, int N> INSTRUCTION void wgmma_wait(int32_t (&d)[N][4])
{
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
    wgmma_settle(d);
}

// d (+)= popc(a and b), 64 x 64 x 256 bits, both from shared memory; `more` 0: d is overwritten.
INSTRUCTION void wgmma_and_64x64x256(int32_t (&d)[8][4], uint64_t a, uint64_t b, int32_t more)
{
    asm volatile(
        "{\n"
        ".reg .pred p;\n"
        "setp.ne.b32 p, %34, 0;\n"
        "wgmma.mma_async.sync.aligned.m64n64k256.s32.b1.b1.and.popc "
        "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, "
        "%23, %24, %25, %26, %27, %28, %29, %30, %31}, %32, %33, p;\n"
        "}\n"
        : "+r"(d[0][0]), "+r"(d[0][1]), "+r"(d[0][2]), "+r"(d[0][3]), "+r"(d[1][0]), "+r"(d[1][1]), "+r"(d[1][2]),
          "+r"(d[1][3]), "+r"(d[2][0]), "+r"(d[2][1]), "+r"(d[2][2]), "+r"(d[2][3]), "+r"(d[3][0]), "+r"(d[3][1]),
          "+r"(d[3][2]), "+r"(d[3][3]), "+r"(d[4][0]), "+r"(d[4][1]), "+r"(d[4][2]), "+r"(d[4][3]), "+r"(d[5][0]),
          "+r"(d[5][1]), "+r"(d[5][2]), "+r"(d[5][3]), "+r"(d[6][0]), "+r"(d[6][1]), "+r"(d[6][2]), "+r"(d[6][3]),
          "+r"(d[7][0]), "+r"(d[7][1]), "+r"(d[7][2]), "+r"(d[7][3])
        : "l"(a), "l"(b), "r"(more)
        : "memory");
}

// d += a · b, 64 x 8N x 32 bytes, activations unsigned, weights signed, both from shared memory.
INSTRUCTION void wgmma_u8s8(int32_t (&d)[8][4], uint64_t a, uint64_t b)
{
    asm volatile("{\n"
                 ".reg .pred p;\n"
                 "setp.eq.b32 p, 0, 0;\n"
                 "wgmma.mma_async.sync.aligned.m64n64k32.s32.u8.s8 "
                 "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, "
                 "%22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, %32, %33, p;\n"
                 "}\n"
                 : "+r"(d[0][0]), "+r"(d[0][1]), "+r"(d[0][2]), "+r"(d[0][3]), "+r"(d[1][0]), "+r"(d[1][1]),
                   "+r"(d[1][2]), "+r"(d[1][3]), "+r"(d[2][0]), "+r"(d[2][1]), "+r"(d[2][2]), "+r"(d[2][3]),
                   "+r"(d[3][0]), "+r"(d[3][1]), "+r"(d[3][2]), "+r"(d[3][3]), "+r"(d[4][0]), "+r"(d[4][1]),
                   "+r"(d[4][2]), "+r"(d[4][3]), "+r"(d[5][0]), "+r"(d[5][1]), "+r"(d[5][2]), "+r"(d[5][3]),
                   "+r"(d[6][0]), "+r"(d[6][1]), "+r"(d[6][2]), "+r"(d[6][3]), "+r"(d[7][0]), "+r"(d[7][1]),
                   "+r"(d[7][2]), "+r"(d[7][3])
                 : "l"(a), "l"(b)
                 : "memory");
}

INSTRUCTION void wgmma_u8s8(int32_t (&d)[4][4], uint64_t a, uint64_t b)
{
    asm volatile("{\n"
                 ".reg .pred p;\n"
                 "setp.eq.b32 p, 0, 0;\n"
                 "wgmma.mma_async.sync.aligned.m64n32k32.s32.u8.s8 "
                 "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15}, %16, %17, p;\n"
                 "}\n"
                 : "+r"(d[0][0]), "+r"(d[0][1]), "+r"(d[0][2]), "+r"(d[0][3]), "+r"(d[1][0]), "+r"(d[1][1]),
                   "+r"(d[1][2]), "+r"(d[1][3]), "+r"(d[2][0]), "+r"(d[2][1]), "+r"(d[2][2]), "+r"(d[2][3]),
                   "+r"(d[3][0]), "+r"(d[3][1]), "+r"(d[3][2]), "+r"(d[3][3])
                 : "l"(a), "l"(b)
                 : "memory");
}

#endif

#endif
