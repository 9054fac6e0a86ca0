// SPDX-License-Identifier: Apache-2.0
// Normalisation, docs/arithmetic.md §7: kernels/normalise.c with one thread per channel.
#ifndef ARTEM_KERNELS_CUDA_MOMENTS_CUH
#define ARTEM_KERNELS_CUDA_MOMENTS_CUH

#include "device.cuh"

// Of one channel: of a frame in 1/256, of a state or the calibration in 1/65536.
struct moments {
    int64_t mean, square;
};

DEVICE int64_t clamp64(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

DEVICE int64_t divr(int64_t a, int64_t b)
{
    const int64_t n = 2 * a + b, d = 2 * b;

    return n / d - (n % d < 0);
}

// Of v < 2^62; the square root of the processor may be off by one where v has more than 53 bits.
DEVICE int64_t isqrt(uint64_t v)
{
    uint64_t root = (uint64_t)sqrt((double)v);

    while (root * root > v)
        root--;
    while ((root + 1) * (root + 1) <= v)
        root++;
    return (int64_t)root;
}

DEVICE int64_t variance(const moments &m)
{
    return clamp64(m.square - ((m.mean * m.mean) >> 16), 1, INT64_MAX);
}

DEVICE moments calibration(const artem_cuda_style &style, uint32_t layer, uint32_t channel)
{
    return {style.cal_mean[layer][channel], style.cal_square[layer][channel]};
}

DEVICE moments load_state(const artem_cuda_state &state, uint32_t layer, uint32_t channel)
{
    return {state.mean[layer][channel], state.square[layer][channel]};
}

DEVICE void store_state(artem_cuda_state &state, uint32_t layer, uint32_t channel, const moments &m)
{
    state.mean[layer][channel] = m.mean;
    state.square[layer][channel] = m.square;
}

// From sums that other blocks added to while this kernel ran.
DEVICE moments frame_moments(const artem_cuda_args &args, uint32_t layer, uint32_t channel)
{
    artem_cuda_state &state = state_of(args);
    const int64_t s1 = __ldcg(reinterpret_cast<const long long *>(&state.sum1[layer][channel]));
    const int64_t s2 = __ldcg(reinterpret_cast<const long long *>(&state.sum2[layer][channel]));

    return {divr(256 * s1, args.shape.cells), divr(256 * s2, args.shape.cells)};
}

DEVICE moments follow(const moments &m, const moments &frame, int32_t pace)
{
    return {m.mean + ((256 * frame.mean - m.mean) >> pace), m.square + ((256 * frame.square - m.square) >> pace)};
}

DEVICE moments take(const moments &frame)
{
    return {256 * frame.mean, 256 * frame.square};
}

// Stores the gains that a state gives; returns D.
DEVICE int64_t make_gains(const artem_cuda_args &args, uint32_t layer, uint32_t channel, const moments &m)
{
    const artem_cuda_style &style = style_of(args);
    artem_cuda_state &state = state_of(args);
    const moments cal = calibration(style, layer, channel);
    const int64_t own = network_of(args).adapt;
    const int p = layer == 0 ? 0 : 4;
    const moments pooled = {((16 - own) * cal.mean + own * m.mean) >> 4,
                            ((16 - own) * cal.square + own * m.square) >> 4};
    const int64_t vc = variance(cal);
    const int64_t v = clamp64(variance(pooled), clamp64(vc >> 4, 1, INT64_MAX), 16 * vc);
    const int64_t d = clamp64(isqrt((uint64_t)clamp64(v, 1, (INT64_C(1) << 46) - 1) << 16), 1, INT64_MAX);
    const int64_t a = clamp64(divr(style.gain[layer][channel] * (INT64_C(1) << (26 - p)), d), -32767, 32767);
    const int64_t b = style.bias[layer][channel] - ((pooled.mean * a + (INT64_C(1) << (30 - p))) >> (31 - p));

    state.a[layer][channel] = (int16_t)a;
    state.b[layer][channel] = (int16_t)clamp64(b, -32768, 32767);
    return d;
}

// The sum over the 128 threads of a block, for all of them; scratch has four entries.
DEVICE int64_t block_sum(int64_t v, int64_t *scratch)
{
    v = warp_sum(v);
    __syncthreads(); // scratch may still be read
    if (threadIdx.x % 32 == 0)
        scratch[threadIdx.x / 32] = v;
    __syncthreads();
    return scratch[0] + scratch[1] + scratch[2] + scratch[3];
}

#endif
