// SPDX-License-Identifier: Apache-2.0
// Each reference kernel against its definition in docs/arithmetic.md, as naive.c spells it out.
#include "artem_kernels/kernels.h"
#include "artem_kernels/normalise.h"
#include "artem_kernels/picture.h"
#include "naive.h"
#include "random.h"
#include "test.h"

enum { W = 7, H = 5 };

static struct artem_kernels k;

// Values that meet the bounds often.
static int16_t extreme16(void)
{
    static const int16_t values[] = {-32767, 32767, 0, 1, -1, 16384, -16384, 8};

    return random_u32() % 2 ? values[random_u32() % 8] : (int16_t)random_in(-32767, 32767);
}

static int8_t extreme8(void)
{
    return random_u32() % 3 ? (int8_t)random_u32() : random_u32() % 2 ? -128 : 127;
}

static void test_encoder_input(void)
{
    uint8_t rgba[4][16 * W], u[W][64];
    int64_t expected[64];

    for (int round = 0; round < 90; round++) {
        const int x0 = (int)(random_u32() % (1024 - W)), y0 = (int)(random_u32() % 1024);
        struct artem_noise_map map = random_map(round % 3 > 0);
        int8_t noise[W * ARTEM_NOISE];
        random_bytes(rgba, sizeof rgba);
        if (round % 2) // flat enough for noise
            for (size_t i = 0; i < sizeof rgba; i++)
                ((uint8_t *)rgba)[i] = (uint8_t)(100 + ((uint8_t *)rgba)[i] % (unsigned)round);
        if (round == 4) // looks nowhere
            memset(map.m, 0, sizeof map.m);
        CHECK(artem_noise_map_valid(&map));
        k.noise(&map, x0, y0, W, noise);
        k.encoder_input(rgba[0], sizeof rgba[0], W, noise, u[0]);
        for (int x = 0; x < W; x++) {
            naive_input(rgba[0] + 16 * x, sizeof rgba[0], &map, x0 + x, y0, expected);
            for (int c = 0; c < 64; c++)
                CHECK_INT(u[x][c], expected[c]);
        }
    }
}

// One row out of a tensor without borders: what the engine's bordered rows stand for.
static int source(int x)
{
    return x < 0 ? 0 : x >= W ? W - 1 : x;
}

static void test_conv8(int in, int out, int shift, int centre, int extreme)
{
    static uint8_t rows[3][(W + 2) * 128], tensor[3][W][128];
    static int8_t weights[128 * 9 * 128], packed[ARTEM_CONV8_PACKED(128, 128)] __attribute__((aligned(ARTEM_ALIGN)));
    static int16_t s[W * 128] __attribute__((aligned(ARTEM_ALIGN)));
    static struct artem_conv8 layer;
    const uint8_t *const pointers[3] = {rows[0], rows[1], rows[2]};

    layer = (struct artem_conv8){
        .in = in, .out = out, .shift = shift, .centre = centre, .weights = weights, .packed = packed};
    random_bytes(tensor, sizeof tensor);
    random_i8(weights, sizeof weights, -64, 64);
    if (extreme) {
        memset(tensor, extreme > 1 ? 255 : 0, sizeof tensor);
        for (size_t i = 0; i < sizeof weights; i++)
            weights[i] = i / (size_t)(9 * in) % 2 ? 64 : -64;
    }
    for (int y = 0; y < 3; y++)
        for (int x = -1; x <= W; x++)
            memcpy(rows[y] + (x + 1) * in, tensor[y][source(x)], (size_t)in);
    k.conv8_pack(&layer);
    k.conv8(&layer, pointers, W, s);
    for (int x = 0; x < W; x++)
        for (int o = 0; o < ARTEM_CONV8_OUT(out); o++) {
            int64_t acc = 0;
            for (int t = 0; t < 9 && o < out; t++)
                for (int i = 0; i < in; i++)
                    acc += weights[(o * 9 + t) * in + i] * (tensor[t / 3][source(x + t % 3 - 1)][i] - centre);
            CHECK_INT(s[x * ARTEM_CONV8_OUT(out) + o], naive_clamp(naive_rsh(acc, shift), -32768, 32767));
        }
}

