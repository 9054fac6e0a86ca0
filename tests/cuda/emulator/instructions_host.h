// SPDX-License-Identifier: Apache-2.0
// The functions of kernels/cuda/instructions.cuh for the host, written from the text of the PTX ISA: which lane holds
// which element, and when an instruction's effect may be seen, is as it says there. Sections are named where they are
// implemented (instructions_host.cpp, wgmma_host.cpp).
#ifndef ARTEM_TEST_CUDA_INSTRUCTIONS_HOST_H
#define ARTEM_TEST_CUDA_INSTRUCTIONS_HOST_H

#include <cstdint>

#ifndef ARTEM_SM
#define ARTEM_SM 0 // the emulator itself: all of them
#endif

void ldmatrix_x4(uint32_t r[4], uint32_t address);
uint32_t pack_s8(int32_t v0, int32_t v1, int32_t v2, int32_t v3);
uint32_t pack_u8(int32_t v0, int32_t v1, int32_t v2, int32_t v3);

// lop3: each bit of the result is the bit of `table` whose number a, b and c are the binary digits of.
template <uint32_t table> static inline uint32_t logic3(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t d = 0;

    for (int i = 0; i < 32; i++)
        d |= (table >> ((a >> i & 1) * 4 + (b >> i & 1) * 2 + (c >> i & 1)) & 1) << i;
    return d;
}

#if ARTEM_SM < 80
void mma_xor_8x8x128(int32_t d[2], uint32_t a, uint32_t b);
void mma_u8s8_8x8x16(int32_t d[2], uint32_t a, uint32_t b);
#endif

#if ARTEM_SM == 0 || ARTEM_SM >= 80
void mma_u8s8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2]);
void mma_u8u8_16x8x32(int32_t d[4], const uint32_t a[4], const uint32_t b[2]);
void mma_and_16x8x256(int32_t d[4], const uint32_t a[4], const uint32_t b[2]);
void copy_16(uint32_t shared, const void *global);
void copies_commit();
void cuda_copies_wait(int pending);

template <int pending> static inline void copies_wait()
{
    cuda_copies_wait(pending);
}
#endif

#if ARTEM_SM == 0 || ARTEM_SM == 120
#define ARTEM_FP4 1
void mma_fp4_16x8x64(float d[4], const uint32_t a[4], const uint32_t b[2]);
#endif

#if ARTEM_SM == 0 || ARTEM_SM == 90
#define ARTEM_WGMMA 1
void shared_to_async();
void wgmma_fence();
void wgmma_commit();
void cuda_wgmma_wait(int pending);
void wgmma_and_64x64x256(int32_t (&d)[8][4], uint64_t a, uint64_t b, int32_t more);

void wgmma_u8s8(int32_t (&d)[8][4], uint64_t a, uint64_t b);
void wgmma_u8s8(int32_t (&d)[4][4], uint64_t a, uint64_t b);

// Here, d is where it is.
template <int N> static inline void wgmma_settle(int32_t (&)[N][4])
{
}

template <int pending, int N> static inline void wgmma_wait(int32_t (&)[N][4])
{
    cuda_wgmma_wait(pending);
}
#endif

#endif
