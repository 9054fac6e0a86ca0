// SPDX-License-Identifier: Apache-2.0
// The decoder, docs/arithmetic.md §5: d0 at a quarter, doubling and d1 at half, doubling and d2 at the full style
// resolution.
#include "conv8.cuh"
#include "doubling.cuh"

// A channel's multiplier, what is to be added to the product, bias.
DEVICE artem_cuda_decoder_params make_params(int32_t mul, int32_t bias)
{
    return {mul, (1 << 14) - 32768 * mul, bias, 0};
}

// mulhrs of §5 of a sum that half of 1 << shift has been added to, saturated: as a number from 0 on, whose offset the
// parameters take out again.
DEVICE int32_t scaled(int32_t acc, int32_t shift, const artem_cuda_decoder_params &p)
{
    return (add_clamped(acc >> shift, 32768, 65535) * p.mul + p.add) >> 15;
}

// Requantised, and through the leaky ReLU, before it is saturated to a byte: z needs no saturation, since what lies
// beyond 16 bits becomes 0 or 255 all the same.
DEVICE int32_t decoder_value(int32_t acc, int32_t shift, const artem_cuda_decoder_params &p)
{
    const int32_t z = scaled(acc, shift, p) + p.bias;

    return (max(z, z >> 3) + 8 + 32 * 16) >> 4;
}

template <class Conv> DEVICE void run_d0(const artem_cuda_args &args, artem_cuda_d0_shared &shared)
{
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const uint32_t q = threadIdx.x % 4, begin = first_cell<Conv>();
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_STREAM);
    uint8_t *output = tensor_of(args, ARTEM_CUDA_INPUT);
    const int32_t shift = style.d0_shift;

    copy_by_block(shared.weights, style.d0_weights, sizeof shared.weights);
    if (threadIdx.x < 32)
        shared.params[threadIdx.x] = make_params(style.d0_mul[threadIdx.x], style.d0_bias[threadIdx.x]);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index);
        int32_t acc[2][4][4];
        __syncthreads(); // the tile before is no longer read
        load_halo<8, ARTEM_CUDA_PLANE_8>(shared_address(shared.input), input, tile);
        copies_commit();
        copies_wait<0>();
        Conv::arrived();
        __syncthreads();
        Conv::template convolve<8, ARTEM_CUDA_PLANE_8, 4>(acc, (1 << shift) >> 1, shared.input, shared.weights);
        const int32_t x = tile.x + tile_x(begin), y = tile.y + tile_y(begin);
        uint8_t *to = output + (size_t)(tile.first + (uint32_t)(y * tile.width + x)) * 32 + 8 * q;
#pragma unroll
        for (int g = 0; g < 4; g++) {
            int32_t u[8];
#pragma unroll
            for (int k = 0; k < 8; k++)
                u[k] = decoder_value(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], shift, shared.params[8 * q + k]);
            const int32_t dx = across<Conv>(g), dy = down<Conv>(g);
            if (x + dx < tile.width && y + dy < tile.height)
                *reinterpret_cast<uint2 *>(to + (size_t)(uint32_t)tile.width * (uint32_t)(32 * dy) + 32 * dx) =
                    make_uint2(pack_u8(u[0], u[1], u[2], u[3]), pack_u8(u[4], u[5], u[6], u[7]));
        }
    }
}

KERNEL(artem_cuda_d0, ARTEM_CUDA_CONV_THREADS, 3)
{
    DYNAMIC_SHARED(artem_cuda_d0_shared, shared);
    run_d0<conv_mma>(args, shared);
}

#ifdef ARTEM_WGMMA
KERNEL(artem_cuda_d0_wgmma, ARTEM_CUDA_CONV_THREADS, 3)
{
    DYNAMIC_SHARED(artem_cuda_d0_shared, shared);
    run_d0<conv_wgmma>(args, shared);
}
#endif

