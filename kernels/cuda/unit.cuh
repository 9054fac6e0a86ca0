// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk, docs/arithmetic.md §6, in one pass over memory: binary convolution, sums, normalisation,
// RPReLU, residual, thresholds. Blocks stay and take one tile after the other; while one is computed, the next one's
// map arrives in registers.
#include "moments.cuh"
#include "sums.cuh"
#include "unit_forms.cuh"

// What a unit does to one channel: z = (s · gain + bias) >> 15, then (z · (z > 0 ? 1 : slope) + shift) >> 19 is added
// to the stream.
struct unit_params {
    int32_t gain;  // 16 · A
    int32_t bias;  // B · 2^15 + 2^14
    int32_t shift; // (C + 8) · 2^15 + 2^14
    int32_t slope;
};

// Whether none of §6's 16-bit numbers can saturate, so that they need not be looked at.
DEVICE bool never_saturates(int32_t a, int32_t b, int32_t c)
{
    const int32_t z = ((1152 * 16 * abs(a) + (1 << 14)) >> 15) + abs(b);

    return z + abs(c) + 16 <= 32767;
}

DEVICE bool load_unit_params(const artem_cuda_args &args, artem_cuda_unit_shared &shared)
{
    const artem_cuda_network &network = network_of(args);
    const artem_cuda_style &style = style_of(args);
    const artem_cuda_state &state = state_of(args);
    const uint32_t unit = args.layer - 1, slot = threadIdx.x;

    copy_by_block(shared.weights, network.unit_weights[unit], sizeof shared.weights);
    if (slot >= ARTEM_CUDA_CHANNELS)
        return true;
    const uint32_t channel = (slot & 64) + (slot & 3) * 16 + (slot >> 2 & 15);
    const int32_t a = state.a[args.layer][channel], b = state.b[args.layer][channel], c = style.shift[unit][channel];
    shared.params[slot][0] = 16 * a;
    shared.params[slot][1] = b * (1 << 15) + (1 << 14);
    shared.params[slot][2] = (c + 8) * (1 << 15) + (1 << 14);
    shared.params[slot][3] = style.slope[unit][channel];
    shared.thresholds[channel] = args.layer < ARTEM_CUDA_UNITS ? style.threshold[unit + 1][channel] : 0;
    shared.decoder[slot] = pair16(style.dec_gain[channel], style.dec_bias[channel]);
    shared.weight_ones[slot] = network.unit_ones[unit][channel];
    return never_saturates(a, b, c);
}

// What is added to the stream, in 1/8.
template <bool TAME> DEVICE int32_t unit_step(int32_t s, const unit_params &p)
{
    const int32_t z = (s * p.gain + p.bias) >> 15;

    // Of z << 15 and z · slope the larger one, since slope is less than 1 << 15. In place of z << 15 goes what z was
    // shifted from: beside a constant without low bits, its own change nothing that is left.
    if (TAME)
        return max(s * p.gain + p.bias + p.shift - (1 << 14), z * p.slope + p.shift) >> 19;
    const int32_t saturated = sat16(z), r = saturated > 0 ? saturated : mulhrs(saturated, p.slope);
    return min(sat16(r + (p.shift >> 15) - 8) + 8, 32767) >> 4;
}

// The decoder's input from a stream that is saturated.
DEVICE int32_t decoder_input(int32_t x, int32_t params)
{
    return leaky(sat16(mulhrs(256 * x, low16(params)) + high16(params)), 0);
}

// One thread's 16 channels of four cells, x: the stream before and after.
template <bool TAME, bool LAST>
DEVICE void apply_unit(const artem_cuda_unit_shared &shared, const unit_thread &t, const int32_t (&acc)[2][8][4],
                       uint4 x[4], uint32_t bits[4])
{
    const uint4 thresholds = *reinterpret_cast<const uint4 *>(shared.thresholds + t.half * ARTEM_CUDA_HALF + 16 * t.q);

#pragma unroll
    for (int w = 3; w >= 0; w--) {
        int32_t y[4][4];
#pragma unroll
        for (int i = 3; i >= 0; i--) {
            const int k = 4 * w + i;
            const uint32_t slot = t.half * ARTEM_CUDA_HALF + 4 * k + t.q;
            const int4 raw = *reinterpret_cast<const int4 *>(shared.params[slot]);
            const unit_params p = {raw.x, raw.y, raw.z, raw.w};
#pragma unroll
            for (int g = 0; g < 4; g++) {
                const uint32_t word = word_of(x[g], w);
                y[g][i] =
                    __dp4a((int32_t)word, 1 << 8 * i, unit_step<TAME>(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], p));
                if (LAST)
                    y[g][i] = decoder_input(clamp32(y[g][i], -128, 127), shared.decoder[slot]);
            }
        }
#pragma unroll
        for (int g = 0; g < 4; g++) {
            uint32_t &word = word_of(x[g], w);
            word = LAST ? pack_u8(y[g][0], y[g][1], y[g][2], y[g][3]) : pack_s8(y[g][0], y[g][1], y[g][2], y[g][3]);
            if (!LAST)
                bits[g] = append_greater(bits[g], word, word_of(thresholds, w));
        }
    }
}

