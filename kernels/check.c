// SPDX-License-Identifier: Apache-2.0
// Every optimised kernel against the reference on this very machine, once per engine.
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "artem_kernels/kernels.h"
#include "check_binary.h"
#include "reference.h"

enum { N = 7, IN = 32, OUT = 40, S = N * ARTEM_TRUNK, ROW = (N + 2) * ARTEM_TRUNK };

// Results of the variant [0] and of the reference [1].
struct vectors {
    int16_t s[2][S] __attribute__((aligned(ARTEM_ALIGN)));
    int8_t packed[ARTEM_CONV8_PACKED(IN, OUT)] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t units_packed[ARTEM_BCONV_PACKED] __attribute__((aligned(ARTEM_ALIGN)));
    uint8_t rows[3][ROW], units[ARTEM_BCONV_WEIGHTS], u[2][2 * S];
    int8_t weights[OUT * 9 * IN], t[ARTEM_TRUNK], x[2][S];
    int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK], slope[ARTEM_TRUNK], shift[ARTEM_TRUNK];
    int64_t s1[2][ARTEM_TRUNK], s2[2][ARTEM_TRUNK];
    uint8_t lut[1024];
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

static void fill(struct vectors *v)
{
    uint32_t seed = 1;

    memset(v, 0, sizeof *v);
    for (int i = 0; i < S; i++) {
        v->s[0][i] = v->s[1][i] = (int16_t)next(&seed);
        v->x[0][i] = v->x[1][i] = (int8_t)next(&seed);
    }
    for (int i = 0; i < ROW; i++)
        for (int k = 0; k < 3; k++)
            v->rows[k][i] = (uint8_t)next(&seed);
    for (size_t i = 0; i < sizeof v->units; i++)
        v->units[i] = (uint8_t)next(&seed);
    for (size_t i = 0; i < sizeof v->weights; i++)
        v->weights[i] = (int8_t)((int)(next(&seed) % 129) - 64);
    for (int c = 0; c < ARTEM_TRUNK; c++) {
        v->t[c] = (int8_t)next(&seed);
        v->a[c] = (int16_t)((int)(next(&seed) % 65535) - 32767);
        v->slope[c] = (int16_t)((int)(next(&seed) % 65535) - 32767);
        v->b[c] = (int16_t)next(&seed);
        v->shift[c] = (int16_t)next(&seed);
    }
    for (int i = 0; i < 1024; i++)
        v->lut[i] = (uint8_t)next(&seed);
}

static bool same_s(const struct vectors *v)
{
    return memcmp(v->s[0], v->s[1], sizeof v->s[0]) == 0;
}

static bool same_u(const struct vectors *v)
{
    return memcmp(v->u[0], v->u[1], sizeof v->u[0]) == 0;
}

static bool same_x(const struct vectors *v)
{
    return memcmp(v->x[0], v->x[1], sizeof v->x[0]) == 0 && same_u(v);
}

static bool same_sums(const struct vectors *v)
{
    return memcmp(v->s1[0], v->s1[1], sizeof v->s1[0]) == 0 && memcmp(v->s2[0], v->s2[1], sizeof v->s2[0]) == 0;
}

static void refer(const struct vectors *v, const uint8_t *rows[3])
{
    for (int k = 0; k < 3; k++)
        rows[k] = v->rows[k];
}

static bool check_noise(const struct artem_kernels *k, struct vectors *v)
{
    // Cells that look at the edge between two faces, and between lattice points.
    static const struct artem_noise_map maps[2] = {{{0, 0, -5, 0, 0, 9}, 0},
                                                   {{3000, 400, 250000, -300, 3100, -180000, 500, -200, 262000}, 60}};
    bool same = true;

    for (int i = 0; i < 2; i++) {
        k->noise(&maps[i], 20, 7, N, v->x[0]);
        artem_noise_c(&maps[i], 20, 7, N, v->x[1]);
        same = same && same_x(v);
    }
    return same;
}

static bool check_encoder_input(const struct artem_kernels *k, struct vectors *v)
{
    // The picture needs 4 rows of 16 bytes per cell.
    k->encoder_input(v->units, 16 * N, N, v->x[0], v->u[0]);
    artem_encoder_input_c(v->units, 16 * N, N, v->x[0], v->u[1]);
    return same_u(v);
}

static bool check_conv8(const struct artem_kernels *k, struct vectors *v)
{
    struct artem_conv8 layer = {
        .in = IN, .out = OUT, .shift = 5, .centre = 128, .weights = v->weights, .packed = v->packed};
    const uint8_t *rows[3];

    refer(v, rows);
    k->conv8_pack(&layer);
    k->conv8(&layer, rows, N, v->s[0]);
    artem_conv8_pack_c(&layer);
    artem_conv8_c(&layer, rows, N, v->s[1]);
    return same_s(v);
}

static bool check_unit(const struct artem_kernels *k, struct vectors *v)
{
    struct artem_bconv conv = {v->units, v->units_packed};
    const struct artem_unit unit = {v->a, v->b, v->slope, v->shift, v->t};
    const uint8_t *rows[3];

    refer(v, rows);
    k->bconv_pack(&conv);
    k->unit(&conv, rows, N, &unit, v->x[0], v->u[0], v->s1[0], v->s2[0]);
    artem_unit_c(&conv, rows, N, &unit, v->x[1], v->u[1], v->s1[1], v->s2[1]);
    return same_x(v) && same_sums(v);
}

