// SPDX-License-Identifier: Apache-2.0
// The encoder, docs/arithmetic.md §5 and §7: int8 convolution, sums, normalisation, the stream and its first bits. A
// block computes half of the outputs (y). The last block of the first pass decides what the frame is.
#include "conv8.cuh"
#include "moments.cuh"
#include "sums.cuh"

// Is the frame blank, is it a cut, how fast do the statistics follow it?
DEVICE void decide(const artem_cuda_args &args, int64_t *scratch)
{
    artem_cuda_state &state = state_of(args);
    const uint32_t channel = threadIdx.x;
    const moments cal = calibration(style_of(args), 0, channel), frame = frame_moments(args, 0, channel);
    moments m = load_state(state, 0, channel);
    const int64_t seen = block_sum(max(256 * frame.square - frame.mean * frame.mean, INT64_C(0)), scratch);
    const int64_t calibrated = block_sum(variance(cal), scratch);
    const int64_t change = 256 * frame.mean - m.mean;
    const int64_t moved = block_sum(change < 0 ? -change : change, scratch), all = state.deviations;
    const bool blank = 64 * seen < calibrated;
    const int32_t pace = moved > all ? 0 : moved > all / 8 ? 1 : moved > all / 16 ? 2 : 3;
    const bool wanted = frame_of(args).wants_exact != 0, cut = !wanted && !blank && pace == 0, exact = wanted || cut;

    if (!blank)
        m = exact ? take(frame) : follow(m, frame, pace);
    store_state(state, 0, channel, m);
    if (exact)
        make_gains(args, 0, channel, m);
    if (channel == 0)
        state.decisions = {exact, blank, (uint32_t)pace, cut};
}

// Returns whether none of the 16-bit numbers of §5 and §7 can saturate.
DEVICE bool load_encoder_params(const artem_cuda_args &args, artem_cuda_encoder_shared &shared, uint32_t half)
{
    const artem_cuda_state &state = state_of(args);
    const artem_cuda_network &network = network_of(args);

    copy_by_block(shared.weights, network.enc_weights[half], sizeof shared.weights);
    if (threadIdx.x >= ARTEM_CUDA_HALF)
        return true;
    const uint32_t slot = threadIdx.x, channel = half * ARTEM_CUDA_HALF + (slot & 3) * 16 + (slot >> 2);
    const int32_t a = state.a[0][channel], b = state.b[0][channel];
    shared.params[slot][0] = network.enc_offset[channel] + ((1 << network.enc_shift) >> 1);
    shared.params[slot][1] = a;
    shared.params[slot][2] = b;
    shared.params[slot][3] = (int32_t)((uint32_t)(b + 8) << 15) + (1 << 14);
    shared.thresholds[channel % ARTEM_CUDA_HALF] = style_of(args).threshold[0][channel];
    return network.enc_largest <= 32767 && mulhrs(network.enc_largest, abs(a)) + abs(b) + 8 <= 32767;
}

// One thread's 16 channels of four cells. Sums are of cells inside the view, of a part's of those that count.
// FULL: of a tile that is inside as a whole.
template <class Conv, bool PART, bool FULL, bool TAME>
DEVICE void finish_encoder(const artem_cuda_args &args, const artem_cuda_encoder_shared &shared, const tile_place &tile,
                           uint32_t half, const int32_t (&acc)[2][8][4], int32_t s1[16], int64_t s2[16])
{
    const uint32_t q = threadIdx.x % 4, begin = first_cell<Conv>(), at = half * ARTEM_CUDA_HALF + 16 * q;
    const int32_t shift = network_of(args).enc_shift;
    const int32_t left = tile.x + tile_x(begin), top = tile.y + tile_y(begin);
    const size_t first = tile.first + (uint32_t)(top * tile.width + left);
    uint8_t *stream = tensor_of(args, ARTEM_CUDA_STREAM) + first * 128 + at;
    uint8_t *map = map_of(args, 0) + first * 16 + at / 8;
    uint32_t words[4][4], bits[4] = {0, 0, 0, 0};
    const uint4 thresholds = *reinterpret_cast<const uint4 *>(shared.thresholds + 16 * q);
    bool inside[4], counted[4];

#pragma unroll
    for (int g = 0; g < 4; g++) {
        const int32_t x = left + across<Conv>(g), y = top + down<Conv>(g);
        inside[g] = FULL || (x < tile.width && y < tile.height);
        counted[g] = PART ? counts(args.shape, tile, x, y) : inside[g];
    }
#pragma unroll
    for (int w = 3; w >= 0; w--) {
        int32_t x[4][4];
#pragma unroll
        for (int i = 3; i >= 0; i--) {
            const int k = 4 * w + i;
            const int4 p = *reinterpret_cast<const int4 *>(shared.params[4 * k + q]);
#pragma unroll
            for (int g = 0; g < 4; g++) {
                const int32_t shifted = (acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)] + p.x) >> shift;
                const int32_t s = TAME ? shifted : sat16(shifted), summed = counted[g] ? s : 0;
                s1[k] += summed;
                s2[k] += (int64_t)summed * summed;
                x[g][i] = TAME ? (s * p.y + p.w) >> 19 : (sat16(mulhrs(s, p.y) + p.z) + 8) >> 4;
            }
        }
