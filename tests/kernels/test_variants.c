// SPDX-License-Identifier: Apache-2.0
// The kernels of one instruction set (first argument) against the reference, byte for byte, on random and extreme
// inputs, every length, with guarded memory.
#include "artem_kernels/kernels.h"
#include "guard.h"
#include "random.h"
#include "test.h"

static struct artem_kernels c, v; // reference, variant

enum kind { RANDOM, ZEROS, ONES, BOUNDS, KINDS };

static struct guard filled(size_t size, size_t alignment, enum kind kind)
{
    struct guard g = guard_alloc(size, alignment);

    random_bytes(g.data, size);
    for (size_t i = 0; i < size; i++)
        if (kind == ZEROS || kind == ONES)
            g.data[i] = kind == ONES ? 255 : 0;
        else if (kind == BOUNDS)
            g.data[i] = random_u32() % 2 ? 127 : 128;
    return g;
}

// int16 within bounds; the kinds give 0, high, and either bound.
static struct guard filled16(size_t count, size_t alignment, enum kind kind, int low, int high)
{
    struct guard g = guard_alloc(2 * count, alignment);
    int16_t *p = (int16_t *)g.data;

    for (size_t i = 0; i < count; i++)
        p[i] = (int16_t)(kind == RANDOM     ? random_in(low, high)
                         : kind == ZEROS    ? 0
                         : kind == ONES     ? high
                         : random_u32() % 2 ? low
                                            : high);
    return g;
}

// Two outputs that start out equal.
struct pair {
    struct guard c, v;
};

static struct pair pair_alloc(size_t size, size_t alignment)
{
    struct pair p = {filled(size, alignment, RANDOM), guard_alloc(size, alignment)};

    memcpy(p.v.data, p.c.data, size);
    return p;
}

static void pair_check(const char *name, struct pair *p, int n, enum kind kind)
{
    test_checks++;
    for (size_t i = 0; i < p->c.size; i++)
        if (p->c.data[i] != p->v.data[i]) {
            TEST_FAIL("%s, n = %d, kind %d: byte %zu is %d, the reference's %d", name, n, (int)kind, i, p->v.data[i],
                      p->c.data[i]);
            break;
        }
    if (!guard_free(&p->c) || !guard_free(&p->v))
        TEST_FAIL("%s, n = %d: wrote past its memory", name, n);
}

static void free_all(struct guard *guards, int count)
{
    for (int i = 0; i < count; i++)
        CHECK(guard_free(&guards[i]));
}

static void rows_of(const struct guard g[3], const uint8_t *rows[3])
{
    for (int k = 0; k < 3; k++)
        rows[k] = g[k].data;
}

// Sums that are far from overflowing.
static struct pair sums_alloc(void)
{
    struct pair p = pair_alloc(ARTEM_TRUNK * 8, 8);

    for (int i = 0; i < ARTEM_TRUNK; i++)
        ((int64_t *)p.c.data)[i] = ((int64_t *)p.v.data)[i] = (int32_t)random_u32();
    return p;
}

// One unit as a kernel sees it.
struct unit_in {
    struct guard rows[3], weights, packed, parameters[4], next;
    struct artem_bconv conv;
    struct artem_unit unit;
};

static void unit_run(const struct artem_kernels *k, struct unit_in *in, int n, bool apply, const struct guard *x,
                     const struct guard *bits, const struct guard *s1, const struct guard *s2)
{
    const uint8_t *rows[3];

    rows_of(in->rows, rows);
    k->bconv_pack(&in->conv);
    k->unit(&in->conv, rows, n, apply ? &in->unit : NULL, x != NULL ? (int8_t *)x->data : NULL,
            bits != NULL ? bits->data : NULL, s1 != NULL ? (int64_t *)s1->data : NULL,
            s2 != NULL ? (int64_t *)s2->data : NULL);
}