// Of d0's output, doubled: the tile of d1 that begins at an even pixel, and the pixels around it. Each item is 16 bytes
// of the four doubled pixels between four cells.
DEVICE void double_into_d1(artem_cuda_d1_shared &shared, const uint8_t *input, const tile_place &tile, uint32_t first)
{
    constexpr uint32_t columns = ARTEM_CUDA_HALO_W / 2, items = columns * (ARTEM_CUDA_HALO_H / 2) * 2;
    uint4 *out = reinterpret_cast<uint4 *>(shared.input);
    const tile_place cells = {tile.view, tile.width / 2, tile.height / 2, first, tile.x / 2, tile.y / 2};
    const uint32_t i = threadIdx.x, unit = i % 2, column = i / 2 % columns, row = i / 2 / columns;
    uint4 doubled[4];

    static_assert(items <= ARTEM_CUDA_CONV_THREADS, "one each");
    if (i >= items)
        return;
    double_unit<2>(doubled, reinterpret_cast<const uint4 *>(input) + unit, cells, cells.x + (int32_t)column - 1,
                   cells.y + (int32_t)row - 1);
#pragma unroll
    for (uint32_t k = 0; k < 4; k++)
        out[unit * ARTEM_CUDA_PLANE_8 + (2 * row + (k >> 1)) * ARTEM_CUDA_HALO_W + 2 * column + (k & 1)] = doubled[k];
}

KERNEL(artem_cuda_d1, ARTEM_CUDA_CONV_THREADS, 8)
{
    DYNAMIC_SHARED(artem_cuda_d1_shared, shared);
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const uint32_t q = threadIdx.x % 4, begin = first_cell<conv_mma>();
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_INPUT);
    uint8_t *output = tensor_of(args, ARTEM_CUDA_STREAM);
    const int32_t shift = style.d1_shift;

    copy_by_block(shared.weights, style.d1_weights, sizeof shared.weights);
    if (threadIdx.x < 16)
        shared.params[threadIdx.x] = make_params(style.d1_mul[threadIdx.x], style.d1_bias[threadIdx.x]);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index);
        int32_t acc[2][2][4];
        __syncthreads(); // the tile before is no longer read
        double_into_d1(shared, input, tile, args.shape.view[tile.view].first);
        __syncthreads();
        conv_mma::convolve<2, ARTEM_CUDA_PLANE_8, 2>(acc, (1 << shift) >> 1, shared.input, shared.weights);
        const int32_t x = tile.x + tile_x(begin), y = tile.y + tile_y(begin);
        uint8_t *to = output + (size_t)(tile.first + (uint32_t)(y * tile.width + x)) * 16 + 4 * q;
#pragma unroll
        for (int g = 0; g < 4; g++) {
            int32_t u[4];
#pragma unroll
            for (int k = 0; k < 4; k++)
                u[k] = decoder_value(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], shift, shared.params[4 * q + k]);
            if (q < 3 && x < tile.width && y + g < tile.height)
                *reinterpret_cast<uint32_t *>(to + (size_t)(uint32_t)tile.width * (uint32_t)(16 * g)) =
                    pack_u8(u[0], u[1], u[2], u[3]);
        }
    }
}

constexpr uint32_t d2_columns = ARTEM_CUDA_D2_W / 2 + 1, d2_rows = ARTEM_CUDA_D2_H / 2 + 1; // of groups of 2 x 2 pixels

// Each thread has one group of the tile and the pixels around it: of d1's output, doubled, and of the picture, which is
// the last word of d2's input.
DEVICE void double_into_d2(artem_cuda_d2_shared &shared, const uint8_t *input, const uint32_t *picture,
                           const tile_place &tile, uint32_t first)
{
    uint4 *out = reinterpret_cast<uint4 *>(shared.input);
    const tile_place half = {tile.view, tile.width / 2, tile.height / 2, 4 * first, tile.x / 2, tile.y / 2};
    const uint32_t column = threadIdx.x % d2_columns, row = threadIdx.x / d2_columns;
    const int32_t x = half.x + (int32_t)column - 1, y = half.y + (int32_t)row - 1;
    uint4 doubled[4];

    static_assert(d2_columns * d2_rows <= ARTEM_CUDA_D2_THREADS, "one each");
    if (row >= d2_rows)
        return;
    double_unit<1>(doubled, reinterpret_cast<const uint4 *>(input), half, x, y);
#pragma unroll
    for (int k = 0; k < 4; k++) {
        const int32_t px = clamp32(2 * x + 1 + (k & 1), 0, tile.width - 1);
        const int32_t py = clamp32(2 * y + 1 + (k >> 1), 0, tile.height - 1);
        doubled[k].w = picture[(uint32_t)(py * tile.width + px)] & 0xffffffu;
        out[((2 * row + (uint32_t)(k >> 1)) * 2 + (uint32_t)(k & 1)) * d2_columns + column] = doubled[k];
    }
}

