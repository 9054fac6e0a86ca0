// SPDX-License-Identifier: Apache-2.0
// How fast each kernel and the whole network run on this machine, per instruction set. Best of several runs.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "artem/engine.h"
#include "artem_kernels/kernels.h"
#include "artem_kernels/noise.h"
#include "artem_kernels/picture.h"
#include "random.h"

enum { N = ARTEM_CHUNK, ROW = (2 * N + 2) * ARTEM_TRUNK, RUNS = 30 };

static struct {
    int16_t s[N * ARTEM_TRUNK] __attribute__((aligned(ARTEM_ALIGN)));
    int8_t packed[ARTEM_CONV8_PACKED(128, 128)] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t units[ARTEM_BCONV_PACKED] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t rows[3][ROW], weights[ARTEM_BCONV_WEIGHTS], u[2 * ROW], lut[1024];
    int8_t w8[128 * 9 * 128], x[N * ARTEM_TRUNK], t[ARTEM_TRUNK];
    int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK];
    int64_t s1[ARTEM_TRUNK], s2[ARTEM_TRUNK];
} m;

static struct artem_kernels k;
static struct artem_conv8 layer;
static struct artem_bconv conv = {m.weights, m.units};
static const struct artem_unit unit = {m.a, m.b, m.a, m.b, m.t};
static const uint8_t *const rows[3] = {m.rows[0], m.rows[1], m.rows[2]};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// Prints microseconds per call, and GMAC/s if there are any.
static void measure(const char *name, void (*run)(void), double macs)
{
    double best = 1e9;

    for (int i = 0; i < RUNS; i++) {
        int calls = 0;
        double start = now(), time;
        do {
            run();
            calls++;
            time = now() - start;
        } while (time < 1e-3);
        best = time / calls < best ? time / calls : best;
    }
    printf("  %-24s %9.2f us", name, best * 1e6);
    if (macs > 0)
        printf("  %7.1f GMAC/s", macs / best * 1e-9);
    putchar('\n');
}

static void run_unit(void)
{
    k.unit(&conv, rows, N, &unit, m.x, m.u, m.s1, m.s2);
}

static void run_unit_conv(void)
{
    k.unit(&conv, rows, N, NULL, NULL, NULL, NULL, NULL);
}

static void run_conv8(void)
{
    k.conv8(&layer, rows, N, m.s);
}

static void run_sums(void)
{
    k.sums(m.s, N, m.s1, m.s2);
}

static void run_encoder_input(void)
{
    k.encoder_input(m.u, 16 * N, N, (const int8_t *)m.rows[1], m.rows[0]);
}

static void run_noise(void)
{
    static const struct artem_noise_map map = {{3000, 400, -200000, -300, 3100, -180000, 500, -200, ARTEM_NOISE_SLOPE},
                                               60};

    k.noise(&map, 0, 20, N, (int8_t *)m.rows[0]);
}

static void run_decoder_input(void)
{
    k.decoder_input(m.x, N, m.a, m.b, m.u);
}

static void run_requantise(void)
{
    k.requantise(m.s, N, 32, m.a, m.b, m.u);
}

static void run_double_row(void)
{
    k.double_row(m.rows[0], m.rows[1], N, 16, m.u);
}

static void run_output(void)
{
    k.output(m.s, N, m.a, m.b, m.lut, m.u);
}

static void measure_conv8(const char *name, int in, int out)
{
    layer = (struct artem_conv8){.in = in, .out = out, .shift = 6, .weights = m.w8, .packed = m.packed};
    k.conv8_pack(&layer);
    measure(name, run_conv8, (double)N * 9 * in * out);
}