struct unit_sums {
    int32_t s1[16];
    uint32_t s2[16];
};

DEVICE void add_tile(unit_sums &sums, const int32_t (&acc)[2][8][4])
{
#pragma unroll
    for (int k = 0; k < 16; k++)
#pragma unroll
        for (int g = 0; g < 4; g++) {
            const int32_t s = acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)];
            sums.s1[k] += s;
            sums.s2[k] += (uint32_t)(s * s);
        }
}

// Of a part: `counted` is -1 for cells that count, else 0. The others are the stream's all the same.
DEVICE void add_tile_part(unit_sums &sums, const int32_t (&acc)[2][8][4], const int32_t counted[4])
{
#pragma unroll
    for (int k = 0; k < 16; k++)
#pragma unroll
        for (int g = 0; g < 4; g++) {
            const int32_t s = acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)] & counted[g];
            sums.s1[k] += s;
            sums.s2[k] += (uint32_t)(s * s);
        }
}

DEVICE void add_unit_sums(const artem_cuda_args &args, artem_cuda_unit_shared &shared, const unit_thread &t,
                          const unit_sums &sums)
{
    artem_cuda_state &state = state_of(args);

#pragma unroll
    for (int k = 0; k < 16; k++) {
        const int32_t s1 = column_sum(sums.s1[k]);
        const uint32_t s2 = column_sum(sums.s2[k]);
        if (t.lane < 4) {
            const uint32_t channel = t.half * ARTEM_CUDA_HALF + 16 * t.lane + k;
            shared.sums[t.warp][0][channel] = s1;
            shared.sums[t.warp][1][channel] = s2;
        }
    }
    __syncthreads();
    const uint32_t channel = threadIdx.x % ARTEM_CUDA_CHANNELS, which = threadIdx.x / ARTEM_CUDA_CHANNELS;
    int64_t sum = 0;
    for (int w = 0; w < 4; w++)
        sum += shared.sums[w][which][channel];
    add_to_frame((which == 0 ? state.sum1 : state.sum2)[args.layer][channel], sum);
}

// A cell of the map on its way to shared memory.
DEVICE uint4 fetch_map(const artem_cuda_args &args, const tile_place &tile)
{
    const uint8_t *map = map_of(args, (args.layer - 1) & 1);

    return *reinterpret_cast<const uint4 *>(map + (size_t)halo_cell(tile, threadIdx.x) * 16);
}

DEVICE void place_map(artem_cuda_unit_shared &shared, uint32_t buffer, const uint4 &cell)
{
    *reinterpret_cast<uint4 *>(shared.map[buffer][threadIdx.x]) = cell;
    shared.ones[buffer][threadIdx.x] = __popc(cell.x) + __popc(cell.y) + __popc(cell.z) + __popc(cell.w);
}

// popc(a) of the windows of this lane's four cells: each of four lanes adds up one of them.
template <class Form>
DEVICE void count_ones(const artem_cuda_unit_shared &shared, uint32_t buffer, const unit_thread &t, int32_t ones[4])
{
    const uint32_t window = window_of(Form::cell(t, (int)t.q));
    int32_t sum = 0;

#pragma unroll
    for (uint32_t tap = 0; tap < ARTEM_CUDA_TAPS; tap++)
        sum += shared.ones[buffer][window + tap_offset(tap)];
#pragma unroll
    for (int g = 0; g < 4; g++)
        ones[g] = __shfl_sync(0xffffffffu, sum, (int)(t.lane & 28) + g);
}