// Of two pixels side by side: outputs 0 to 2 of the first one, then of the second one. Both together look at 3 x 4
// pixels, of which the outer ones have no weight for one of them.
DEVICE uint32_t d2_weight(const artem_cuda_style &style, uint32_t row, uint32_t column, uint32_t output, uint32_t q)
{
    const uint32_t second = output / 3, tap = column - second;

    return output < 6 && tap < 3
               ? *reinterpret_cast<const uint32_t *>(&style.d2_weights[3 * row + tap][output % 3][4 * q])
               : 0;
}

// 16 pairs of pixels of a row.
DEVICE void convolve_d2(int32_t acc[4], int32_t begin, uint32_t input, const uint32_t (&weights)[3][2][2], uint32_t row)
{
    const uint32_t lane = threadIdx.x % 32;

    acc[0] = acc[1] = acc[2] = acc[3] = begin;
#pragma unroll
    for (uint32_t dy = 0; dy < 3; dy++)
#pragma unroll
        for (uint32_t pair = 0; pair < 2; pair++) {
            uint32_t a[4];
            ldmatrix_x4(a, input + 16 * (((row + dy) * 2 + lane / 16) * d2_columns + lane % 16 + pair));
            mma_u8s8(acc, a, weights[dy][pair]);
        }
}

KERNEL(artem_cuda_d2, ARTEM_CUDA_D2_THREADS, 4)
{
    DYNAMIC_SHARED(artem_cuda_d2_shared, shared);
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H>(args.shape);
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, r = lane / 4, q = lane % 4;
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_STREAM);
    const int32_t shift = style.d2_shift;
    // Of outputs 2q and 2q + 1.
    const artem_cuda_decoder_params low = make_params(style.d2_mul[2 * q % 3], style.d2_bias[2 * q % 3] + 4096);
    const artem_cuda_decoder_params high =
        make_params(style.d2_mul[(2 * q + 1) % 3], style.d2_bias[(2 * q + 1) % 3] + 4096);
    uint32_t weights[3][2][2];

#pragma unroll
    for (uint32_t i = 0; i < 12; i++)
        weights[i / 4][i / 2 % 2][i % 2] = d2_weight(style, i / 4, i % 4, r, q);
    copy_by_block(shared.lut, network_of(args).lut, sizeof shared.lut);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H>(args.shape, index);
        const artem_cuda_frame::artem_cuda_picture &picture = frame_of(args).picture[tile.view];
        uint32_t *painted = reinterpret_cast<uint32_t *>(picture.out);
        __syncthreads(); // the tile before is no longer read
        double_into_d2(shared, input, reinterpret_cast<const uint32_t *>(picture.in), tile,
                       args.shape.view[tile.view].first);
        __syncthreads();
        for (uint32_t row = warp; row < ARTEM_CUDA_D2_H && tile.y + (int32_t)row < tile.height;
             row += ARTEM_CUDA_D2_THREADS / 32) {
            uint32_t *to = painted + (uint32_t)((tile.y + (int32_t)row) * tile.width + tile.x) + 2 * r + q;
            int32_t acc[4];
            uint32_t c[4];
            convolve_d2(acc, (1 << shift) >> 1, shared_address(shared.input), weights, row);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const artem_cuda_decoder_params &p = i % 2 == 0 ? low : high;
                c[i] = shared.lut[add_clamped(scaled(acc[i], shift, p), p.bias, 8191) >> 3];
            }
            // Three lanes have R0 G0, B0 R1, G1 B1, of two pairs of pixels each.
            const uint32_t two = c[0] | c[1] << 8 | c[2] << 16 | c[3] << 24,
                           next = __shfl_down_sync(0xffffffffu, two, 1);
#pragma unroll
            for (uint32_t i = 0; i < 2; i++) {
                const uint32_t mine = two >> 16 * i, beside = next >> 16 * i;
                const uint32_t first = (mine & 0xffffu) | (beside & 0xffu) << 16;
                const uint32_t second = (mine >> 8 & 0xffu) | (beside & 0xffffu) << 8;
                if (q < 2 && tile.x + (int32_t)(16 * i + 2 * r) < tile.width)
                    to[16 * i] = (q == 0 ? first : second) | 0xff000000u;
            }
        }
    }
}
