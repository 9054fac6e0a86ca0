// SPDX-License-Identifier: Apache-2.0
// Binary products of docs/arithmetic.md §10: the reference against plain definitions on integers and on floats, every
// set of kernels against the reference, with guarded memory.
#include "artem_kernels/binary.h"

#include <math.h>

#include "artem_kernels/kernels.h"
#include "guard.h"
#include "random.h"
#include "test.h"

static int bit(const uint8_t *bytes, size_t i)
{
    return bytes[i / 8] >> i % 8 & 1;
}

static struct guard random_guard(size_t size, size_t alignment)
{
    struct guard g = guard_alloc(size, alignment);

    random_bytes(g.data, size);
    return g;
}

static void test_bgemm(uint32_t m, uint32_t n, uint32_t k, bool signs, int fill)
{
    struct guard a = random_guard((size_t)m * k / 8, 1), b = random_guard((size_t)n * k / 8, 1);
    struct guard sums = random_guard((size_t)m * n * 4, 4), threshold = guard_alloc((size_t)n * 4, 4);
    struct guard bits = random_guard((size_t)m * n / 8, 1);
    int32_t *t = (int32_t *)threshold.data, *s = (int32_t *)sums.data;

    if (fill >= 0)
        memset(a.data, fill, a.size);
    for (uint32_t j = 0; j < n; j++)
        t[j] = random_in(-20, 20);
    const struct artem_bgemm g = {m, n, k, signs, a.data, b.data, s, t, bits.data};
    artem_bgemm_rows(&g, 0, m / 2);
    artem_bgemm_rows(&g, m / 2, m);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            int sum = 0;
            for (size_t x = 0; x < k; x++) {
                const int av = bit(a.data + i * k / 8, x), w = bit(b.data + j * k / 8, x) ? 1 : -1;
                sum += (signs ? 2 * av - 1 : av) * w;
            }
            CHECK_INT(s[i * n + j], sum);
            CHECK_INT(bit(bits.data + i * n / 8, j), sum > t[j]);
        }
    CHECK(guard_free(&a) && guard_free(&b) && guard_free(&sums) && guard_free(&threshold) && guard_free(&bits));
}

// One case of the convolution backwards.
struct shape {
    uint32_t width, height, in, out;
    int bits;
    bool replicated;
};

static const char *describe(const struct shape *s)
{
    static char text[96];

    snprintf(text, sizeof text, "%u x %u, %u <- %u, %d bits, %s", s->width, s->height, s->in, s->out, s->bits,
             s->replicated ? "replicated" : "zeros");
    return text;
}

static int quantum_at(const struct shape *s, const uint8_t *planes, size_t cell, size_t channel)
{
    int q = 0;

    for (int p = 0; p < s->bits; p++) {
        const int one = bit(planes + (cell * (size_t)s->bits + (size_t)p) * (s->out / 8), channel);
        q += one * (p == s->bits - 1 && s->bits > 1 ? -(1 << p) : 1 << p);
    }
    return s->bits == 1 ? 2 * q - 1 : q;
}

// The convolution forwards reads cell `from` of the input for cell `at` of the output by tap `tap`.
static int reads(int at, int tap, int size, bool replicated)
{
    const int from = at + tap - 1;

    return !replicated && (from < 0 || from >= size) ? -1 : from < 0 ? 0 : from >= size ? size - 1 : from;
}

// As the chain rule has it: every product of the convolution forwards sends its share back, on integers and on floats.
static void scatter(const struct shape *s, const uint8_t *weights, const uint8_t *planes, float scale, int32_t *sums,
                    double *real)
{
    const int w = (int)s->width, h = (int)s->height;

    memset(sums, 0, (size_t)w * (size_t)h * s->in * sizeof *sums);
    memset(real, 0, (size_t)w * (size_t)h * s->in * sizeof *real);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w; x++)
            for (int t = 0; t < 9; t++) {
                const int fy = reads(y, t / 3, h, s->replicated), fx = reads(x, t % 3, w, s->replicated);
                if (fy < 0 || fx < 0)
                    continue;
                for (size_t o = 0; o < s->out; o++) {
                    const int q = quantum_at(s, planes, (size_t)(y * w + x), o);
                    for (size_t c = 0; c < s->in; c++) {
                        const int weight = bit(weights + (o * 9 + (size_t)t) * (s->in / 8), c) ? 1 : -1;
                        const size_t at = (size_t)(fy * w + fx) * s->in + c;
                        sums[at] += weight * q;
                        real[at] += (double)(weight * (float)q) * (double)scale;
                    }
                }
            }
}