static void bench_level(enum artem_cpu cpu)
{
    artem_kernels_select(&k, cpu);
    double start = now();
    const char *wrong = artem_kernels_check(&k);
    printf("%s: self-check %.2f ms%s%s; %d cells per call\n", artem_cpu_name(cpu), (now() - start) * 1e3,
           wrong != NULL ? ", WRONG: " : "", wrong != NULL ? wrong : "", N);
    k.bconv_pack(&conv);
    measure("unit", run_unit, (double)N * 9 * ARTEM_TRUNK * ARTEM_TRUNK);
    measure("unit, convolution only", run_unit_conv, (double)N * 9 * ARTEM_TRUNK * ARTEM_TRUNK);
    measure_conv8("conv8 encoder 64 > 128", 64, 128);
    measure_conv8("conv8 d0 128 > 32", 128, 32);
    measure_conv8("conv8 d1 32 > 12", 32, 12);
    measure_conv8("conv8 d2 16 > 3", 16, 3);
    measure("noise (directional)", run_noise, 0);
    measure("encoder_input", run_encoder_input, 0);
    measure("sums", run_sums, 0);
    measure("decoder_input", run_decoder_input, 0);
    measure("requantise 32", run_requantise, 0);
    measure("double_row 16", run_double_row, 0);
    measure("output", run_output, 0);
}

static void bench_network(struct artem_network *network, struct artem_style *style, enum artem_cpu cpu, uint32_t width,
                          uint32_t height, uint32_t threads)
{
    struct artem_engine_params params = {.threads = threads, .network = network};
    struct artem_engine *engine = NULL;
    struct artem_engine_frame frame = {.views = 2};
    struct artem_engine_stats stats = {0};
    uint8_t *in[2];
    double best = 1e9;

    setenv("ARTEM_CPU", artem_cpu_name(cpu), 1);
    for (int v = 0; v < 2; v++) {
        in[v] = malloc((size_t)width * height * 4);
        random_bytes(in[v], (size_t)width * height * 4);
        frame.view[v] = (struct artem_engine_view){.width = width,
                                                   .height = height,
                                                   .in = in[v],
                                                   .in_stride = (size_t)width * 4,
                                                   .out = malloc((size_t)width * height * 4),
                                                   .out_stride = (size_t)width * 4};
    }
    if (artem_engine_create(&params, &engine) == ARTEM_OK && artem_engine_set_style(engine, style) == ARTEM_OK)
        for (int i = 0; i < (cpu == ARTEM_CPU_C ? 2 : 12); i++) {
            if (artem_engine_submit(engine, &frame) != ARTEM_OK || artem_engine_wait(engine, UINT64_MAX) != ARTEM_OK)
                break;
            artem_engine_get_stats(engine, &stats);
            best = stats.milliseconds < best ? stats.milliseconds : best;
        }
    printf("  %-12s 2 x %u x %u, %u thread%s: %8.2f ms\n", artem_cpu_name(cpu), width, height, threads,
           threads > 1 ? "s" : "", best);
    artem_engine_destroy(&engine);
    for (int v = 0; v < 2; v++) {
        free(in[v]);
        free(frame.view[v].out);
    }
}

int main(void)
{
    struct artem_network *network = NULL;
    struct artem_style *style = NULL;

    for (int c = 0; c < ARTEM_TRUNK; c++) {
        m.a[c] = (int16_t)random_in(-9000, 9000);
        m.b[c] = (int16_t)random_in(-100, 100);
    }
    random_bytes(m.rows, sizeof m.rows);
    random_bytes(m.weights, sizeof m.weights);
    random_i8(m.w8, sizeof m.w8, -64, 64);
    for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++)
        if (artem_cpu_supported((enum artem_cpu)cpu))
            bench_level((enum artem_cpu)cpu);

    if (artem_library_load_network(&network) == ARTEM_OK &&
        artem_library_load_style("starry_night", &style) == ARTEM_OK) {
        puts("whole network");
        for (int cpu = ARTEM_CPU_C; cpu < ARTEM_CPU_COUNT; cpu++)
            for (uint32_t threads = 1; threads <= 2 && artem_cpu_supported((enum artem_cpu)cpu); threads++) {
                bench_network(network, style, (enum artem_cpu)cpu, 320, 240, threads);
                if (cpu != ARTEM_CPU_C)
                    bench_network(network, style, (enum artem_cpu)cpu, 512, 512, threads);
            }
    }
    artem_style_unref(&style);
    artem_network_unref(&network);
    return 0;
}
