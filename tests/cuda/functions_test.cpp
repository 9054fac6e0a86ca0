// SPDX-License-Identifier: Apache-2.0
// Functions of the CUDA kernels, one by one, where whole frames would not get far enough: what a unit does to a number
// at the limits of its shortcut, the noise at the far ends of pictures, gains of extreme moments.
#include <cstdio>
#include <cstring>
#include <memory>

#define ARTEM_SM 90
#include "cuda_host.h"
#include "geometry.h"
#include "test.h"

extern "C" {
#include "artem_kernels/kernels.h"
#include "artem_kernels/noise.h"
#include "artem_kernels/normalise.h"
#include "reference.h"
}

namespace kernels
{
#include "input.cuh"

#include "unit.cuh"
} // namespace kernels

static uint64_t random_state = 0x9E3779B97F4A7C15;

static uint32_t random_u32()
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16);
}

static int random_in(int low, int high)
{
    return low + (int)(random_u32() % (uint32_t)(high - low + 1));
}

// ---- §6, steps 3 and 4, from the text ----

static int64_t clamped(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

static int64_t step_by_the_text(int s, int a, int b, int slope, int shift)
{
    const int64_t z = clamped(
        ((int64_t)16 * s * a + 16384) / 32768 - (((int64_t)16 * s * a + 16384) % 32768 < 0 ? 1 : 0) + b, -32768, 32767);
    const int64_t product = z * slope + 16384;
    const int64_t r = z > 0 ? z : product / 32768 - (product % 32768 < 0 ? 1 : 0);
    const int64_t y = clamped(clamped(r + shift, -32768, 32767) + 8, -32768, 32767);

    return y / 16 - (y % 16 < 0 ? 1 : 0);
}

static void test_steps()
{
    int tame = 0, wild = 0;

    for (int i = 0; i < 4000; i++) {
        // Half of them close to where the shortcut ends.
        const int a = random_in(-32767, 32767) >> (i % 3 == 0 ? 6 : 0);
        const int room = 32767 - 16 - ((1152 * 16 * abs(a) + 16384) >> 15);
        const int b = i % 2 == 0 ? random_in(-32768, 32767) : random_in(-room, room);
        const int left = i % 2 == 0 ? 0 : room - abs(b);
        const int c = i % 2 == 0 ? random_in(-32768, 32767) : left + random_in(-3, 60);
        const int shift = (int)clamped(random_u32() % 2 ? c : -c, -32768, 32767);
        const int slope = i % 7 == 0 ? 32767 : i % 7 == 1 ? -32767 : random_in(-32767, 32767);
        const kernels::unit_params p = kernels::make_unit_params(a, b, shift, slope);
        const kernels::unit_params tame_p = kernels::make_tame_params(a, b, shift, slope);
        const bool is_tame = kernels::never_saturates(a, b, shift);
        (is_tame ? tame : wild)++;
        for (int s = -1152; s <= 1152; s += i % 4 == 0 ? 1 : 128) {
            const int64_t expected = step_by_the_text(s, a, b, slope, shift);
            CHECK_INT(kernels::unit_step<false>(s, p), expected);
            if (is_tame)
                CHECK_INT(kernels::unit_step<true>(s, tame_p), expected);
        }
    }
    CHECK(tame > 500 && wild > 500);
}

// All pairs of int8, at each place of a word.
static void test_greater()
{
    for (int v = -128; v < 128; v++)
        for (int than = -128; than < 128; than++)
            for (int place = 0; place < 4; place++) {
                const uint32_t rest = random_u32() & ~(255u << 8 * place);
                const uint32_t same = rest | (uint32_t)(uint8_t)v << 8 * place; // the others are not greater
                const uint32_t bits = random_u32();
                const uint32_t after = kernels::append_greater(bits, same, rest | (uint32_t)(uint8_t)than << 8 * place);
                // Three earlier words' bits are kept, one lower; the lowest four say nothing.
                CHECK_INT(after & 0x70707070u, (bits >> 1) & 0x70707070u);
                CHECK_INT(after & 0x80808080u, v > than ? 0x80u << 8 * place : 0);
            }
}

static void test_noise()
{
    for (int i = 0; i < 3000; i++) {
        artem_cuda_frame::artem_cuda_picture picture = {};
        artem_noise_map map = {};
        const int x = random_in(0, 1023), y = random_in(0, 1023);
        int8_t v[ARTEM_NOISE];
        map.density = i % 4 == 0 ? 0 : i % 4 == 1 ? ARTEM_NOISE_DENSITY : random_in(1, 300);
        for (int k = 0; k < 9; k++) {
            const int limit = k % 3 == 2 ? ARTEM_NOISE_OFFSET : ARTEM_NOISE_SLOPE;
            map.m[k] = map.density == 0 ? (int32_t)random_u32()
                       : i % 5 == 0     ? random_in(-1, 1) * limit
                       : i % 5 == 1     ? random_in(-2, 2)
                                        : random_in(-limit, limit);
        }
        CHECK(artem_noise_map_valid(&map));
        memcpy(picture.map, map.m, sizeof picture.map);
        picture.density = map.density;
        artem_noise_c(&map, x, y, 1, v);
        uint32_t words[4];
        if (picture.density == 0)
            kernels::noise_words<1>(words, kernels::find_gaze(picture, x, y), 128);
        else
            kernels::noise_words<4>(words, kernels::find_gaze(picture, x, y), 128);
        for (uint32_t c = 0; c < 16; c++)
            CHECK_INT((int)(words[c / 4] >> 8 * (c % 4) & 255), 128 + v[c]);
    }
}

// Each block's tiles, from the first or the last one on, in views of all shapes: the same as by division.
static void test_walk()
{
    for (int i = 0; i < 2000; i++) {
        const bool back = i % 2 != 0;
        artem_cuda_shape shape = {};
        shape.views = 1 + random_u32() % ARTEM_CUDA_VIEWS;
        for (uint32_t v = 0; v < shape.views; v++) {
            const uint32_t qw = (uint32_t)random_in(1, i % 3 == 0 ? 20 : 300), qh = (uint32_t)random_in(1, 100);
            shape.view[v] = {qw, qh, shape.cells, {0, 0, qw, qh}};
            shape.cells += qw * qh;
        }
        const uint32_t tiles = kernels::count_tiles<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(shape);
        gridDim.x = 1 + random_u32() % std::min(tiles, 300u);
        blockIdx.x = random_u32() % gridDim.x;
        kernels::tile_walk walk = kernels::begin_walk(shape, tiles, back);
        uint32_t index = blockIdx.x;
        bool more = true;
        for (; index < tiles && more; index += gridDim.x) {
            const kernels::tile_place expected =
                kernels::find_tile<1, ARTEM_CUDA_TILE_W, ARTEM_CUDA_TILE_H>(shape, back ? tiles - 1 - index : index);
            CHECK_INT(walk.tile.view, expected.view);
            CHECK_INT(walk.tile.width, expected.width);
            CHECK_INT(walk.tile.height, expected.height);
            CHECK_INT(walk.tile.first, expected.first);
            CHECK_INT(walk.tile.x, expected.x);
            CHECK_INT(walk.tile.y, expected.y);
            more = kernels::next_tile(walk, shape, tiles, back);
        }
        CHECK(index >= tiles && !more);
    }
}

static int64_t wide(int bits)
{
    const int64_t v = (int64_t)(((uint64_t)random_u32() << 32 | random_u32()) >> (64 - bits));

    return random_u32() % 4 == 0 ? (INT64_C(1) << bits) - 1 : v;
}

static void test_gains()
{
    const auto network = std::make_unique<artem_cuda_network>();
    const auto style = std::make_unique<artem_cuda_style>();
    const auto state = std::make_unique<artem_cuda_state>();
    artem_cuda_args args = {};

    args.network = (uintptr_t)network.get();
    args.style = (uintptr_t)style.get();
    args.state = (uintptr_t)state.get();
    for (int round = 0; round < 300; round++) {
        const uint32_t layer = (uint32_t)round % ARTEM_CUDA_LAYERS;
        artem_moments moments;
        int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK];
        network->adapt = random_in(0, 16);
        for (int c = 0; c < ARTEM_TRUNK; c++) {
            const int mean_bits = random_in(1, 31), square_bits = random_in(1, 45);
            const int64_t mean = wide(mean_bits) * (random_u32() % 2 ? 1 : -1);
            style->cal_mean[layer][c] = mean;
            style->cal_square[layer][c] = ((mean * mean) >> 16) + 1 + wide(square_bits) / 2;
            moments.mean[c] = wide(random_in(1, 31)) * (random_u32() % 2 ? 1 : -1);
            moments.square[c] = wide(random_in(1, 46));
            style->gain[layer][c] = (int16_t)random_in(-32768, 32767);
            style->bias[layer][c] = (int16_t)random_in(-32768, 32767);
        }
        const artem_norm norm = {style->gain[layer],       style->bias[layer], style->cal_mean[layer],
                                 style->cal_square[layer], network->adapt,     layer == 0 ? 0 : 4};
        const int64_t deviations = artem_norm_gains(&norm, &moments, a, b);
        int64_t sum = 0;
        for (uint32_t c = 0; c < ARTEM_TRUNK; c++) {
            sum += kernels::make_gains(args, layer, c, {moments.mean[c], moments.square[c]});
            CHECK_INT(state->a[layer][c], a[c]);
            CHECK_INT(state->b[layer][c], b[c]);
        }
        CHECK_INT(sum, deviations);
    }
}

int main()
{
    test_steps();
    test_greater();
    test_noise();
    test_walk();
    test_gains();
    return test_result();
}
