// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk, docs/arithmetic.md §6, in one pass over memory: binary convolution, sums, normalisation,
// RPReLU, residual, thresholds. Blocks stay and take one tile after the other; while one is computed, the next one's
// map arrives, and on some chips its stream.
#include "moments.cuh"
#include "sums.cuh"
#include "unit_forms.cuh"

// Either the next tile's stream comes to shared memory, or a tile's own is loaded to registers before its convolution.
// plan.c asks the chip which, and PTX also runs on chips that it was not made for.
#if (ARTEM_SM / 10 == 9 || ARTEM_SM / 10 == 10) && !defined(ARTEM_CUDA_PTX)
constexpr bool stages_stream = true;
using unit_memory = artem_cuda_unit_staged;
#else
constexpr bool stages_stream = false;
using unit_memory = artem_cuda_unit_shared;
#endif

DEVICE artem_cuda_unit_shared &unit_of(artem_cuda_unit_shared &memory)
{
    return memory;
}

DEVICE artem_cuda_unit_shared &unit_of(artem_cuda_unit_staged &memory)
{
    return memory.unit;
}

// What a unit does to one channel: z = (s · gain + bias) >> 15, then (z · (z > 0 ? 1 : slope) + shift) >> 19 is added
// to the stream.
struct unit_params {
    int32_t gain;  // 16 · A
    int32_t bias;  // B · 2^15 + 2^14
    int32_t shift; // (C + 8) · 2^15 + 2^14
    int32_t slope; // P
};

DEVICE unit_params make_unit_params(int32_t a, int32_t b, int32_t c, int32_t slope)
{
    return {16 * a, b * (1 << 15) + (1 << 14), (c + 8) * (1 << 15) + (1 << 14), slope};
}

// The same for unit_step<true>, whose z is greater by C + 8, so that nothing has to be added to what it is shifted
// from. Single terms may wrap around, sums do not.
DEVICE unit_params make_tame_params(int32_t a, int32_t b, int32_t c, int32_t slope)
{
    const uint32_t more = (uint32_t)(c + 8);

    return {16 * a, (int32_t)(((uint32_t)b + more) << 15) + (1 << 14),
            (int32_t)(more * (uint32_t)((1 << 15) - slope) + (1u << 14)), slope};
}

// §6's gain and bias of the decoder's input, for a stream that is counted from 0 on: -128 is in the summand.
DEVICE uint2 make_decoder_input(int32_t gain, int32_t bias)
{
    const uint32_t factor = 256 * (uint32_t)gain;

    return make_uint2(factor, ((uint32_t)bias << 15) + (1u << 14) - 128 * factor);
}

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
    const int32_t slope = style.slope[unit][channel];
    *reinterpret_cast<unit_params *>(shared.params[slot]) = make_unit_params(a, b, c, slope);
    *reinterpret_cast<unit_params *>(shared.tame[slot]) = make_tame_params(a, b, c, slope);
    shared.thresholds[channel] = args.layer < ARTEM_CUDA_UNITS ? style.threshold[unit + 1][channel] : 0;
    *reinterpret_cast<uint2 *>(shared.decoder[slot]) =
        make_decoder_input(style.dec_gain[channel], style.dec_bias[channel]);
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
        return max(s * p.gain + p.bias, (int32_t)((uint32_t)(z * p.slope) + (uint32_t)p.shift)) >> 19;
    const int32_t saturated = sat16(z), r = saturated > 0 ? saturated : mulhrs(saturated, p.slope);
    return min(sat16(r + (p.shift >> 15) - 8) + 8, 32767) >> 4;
}