#pragma unroll
        for (int g = 0; g < 4; g++) {
            words[g][w] = pack_s8(x[g][0], x[g][1], x[g][2], x[g][3]);
            bits[g] = append_greater(bits[g], words[g][w], word_of(thresholds, w));
        }
    }
#pragma unroll
    for (int g = 0; g < 4; g++) {
        const uint32_t both = join_bits(bits[g]);
        const size_t further = (size_t)(uint32_t)(tile.width * down<Conv>(g) + across<Conv>(g));
        if (!inside[g])
            continue;
        *reinterpret_cast<uint4 *>(stream + 128 * further) =
            make_uint4(words[g][0], words[g][1], words[g][2], words[g][3]);
        if (q % 2 == 0)
            *reinterpret_cast<uint32_t *>(map + 16 * further) = both;
    }
}

DEVICE void add_encoder_sums(const artem_cuda_args &args, artem_cuda_encoder_shared &shared, uint32_t half,
                             const int32_t s1[16], const int64_t s2[16])
{
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    artem_cuda_state &state = state_of(args);

    __syncthreads(); // the input, which the sums overwrite, is no longer read
#pragma unroll
    for (int k = 0; k < 16; k++) {
        const int64_t sum1 = column_sum((long long)s1[k]), sum2 = column_sum((long long)s2[k]);
        if (lane < 4) {
            shared.of.sums[warp][0][16 * lane + k] = sum1;
            shared.of.sums[warp][1][16 * lane + k] = sum2;
        }
    }
    __syncthreads();
    const uint32_t c = threadIdx.x % ARTEM_CUDA_HALF, which = threadIdx.x / ARTEM_CUDA_HALF;
    int64_t sum = 0;
    for (int w = 0; w < 4; w++)
        sum += shared.of.sums[w][which][c];
    add_to_frame((which == 0 ? state.sum1 : state.sum2)[0][half * ARTEM_CUDA_HALF + c], sum);
}

// PART: a step's, of parts of views.
template <class Conv, bool PART> DEVICE void run_encoder(const artem_cuda_args &args, artem_cuda_encoder_shared &shared)
{
    artem_cuda_state &state = state_of(args);
    const bool first = args.pass == ARTEM_CUDA_PASS_FIRST;
    if (!PART && !first && state.decisions.exact == 0)
        return;
    const uint32_t tiles = count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape), half = blockIdx.y;
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_INPUT);
    int32_t s1[16] = {0};
    int64_t s2[16] = {0};
    uint32_t buffer = 0;

    if (blockIdx.x < tiles)
        load_halo<4, ARTEM_CUDA_PLANE_4>(shared_address(shared.of.input), input,
                                         find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, blockIdx.x));
    copies_commit();
    const bool all_tame = __syncthreads_and(load_encoder_params(args, shared, half)) != 0;
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x, buffer ^= 1) {
        const uint32_t next = index + gridDim.x;
        int32_t acc[2][8][4];
        if (next < tiles)
            load_halo<4, ARTEM_CUDA_PLANE_4>(shared_address(shared.of.input[buffer ^ 1]), input,
                                             find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, next));
        copies_commit();
        copies_wait<1>();
        Conv::arrived();
        __syncthreads();
        Conv::template convolve<4, ARTEM_CUDA_PLANE_4, 8>(acc, 0, shared.of.input[buffer], shared.weights);
        const tile_place tile = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index);
        if (is_full(tile) && all_tame)
            finish_encoder<Conv, PART, true, true>(args, shared, tile, half, acc, s1, s2);
        else
            finish_encoder<Conv, PART, false, false>(args, shared, tile, half, acc, s1, s2);
        __syncthreads(); // the next tile but one takes this one's place
    }
    if (PART ? args.pass == ARTEM_CUDA_PASS_STEP : !first)
        return;
    add_encoder_sums(args, shared, half, s1, s2);
    if (!PART && is_last_block(state.done[0], gridDim.x * gridDim.y, shared.last))
        decide(args, shared.scratch);
}

#define ENCODER_KERNEL(name, conv)                                                                                     \
    KERNEL(artem_cuda_##name, ARTEM_CUDA_CONV_THREADS, 3)                                                              \
    {                                                                                                                  \
        DYNAMIC_SHARED(artem_cuda_encoder_shared, shared);                                                             \
        run_encoder<conv, false>(args, shared);                                                                        \
    }                                                                                                                  \
    KERNEL(artem_cuda_##name##_part, ARTEM_CUDA_CONV_THREADS, 3)                                                       \
    {                                                                                                                  \
        DYNAMIC_SHARED(artem_cuda_encoder_shared, shared);                                                             \
        run_encoder<conv, true>(args, shared);                                                                         \
    }

ENCODER_KERNEL(encoder, conv_mma)
#ifdef ARTEM_WGMMA
ENCODER_KERNEL(encoder_wgmma, conv_wgmma)
#endif
