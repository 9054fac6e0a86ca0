// SPDX-License-Identifier: Apache-2.0
// What is multiplied, made into bits; one warp per row of `k` channels. pack: int8 [m][k] to bits, bit = x > threshold.
// quantise: float [m][k] to planes of bits as artem_bgrad_quantise does. Both: the sum of each row.
#ifndef ARTEM_KERNELS_CUDA_BENCH_PACK_CUH
#define ARTEM_KERNELS_CUDA_BENCH_PACK_CUH

#include "common.cuh"

namespace pack
{

DEVICE uint32_t bits_of(uint32_t x, uint32_t threshold)
{
    const uint32_t mask = __vcmpgts4(x, threshold); // 255 where it is greater

    return ((mask & 0x08040201u) * 0x01010101u) >> 24;
}

BENCH_KERNEL(artem_bench_pack, ARTEM_BENCH_PACK_THREADS, 4)
{
    const uint32_t m = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32, units = args.k / 16;
    int32_t ones = 0;

    if (m >= args.m) // the whole warp
        return;
    const uint4 *x = at<const uint4>(args.a) + (size_t)m * units, *t = at<const uint4>(args.threshold);
    uint16_t *out = at<uint16_t>(args.bits) + (size_t)m * units;
    for (uint32_t i = lane; i < units; i += 32) {
        const uint4 v = x[i], w = t[i];
        const uint32_t bits =
            bits_of(v.x, w.x) | bits_of(v.y, w.y) << 4 | bits_of(v.z, w.z) << 8 | bits_of(v.w, w.w) << 12;
        out[i] = (uint16_t)bits;
        ones += __popc(bits);
    }
    ones = warp_sum(ones);
    if (lane == 0)
        at<int32_t>(args.total)[m] = ones;
}

// -2^(planes-1) + 1 .. 2^(planes-1) - 1, halves to even.
DEVICE int32_t quantum(float value, float step, uint32_t planes)
{
    const float limit = (float)((1 << (planes - 1)) - 1);
    const float q = value / step;

    return q != q ? 0 : (int32_t)rintf(fminf(fmaxf(q, -limit), limit));
}

BENCH_KERNEL(artem_bench_quantise, ARTEM_BENCH_PACK_THREADS, 4)
{
    const uint32_t m = (blockIdx.x * blockDim.x + threadIdx.x) / 32, lane = threadIdx.x % 32, words = args.k / 32;
    int32_t total = 0;

    if (m >= args.m)
        return;
    for (uint32_t i = 0; i < words; i++) {
        const float value = at<const float>(args.a)[(size_t)m * args.k + 32 * i + lane];
        // One bit is the sign, and counts 1.
        const int32_t q = args.planes == 1 ? value > 0 : quantum(value, args.step, args.planes);
        total += q;
        for (uint32_t plane = 0; plane < args.planes; plane++) {
            const uint32_t word = __ballot_sync(0xffffffffu, (uint32_t)q >> plane & 1);
            if (lane == 0)
                at<uint32_t>(args.bits)[((size_t)m * args.planes + plane) * words + i] = word;
        }
    }
    total = warp_sum(total);
    if (lane == 0)
        at<int32_t>(args.total)[m] = total;
}

} // namespace pack

#endif