static void test_unit(int kind)
{
    static uint8_t tensor[3][W][16], rows[3][(W + 2) * 16], weights[ARTEM_BCONV_WEIGHTS], bits[W * 16];
    static uint8_t packed[ARTEM_BCONV_PACKED] __attribute__((aligned(ARTEM_ALIGN)));
    static int16_t s[W * 128], p[4][128];
    static int8_t x8[W * 128], before[W * 128], t[128];
    const uint8_t *const pointers[3] = {rows[0], rows[1], rows[2]};
    struct artem_bconv conv = {weights, packed};

    random_bytes(tensor, sizeof tensor);
    random_bytes(weights, sizeof weights);
    if (kind > 0)
        memset(tensor, kind > 1 ? 255 : 0, sizeof tensor);
    for (int y = 0; y < 3; y++)
        for (int x = -1; x <= W; x++)
            memcpy(rows[y] + (x + 1) * 16, tensor[y][source(x)], 16);
    for (int c = 0; c < 128; c++) {
        for (int i = 0; i < 4; i++)
            p[i][c] = extreme16();
        t[c] = extreme8();
        if (kind > 1) // sums as large as they get
            memset(weights + c * 9 * 16, c % 2 ? 255 : 0, 9 * 16);
    }
    for (int x = 0; x < W; x++)
        for (int o = 0; o < 128; o++) {
            int sum = 0;
            for (int k9 = 0; k9 < 9; k9++)
                for (int c = 0; c < 128; c++) {
                    int bit = tensor[k9 / 3][source(x + k9 % 3 - 1)][c / 8] >> c % 8 & 1;
                    sum += (weights[(o * 9 + k9) * 16 + c / 8] >> c % 8 & 1 ? 1 : -1) * bit;
                }
            s[x * 128 + o] = (int16_t)sum;
        }
    k.bconv_pack(&conv);
    for (int i = 0; i < W * 128; i++)
        before[i] = extreme8();
    // 0: all of it, 1: the last unit, 2: without sums, 3: only sums
    for (int mode = 0; mode < 4; mode++) {
        const struct artem_unit unit = {p[0], p[1], p[2], p[3], mode == 1 ? NULL : t};
        int64_t s1[128], s2[128];
        memcpy(x8, before, sizeof x8);
        memset(bits, 0x5A, sizeof bits);
        for (int c = 0; c < 128; c++) {
            s1[c] = c * 1000;
            s2[c] = c;
        }
        k.unit(&conv, pointers, W, mode == 3 ? NULL : &unit, x8, mode == 1 ? NULL : bits, mode == 2 ? NULL : s1,
               mode == 2 ? NULL : s2);
        for (int c = 0; c < 128; c++) {
            int64_t e1 = c * 1000, e2 = c;
            for (int x = 0; x < W && mode != 2; x++) {
                e1 += s[x * 128 + c];
                e2 += s[x * 128 + c] * (int64_t)s[x * 128 + c];
            }
            CHECK_INT(s1[c], e1);
            CHECK_INT(s2[c], e2);
        }
        for (int i = 0; i < W * 128; i++) {
            const int c = i % 128, bit = bits[i / 8] >> i % 8 & 1;
            CHECK_INT(x8[i], mode == 3 ? before[i] : naive_unit(before[i], s[i], p[0][c], p[1][c], p[2][c], p[3][c]));
            CHECK_INT(bit, mode == 1 || mode == 3 ? 0x5A >> i % 8 & 1 : x8[i] > t[c]);
        }
    }
}