static void test_bgrad(const struct artem_kernels *k, const struct shape *s, int fill)
{
    const size_t cells = (size_t)s->width * s->height, count = cells * s->in;
    struct guard weights = random_guard((size_t)s->out * 9 * (s->in / 8), 1);
    struct guard packed = random_guard(ARTEM_BGRAD_PACKED(s->in, s->out), ARTEM_ALIGN);
    struct guard planes = random_guard(cells * (size_t)s->bits * (s->out / 8), 1);
    struct guard sums = random_guard(count * 4, 4), gradient = random_guard(count * 4, 4);
    int32_t *expected = malloc(count * sizeof *expected);
    double *real = malloc(count * sizeof *real);
    const float scale = 0.037F;
    struct artem_bgrad g = {s->width,
                            s->height,
                            s->in,
                            s->out,
                            s->bits,
                            s->replicated,
                            weights.data,
                            packed.data,
                            planes.data,
                            (int32_t *)sums.data,
                            (float *)gradient.data,
                            scale};

    if (fill >= 0) {
        memset(planes.data, fill, planes.size);
        memset(weights.data, fill, weights.size / 2);
    }
    scatter(s, weights.data, planes.data, scale, expected, real);
    k->bgrad_pack(&g);
    k->bgrad_rows(&g, s->height / 2, s->height);
    k->bgrad_rows(&g, 0, s->height / 2);
    test_checks++;
    for (size_t i = 0; i < count; i++)
        if (g.sums[i] != expected[i] || g.gradient[i] != (float)expected[i] * scale ||
            fabs((double)g.gradient[i] - real[i]) > 1e-6 * fabs(real[i]) + 1e-9) {
            TEST_FAIL("%s, %zu: sum %d, expected %d; %g, expected %g", describe(s), i, g.sums[i], expected[i],
                      (double)g.gradient[i], real[i]);
            break;
        }
    // Either result alone.
    g.sums = NULL;
    random_bytes(gradient.data, gradient.size);
    k->bgrad_rows(&g, 0, s->height);
    for (size_t i = 0; i < count; i++)
        if (g.gradient[i] != (float)expected[i] * scale) {
            TEST_FAIL("%s: floats alone differ", describe(s));
            break;
        }
    g.sums = (int32_t *)sums.data;
    g.gradient = NULL;
    random_bytes(sums.data, sums.size);
    k->bgrad_rows(&g, 0, s->height);
    if (memcmp(sums.data, expected, count * 4) != 0)
        TEST_FAIL("%s: sums alone differ", describe(s));
    CHECK(guard_free(&weights) && guard_free(&packed) && guard_free(&planes) && guard_free(&sums) &&
          guard_free(&gradient));
    free(expected);
    free(real);
}

static void test_shapes(const struct artem_kernels *k)
{
    static const struct shape shapes[] = {{1, 1, 32, 32, 0, true},   {2, 1, 64, 32, 0, true},  {3, 4, 32, 64, 0, true},
                                          {5, 4, 128, 128, 0, true}, {9, 6, 96, 160, 0, true}, {4, 5, 160, 96, 0, true},
                                          {3, 3, 256, 288, 0, true}};

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int bits = 1; bits <= 8; bits *= 2)
            for (int fill = -1; fill < (i < 3 ? 2 : 0); fill++) { // random; zeros; ones
                struct shape s = shapes[i];
                s.bits = bits;
                test_bgrad(k, &s, fill > 0 ? 255 : fill);
                s.replicated = false;
                test_bgrad(k, &s, fill > 0 ? 255 : fill);
            }
}

