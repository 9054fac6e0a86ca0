// SPDX-License-Identifier: Apache-2.0
// Each kernel alone, for each instruction set: time per call, products per second and their share of the bound.
#include <stdio.h>
#include <string.h>

#include "bench.h"

enum { N = ARTEM_CHUNK, ROW = (2 * N + 2) * ARTEM_TRUNK, SIDE = 16 };

static struct {
    int16_t s[N * ARTEM_TRUNK] __attribute__((aligned(ARTEM_ALIGN)));
    int8_t packed[ARTEM_CONV8_PACKED(128, 128)] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t units[ARTEM_BCONV_PACKED] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t rows[3][ROW], weights[ARTEM_BCONV_WEIGHTS], u[2 * ROW], lut[1024];
    int8_t w8[128 * 9 * 128], x[N * ARTEM_TRUNK], t[ARTEM_TRUNK];
    int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK];
    int64_t s1[ARTEM_TRUNK], s2[ARTEM_TRUNK];
    uint8_t planes[SIDE * SIDE * 8 * ARTEM_MAP_BYTES];
    int32_t sums[SIDE * SIDE * ARTEM_TRUNK];
} m;

static struct artem_kernels k;
static struct artem_conv8 layer;
static struct artem_bconv conv = {m.weights, m.units};
static struct artem_bgrad grad = {.width = SIDE,
                                  .height = SIDE,
                                  .in = ARTEM_TRUNK,
                                  .out = ARTEM_TRUNK,
                                  .replicated = true,
                                  .weights = m.weights,
                                  .packed = m.units,
                                  .planes = m.planes,
                                  .sums = m.sums};
static const struct artem_unit unit = {m.a, m.b, m.a, m.b, m.t};
static const uint8_t *const rows[3] = {m.rows[0], m.rows[1], m.rows[2]};

static void fill(void *data, size_t size)
{
    uint32_t seed = 1;

    for (size_t i = 0; i < size; i++) {
        seed = seed * 1664525 + 1013904223;
        ((uint8_t *)data)[i] = (uint8_t)(seed >> 24);
    }
}

static void run_unit(void *user)
{
    (void)user;
    k.unit(&conv, rows, N, &unit, m.x, m.u, m.s1, m.s2);
}

static void run_convolution(void *user)
{
    (void)user;
    k.unit(&conv, rows, N, NULL, NULL, NULL, m.s1, m.s2);
}

static void run_convolution_alone(void *user)
{
    (void)user;
    k.unit(&conv, rows, N, NULL, NULL, NULL, NULL, NULL);
}

static void run_conv8(void *user)
{
    (void)user;
    k.conv8(&layer, rows, N, m.s);
}

static void run_sums(void *user)
{
    (void)user;
    k.sums(m.s, N, m.s1, m.s2);
}

static void run_encoder_output(void *user)
{
    (void)user;
    k.encoder_output(m.s, N, m.a, m.b, m.t, m.x, m.u);
}

static void run_encoder_input(void *user)
{
    (void)user;
    k.encoder_input(m.u, (uint64_t)16 * N, N, (const int8_t *)m.rows[1], m.rows[0]);
}

static void run_noise(void *user)
{
    static const struct artem_noise_map map = {{3000, 400, -200000, -300, 3100, -180000, 500, -200, ARTEM_NOISE_SLOPE},
                                               60};

    (void)user;
    k.noise(&map, 0, 20, N, (int8_t *)m.rows[0]);
}

static void run_decoder_input(void *user)
{
    (void)user;
    k.decoder_input(m.x, N, m.a, m.b, m.u);
}

static void run_requantise(void *user)
{
    (void)user;
    k.requantise(m.s, N, 32, m.a, m.b, m.u);
}

static void run_double_row(void *user)
{
    (void)user;
    k.double_row(m.rows[0], m.rows[1], N, 16, m.u);
}

static void run_output(void *user)
{
    (void)user;
    k.output(m.s, N, m.a, m.b, m.lut, m.u);
}

static void run_bgrad(void *user)
{
    (void)user;
    k.bgrad_rows(&grad, 0, grad.height);
}

// products: per call of so many cells, 0 for kernels that do not convolve.
static void measure_cells(struct bench *bench, enum artem_cpu cpu, const char *name, void (*run)(void *user), int cells,
                          double products, double bound)
{
    static struct bench_times times;

    progress_show(&bench->progress, bench->share, "%s, %s", artem_cpu_name(cpu), name);
    bench_time_short(bench->seconds, run, NULL, &times);
    progress_hide(&bench->progress);
    const double best = times.time[0], p50 = bench_percentile(&times, 50), p99 = bench_percentile(&times, 99);
    const double rate = products / best;
    printf("  %-24s %9.2f %9.2f %9.2f", name, best * 1e6, p50 * 1e6, p99 * 1e6);
    if (products > 0)
        printf("  %8.1f", rate * 1e-9);
    if (products > 0 && bound > 0)
        printf("  %5.0f %%", 100 * rate / bound);
    putchar('\n');
    fflush(stdout);
    cJSON *row = bench_row(bench, "kernel");
    cJSON_AddStringToObject(row, "cpu", artem_cpu_name(cpu));
    cJSON_AddStringToObject(row, "kernel", name);
    cJSON_AddNumberToObject(row, "cells", cells);
    bench_add_times(row, "us", 1e6, best, p50, p99);
    json_add_number(row, "gmacs", rate * 1e-9);
    json_add_number(row, "bound_gmacs", bound * 1e-9);
}

