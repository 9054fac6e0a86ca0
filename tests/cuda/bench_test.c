// SPDX-License-Identifier: Apache-2.0
// The kernels of `artem bench gpu` on the emulated chip of the arguments (major, minor), against the reference kernels:
// matrices and convolutions of awkward sizes, forwards and backwards.
#include <stdlib.h>

#include "artem_kernels/kernels.h"
#include "emulator.h"
#include "kernels/cuda/bench/args.h"
#include "random.h"
#include "test.h"

static int chip; // 10 · major + minor

// What the kernels of one product read and write.
struct operands {
    struct artem_bench_args args;
    uint32_t rows, channels;
    uint8_t *bits_a, *b, *bits;
    int32_t *total, *weight_ones, *class_sums, *threshold, *out;
};

static void *allocate(size_t bytes)
{
    const size_t rounded = (bytes + 63) / 64 * 64;
    void *p = aligned_alloc(64, rounded > 0 ? rounded : 64);

    random_bytes(p, rounded);
    return p;
}

static int bit(const uint8_t *bytes, size_t i)
{
    return bytes[i / 8] >> i % 8 & 1;
}

static struct operands make(uint32_t rows, uint32_t channels, struct artem_bench_args args)
{
    static const uint8_t zeros[16] __attribute__((aligned(16)));
    struct operands o = {.args = args, .rows = rows, .channels = channels};

    o.bits_a = allocate((size_t)rows * args.planes * channels / 8);
    o.b = allocate((size_t)args.n * args.k / 8);
    o.bits = allocate((size_t)args.m * args.n / 8);
    o.total = allocate((size_t)rows * 4);
    o.weight_ones = allocate((size_t)args.n * 4);
    o.class_sums = allocate((size_t)ARTEM_BENCH_CLASSES * args.n * 4);
    o.threshold = allocate((size_t)args.n * 4);
    o.out = allocate((size_t)args.m * args.n * 4);
    for (uint32_t n = 0; n < args.n; n++)
        o.threshold[n] = random_in(-30, 30);
    o.args.a = (uintptr_t)o.bits_a;
    o.args.b = (uintptr_t)o.b;
    o.args.total = (uintptr_t)o.total;
    o.args.weight_ones = (uintptr_t)o.weight_ones;
    o.args.class_sums = (uintptr_t)o.class_sums;
    o.args.threshold = (uintptr_t)o.threshold;
    o.args.zeros = (uintptr_t)zeros;
    return o;
}

static void release(struct operands *o)
{
    free(o->bits_a);
    free(o->b);
    free(o->bits);
    free(o->total);
    free(o->weight_ones);
    free(o->class_sums);
    free(o->threshold);
    free(o->out);
}

// What the host adds to weights. A cell of a class does not see taps beyond the borders that it touches.
static void finish_weights(struct operands *o)
{
    memset(o->class_sums, 0, (size_t)ARTEM_BENCH_CLASSES * o->args.n * 4);
    for (size_t n = 0; n < o->args.n; n++) {
        o->weight_ones[n] = 0;
        for (size_t k = 0; k < o->args.k; k++) {
            const int one = bit(o->b + n * o->args.k / 8, k), tap = (int)(k / o->channels);
            o->weight_ones[n] += one;
            for (int class = 0; class < ARTEM_BENCH_CLASSES && o->args.width > 0; class ++)
                if (!((class & 1) != 0 && tap / 3 == 0) && !((class & 2) != 0 && tap / 3 == 2) &&
                    !((class & 4) != 0 && tap % 3 == 0) && !((class & 8) != 0 && tap % 3 == 2))
                    o->class_sums[(size_t) class * o->args.n + n] += one ? 1 : -1;
        }
    }
}

static void launch(const char *kernel, uint32_t x, uint32_t y, uint32_t threads, uint32_t shared,
                   const struct artem_bench_args *args)
{
    struct artem_bench_args copy = *args;
    void *params[1] = {&copy};

    CHECK(cuda_emulator_launch(kernel, (uint32_t[3]){x, y, 1}, (uint32_t[3]){threads, 1, 1}, shared, params));
}

static uint32_t up(uint32_t a, uint32_t b)
{
    return (a + b - 1) / b;
}