static int read_back(const struct artem_kernels *k, const float *value, int bits, float step)
{
    float values[32] = {*value};
    uint8_t planes[8 * 4];
    const struct shape s = {1, 1, 32, 32, bits, true};

    k->bgrad_quantise(values, 1, 32, bits, step, planes);
    CHECK_INT(quantum_at(&s, planes, 0, 1), bits == 1 ? -1 : 0);
    return quantum_at(&s, planes, 0, 0);
}

static void test_quantise(const struct artem_kernels *k)
{
    static const float values[] = {0,     1e-9F, 0.24F, 0.25F, 0.26F, 0.75F,    1.25F,  3.4F,  62.75F,
                                   63.4F, 63.6F, 64,    1e30F, 0.5F,  INFINITY, -0.25F, -0.75F};

    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int bits = 1; bits <= 8; bits *= 2) {
                const float value = (float)sign * values[i];
                const double limit = (1 << (bits - 1)) - 1, whole = nearbyint((double)value / 0.5);
                const int expected = bits == 1 ? (value > 0 ? 1 : -1) : (int)fmax(-limit, fmin(limit, whole));
                CHECK_INT(read_back(k, &value, bits, 0.5F), expected);
            }
    CHECK_INT(read_back(k, &(float){NAN}, 8, 1), 0);
    CHECK_INT(read_back(k, &(float){NAN}, 1, 1), -1);
}

// Many cells: where each quantum lies, with guarded memory.
static void test_planes(const struct artem_kernels *k, uint32_t channels)
{
    enum { N = 3 };
    const size_t count = (size_t)N * channels;
    struct guard values = guard_alloc(count * 4, 4), threshold = guard_alloc((size_t)channels * 4, 4);
    float *v = (float *)values.data, *t = (float *)threshold.data;

    for (size_t i = 0; i < count; i++)
        v[i] = (float)random_in(-300, 300) / 64;
    for (size_t c = 0; c < channels; c++)
        t[c] = c % 3 == 0 ? v[c] : (float)random_in(-300, 300) / 64;
    v[1] = NAN;
    for (int bits = 1; bits <= 8; bits *= 2) {
        const struct shape s = {N, 1, channels, channels, bits, true};
        struct guard planes = random_guard(count / 8 * (size_t)bits, 1);
        uint8_t *expected = malloc(planes.size);
        k->bgrad_quantise(v, N, channels, bits, 0.37F, planes.data);
        artem_bgrad_quantise(v, N, channels, bits, 0.37F, expected);
        CHECK(memcmp(planes.data, expected, planes.size) == 0);
        if (bits == 2) {
            k->binarise(v, N, channels, t, planes.data);
            for (size_t i = 0; i < count; i++)
                CHECK_INT(quantum_at(&s, planes.data, i / channels, i % channels), v[i] > t[i % channels]);
        }
        free(expected);
        CHECK(guard_free(&planes));
    }
    CHECK(guard_free(&values) && guard_free(&threshold));
}

int main(void)
{
    for (int fill = -1; fill < 2; fill++)
        for (int signs = 0; signs < 2; signs++) {
            test_bgemm(5, 64, 96, signs, fill > 0 ? 255 : fill);
            test_bgemm(1, 32, 32, signs, fill > 0 ? 255 : fill);
            test_bgemm(3, 32, 1152, signs, fill > 0 ? 255 : fill);
        }
    for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++) {
        struct artem_kernels k;
        if (!artem_cpu_supported((enum artem_cpu)cpu))
            continue;
        artem_kernels_select(&k, (enum artem_cpu)cpu);
        // Sets that take them from another are the same.
        if (cpu == ARTEM_CPU_C || cpu == ARTEM_CPU_AVX2 || cpu == ARTEM_CPU_AVX512 || cpu == ARTEM_CPU_NEON) {
            test_quantise(&k);
            test_planes(&k, 32);
            test_planes(&k, 160);
            test_shapes(&k);
        }
    }
    return test_result();
}