static void test_trunk(void)
{
    static int16_t s[W * 128] __attribute__((aligned(ARTEM_ALIGN))), p[4][128];
    static int8_t x8[W * 128], before[W * 128], t[128];
    static uint8_t bits[W * 16], u[W * 128];
    int64_t s1[128], s2[128];

    for (int i = 0; i < W * 128; i++) {
        s[i] = (int16_t)(extreme16() - (random_u32() % 2)); // also -32768
        x8[i] = before[i] = extreme8();
    }
    for (int c = 0; c < 128; c++) {
        for (int i = 0; i < 4; i++)
            p[i][c] = extreme16();
        t[c] = extreme8();
        s1[c] = c * 1000;
        s2[c] = c;
    }
    k.sums(s, W, s1, s2);
    k.encoder_output(s, W, p[0], p[1], t, x8, bits);
    k.decoder_input(before, W, p[2], p[3], u);
    for (int c = 0; c < 128; c++) {
        int64_t e1 = c * 1000, e2 = c;
        for (int x = 0; x < W; x++) {
            const int i = x * 128 + c;
            int64_t z = naive_adds16(naive_mulhrs(s[i], p[0][c]), p[1][c]);
            e1 += s[i];
            e2 += s[i] * (int64_t)s[i];
            CHECK_INT(x8[i], naive_clamp(naive_rsh(z, 4), -128, 127));
            CHECK_INT(bits[x * 16 + c / 8] >> c % 8 & 1, x8[i] > t[c]);
            CHECK_INT(u[i], naive_leaky(naive_adds16(naive_mulhrs(256 * before[i], p[2][c]), p[3][c]), 0));
        }
        CHECK_INT(s1[c], e1);
        CHECK_INT(s2[c], e2);
    }
}

static void test_decoder(void)
{
    static int16_t s[W * 32] __attribute__((aligned(ARTEM_ALIGN)));
    static uint8_t p[(W + 2) * 32], q[(W + 2) * 32], u[2 * W * 32], lut[1024], rgba[W * 4];
    int16_t mul[32], bias[32];

    for (int i = 0; i < W * 32; i++)
        s[i] = extreme16();
    for (int c = 0; c < 32; c++) {
        mul[c] = extreme16();
        bias[c] = extreme16();
    }
    k.requantise(s, W, 32, mul, bias, u);
    for (int i = 0; i < W * 32; i++)
        CHECK_INT(u[i], naive_leaky(naive_adds16(naive_mulhrs(s[i], mul[i % 32]), bias[i % 32]), 4));

    random_bytes(p, sizeof p);
    random_bytes(q, sizeof q);
    k.double_row(p, q, W, 32, u);
    for (int x = 0; x < 2 * W; x++)
        for (int c = 0; c < 32; c++) {
            const int near = x / 2 + 1, far = x % 2 ? near + 1 : near - 1;
            CHECK_INT(
                u[x * 32 + c],
                naive_rsh(9 * p[near * 32 + c] + 3 * p[far * 32 + c] + 3 * q[near * 32 + c] + q[far * 32 + c], 4));
        }

    random_bytes(lut, sizeof lut);
    k.output(s, W, mul, bias, lut, rgba);
    for (int x = 0; x < W; x++) {
        for (int i = 0; i < 3; i++) {
            int64_t z = naive_adds16(naive_mulhrs(s[x * 16 + i], mul[i]), bias[i]);
            CHECK_INT(rgba[x * 4 + i], lut[naive_clamp((z + 4096) / 8 - ((z + 4096) % 8 < 0), 0, 1023)]);
        }
        CHECK_INT(rgba[x * 4 + 3], 255);
    }
}

static int64_t random_i64(int64_t bound)
{
    return (int64_t)(((uint64_t)random_u32() << 32 | random_u32()) % (uint64_t)(2 * bound + 1)) - bound;
}