// Every way of multiplying that the chip has; expected: [m][n].
static void test_products(struct operands *o, const int32_t *expected)
{
    const struct artem_bench_args *a = &o->args;
    const bool picture = a->width > 0;
    const struct {
        const char *name;
        uint32_t tile_m, tile_n, shared;
    } ways[] = {{"popcount", ARTEM_BENCH_POPCOUNT_M, ARTEM_BENCH_POPCOUNT_N, ARTEM_BENCH_POPCOUNT_SHARED(picture)},
                {"tensor", ARTEM_BENCH_TENSOR_M, ARTEM_BENCH_TENSOR_N, ARTEM_BENCH_TENSOR_SHARED(picture, chip)},
                {"wgmma", ARTEM_BENCH_TENSOR_M, ARTEM_BENCH_TENSOR_N, ARTEM_BENCH_WGMMA_SHARED}};
    int ran = 0;

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char kernel[64];
        snprintf(kernel, sizeof kernel, "artem_bench_%s_%s", ways[i].name, picture ? "conv" : "gemm");
        if (!cuda_emulator_has(kernel))
            continue;
        ran++;
        random_bytes(o->out, (size_t)a->m * a->n * 4);
        random_bytes(o->bits, (size_t)a->m * a->n / 8);
        for (int both = 0; both < 2; both++) { // sums alone, then with bits
            struct artem_bench_args args = *a;
            args.out = (uintptr_t)o->out;
            args.bits = both ? (uintptr_t)o->bits : 0;
            launch(kernel, up(a->n, ways[i].tile_n), up(a->m, ways[i].tile_m), ARTEM_BENCH_THREADS, ways[i].shared,
                   &args);
        }
        test_checks++;
        for (size_t k = 0; k < (size_t)a->m * a->n; k++)
            if (o->out[k] != expected[k] || bit(o->bits, k) != (expected[k] > o->threshold[k % a->n])) {
                TEST_FAIL("%s, %u x %u x %u, %u planes: [%zu][%zu] is %d, expected %d", kernel, a->m, a->n, a->k,
                          a->planes, k / a->n, k % a->n, o->out[k], expected[k]);
                break;
            }
    }
    CHECK_INT(ran, chip >= 100 ? 1 : chip == 90 && !picture ? 3 : 2);
}

// Floats whose sums are whole; a: values of the rows, [rows][channels].
static void test_floats(struct operands *o, const float *a, const int32_t *expected)
{
    const struct artem_bench_args *g = &o->args;
    float *b = allocate((size_t)g->k * g->n * 4), *out = allocate((size_t)g->m * g->n * 4);

    for (size_t k = 0; k < g->k; k++)
        for (size_t n = 0; n < g->n; n++)
            b[k * g->n + n] = bit(o->b + n * g->k / 8, k) ? 1 : -1;
    for (int tiled = 0; tiled < 2; tiled++) {
        struct artem_bench_args args = *g;
        char kernel[64];
        snprintf(kernel, sizeof kernel, "artem_bench_%s_%s", tiled ? "tiled" : "naive", g->width > 0 ? "conv" : "gemm");
        args.a = (uintptr_t)a;
        args.b = (uintptr_t)b;
        args.out = (uintptr_t)out;
        random_bytes(out, (size_t)g->m * g->n * 4);
        if (tiled)
            launch(kernel, up(g->n, ARTEM_BENCH_TILED_N), up(g->m, ARTEM_BENCH_TILED_M), ARTEM_BENCH_THREADS,
                   ARTEM_BENCH_TILED_SHARED, &args);
        else
            launch(kernel, g->m, up(g->n, ARTEM_BENCH_NAIVE_THREADS), ARTEM_BENCH_NAIVE_THREADS, 0, &args);
        test_checks++;
        for (size_t k = 0; k < (size_t)g->m * g->n; k++)
            if (out[k] != (float)expected[k]) {
                TEST_FAIL("%s: [%zu][%zu] is %g, expected %d", kernel, k / g->n, k % g->n, (double)out[k], expected[k]);
                break;
            }
    }
    free(b);
    free(out);
}

// Packs random bytes on the device.
static void pack(struct operands *o)
{
    int8_t *x = allocate((size_t)o->rows * o->channels), *t = allocate(o->channels);
    struct artem_bench_args args = o->args;

    args.a = (uintptr_t)x;
    args.threshold = (uintptr_t)t;
    args.bits = (uintptr_t)o->bits_a;
    args.m = o->rows;
    args.k = o->channels;
    launch("artem_bench_pack", up(o->rows, ARTEM_BENCH_PACK_THREADS / 32), 1, ARTEM_BENCH_PACK_THREADS, 0, &args);
    test_checks++;
    for (size_t m = 0; m < o->rows; m++) {
        int32_t ones = 0;
        for (size_t c = 0; c < o->channels; c++) {
            const int one = x[m * o->channels + c] > t[c];
            ones += one;
            if (bit(o->bits_a + m * o->channels / 8, c) != one)
                TEST_FAIL("pack: bit %zu of row %zu", c, m);
        }
        CHECK_INT(o->total[m], ones);
    }
    free(x);
    free(t);
}

static void test_matrix(uint32_t m, uint32_t n, uint32_t k)
{
    struct operands o = make(m, k, (struct artem_bench_args){.m = m, .n = n, .k = k, .planes = 1});
    int32_t *expected = allocate((size_t)m * n * 4);
    float *a = allocate((size_t)m * k * 4);

    pack(&o);
    finish_weights(&o);
    const struct artem_bgemm gemm = {.m = m, .n = n, .k = k, .a = o.bits_a, .b = o.b, .sums = expected};
    artem_bgemm_rows(&gemm, 0, m);
    test_products(&o, expected);
    for (size_t i = 0; i < (size_t)m * k; i++)
        a[i] = (float)bit(o.bits_a, i);
    test_floats(&o, a, expected);
    free(a);
    free(expected);
    release(&o);
}