// The decoder's input from the stream before it is saturated. z needs no saturation, since what lies beyond 16 bits
// becomes 0 or 255 all the same.
DEVICE int32_t decoder_input(int32_t x, const uint2 &params)
{
    const int32_t z = (int32_t)((uint32_t)add_clamped(x, 128, 255) * params.x + params.y);

    return max((z >> 15) + 32, (z >> 18) + 32);
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
            const int4 raw = *reinterpret_cast<const int4 *>(TAME ? shared.tame[slot] : shared.params[slot]);
            const unit_params p = {raw.x, raw.y, raw.z, raw.w};
#pragma unroll
            for (int g = 0; g < 4; g++) {
                const uint32_t word = word_of(x[g], w);
                y[g][i] =
                    __dp4a((int32_t)word, 1 << 8 * i, unit_step<TAME>(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], p));
                if (LAST)
                    y[g][i] = decoder_input(y[g][i], *reinterpret_cast<const uint2 *>(shared.decoder[slot]));
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

// A cell of the map on its way to shared memory: copied there, or, where that is not asynchronous, in registers.
DEVICE uint4 fetch_map(const artem_cuda_args &args, artem_cuda_unit_shared &shared, uint32_t buffer,
                       const tile_place &tile)
{
    const uint8_t *cell = map_of(args, (args.layer - 1) & 1) + 16 * (size_t)halo_cell(tile, threadIdx.x);

#if ARTEM_SM >= 80
    copy_16(shared_address(shared.map[buffer][threadIdx.x]), cell);
    return {};
#else
    (void)shared, (void)buffer;
    return *reinterpret_cast<const uint4 *>(cell);
#endif
}

DEVICE void place_map(artem_cuda_unit_shared &shared, uint32_t buffer, uint4 cell)
{
    uint4 &place = *reinterpret_cast<uint4 *>(shared.map[buffer][threadIdx.x]);

#if ARTEM_SM >= 80
    cell = place; // this thread's own copy, which has arrived
#else
    place = cell;
#endif
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

// A thread's cells of a tile.
struct unit_cells {
    int32_t x, y;          // of the first one in the view
    int32_t width, height; // of the view
    uint32_t first;        // its number
};

template <class Form> DEVICE unit_cells cells_of(const tile_place &tile, const unit_thread &t)
{
    const int32_t x = tile.x + tile_x(Form::cell(t, 0)), y = tile.y + tile_y(Form::cell(t, 0));

    return {x, y, tile.width, tile.height, tile.first + (uint32_t)(y * tile.width + x)};
}

template <class Form> DEVICE bool is_inside(const unit_cells &cells, int g)
{
    return cells.x + across<Form>(g) < cells.width && cells.y + down<Form>(g) < cells.height;
}

// Where a cell is, from `first`, which is that of the first one.
template <class Form, uint32_t BYTES, typename T> DEVICE T *place_of(T *first, const unit_cells &cells, int g)
{
    return first + (size_t)(uint32_t)cells.width * (uint32_t)(BYTES * down<Form>(g)) + BYTES * across<Form>(g);
}

// A thread's part of the stream of a tile: to registers, or on its way to shared memory. That of cells outside is
// whatever it was. Only the thread that copies it reads it, so that no barrier is needed.
template <class Form, bool FULL> DEVICE void load_stream(uint4 x[4], const uint8_t *stream, const unit_cells &cells)
{
    const uint8_t *first = stream + (size_t)cells.first * 128;

#pragma unroll
    for (int g = 0; g < 4; g++) {
        if (!FULL)
            x[g] = make_uint4(0, 0, 0, 0);
        if (FULL || is_inside<Form>(cells, g))
            x[g] = *reinterpret_cast<const uint4 *>(place_of<Form, 128>(first, cells, g));
    }
}

template <class Form>
DEVICE void load_stream(uint4 x[4], const uint8_t *stream, const tile_place &tile, const unit_cells &cells)
{
    if (is_full(tile))
        load_stream<Form, true>(x, stream, cells);
    else
        load_stream<Form, false>(x, stream, cells);
}

template <class Form, bool FULL>
DEVICE void fetch_stream(artem_cuda_unit_staged &shared, const uint8_t *stream, const unit_cells &cells)
{
    const uint8_t *first = stream + (size_t)cells.first * 128;

#pragma unroll
    for (int g = 0; g < 4; g++)
        if (FULL || is_inside<Form>(cells, g))
            copy_16(shared_address(shared.stream[g][threadIdx.x]), place_of<Form, 128>(first, cells, g));
}

template <class Form>
DEVICE void fetch_stream(artem_cuda_unit_staged &shared, const uint8_t *stream, const tile_place &tile,
                         const unit_thread &t)
{
    const unit_cells cells = cells_of<Form>(tile, t);

    if (is_full(tile))
        fetch_stream<Form, true>(shared, stream, cells);
    else
        fetch_stream<Form, false>(shared, stream, cells);
}

DEVICE void take_stream(uint4 x[4], const artem_cuda_unit_staged &shared)
{
#pragma unroll
    for (int g = 0; g < 4; g++)
        x[g] = *reinterpret_cast<const uint4 *>(shared.stream[g][threadIdx.x]);
}

// map: NULL: there is no unit after this one.
template <class Form, bool FULL>
DEVICE void store_unit(uint8_t *stream, uint8_t *map, const unit_cells &cells, const unit_thread &t, const uint4 x[4],
                       const uint32_t bits[4])
{
    uint8_t *const first = stream + (size_t)cells.first * 128, *const first_bits = map + (size_t)cells.first * 16;

#pragma unroll
    for (int g = 0; g < 4; g++) {
        const uint32_t both = join_bits(bits[g]);
        if (!FULL && !is_inside<Form>(cells, g))
            continue;
        *reinterpret_cast<uint4 *>(place_of<Form, 128>(first, cells, g)) = x[g];
        if (map != nullptr && t.q % 2 == 0)
            *reinterpret_cast<uint32_t *>(place_of<Form, 16>(first_bits, cells, g)) = both;
    }
}

// A tile's sums: of a part's cells that count, else of all that are inside.
template <class Form, bool PART>
DEVICE void sum_tile(unit_sums &sums, int32_t (&acc)[2][8][4], const artem_cuda_args &args, const tile_place &tile,
                     const unit_cells &cells)
{
    if (PART) {
        int32_t counted[4];
#pragma unroll
        for (int g = 0; g < 4; g++)
            counted[g] = counts(args.shape, tile, cells.x + across<Form>(g), cells.y + down<Form>(g)) ? -1 : 0;
        add_tile_part(sums, acc, counted);
        return;
    }
    if (!is_full(tile)) {
#pragma unroll
        for (int g = 0; g < 4; g++)
#pragma unroll
            for (int k = 0; k < 16; k++)
                acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)] &= is_inside<Form>(cells, g) ? -1 : 0;
    }
    add_tile(sums, acc);
}