static void test_normalise(void)
{
    struct artem_norm_params style;
    struct artem_moments state, frame;
    int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK];

    for (int round = 0; round < 200; round++) {
        struct artem_norm norm = {style.gain, style.bias, style.mean, style.square, round % 17, round % 2 ? 4 : 0};
        int64_t deviations = 0;
        for (int c = 0; c < 128; c++) {
            const int64_t size = INT64_C(1) << (round * 31 / 200); // of the mean, up to the bounds
            style.gain[c] = extreme16();
            style.bias[c] = extreme16();
            style.mean[c] = random_i64(size - 1);
            style.square[c] = ((style.mean[c] * style.mean[c]) >> 16) + 1 + (random_i64(size) & 0xFFFFFFFFFF);
            state.mean[c] = round % 3 ? style.mean[c] : random_i64(size);
            state.square[c] = round % 3 == 1 ? style.square[c] : (random_i64(INT64_C(1) << 45) & 0x3FFFFFFFFFFF);
        }
        deviations = artem_norm_gains(&norm, &state, a, b);
        for (int c = 0; c < 128; c++) {
            struct naive_gain g = naive_gain(&style, c, norm.adapt, state.mean[c], state.square[c], norm.p);
            CHECK_INT(a[c], g.a);
            CHECK_INT(b[c], g.b);
            deviations -= g.d;
        }
        CHECK_INT(deviations, 0);
    }
    int64_t s1[128], s2[128];
    for (int c = 0; c < 128; c++) {
        s1[c] = random_i64(INT64_C(1) << 34);
        s2[c] = llabs(random_i64(INT64_C(1) << 48));
    }
    artem_moments_of_sums(s1, s2, 9601, &frame);
    for (int pace = 1; pace <= 3; pace++) {
        struct artem_moments slow = state;
        artem_state_follow(&slow, &frame, pace);
        for (int c = 0; c < 128; c++) {
            const int64_t step = frame.square[c] * 256 - state.square[c], part = 1 << pace;
            CHECK_INT(slow.square[c], state.square[c] + step / part - (step % part < 0));
        }
    }
    struct artem_moments moved = state;
    for (int c = 0; c < 128; c++)
        moved.mean[c] = 256 * frame.mean[c] + (c % 2 ? 1000 : -1000);
    CHECK_INT(artem_frame_pace(&frame, &moved, 127999), 0);
    CHECK_INT(artem_frame_pace(&frame, &moved, 128000), 1);
    CHECK_INT(artem_frame_pace(&frame, &moved, 8 * 128000 - 1), 1);
    CHECK_INT(artem_frame_pace(&frame, &moved, 8 * 128000), 2);
    CHECK_INT(artem_frame_pace(&frame, &moved, 16 * 128000 - 1), 2);
    CHECK_INT(artem_frame_pace(&frame, &moved, 16 * 128000), 3);
    moved = state;
    artem_state_follow(&moved, &frame, 3);
    for (int c = 0; c < 128; c++) {
        CHECK_INT(frame.mean[c], naive_divr(256 * s1[c], 9601));
        CHECK_INT(frame.square[c], naive_divr(256 * s2[c], 9601));
        int64_t step = frame.mean[c] * 256 - state.mean[c];
        CHECK_INT(moved.mean[c], state.mean[c] + step / 8 - (step % 8 < 0));
    }
    artem_state_take(&moved, &frame);
    CHECK_INT(moved.square[5], 256 * frame.square[5]);
}

static void test_pictures(void)
{
    uint8_t original[H * W * 4], guide[H * W * 4], styled[H * W * 4], out[H * W * 4];
    struct artem_composite c = {W, H, W, H, 256, 0, original, W * 4, guide, styled, W * 4, W * 4, out, W * 4, 0};
    struct artem_scale s = {W, H, W, H, original, W * 4, out, W * 4};
    uint32_t w, h;

    random_bytes(original, sizeof original);
    random_bytes(guide, sizeof guide);
    random_bytes(styled, sizeof styled);
    artem_composite_rows(&c, 0, H);
    for (int i = 0; i < W * H * 4; i++) // equal sizes: the styled picture itself, with the original's alpha
        CHECK_INT(out[i], i % 4 == 3 ? original[i] : styled[i]);
    c.strength = 0;
    c.keep = 256;
    c.width = 3;
    artem_composite_rows(&c, 0, H);
    CHECK(memcmp(out, original, sizeof out) == 0);
    artem_scale_rows(&s, 0, H);
    for (int i = 0; i < W * H * 4; i++)
        CHECK_INT(out[i], i % 4 == 3 ? 255 : original[i]);

    CHECK(artem_style_size(1440, 1600, 512, &w, &h) && w == 460 && h == 512); // 460.8 rounds to 461
    CHECK(artem_style_size(1600, 1440, 510, &w, &h) && w == 508 && h == 456);
    CHECK(artem_style_size(100, 50, 512, &w, &h) && w == 100 && h == 48);
    CHECK(artem_style_size(2000, 4, 512, &w, &h) && w == 512 && h == 4);
    CHECK(!artem_style_size(3, 4, 512, &w, &h));
    CHECK(!artem_style_size(8000, 8000, 4000, &w, &h));
}