static struct artem_bench_args picture(uint32_t width, uint32_t height, uint32_t channels, uint32_t n, uint32_t planes)
{
    return (struct artem_bench_args){.m = width * height,
                                     .n = n,
                                     .k = 9 * channels,
                                     .width = width,
                                     .height = height,
                                     .channels = channels,
                                     .planes = planes};
}

static void test_forward(uint32_t width, uint32_t height, uint32_t channels, uint32_t n)
{
    struct operands o = make(width * height, channels, picture(width, height, channels, n, 1));
    const size_t cell = channels / 8;
    int32_t *expected = allocate((size_t)o.args.m * n * 4);
    uint8_t *window = allocate(9 * cell);
    float *a = allocate((size_t)o.args.m * channels * 4);

    pack(&o);
    finish_weights(&o);
    for (uint32_t m = 0; m < o.args.m; m++) {
        for (int tap = 0; tap < 9; tap++) {
            const int y = (int)(m / width) + tap / 3 - 1, x = (int)(m % width) + tap % 3 - 1;
            if (y < 0 || x < 0 || y >= (int)height || x >= (int)width)
                memset(window + (size_t)tap * cell, 0, cell);
            else
                memcpy(window + (size_t)tap * cell, o.bits_a + ((size_t)y * width + (size_t)x) * cell, cell);
        }
        const struct artem_bgemm gemm = {
            .m = 1, .n = n, .k = o.args.k, .a = window, .b = o.b, .sums = expected + (size_t)m * n};
        artem_bgemm_rows(&gemm, 0, 1);
    }
    test_products(&o, expected);
    for (size_t i = 0; i < (size_t)o.args.m * channels; i++)
        a[i] = (float)bit(o.bits_a, i);
    test_floats(&o, a, expected);
    free(a);
    free(window);
    free(expected);
    release(&o);
}

// From n channels in to `channels` out: gradients of the latter come in.
static void test_backward(uint32_t width, uint32_t height, uint32_t channels, uint32_t n, uint32_t planes)
{
    struct operands o = make(width * height, channels, picture(width, height, channels, n, planes));
    const size_t cells = (size_t)width * height, in = n / 8;
    uint8_t *forward = allocate((size_t)channels * 9 * in), *packed = allocate(ARTEM_BGRAD_PACKED(n, channels));
    float *gradient = allocate(cells * channels * 4);
    uint8_t *quanta = allocate(cells * planes * channels / 8);
    int32_t *expected = allocate(cells * n * 4);
    struct artem_bench_args args = o.args;
    struct artem_bgrad g = {.width = width,
                            .height = height,
                            .in = n,
                            .out = channels,
                            .bits = (int)planes,
                            .weights = forward,
                            .packed = packed,
                            .planes = quanta,
                            .sums = expected};

    for (size_t i = 0; i < cells * channels; i++)
        gradient[i] = (float)random_in(-1000, 1000) / 100 * (float)(1 << (planes - 1)) / 16;
    artem_bgrad_quantise(gradient, cells, channels, (int)planes, 0.3F, quanta);
    args.a = (uintptr_t)gradient;
    args.bits = (uintptr_t)o.bits_a;
    args.m = o.rows;
    args.k = channels;
    args.step = 0.3F;
    launch("artem_bench_quantise", up(o.rows, ARTEM_BENCH_PACK_THREADS / 32), 1, ARTEM_BENCH_PACK_THREADS, 0, &args);
    CHECK(memcmp(quanta, o.bits_a, cells * planes * channels / 8) == 0);

    memset(o.b, 0, (size_t)n * o.args.k / 8);
    for (size_t out = 0; out < channels; out++)
        for (size_t tap = 0; tap < 9; tap++)
            for (size_t c = 0; c < n; c++) {
                const size_t k = (8 - tap) * channels + out;
                uint8_t *byte = o.b + c * o.args.k / 8 + k / 8;
                *byte = (uint8_t)(*byte | bit(forward + (out * 9 + tap) * in, c) << k % 8);
            }
    o.args.signs = planes == 1;
    finish_weights(&o);
    artem_bgrad_pack(&g);
    artem_bgrad_rows(&g, 0, height);
    test_products(&o, expected);
    free(forward);
    free(packed);
    free(gradient);
    free(quanta);
    free(expected);
    release(&o);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    chip = 10 * atoi(argv[1]) + atoi(argv[2]);
    if (!cuda_emulator_choose(chip / 10, chip % 10))
        return 2;
    test_matrix(300, 160, 1408);
    test_matrix(1, 32, 128);
    test_matrix(256, 128, 1024);
    test_forward(21, 14, 128, 160);
    test_forward(1, 1, 128, 32);
    test_forward(3, 2, 256, 64);
    for (uint32_t planes = 1; planes <= 8; planes *= 2) {
        test_backward(19, 15, 128, 96, planes);
        test_backward(1, 3, 256, 32, planes);
    }
    return test_result();
}