static void measure(struct bench *bench, enum artem_cpu cpu, const char *name, void (*run)(void *user), double products,
                    double bound)
{
    measure_cells(bench, cpu, name, run, N, products, bound);
}

static void measure_conv8(struct bench *bench, enum artem_cpu cpu, const char *name, int in, int out, double bound)
{
    layer = (struct artem_conv8){.in = in, .out = out, .shift = 6, .weights = m.w8, .packed = m.packed};
    k.conv8_pack(&layer);
    measure(bench, cpu, name, run_conv8, (double)N * 9 * in * out, bound);
}

static void measure_set(struct bench *bench, enum artem_cpu cpu)
{
    const double bits = bench_bound(cpu, BENCH_UNIT), bytes = bench_bound(cpu, BENCH_CONV8);
    const double products = (double)N * 9 * ARTEM_TRUNK * ARTEM_TRUNK;
    const double start = bench_now();

    artem_kernels_select(&k, cpu);
    const char *wrong = artem_kernels_check(&k);
    printf("%s: self-check %.2f ms", artem_cpu_name(cpu), (bench_now() - start) * 1e3);
    if (bits > 0)
        printf(", bound %.0f GMAC/s for bits, %.0f for bytes", bits * 1e-9, bytes * 1e-9);
    if (wrong != NULL)
        printf(", WRONG: %s", wrong);
    printf("\n  %-24s %9s %9s %9s  %8s  %s\n", "", "best us", "p50", "p99", "GMAC/s", "of bound");
    k.bconv_pack(&conv);
    measure(bench, cpu, "unit", run_unit, products, bits);
    measure(bench, cpu, "unit, only sums", run_convolution, products, bits);
    measure(bench, cpu, "unit, only convolution", run_convolution_alone, products, bits);
    measure_conv8(bench, cpu, "conv8 encoder 64 > 128", 64, 128, bytes);
    measure_conv8(bench, cpu, "conv8 d0 128 > 32", 128, 32, bytes);
    measure_conv8(bench, cpu, "conv8 d1 32 > 12", 32, 12, bytes);
    measure_conv8(bench, cpu, "conv8 d2 16 > 3", 16, 3, bytes);
    measure(bench, cpu, "noise (directional)", run_noise, 0, 0);
    measure(bench, cpu, "encoder_input", run_encoder_input, 0, 0);
    measure(bench, cpu, "sums", run_sums, 0, 0);
    measure(bench, cpu, "encoder_output", run_encoder_output, 0, 0);
    measure(bench, cpu, "decoder_input", run_decoder_input, 0, 0);
    measure(bench, cpu, "requantise 32", run_requantise, 0, 0);
    measure(bench, cpu, "double_row 16", run_double_row, 0, 0);
    measure(bench, cpu, "output", run_output, 0, 0);
    k.bgrad_pack(&grad);
    for (grad.bits = 1; grad.bits <= 8; grad.bits *= 2) {
        char name[32];
        snprintf(name, sizeof name, "backward, %d bit%s", grad.bits, grad.bits == 1 ? "" : "s");
        measure_cells(bench, cpu, name, run_bgrad, SIDE * SIDE, products / N * SIDE * SIDE, 0);
    }
}

void bench_kernels(struct bench *bench)
{
    for (int c = 0; c < ARTEM_TRUNK; c++) {
        m.a[c] = (int16_t)(c * 137 - 9000);
        m.b[c] = (int16_t)(c - 64);
        m.t[c] = (int8_t)(c % 7);
    }
    fill(m.rows, sizeof m.rows);
    fill(m.weights, sizeof m.weights);
    fill(m.planes, sizeof m.planes);
    fill(m.w8, sizeof m.w8);
    for (size_t i = 0; i < sizeof m.w8; i++)
        m.w8[i] /= 2;
    printf("Kernels, %d cells per call (backward: %d), one core\n", N, SIDE * SIDE);
    const double share = bench->share;
    for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++) {
        bench->share = share + bench->part * cpu / ARTEM_CPU_COUNT;
        if (artem_cpu_supported((enum artem_cpu)cpu))
            measure_set(bench, (enum artem_cpu)cpu);
    }
}
