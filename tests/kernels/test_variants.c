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

static void test_bconv(int n, enum kind kind, enum kind weights)
{
    struct guard in[5];
    struct pair out = pair_alloc((size_t)n * ARTEM_TRUNK * 2, ARTEM_ALIGN);
    const uint8_t *rows[3];

    for (int k = 0; k < 3; k++)
        in[k] = filled((size_t)(n + 2) * ARTEM_MAP_BYTES, 1, kind);
    in[3] = filled(ARTEM_BCONV_WEIGHTS, 1, weights);
    in[4] = filled(ARTEM_BCONV_PACKED, ARTEM_ALIGN, RANDOM);
    struct artem_bconv unit = {in[3].data, in[4].data};
    rows_of(in, rows);
    v.bconv_pack(&unit);
    v.bconv(&unit, rows, n, (int16_t *)out.v.data);
    c.bconv_pack(&unit);
    c.bconv(&unit, rows, n, (int16_t *)out.c.data);
    pair_check("bconv", &out, n, kind);
    free_all(in, 5);
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
    struct pair s1 = pair_alloc(ARTEM_TRUNK * 8, 8), s2 = pair_alloc(ARTEM_TRUNK * 8, 8);

    // Sums that are far from overflowing.
    for (int i = 0; i < ARTEM_TRUNK; i++) {
        ((int64_t *)s1.c.data)[i] = ((int64_t *)s1.v.data)[i] = (int32_t)random_u32();
        ((int64_t *)s2.c.data)[i] = ((int64_t *)s2.v.data)[i] = random_u32();
    }
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
    struct pair x = pair_alloc(cells, 1), bits = pair_alloc((size_t)n * ARTEM_MAP_BYTES, 1), u;

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
    pair_check("encoder_output x", &x, n, kind);
    pair_check("encoder_output bits", &bits, n, kind);

    for (int last = 0; last < 2; last++) {
        for (size_t i = 0; i < cells; i++)
            ((int16_t *)in[0].data)[i] = (int16_t)(s[i] % 1153);
        x = pair_alloc(cells, 1);
        bits = pair_alloc((size_t)n * ARTEM_MAP_BYTES, 1);
        u = pair_alloc(cells, 1);
        v.unit_output(s, n, p[0], p[1], p[2], p[3], last ? NULL : t, (int8_t *)x.v.data, last ? NULL : bits.v.data);
        c.unit_output(s, n, p[0], p[1], p[2], p[3], last ? NULL : t, (int8_t *)x.c.data, last ? NULL : bits.c.data);
        v.decoder_input((const int8_t *)x.v.data, n, p[0], p[1], u.v.data);
        c.decoder_input((const int8_t *)x.c.data, n, p[0], p[1], u.c.data);
        pair_check("unit_output x", &x, n, kind);
        pair_check("unit_output bits", &bits, n, kind);
        pair_check("decoder_input", &u, n, kind);
    }
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

// The self-check finds a kernel that is wrong and puts the reference in its place.
static void wrong_bconv(const struct artem_bconv *unit, const uint8_t *const rows[3], int n, int16_t *s)
{
    v.bconv(unit, rows, n, s);
    s[0]++;
}

static void test_check(void)
{
    struct artem_kernels broken = v;
    const char *name;

    CHECK(artem_kernels_check(&broken) == NULL);
    CHECK(broken.bconv == v.bconv && broken.output == v.output);
    broken.bconv = wrong_bconv;
    name = artem_kernels_check(&broken);
    CHECK(name != NULL && strcmp(name, "bconv") == 0);
    CHECK(broken.bconv == c.bconv && broken.bconv_pack == c.bconv_pack && broken.conv8 == v.conv8);
}

int main(int argc, char **argv)
{
    static const int lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 63, 64};
    int level = ARTEM_CPU_AVX2;

    while (argc == 2 && level <= ARTEM_CPU_AVX512 && strcmp(argv[1], artem_cpu_name((enum artem_cpu)level)) != 0)
        level++;
    if (argc != 2 || level > ARTEM_CPU_AVX512)
        return 2;
    if (level > (int)artem_cpu_detect()) {
        printf("skipped: this CPU or build has no %s\n", argv[1]);
        return TEST_SKIPPED;
    }
    artem_kernels_select(&c, ARTEM_CPU_C);
    artem_kernels_select(&v, (enum artem_cpu)level);
    CHECK(v.bconv != c.bconv && v.conv8 != c.conv8);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        for (int kind = 0; kind < KINDS; kind++) {
            const int n = lengths[i];
            const enum kind k = (enum kind)kind;
            test_bconv(n, k, RANDOM);
            test_bconv(n, k, ONES);
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
        }
    test_check();
    return test_result();
}