// In exact mode, before a unit is applied: its state becomes the frame's own moments. After it in lagged mode: the
// state follows. One thread per channel.
DEVICE void finish_unit(const artem_cuda_args &args)
{
    artem_cuda_state &state = state_of(args);
    const uint32_t channel = threadIdx.x;

    if (channel >= ARTEM_CUDA_CHANNELS)
        return;
    const moments frame = frame_moments(args, args.layer, channel);
    const bool exact = args.pass == ARTEM_CUDA_PASS_SUMS;
    const moments m =
        exact ? take(frame) : follow(load_state(state, args.layer, channel), frame, (int32_t)state.decisions.pace);
    store_state(state, args.layer, channel, m);
    if (exact)
        make_gains(args, args.layer, channel, m);
}

// From the first of a thread's four cells to another: columns, rows, and cells of the view.
template <class Form> DEVICE int32_t across(int g)
{
    return Form::side_by_side ? 8 * (g >> 1) : 0;
}

template <class Form> DEVICE int32_t down(int g)
{
    return Form::side_by_side ? g & 1 : g;
}

// A thread's cells of a tile.
struct unit_cells {
    int32_t x, y;          // of the first one in the view
    int32_t width, height; // of the view
    int64_t first;         // its number
};

template <class Form> DEVICE unit_cells cells_of(const tile_place &tile, const unit_thread &t)
{
    const int32_t x = tile.x + tile_x(Form::cell(t, 0)), y = tile.y + tile_y(Form::cell(t, 0));

    return {x, y, tile.width, tile.height, (int32_t)tile.first + y * tile.width + x};
}

template <class Form> DEVICE bool is_inside(const unit_cells &cells, int g)
{
    return cells.x + across<Form>(g) < cells.width && cells.y + down<Form>(g) < cells.height;
}

template <class Form> DEVICE int64_t cell_number(const unit_cells &cells, int g)
{
    return cells.first + (down<Form>(g) * cells.width + across<Form>(g));
}

// The whole tile is inside its view, so that no cell has to be looked at.
DEVICE bool is_full(const tile_place &tile)
{
    return tile.x + ARTEM_CUDA_TILE_W <= tile.width && tile.y + ARTEM_CUDA_TILE_H <= tile.height;
}

template <class Form, bool FULL> DEVICE void load_stream(uint4 x[4], const uint8_t *stream, const unit_cells &cells)
{
#pragma unroll
    for (int g = 0; g < 4; g++) {
        if (!FULL)
            x[g] = make_uint4(0, 0, 0, 0);
        if (FULL || is_inside<Form>(cells, g))
            x[g] = *reinterpret_cast<const uint4 *>(stream + 128 * cell_number<Form>(cells, g));
    }
}

// map: NULL: there is no unit after this one.
template <class Form, bool FULL>
DEVICE void store_unit(uint8_t *stream, uint8_t *map, const unit_cells &cells, const unit_thread &t, const uint4 x[4],
                       const uint32_t bits[4])
{
#pragma unroll
    for (int g = 0; g < 4; g++) {
        const uint32_t both = bits[g] | __shfl_down_sync(0xffffffffu, bits[g], 1) << 16;
        if (!FULL && !is_inside<Form>(cells, g))
            continue;
        *reinterpret_cast<uint4 *>(stream + 128 * cell_number<Form>(cells, g)) = x[g];
        if (map != nullptr && t.q % 2 == 0)
            *reinterpret_cast<uint32_t *>(map + 16 * cell_number<Form>(cells, g)) = both;
    }
}

// PART: a step's, of parts of views. A kernel of its own, so that whole frames pay nothing for it.
template <class Form, bool PART> DEVICE void run_unit(const artem_cuda_args &args, artem_cuda_unit_shared &shared)
{
    artem_cuda_state &state = state_of(args);
    const bool exact = !PART && state.decisions.exact != 0, blank = !PART && state.decisions.blank != 0;
    const bool apply = PART ? args.pass != ARTEM_CUDA_PASS_STEP_SUMS : args.pass == ARTEM_CUDA_PASS_APPLY;
    const bool gather = PART ? args.pass != ARTEM_CUDA_PASS_STEP : !blank && exact != apply;
    if (!apply && !gather)
        return;
    const unit_thread t = {threadIdx.x % 32, threadIdx.x % 4, threadIdx.x / 128, threadIdx.x / 32 % 4};
    const uint32_t tiles = count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const bool brings = threadIdx.x < ARTEM_CUDA_HALO, last = args.layer == ARTEM_CUDA_UNITS;
    uint8_t *stream = tensor_of(args, ARTEM_CUDA_STREAM) + t.half * ARTEM_CUDA_HALF + 16 * t.q;
    uint8_t *map = last ? nullptr : map_of(args, args.layer & 1) + t.half * 8 + 2 * t.q;
    unit_sums sums = {};
    uint32_t buffer = 0;
    tile_place tile = {}, next = {};
    uint4 ahead = {};

    if (blockIdx.x < tiles)
        tile = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, blockIdx.x);
    if (brings && blockIdx.x < tiles)
        place_map(shared, 0, fetch_map(args, tile));
    const bool tame = load_unit_params(args, shared);