static void test_unit(int n, enum kind kind, enum kind weights, enum kind parameters)
{
    struct unit_in in;

    for (int k = 0; k < 3; k++)
        in.rows[k] = filled((size_t)(n + 2) * ARTEM_MAP_BYTES, 1, kind);
    in.weights = filled(ARTEM_BCONV_WEIGHTS, 1, weights);
    in.packed = filled(ARTEM_BCONV_PACKED, ARTEM_ALIGN, RANDOM);
    for (int i = 0; i < 4; i++)
        in.parameters[i] = filled16(ARTEM_TRUNK, 2, parameters, -32767, 32767);
    in.next = filled(ARTEM_TRUNK, 1, kind);
    in.conv = (struct artem_bconv){in.weights.data, in.packed.data};
    // 0: all of it, 1: the last unit, 2: without sums, 3: only sums
    for (int mode = 0; mode < 4; mode++) {
        const bool apply = mode != 3, next = mode == 0 || mode == 2, sums = mode != 2;
        struct pair x = pair_alloc((size_t)n * ARTEM_TRUNK, 1), bits = pair_alloc((size_t)n * ARTEM_MAP_BYTES, 1);
        struct pair s1 = sums_alloc(), s2 = sums_alloc();
        const int16_t *p[4];
        for (int i = 0; i < 4; i++)
            p[i] = (const int16_t *)in.parameters[i].data;
        in.unit = (struct artem_unit){p[0], p[1], p[2], p[3], next ? (const int8_t *)in.next.data : NULL};
        unit_run(&v, &in, n, apply, apply ? &x.v : NULL, next ? &bits.v : NULL, sums ? &s1.v : NULL,
                 sums ? &s2.v : NULL);
        unit_run(&c, &in, n, apply, apply ? &x.c : NULL, next ? &bits.c : NULL, sums ? &s1.c : NULL,
                 sums ? &s2.c : NULL);
        pair_check("unit x", &x, n, kind);
        pair_check("unit bits", &bits, n, kind);
        pair_check("unit s1", &s1, n, kind);
        pair_check("unit s2", &s2, n, kind);
    }
    free_all(in.rows, 3);
    free_all(in.parameters, 4);
    CHECK(guard_free(&in.weights) && guard_free(&in.packed) && guard_free(&in.next));
}

static void test_conv8(int n, enum kind kind, int channels, int outs, int shift, int centre)
{
    struct guard in[5];
    struct pair out = pair_alloc((size_t)(n * ARTEM_CONV8_OUT(outs)) * 2, ARTEM_ALIGN);
    const uint8_t *rows[3];

    for (int k = 0; k < 3; k++)
        in[k] = filled((size_t)((n + 2) * channels), 1, kind);
    in[3] = filled((size_t)(outs * 9 * channels), 1, kind);
    in[4] = filled((size_t)ARTEM_CONV8_PACKED(channels, outs), ARTEM_ALIGN, RANDOM);
    for (size_t i = 0; i < in[3].size; i++) {
        int8_t *w = (int8_t *)in[3].data + i;
        *w = (int8_t)(kind == RANDOM ? random_in(-64, 64) : kind == BOUNDS && random_u32() % 2 ? -64 : 64);
    }
    struct artem_conv8 layer = {.in = channels,
                                .out = outs,
                                .shift = shift,
                                .centre = centre,
                                .weights = (const int8_t *)in[3].data,
                                .packed = (int8_t *)in[4].data};
    rows_of(in, rows);
    v.conv8_pack(&layer);
    v.conv8(&layer, rows, n, (int16_t *)out.v.data);
    c.conv8_pack(&layer);
    c.conv8(&layer, rows, n, (int16_t *)out.c.data);
    pair_check("conv8", &out, n, kind);
    free_all(in, 5);
}

static void test_sums(int n, enum kind kind)
{
    struct guard s = filled16((size_t)n * ARTEM_TRUNK, ARTEM_ALIGN, kind, -32768, kind == ONES ? -32768 : 32767);
    struct pair s1 = sums_alloc(), s2 = sums_alloc();

    v.sums((const int16_t *)s.data, n, (int64_t *)s1.v.data, (int64_t *)s2.v.data);
    c.sums((const int16_t *)s.data, n, (int64_t *)s1.c.data, (int64_t *)s2.c.data);
    pair_check("sums s1", &s1, n, kind);
    pair_check("sums s2", &s2, n, kind);
    CHECK(guard_free(&s));
}

