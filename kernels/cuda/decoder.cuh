// SPDX-License-Identifier: Apache-2.0
// The decoder, docs/arithmetic.md §5: d0 at a quarter, doubling and d1 at half, doubling and d2 at the full style
// resolution.
#include "conv8.cuh"
#include "doubling.cuh"

KERNEL(artem_cuda_d0, ARTEM_CUDA_CONV_THREADS, 3)
{
    DYNAMIC_SHARED(artem_cuda_d0_shared, shared);
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, r = lane / 4, q = lane % 4;
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_STREAM);
    uint8_t *output = tensor_of(args, ARTEM_CUDA_INPUT);

    copy_by_block(shared.weights, style.d0_weights, sizeof shared.weights);
    if (threadIdx.x < 32)
        shared.params[threadIdx.x] = pair16(style.d0_mul[threadIdx.x], style.d0_bias[threadIdx.x]);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index);
        int32_t acc[2][4][4];
        __syncthreads(); // the tile before is no longer read
        load_halo<8>(shared_address(shared.input), input, tile);
        copies_commit();
        copies_wait<0>();
        __syncthreads();
        convolve<8, 4>(acc, shared_address(shared.input), shared_address(shared.weights), warp);
#pragma unroll
        for (int g = 0; g < 4; g++) {
            const uint32_t i = 32 * warp + 8 * g + r;
            const int32_t x = tile.x + tile_x(i), y = tile.y + tile_y(i);
            int32_t u[8];
#pragma unroll
            for (int k = 0; k < 8; k++)
                u[k] = leaky(
                    requantise(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], style.d0_shift, shared.params[8 * q + k]),
                    4);
            if (x < tile.width && y < tile.height)
                *reinterpret_cast<uint2 *>(output + (size_t)clamped_cell(tile, x, y) * 32 + 8 * q) =
                    make_uint2(pack_u8(u[0], u[1], u[2], u[3]), pack_u8(u[4], u[5], u[6], u[7]));
        }
    }
}

// Of d0's output, doubled: the tile of d1 that begins at an even pixel, and the pixels around it. Each item is one word
// of the four doubled pixels between four cells.
DEVICE void double_into_d1(artem_cuda_d1_shared &shared, const uint8_t *input, const tile_place &tile, uint32_t first)
{
    constexpr uint32_t columns = ARTEM_CUDA_HALO_W / 2, items = columns * (ARTEM_CUDA_HALO_H / 2) * 8;
    uint32_t *out = reinterpret_cast<uint32_t *>(shared.input);
    const tile_place cells = {tile.view, tile.width / 2, tile.height / 2, first, tile.x / 2, tile.y / 2};

    for (uint32_t i = threadIdx.x; i < items; i += ARTEM_CUDA_CONV_THREADS) {
        const uint32_t word = i % 8, column = i / 8 % columns, row = i / 8 / columns;
        uint32_t doubled[4];
        double_word<8>(doubled, input, cells, cells.x + (int32_t)column - 1, cells.y + (int32_t)row - 1, word);
#pragma unroll
        for (uint32_t k = 0; k < 4; k++) {
            const uint32_t halo = (2 * row + (k >> 1)) * ARTEM_CUDA_HALO_W + 2 * column + (k & 1);
            out[4 * chunk_place<2>(halo, word / 4) + word % 4] = doubled[k];
        }
    }
}

KERNEL(artem_cuda_d1, ARTEM_CUDA_CONV_THREADS, 8)
{
    DYNAMIC_SHARED(artem_cuda_d1_shared, shared);
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape);
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, r = lane / 4, q = lane % 4;
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_INPUT);
    uint8_t *output = tensor_of(args, ARTEM_CUDA_STREAM);

    copy_by_block(shared.weights, style.d1_weights, sizeof shared.weights);
    if (threadIdx.x < 16)
        shared.params[threadIdx.x] = pair16(style.d1_mul[threadIdx.x], style.d1_bias[threadIdx.x]);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<2, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(args.shape, index);
        int32_t acc[2][2][4];
        __syncthreads(); // the tile before is no longer read
        double_into_d1(shared, input, tile, args.shape.view[tile.view].first);
        __syncthreads();
        convolve<2, 2>(acc, shared_address(shared.input), shared_address(shared.weights), warp);
#pragma unroll
        for (int g = 0; g < 4; g++) {
            const uint32_t i = 32 * warp + 8 * g + r;
            const int32_t x = tile.x + tile_x(i), y = tile.y + tile_y(i);
            int32_t u[4];
#pragma unroll
            for (int k = 0; k < 4; k++)
                u[k] = leaky(
                    requantise(acc[g >> 1][k >> 1][(g & 1) * 2 + (k & 1)], style.d1_shift, shared.params[4 * q + k]),
                    4);
            if (q < 3 && x < tile.width && y < tile.height)
                *reinterpret_cast<uint32_t *>(output + (size_t)clamped_cell(tile, x, y) * 16 + 4 * q) =
                    pack_u8(u[0], u[1], u[2], u[3]);
        }
    }
}

constexpr uint32_t d2_halo_width = ARTEM_CUDA_D2_W + 2, d2_halo_height = ARTEM_CUDA_D2_H + 2;