#ifdef ARTEM_WGMMA
    shared_to_async();
#endif
    const bool all_tame = __syncthreads_and(tame) != 0;

    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x, buffer ^= 1, tile = next) {
        const bool more = index + gridDim.x < tiles, full = is_full(tile);
        const unit_cells cells = cells_of<Form>(tile, t);
        uint32_t bits[4] = {0, 0, 0, 0};
        uint4 x[4];
        int32_t acc[2][8][4], ones[4];

        if (more)
            next = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index + gridDim.x);
        if (more && brings)
            ahead = fetch_map(args, next);
        if (apply && full)
            load_stream<Form, true>(x, stream, cells);
        else if (apply)
            load_stream<Form, false>(x, stream, cells);
        count_ones<Form>(shared, buffer, t, ones);
        Form::convolve(acc, shared, buffer, t, ones);
        if (PART) {
            int32_t counted[4];
#pragma unroll
            for (int g = 0; g < 4; g++)
                counted[g] = counts(args.shape, tile, cells.x + across<Form>(g), cells.y + down<Form>(g)) ? -1 : 0;
            add_tile_part(sums, acc, counted);
        } else if (!full) {
#pragma unroll
            for (int g = 0; g < 4; g++)
#pragma unroll
                for (int k = 0; k < 16; k++)
                    acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)] &= is_inside<Form>(cells, g) ? -1 : 0;
        }
        if (!PART)
            add_tile(sums, acc);
        if (apply) {
            if (last && all_tame)
                apply_unit<true, true>(shared, t, acc, x, bits);
            else if (last)
                apply_unit<false, true>(shared, t, acc, x, bits);
            else if (all_tame)
                apply_unit<true, false>(shared, t, acc, x, bits);
            else
                apply_unit<false, false>(shared, t, acc, x, bits);
            if (full)
                store_unit<Form, true>(stream, map, cells, t, x, bits);
            else
                store_unit<Form, false>(stream, map, cells, t, x, bits);
        }
        if (more && brings)
            place_map(shared, buffer ^ 1, ahead);
#ifdef ARTEM_WGMMA
        shared_to_async();
#endif
        __syncthreads();
    }
    if (!gather)
        return;
    add_unit_sums(args, shared, t, sums);
    if (!PART && is_last_block(state.done[args.layer], gridDim.x, shared.last))
        finish_unit(args);
}

#define UNIT_KERNEL(form, blocks)                                                                                      \
    KERNEL(artem_cuda_unit_##form, ARTEM_CUDA_UNIT_THREADS, blocks)                                                    \
    {                                                                                                                  \
        DYNAMIC_SHARED(artem_cuda_unit_shared, shared);                                                                \
        run_unit<unit_##form, false>(args, shared);                                                                    \
    }                                                                                                                  \
    KERNEL(artem_cuda_unit_##form##_part, ARTEM_CUDA_UNIT_THREADS, blocks)                                             \
    {                                                                                                                  \
        DYNAMIC_SHARED(artem_cuda_unit_shared, shared);                                                                \
        run_unit<unit_##form, true>(args, shared);                                                                     \
    }

// Only what a chip has in hardware, and popcount everywhere.
UNIT_KERNEL(popcount, 1)
#if ARTEM_SM < 80
UNIT_KERNEL(xor, 2)
#elif ARTEM_SM <= 90
UNIT_KERNEL(and, 2)
#else
UNIT_KERNEL(int8, 2)
#endif
#ifdef ARTEM_FP4
UNIT_KERNEL(fp4, 2)
#endif
#ifdef ARTEM_WGMMA
UNIT_KERNEL(wgmma, 2)
#endif
