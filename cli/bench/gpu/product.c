// SPDX-License-Identifier: Apache-2.0
#include "product.h"

#include <stdlib.h>
#include <string.h>

#include "../../cli.h"
#include "artem_kernels/binary.h"

static const float step = 0.25F; // a power of two, so that quanta times step are exact in every form

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void set_bit(uint8_t *bytes, size_t i, int value)
{
    bytes[i / 8] = (uint8_t)(bytes[i / 8] | value << i % 8);
}

// ---- What is expected ----

// A row as the reference's matrix product reads it: taps outside are zeros.
static bool expect_row(const struct product *p, uint32_t m, int32_t *sums)
{
    const struct artem_bench_args *a = &p->args;
    uint8_t *row = calloc(1, a->k / 8);
    const struct artem_bgemm gemm = {.m = 1, .n = a->n, .k = a->k, .a = row, .b = p->weights, .sums = sums};

    if (row == NULL)
        return false;
    for (size_t k = 0; k < a->k; k++) {
        size_t from = m;
        if (a->width > 0) {
            const int tap = (int)(k / p->channels);
            const int y = (int)(m / a->width) + tap / 3 - 1, x = (int)(m % a->width) + tap % 3 - 1;
            if (y < 0 || x < 0 || y >= (int)a->height || x >= (int)a->width)
                continue;
            from = (size_t)y * a->width + (size_t)x;
        }
        set_bit(row, k, product_value(p, from, k % p->channels));
    }
    artem_bgemm_rows(&gemm, 0, 1);
    free(row);
    return true;
}

static bool expect_forward(struct product *p)
{
    bool made = true;

    for (int i = 0; i < PRODUCT_SAMPLES && made; i++)
        made = expect_row(p, p->sample[i], p->expected + (size_t)i * p->args.n);
    return made;
}

static bool expect_backward(struct product *p)
{
    const struct artem_bench_args *a = &p->args;
    const size_t packed = ARTEM_BGRAD_PACKED(a->n, p->channels), row = (size_t)a->width * a->n;
    struct artem_bgrad g = {.width = a->width,
                            .height = a->height,
                            .in = a->n,
                            .out = p->channels,
                            .bits = (int)a->planes,
                            .weights = p->forward,
                            .packed =
                                aligned_alloc(ARTEM_ALIGN, (packed + ARTEM_ALIGN - 1) / ARTEM_ALIGN * ARTEM_ALIGN),
                            .planes = p->planes,
                            .sums = malloc(a->height * row * sizeof *g.sums)};

    const bool made = g.packed != NULL && g.sums != NULL;
    if (made) {
        artem_bgrad_pack(&g);
        for (int i = 0; i < PRODUCT_SAMPLES; i++) {
            const uint32_t y = p->sample[i] / a->width;
            if (i == 0 || y != p->sample[i - 1] / a->width)
                artem_bgrad_rows(&g, y, y + 1);
            memcpy(p->expected + (size_t)i * a->n, g.sums + (size_t)p->sample[i] * a->n, a->n * sizeof *g.sums);
        }
    }
    free(g.packed);
    free(g.sums);
    return made;
}

// ---- Operands ----

static bool allocate_host(struct product *p)
{
    const struct artem_bench_args *a = &p->args;
    const size_t values = (size_t)p->rows * p->channels;

    p->weights = calloc(a->n, a->k / 8);
    p->expected = calloc((size_t)PRODUCT_SAMPLES * a->n, sizeof *p->expected);
    if (p->backward) {
        p->gradient = malloc(values * sizeof *p->gradient);
        p->planes = malloc(values / 8 * a->planes);
        p->forward = malloc((size_t)p->channels * 9 * (a->n / 8));
    } else {
        p->x = malloc(values);
        p->t = malloc(p->channels);
    }
    return p->weights != NULL && p->expected != NULL &&
           (p->backward ? p->gradient != NULL && p->planes != NULL && p->forward != NULL
                        : p->x != NULL && p->t != NULL);
}