DEVICE void double_into_d2(artem_cuda_d2_shared &shared, const uint8_t *input, const tile_place &tile, uint32_t first)
{
    constexpr uint32_t columns = d2_halo_width / 2, items = columns * (d2_halo_height / 2) * 3;
    uint32_t *out = reinterpret_cast<uint32_t *>(shared.input);
    const tile_place half = {tile.view, tile.width / 2, tile.height / 2, 4 * first, tile.x / 2, tile.y / 2};

    for (uint32_t i = threadIdx.x; i < items; i += ARTEM_CUDA_D2_THREADS) {
        const uint32_t word = i % 3, column = i / 3 % columns, row = i / 3 / columns;
        uint32_t doubled[4];
        double_word<4>(doubled, input, half, half.x + (int32_t)column - 1, half.y + (int32_t)row - 1, word);
#pragma unroll
        for (uint32_t k = 0; k < 4; k++)
            out[4 * ((2 * row + (k >> 1)) * d2_halo_width + 2 * column + (k & 1)) + word] = doubled[k];
    }
}

// The last word of d2's input is the picture itself.
DEVICE void picture_into_d2(artem_cuda_d2_shared &shared, const uint32_t *picture, const tile_place &tile)
{
    uint32_t *out = reinterpret_cast<uint32_t *>(shared.input);

    for (uint32_t i = threadIdx.x; i < ARTEM_CUDA_D2_HALO; i += ARTEM_CUDA_D2_THREADS) {
        const int32_t x = clamp32(tile.x + (int32_t)(i % d2_halo_width) - 1, 0, tile.width - 1);
        const int32_t y = clamp32(tile.y + (int32_t)(i / d2_halo_width) - 1, 0, tile.height - 1);
        out[4 * i + 3] = picture[(size_t)y * tile.width + x] & 0xffffffu;
    }
}

// 16 pixels of a row with three outputs, 0 and 1 in the lanes with q = 0, 2 in those with q = 1.
DEVICE void convolve_d2(int32_t acc[4], uint32_t input, const uint32_t weights[ARTEM_CUDA_PAIRED], uint32_t window)
{
    const uint32_t high = threadIdx.x % 32 / 16;

    acc[0] = acc[1] = acc[2] = acc[3] = 0;
#pragma unroll
    for (uint32_t tap = 0; tap < ARTEM_CUDA_PAIRED; tap += 2) {
        const uint32_t mine = min(tap + high, ARTEM_CUDA_TAPS - 1u); // the tenth has zero weights
        uint32_t a[4];
        ldmatrix_x4(a, input + 16 * (window + mine / 3 * d2_halo_width + mine % 3));
        mma_u8s8(acc, a, weights + tap);
    }
}

KERNEL(artem_cuda_d2, ARTEM_CUDA_D2_THREADS, 4)
{
    DYNAMIC_SHARED(artem_cuda_d2_shared, shared);
    const artem_cuda_style &style = style_of(args);
    const uint32_t tiles = count_tiles<4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H>(args.shape);
    const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32, r = lane / 4, q = lane % 4;
    const uint8_t *input = tensor_of(args, ARTEM_CUDA_STREAM);
    const int32_t low = pair16(style.d2_mul[2 * q], style.d2_bias[2 * q]);
    const int32_t high = pair16(style.d2_mul[2 * q + 1], style.d2_bias[2 * q + 1]);
    uint32_t weights[ARTEM_CUDA_PAIRED];

#pragma unroll
    for (int tap = 0; tap < ARTEM_CUDA_PAIRED; tap++)
        weights[tap] = *reinterpret_cast<const uint32_t *>(&style.d2_weights[tap][r][4 * q]);
    copy_by_block(shared.lut, network_of(args).lut, sizeof shared.lut);
    for (uint32_t index = blockIdx.x; index < tiles; index += gridDim.x) {
        const tile_place tile = find_tile<4, ARTEM_CUDA_D2_W, ARTEM_CUDA_D2_H>(args.shape, index);
        const artem_cuda_frame::artem_cuda_picture &picture = frame_of(args).picture[tile.view];
        uint32_t *painted = reinterpret_cast<uint32_t *>(picture.out);
        __syncthreads(); // the tile before is no longer read
        double_into_d2(shared, input, tile, args.shape.view[tile.view].first);
        picture_into_d2(shared, reinterpret_cast<const uint32_t *>(picture.in), tile);
        __syncthreads();
        for (uint32_t strip = warp; strip < ARTEM_CUDA_D2_H * 2; strip += ARTEM_CUDA_D2_THREADS / 32) {
            const uint32_t row = strip / 2, column = strip % 2 * 16;
            int32_t acc[4];
            convolve_d2(acc, shared_address(shared.input), weights, row * d2_halo_width + column + lane % 16);
#pragma unroll
            for (uint32_t i = 0; i < 2; i++) {
                const int32_t z0 = requantise(acc[2 * i], style.d2_shift, low);
                const int32_t z1 = requantise(acc[2 * i + 1], style.d2_shift, high);
                const uint32_t c0 = shared.lut[clamp32((z0 + 4096) >> 3, 0, 1023)];
                const uint32_t c1 = shared.lut[clamp32((z1 + 4096) >> 3, 0, 1023)];
                const uint32_t blue = __shfl_down_sync(0xffffffffu, c0, 1);
                const int32_t x = tile.x + (int32_t)(column + 8 * i + r), y = tile.y + (int32_t)row;
                if (q == 0 && x < tile.width && y < tile.height)
                    painted[(size_t)y * tile.width + x] = c0 | c1 << 8 | blue << 16 | 0xff000000u;
            }
        }
    }
}