static void test_outputs(int n, enum kind kind, enum kind parameters)
{
    struct guard in[6];
    const size_t cells = (size_t)n * ARTEM_TRUNK;
    struct pair x = pair_alloc(cells, 1), bits = pair_alloc((size_t)n * ARTEM_MAP_BYTES, 1);
    struct pair u = pair_alloc(cells, 1);

    in[0] = filled16(cells, ARTEM_ALIGN, kind, -32768, 32767);
    for (int i = 1; i < 5; i++)
        in[i] = filled16(ARTEM_TRUNK, 2, parameters, -32767, 32767);
    in[5] = filled(ARTEM_TRUNK, 1, kind);
    const int16_t *s = (const int16_t *)in[0].data, *p[4];
    const int8_t *t = (const int8_t *)in[5].data;
    for (int i = 0; i < 4; i++)
        p[i] = (const int16_t *)in[i + 1].data;

    v.encoder_output(s, n, p[0], p[1], t, (int8_t *)x.v.data, bits.v.data);
    c.encoder_output(s, n, p[0], p[1], t, (int8_t *)x.c.data, bits.c.data);
    v.decoder_input((const int8_t *)x.c.data, n, p[0], p[1], u.v.data);
    c.decoder_input((const int8_t *)x.c.data, n, p[0], p[1], u.c.data);
    pair_check("encoder_output x", &x, n, kind);
    pair_check("encoder_output bits", &bits, n, kind);
    pair_check("decoder_input", &u, n, kind);
    u = pair_alloc(cells, 1); // in place
    v.decoder_input((const int8_t *)u.v.data, n, p[0], p[1], u.v.data);
    c.decoder_input((const int8_t *)u.c.data, n, p[0], p[1], u.c.data);
    pair_check("decoder_input", &u, n, kind);
    free_all(in, 6);
}

static void test_decoder(int n, enum kind kind, int channels)
{
    struct guard in[6];
    struct pair u = pair_alloc((size_t)(n * channels), 1), wide = pair_alloc((size_t)(2 * n * channels), 1);
    struct pair rgba = pair_alloc((size_t)n * 4, 1);

    in[0] = filled16((size_t)(n * channels), ARTEM_ALIGN, kind, -32768, 32767);
    in[1] = filled16((size_t)channels, 2, kind, -32767, 32767);
    in[2] = filled16((size_t)channels, 2, RANDOM, -32768, 32767);
    in[3] = filled((size_t)((n + 2) * channels), 1, kind);
    in[4] = filled((size_t)((n + 2) * channels), 1, kind);
    in[5] = filled(1024, 1, RANDOM);
    const int16_t *s = (const int16_t *)in[0].data, *m = (const int16_t *)in[1].data;
    const int16_t *b = (const int16_t *)in[2].data;
    v.requantise(s, n, channels, m, b, u.v.data);
    c.requantise(s, n, channels, m, b, u.c.data);
    pair_check("requantise", &u, n, kind);
    v.double_row(in[3].data, in[4].data, n, channels, wide.v.data);
    c.double_row(in[3].data, in[4].data, n, channels, wide.c.data);
    pair_check("double_row", &wide, n, kind);
    v.output(s, channels == 16 ? n : 1, m, b, in[5].data, rgba.v.data);
    c.output(s, channels == 16 ? n : 1, m, b, in[5].data, rgba.c.data);
    pair_check("output", &rgba, n, kind);
    free_all(in, 6);
}

static void test_encoder_input(int n, enum kind kind)
{
    const size_t stride = (size_t)n * 16 + 12;
    struct guard rgba = filled(3 * stride + (size_t)n * 16, 1, kind);
    struct pair u = pair_alloc((size_t)n * ARTEM_ENC, 1);
    struct guard noise = filled((size_t)n * ARTEM_NOISE, 1, kind);

    v.encoder_input(rgba.data, stride, n, (const int8_t *)noise.data, u.v.data);
    c.encoder_input(rgba.data, stride, n, (const int8_t *)noise.data, u.c.data);
    pair_check("encoder_input", &u, n, kind);
    CHECK(guard_free(&rgba));
    CHECK(guard_free(&noise));
}

// Maps like those of turning heads, extreme ones, and directions on the edges of the cube.
static struct artem_noise_map noise_map(enum kind kind)
{
    struct artem_noise_map map = {.density = kind == ZEROS ? 0 : kind == ONES ? 1 : random_in(1, ARTEM_NOISE_DENSITY)};

    for (int i = 0; i < 9; i++) {
        const int limit = i % 3 == 2 ? ARTEM_NOISE_OFFSET : ARTEM_NOISE_SLOPE;
        map.m[i] = kind == BOUNDS ? (random_u32() % 2 ? limit : -limit) : random_in(-limit, limit);
        if (kind == ONES)
            map.m[i] = i % 3 == 2 ? random_in(-1, 1) * 1000 : random_in(-2, 2);
        else if (kind == ZEROS)
            map.m[i] = (int32_t)random_u32();
    }
    return map;
}