// PART: a step's, of parts of views. A kernel of its own, so that whole frames pay nothing for it.
template <class Form, bool PART, class Memory> DEVICE void run_unit(const artem_cuda_args &args, Memory &memory)
{
    artem_cuda_state &state = state_of(args);
    const bool exact = !PART && state.decisions.exact != 0, blank = !PART && state.decisions.blank != 0;
    const bool apply = PART ? args.pass != ARTEM_CUDA_PASS_STEP_SUMS : args.pass == ARTEM_CUDA_PASS_APPLY;
    const bool gather = PART ? args.pass != ARTEM_CUDA_PASS_STEP : !blank && exact != apply;
    if (!apply && !gather)
        return;
    artem_cuda_unit_shared &shared = unit_of(memory);
    const unit_thread t = {threadIdx.x % 32, threadIdx.x % 4, threadIdx.x / 128, threadIdx.x / 32 % 4};
    const uint32_t tiles = count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const bool brings = threadIdx.x < ARTEM_CUDA_HALO, last = args.layer == ARTEM_CUDA_UNITS;
    const bool back = args.layer % 2 != 0;
    uint8_t *stream = tensor_of(args, ARTEM_CUDA_STREAM) + t.half * ARTEM_CUDA_HALF + 16 * t.q;
    uint8_t *map = last ? nullptr : map_of(args, args.layer & 1) + t.half * 8 + t.q / 2 * 4;
    unit_sums sums = {};
    uint32_t buffer = 0;
    tile_walk walk = {};
    uint4 ahead = {};

    if (blockIdx.x < tiles) {
        walk = begin_walk(args.shape, tiles, back);
        if (brings)
            ahead = fetch_map(args, shared, 0, walk.tile);
        copies_commit();
        if constexpr (stages_stream) {
            if (apply)
                fetch_stream<Form>(memory, stream, walk.tile, t);
            copies_commit();
        }
    }
    const bool tame = load_unit_params(args, shared);
    copies_wait<stages_stream>(); // the stream may still come
    if (brings && blockIdx.x < tiles)
        place_map(shared, 0, ahead);
    Form::arrived();
    const bool all_tame = __syncthreads_and(tame) != 0;

    for (bool more = blockIdx.x < tiles; more; buffer ^= 1) {
        const tile_place tile = walk.tile;
        const unit_cells cells = cells_of<Form>(tile, t);
        uint32_t bits[4] = {0, 0, 0, 0};
        uint4 x[4];
        int32_t acc[2][8][4], ones[4];

        more = next_tile(walk, args.shape, tiles, back);
        if (more && brings)
            ahead = fetch_map(args, shared, buffer ^ 1, walk.tile);
        copies_commit();
        if (!stages_stream && apply)
            load_stream<Form>(x, stream, tile, cells);
        count_ones<Form>(shared, buffer, t, ones);
        Form::convolve(acc, shared, buffer, t, ones);
        sum_tile<Form, PART>(sums, acc, args, tile, cells);
        if constexpr (stages_stream) {
            copies_wait<1>(); // the next map may still come
            if (apply)
                take_stream(x, memory);
            if (apply && more)
                fetch_stream<Form>(memory, stream, walk.tile, t);
            copies_commit();
        }
        if (apply) {
            if (last && all_tame)
                apply_unit<true, true>(shared, t, acc, x, bits);
            else if (last)
                apply_unit<false, true>(shared, t, acc, x, bits);
            else if (all_tame)
                apply_unit<true, false>(shared, t, acc, x, bits);
            else
                apply_unit<false, false>(shared, t, acc, x, bits);
        }
        copies_wait<stages_stream>(); // the next stream may still come
        if (more && brings)
            place_map(shared, buffer ^ 1, ahead);
        Form::arrived();
        if (apply && is_full(tile))
            store_unit<Form, true>(stream, map, cells, t, x, bits);
        else if (apply)
            store_unit<Form, false>(stream, map, cells, t, x, bits);
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
        DYNAMIC_SHARED(unit_memory, shared);                                                                           \
        run_unit<unit_##form, false>(args, shared);                                                                    \
    }                                                                                                                  \
    KERNEL(artem_cuda_unit_##form##_part, ARTEM_CUDA_UNIT_THREADS, blocks)                                             \
    {                                                                                                                  \
        DYNAMIC_SHARED(unit_memory, shared);                                                                           \
        run_unit<unit_##form, true>(args, shared);                                                                     \
    }

// Only what a chip has in hardware, and popcount everywhere.
UNIT_KERNEL(popcount, 1)
#if ARTEM_SM < 80
UNIT_KERNEL(xor, 1) // there is shared memory for one
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