// Writing on a plain panel keeps its brightness; the plain panel, the edge of a large area and faint detail do not.
static void test_text(void)
{
    enum { SIDE = 64 };
    static uint8_t original[SIDE * SIDE * 4], styled[SIDE * SIDE * 4], out[SIDE * SIDE * 4];
    struct artem_composite c = {.full_width = SIDE,
                                .full_height = SIDE,
                                .width = SIDE,
                                .height = SIDE,
                                .strength = 256,
                                .original = original,
                                .original_stride = SIDE * 4,
                                .guide = original,
                                .styled = styled,
                                .guide_stride = SIDE * 4,
                                .styled_stride = SIDE * 4,
                                .out = out,
                                .out_stride = SIDE * 4};

    // Upper left: a stroke two pixels wide on 200; lower left: the same, faint; right: the edge of a dark area.
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const bool stroke = x == 10 || x == 11;
            const int v = x >= 48 ? 20 : !stroke ? 200 : y < 32 ? 20 : 160;
            memset(original + 4 * (y * SIDE + x), v, 4);
            memset(styled + 4 * (y * SIDE + x), 120, 4);
        }
    for (c.text = 0; c.text <= 256; c.text += 256) {
        artem_composite_rows(&c, 0, SIDE);
        const int stroke = out[4 * (20 * SIDE + 10)], beside = out[4 * (20 * SIDE + 9)];
        CHECK_INT(stroke, c.text > 0 ? 20 : 120);
        CHECK_INT(beside, c.text > 0 ? 200 : 120);
        CHECK_INT(out[4 * (20 * SIDE + 30)], 120);    // the panel
        CHECK_INT(out[4 * (20 * SIDE + 48)], 120);    // the edge
        CHECK_INT(out[4 * (44 * SIDE + 10)], 120);    // the faint stroke
        CHECK_INT(out[4 * (20 * SIDE + 10) + 3], 20); // alpha
    }
    c.text = 128; // half of the way
    artem_composite_rows(&c, 0, SIDE);
    CHECK_INT(out[4 * (20 * SIDE + 10)], 70);
    CHECK_INT(out[4 * (20 * SIDE + 9)], 160);
    // A stroke three times as wide, in a picture painted at a third of its size.
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            memset(original + 4 * (y * SIDE + x), x >= 30 && x < 36 ? 20 : 200, 4);
    c.width = c.height = 21;
    c.guide_stride = c.styled_stride = 21 * 4;
    c.guide = styled; // as far from every pixel's colour as from the others'
    c.text = 256;
    artem_composite_rows(&c, 0, SIDE);
    CHECK_INT(out[4 * (20 * SIDE + 33)], 20);
    CHECK_INT(out[4 * (20 * SIDE + 28)], 200);
    CHECK_INT(out[4 * (20 * SIDE + 10)], 120);
}

int main(void)
{
    artem_kernels_select(&k, ARTEM_CPU_C);
    test_encoder_input();
    for (int extreme = 0; extreme < 3; extreme++) {
        test_conv8(64, 128, 6, 128, extreme);
        test_conv8(64, 128, 0, 128, extreme);
        test_conv8(128, 32, 15, 0, extreme);
        test_conv8(32, 12, 5, 0, extreme);
        test_conv8(16, 3, 0, 0, extreme);
        test_unit(extreme);
    }
    for (int i = 0; i < 20; i++) {
        test_trunk();
        test_decoder();
    }
    test_normalise();
    test_pictures();
    test_text();
    return test_result();
}