static void test_noise(int n, enum kind kind)
{
    const struct artem_noise_map map = noise_map(kind);
    const int x = random_in(0, 1023 - n), y = random_in(0, 1023);
    struct pair out = pair_alloc((size_t)n * ARTEM_NOISE, 1);

    CHECK(artem_noise_map_valid(&map));
    v.noise(&map, x, y, n, (int8_t *)out.v.data);
    c.noise(&map, x, y, n, (int8_t *)out.c.data);
    pair_check("noise", &out, n, kind);
}

static void test_pictures(enum kind kind)
{
    struct guard in[3];
    const uint32_t w = (uint32_t)random_in(1, 40), h = (uint32_t)random_in(1, 12);
    const uint32_t full_w = w + (uint32_t)random_in(0, 300), full_h = h + (uint32_t)random_in(0, 20);
    const size_t stride = (size_t)w * 4 + 4 * (random_u32() % 2),
                 full_stride = (size_t)full_w * 4 + 4 * (random_u32() % 2);
    const size_t small = stride * (h - 1) + (size_t)w * 4, full = full_stride * (full_h - 1) + (size_t)full_w * 4;
    struct pair scaled = pair_alloc(small, 1), out = pair_alloc(full, 1);

    in[0] = filled(full, 1, kind);
    in[1] = filled(small, 1, random_u32() % 2 ? kind : RANDOM);
    in[2] = filled(small, 1, RANDOM);
    struct artem_scale scale = {full_w, full_h, w, h, in[0].data, full_stride, scaled.v.data, stride};
    v.scale_rows(&scale, 0, h);
    scale.out = scaled.c.data;
    c.scale_rows(&scale, 0, h);
    struct artem_composite composite = {full_w,
                                        full_h,
                                        w,
                                        h,
                                        (uint32_t)random_in(0, 256),
                                        (uint32_t)random_in(0, 256),
                                        in[0].data,
                                        full_stride,
                                        in[1].data,
                                        in[2].data,
                                        stride,
                                        stride,
                                        out.v.data,
                                        full_stride,
                                        random_u32() % 2 ? (uint32_t)random_in(0, 256) : 0};
    const uint32_t part = (uint32_t)random_in(0, (int)full_h);
    v.composite_rows(&composite, 0, part);
    v.composite_rows(&composite, part, full_h);
    composite.out = out.c.data;
    c.composite_rows(&composite, 0, full_h);
    pair_check("scale_rows", &scaled, (int)full_w, kind);
    pair_check("composite_rows", &out, (int)full_w, kind);
    free_all(in, 3);
}

// One output column for more input columns than are summed at a time, and painting in place.
static void test_picture_extremes(void)
{
    struct guard in = filled((size_t)3000 * 4, 1, RANDOM), guide = filled(4, 1, RANDOM), styled = filled(4, 1, RANDOM);
    struct pair one = pair_alloc(4, 1), place = pair_alloc((size_t)3000 * 4, 1);
    struct artem_scale scale = {3000, 1, 1, 1, in.data, 12000, one.v.data, 4};

    v.scale_rows(&scale, 0, 1);
    scale.out = one.c.data;
    c.scale_rows(&scale, 0, 1);
    struct artem_composite composite = {
        3000, 1, 1, 1, 255, 0, place.v.data, 12000, guide.data, styled.data, 4, 4, place.v.data, 12000, 0};
    v.composite_rows(&composite, 0, 1);
    composite.original = composite.out = place.c.data;
    c.composite_rows(&composite, 0, 1);
    pair_check("scale_rows of one", &one, 3000, RANDOM);
    pair_check("composite_rows in place", &place, 3000, RANDOM);
    CHECK(guard_free(&in) && guard_free(&guide) && guard_free(&styled));
}

// More than 2^24 pixels: sums beyond 32 bits. All rows are one.
static void test_large_picture(uint8_t value)
{
    enum { W = 8200, H = 2060, SMALL_W = 12, SMALL_H = 4 };
    struct guard in = filled((size_t)W * 4, 1, RANDOM);
    struct pair out = pair_alloc((size_t)SMALL_W * SMALL_H * 4, 1);
    struct artem_scale scale = {W, H, SMALL_W, SMALL_H, in.data, 0, out.v.data, (size_t)SMALL_W * 4};

    for (size_t i = 0; i < (size_t)W * 4; i++)
        in.data[i] |= value;
    v.scale_rows(&scale, 0, SMALL_H);
    scale.out = out.c.data;
    c.scale_rows(&scale, 0, SMALL_H);
    for (int i = 0; i < SMALL_W * SMALL_H * 4 && value == 255; i++)
        CHECK_INT(out.c.data[i], 255);
    pair_check("scale_rows of a large picture", &out, W, RANDOM);
    CHECK(guard_free(&in));
}