static void fill_host(struct product *p)
{
    const struct artem_bench_args *a = &p->args;
    const size_t values = (size_t)p->rows * p->channels;
    uint32_t seed = 1;

    for (size_t i = 0; i < values && p->backward; i++)
        p->gradient[i] = ((float)(next(&seed) % 1024) - 512) / 128 * (float)(1 << (a->planes - 1)) / 16;
    for (size_t i = 0; i < values && !p->backward; i++)
        p->x[i] = (int8_t)next(&seed);
    for (size_t i = 0; i < p->channels && !p->backward; i++)
        p->t[i] = (int8_t)((int)(next(&seed) % 65) - 32);
    if (!p->backward) {
        for (size_t i = 0; i < (size_t)a->n * (a->k / 8); i++)
            p->weights[i] = (uint8_t)next(&seed);
        return;
    }
    artem_bgrad_quantise(p->gradient, p->rows, p->channels, (int)a->planes, step, p->planes);
    for (size_t i = 0; i < (size_t)p->channels * 9 * (a->n / 8); i++)
        p->forward[i] = (uint8_t)next(&seed);
    for (size_t o = 0; o < p->channels; o++)
        for (size_t tap = 0; tap < 9; tap++)
            for (size_t c = 0; c < a->n; c++)
                set_bit(p->weights + c * (a->k / 8), (8 - tap) * p->channels + o,
                        product_bit(p->forward + (o * 9 + tap) * (a->n / 8), c));
}

static bool upload(struct product *p)
{
    const struct artem_bench_args *a = &p->args;
    const size_t values = (size_t)p->rows * p->channels;
    int32_t *ones = calloc(a->n, sizeof *ones), *sums = calloc((size_t)ARTEM_BENCH_CLASSES * a->n, sizeof *sums);
    bool good = ones != NULL && sums != NULL;

    for (size_t n = 0; n < a->n && good; n++)
        for (size_t k = 0; k < a->k; k++) {
            const int w = product_weight(p, n, k), tap = (int)(k / p->channels);
            ones[n] += w > 0;
            // Only cells whose class names no border on this tap's side see it.
            for (int class = 0; class < ARTEM_BENCH_CLASSES && a->width > 0; class ++)
                if (!((class & 1 && tap / 3 == 0) || (class & 2 && tap / 3 == 2) || (class & 4 && tap % 3 == 0) ||
                      (class & 8 && tap % 3 == 2)))
                    sums[(size_t) class * a->n + n] += w;
        }
    good =
        good && gpu_alloc(p->gpu, values * (p->backward ? 4 : 1), &p->source) &&
        gpu_alloc(p->gpu, p->channels, &p->threshold) && gpu_alloc(p->gpu, values / 8 * a->planes, &p->a) &&
        gpu_alloc(p->gpu, (size_t)a->n * (a->k / 8), &p->b) && gpu_alloc(p->gpu, (size_t)p->rows * 4, &p->total) &&
        gpu_alloc(p->gpu, (size_t)a->n * 4, &p->weight_ones) &&
        gpu_alloc(p->gpu, (size_t)ARTEM_BENCH_CLASSES * a->n * 4, &p->class_sums) &&
        gpu_alloc(p->gpu, (size_t)a->n * 4, &p->limits) && gpu_alloc(p->gpu, 16, &p->zeros) &&
        gpu_alloc(p->gpu, (size_t)a->m * a->n * 4, &p->c) && gpu_alloc(p->gpu, (size_t)a->m * a->n / 8, &p->bits) &&
        gpu_upload(p->gpu, p->source, p->backward ? (const void *)p->gradient : p->x, values * (p->backward ? 4 : 1)) &&
        (p->backward || gpu_upload(p->gpu, p->threshold, p->t, p->channels)) &&
        gpu_upload(p->gpu, p->b, p->weights, (size_t)a->n * (a->k / 8)) &&
        gpu_upload(p->gpu, p->weight_ones, ones, (size_t)a->n * 4) &&
        gpu_upload(p->gpu, p->class_sums, sums, (size_t)ARTEM_BENCH_CLASSES * a->n * 4);
    free(ones);
    free(sums);
    return good;
}