static bool check_sums(const struct artem_kernels *k, struct vectors *v)
{
    k->sums(v->s[0], N, v->s1[0], v->s2[0]);
    artem_sums_c(v->s[0], N, v->s1[1], v->s2[1]);
    return same_sums(v);
}

static bool check_encoder_output(const struct artem_kernels *k, struct vectors *v)
{
    k->encoder_output(v->s[0], N, v->a, v->b, v->t, v->x[0], v->u[0]);
    artem_encoder_output_c(v->s[0], N, v->a, v->b, v->t, v->x[1], v->u[1]);
    return same_x(v);
}

static bool check_decoder_input(const struct artem_kernels *k, struct vectors *v)
{
    k->decoder_input(v->x[0], N, v->a, v->b, v->u[0]);
    artem_decoder_input_c(v->x[0], N, v->a, v->b, v->u[1]);
    return same_u(v);
}

static bool check_requantise(const struct artem_kernels *k, struct vectors *v)
{
    k->requantise(v->s[0], N, 48, v->a, v->b, v->u[0]);
    artem_requantise_c(v->s[0], N, 48, v->a, v->b, v->u[1]);
    return same_u(v);
}

static bool check_double_row(const struct artem_kernels *k, struct vectors *v)
{
    k->double_row(v->rows[0], v->rows[1], N, 48, v->u[0]);
    artem_double_row_c(v->rows[0], v->rows[1], N, 48, v->u[1]);
    return same_u(v);
}

static bool check_output(const struct artem_kernels *k, struct vectors *v)
{
    k->output(v->s[0], N, v->a, v->b, v->lut, v->u[0]);
    artem_output_c(v->s[0], N, v->a, v->b, v->lut, v->u[1]);
    return same_u(v);
}

// A picture scaled down and painted over: the vectors' memory is large enough.
enum { FULL_W = 29, FULL_H = 21, SMALL_W = 12, SMALL_H = 8 };

static bool check_scale_rows(const struct artem_kernels *k, struct vectors *v)
{
    struct artem_scale scale = {FULL_W, FULL_H, SMALL_W, SMALL_H, v->units, FULL_W * 4, v->u[0], SMALL_W * 4};

    k->scale_rows(&scale, 0, SMALL_H);
    scale.out = v->u[1];
    artem_scale_rows(&scale, 0, SMALL_H);
    return same_u(v);
}

static bool check_composite_rows(const struct artem_kernels *k, struct vectors *v)
{
    struct artem_composite composite = {FULL_W,      FULL_H,      SMALL_W,    SMALL_H,    200,
                                        90,          v->units,    FULL_W * 4, v->rows[0], v->rows[1],
                                        SMALL_W * 4, SMALL_W * 4, v->u[0],    FULL_W * 4, 180};

    composite.full_height = SMALL_H; // as much as u has room for
    k->composite_rows(&composite, 0, SMALL_H);
    composite.out = v->u[1];
    artem_composite_rows(&composite, 0, SMALL_H);
    return same_u(v);
}

const char *artem_kernels_check(struct artem_kernels *kernels)
{
    const char *wrong = NULL;
    struct artem_kernels reference;
    // Too much for the stack of a thread that is not ours.
    struct vectors *v = aligned_alloc(ARTEM_ALIGN, sizeof *v);

    artem_kernels_select(&reference, ARTEM_CPU_C);
    if (v == NULL) {
        *kernels = reference;
        return "memory";
    }
// A kernel and what packs for it go together.
#define COMPARE_BY(kernel, companion, is_same)                                                                         \
    if ((kernels->kernel != reference.kernel || kernels->companion != reference.companion) && !(is_same)) {            \
        kernels->kernel = reference.kernel;                                                                            \
        kernels->companion = reference.companion;                                                                      \
        wrong = wrong != NULL ? wrong : #kernel;                                                                       \
    }
#define COMPARE(kernel, companion) COMPARE_BY(kernel, companion, (fill(v), check_##kernel(kernels, v)))
    COMPARE(noise, noise)
    COMPARE(encoder_input, encoder_input)
    COMPARE(conv8, conv8_pack)
    COMPARE(unit, bconv_pack)
    COMPARE(sums, sums)
    COMPARE(encoder_output, encoder_output)
    COMPARE(decoder_input, decoder_input)
    COMPARE(requantise, requantise)
    COMPARE(double_row, double_row)
    COMPARE(output, output)
    COMPARE(scale_rows, scale_rows)
    COMPARE(composite_rows, composite_rows)
    COMPARE_BY(bgrad_rows, bgrad_pack, artem_check_bgrad_rows(kernels))
    COMPARE_BY(bgrad_quantise, bgrad_quantise, artem_check_bgrad_quantise(kernels))
    COMPARE_BY(binarise, binarise, artem_check_binarise(kernels))
#undef COMPARE
#undef COMPARE_BY
    free(v);
    return wrong;
}