// Every colour distance with every spatial weight, and the largest sums: the divisions on floats.
static void test_divisions(void)
{
    enum { W = 766, SIDE = 2 };
    static uint8_t original[W * 4], guide[SIDE * SIDE * 4], styled[SIDE * SIDE * 4], out[2][128 * W * 4];

    for (int d = 0; d < W; d++)
        for (int k = 0; k < 3; k++)
            original[4 * d + k] = (uint8_t)(d - 255 * k < 0 ? 0 : d - 255 * k > 255 ? 255 : d - 255 * k);
    for (int fill = 0; fill < 3; fill++) {
        for (size_t i = 0; i < sizeof styled; i++)
            styled[i] = fill == 0 ? 255 : fill == 1 ? 254 : (uint8_t)random_u32();
        // Rows of 128 positions between two rows of the small picture.
        for (int variant = 0; variant < 2; variant++) {
            const struct artem_composite composite = {
                W,      128,      SIDE,     SIDE,         256,           0, original, 0, guide,
                styled, SIDE * 4, SIDE * 4, out[variant], (size_t)W * 4, 0};
            (variant == 0 ? v : c).composite_rows(&composite, 0, 128);
        }
        CHECK(memcmp(out[0], out[1], sizeof out[0]) == 0);
    }
}

// The self-check finds a kernel that is wrong and puts the reference in its place.
static void wrong_unit(const struct artem_bconv *conv, const uint8_t *const rows[3], int n,
                       const struct artem_unit *unit, int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2)
{
    v.unit(conv, rows, n, unit, x, bits, s1, s2);
    s2[0]++;
}

static void test_check(void)
{
    struct artem_kernels broken = v;
    const char *name;

    CHECK(artem_kernels_check(&broken) == NULL);
    CHECK(broken.unit == v.unit && broken.output == v.output);
    broken.unit = wrong_unit;
    name = artem_kernels_check(&broken);
    CHECK(name != NULL && strcmp(name, "unit") == 0);
    CHECK(broken.unit == c.unit && broken.bconv_pack == c.bconv_pack && broken.conv8 == v.conv8);
}

int main(int argc, char **argv)
{
    static const int lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 63, 64};
    int level = ARTEM_CPU_C + 1;

    while (argc == 2 && level < ARTEM_CPU_COUNT && strcmp(argv[1], artem_cpu_name((enum artem_cpu)level)) != 0)
        level++;
    if (argc != 2 || level == ARTEM_CPU_COUNT)
        return 2;
    if (!artem_cpu_supported((enum artem_cpu)level)) {
        printf("skipped: this CPU or build has no %s\n", argv[1]);
        return TEST_SKIPPED;
    }
    artem_kernels_select(&c, ARTEM_CPU_C);
    artem_kernels_select(&v, (enum artem_cpu)level);
    CHECK(v.unit != c.unit && v.conv8 != c.conv8);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (int kind = 0; kind < KINDS; kind++) {
            const int n = lengths[i];
            const enum kind k = (enum kind)kind;
            test_unit(n, k, RANDOM, RANDOM);
            test_unit(n, k, RANDOM, BOUNDS);
            test_unit(n, k, ONES, RANDOM);
            test_unit(n, k, ZEROS, RANDOM);
            test_conv8(n, k, 64, 128, n % 16, 128);
            test_conv8(n, k, 128, 32, 6, 0);
            test_conv8(n, k, 32, 12, n % 16, 0);
            test_conv8(n, k, 16, 3, 15 - n % 16, 0);
            test_sums(n, k);
            test_outputs(n, k, RANDOM);
            test_outputs(n, k, BOUNDS);
            test_decoder(n, k, 16);
            test_decoder(n, k, 32);
            test_encoder_input(n, k);
            for (int repeat = 0; repeat < 20; repeat++)
                test_noise(n, k);
        }
    for (int i = 0; i < 300; i++)
        test_pictures((enum kind)(i % KINDS));
    test_picture_extremes();
    test_large_picture(255);
    test_large_picture(128);
    test_divisions();
    test_check();
    return test_result();
}