// So that no row passes with what another one left.
static bool spoil(struct product *p)
{
    const size_t outputs = (size_t)p->args.m * p->args.n;

    return gpu_check(p->gpu, p->gpu->driver.cuMemsetD32Async(p->c, 0x7fc1a5a5, outputs, p->gpu->stream), "memory") &&
           gpu_check(p->gpu, p->gpu->driver.cuMemsetD32Async(p->bits, 0x9d2c5680, outputs / 32, p->gpu->stream),
                     "memory");
}

static bool make(struct product *p)
{
    struct artem_bench_args *a = &p->args;

    // First and last rows, and some between.
    for (uint32_t i = 0; i < PRODUCT_SAMPLES; i++)
        p->sample[i] = (uint32_t)((uint64_t)i * (a->m - 1) / (PRODUCT_SAMPLES - 1));
    if (!allocate_host(p)) {
        cli_error("out of memory");
        return false;
    }
    fill_host(p);
    if (!(p->backward ? expect_backward(p) : expect_forward(p))) {
        cli_error("out of memory");
        return false;
    }
    if (!upload(p))
        return false;
    a->a = p->a;
    a->b = p->b;
    a->total = p->total;
    a->weight_ones = p->weight_ones;
    a->class_sums = p->class_sums;
    a->threshold = p->limits;
    a->zeros = p->zeros;
    a->step = step;
    return spoil(p);
}

bool product_matrix(struct product *p, struct gpu *gpu, uint32_t m, uint32_t n, uint32_t k)
{
    *p = (struct product){.gpu = gpu, .rows = m, .channels = k, .args = {.m = m, .n = n, .k = k, .planes = 1}};
    return make(p);
}

bool product_convolution(struct product *p, struct gpu *gpu, uint32_t width, uint32_t height, uint32_t channels,
                         uint32_t n, uint32_t planes)
{
    *p = (struct product){.gpu = gpu,
                          .backward = planes > 0,
                          .rows = width * height,
                          .channels = channels,
                          .args = {.m = width * height,
                                   .n = n,
                                   .k = 9 * channels,
                                   .width = width,
                                   .height = height,
                                   .channels = channels,
                                   .planes = planes > 0 ? planes : 1,
                                   .signs = planes == 1}};
    return make(p);
}

void product_free(struct product *p)
{
    CUdeviceptr *const all[] = {&p->source,      &p->threshold,  &p->a,      &p->b, &p->total,
                                &p->weight_ones, &p->class_sums, &p->limits, &p->c, &p->bits,
                                &p->form_a,      &p->form_b,     &p->zeros};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gpu_free(p->gpu, all[i]);
    free(p->x);
    free(p->t);
    free(p->gradient);
    free(p->planes);
    free(p->weights);
    free(p->forward);
    free(p->expected);
    memset(p, 0, sizeof *p);
}

// ---- Results ----

static bool same(enum product_output output, const void *row, size_t i, int32_t expected)
{
    const int32_t saturated = expected < -128 ? -128 : expected > 127 ? 127 : expected;

    switch (output) {
    case PRODUCT_C_FLOAT:
        return ((const float *)row)[i] == (float)expected;
    case PRODUCT_C_HALF:
        return ((const uint16_t *)row)[i] == product_half(expected) ||
               (expected == 0 && ((const uint16_t *)row)[i] == 0x8000);
    case PRODUCT_C_INT8:
        return ((const int8_t *)row)[i] == saturated;
    case PRODUCT_C_INT32:
        return ((const int32_t *)row)[i] == expected;
    default:
        return product_bit(row, i) == (expected > 0);
    }
}

bool product_check(struct product *p, enum product_output output)
{
    static const size_t sizes[] = {32, 16, 8, 32, 1}; // bits
    const size_t n = p->args.n, bytes = n * sizes[output] / 8;
    uint8_t *row = malloc(bytes);
    bool good = row != NULL;

    for (size_t i = 0; i < PRODUCT_SAMPLES && good; i++) {
        good = gpu_download(p->gpu, row, (output == PRODUCT_C_BITS ? p->bits : p->c) + p->sample[i] * bytes, bytes);
        for (size_t k = 0; k < n && good; k++)
            good = same(output, row, k, p->expected[i * n + k]);
    }
    free(row);
    return spoil(p) && good;
}
