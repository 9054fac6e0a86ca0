// SPDX-License-Identifier: Apache-2.0
// Blended styles: ends, middle against floating point, ranges that loaders and kernels rely on.
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/model.h"
#include "../test.h"
#include "../kernels/random.h"

static bool is_same_set(const struct artem_style *a, const struct artem_style *b)
{
    const size_t from = offsetof(struct artem_style, d0_shift);

    return memcmp((const char *)a + from, (const char *)b + from, sizeof *a - from) == 0;
}

static double between(double a, double b, uint32_t weight)
{
    return a + (b - a) * weight / 256.0;
}

static void check_near(double got, double want, double tolerance, const char *what)
{
    if (fabs(got - want) > tolerance)
        TEST_FAIL("%s: %g, expected %g within %g", what, got, want, tolerance);
}

static double effect(int w, int mul, int shift)
{
    return (double)w * mul / 32768 / (1 << shift);
}

// Weights have 7 bits, so what one amounts to may be off by half a step of its output's largest one, and multipliers
// by half of theirs.
static void check_layer(const int8_t *w[3], const int16_t *mul[3], const uint8_t shift[3], int outputs, int inputs,
                        uint32_t weight)
{
    for (int o = 0; o < outputs; o++) {
        double top = 0;
        for (int i = o * inputs; i < (o + 1) * inputs; i++)
            top = fmax(
                top, fabs(between(effect(w[0][i], mul[0][o], shift[0]), effect(w[1][i], mul[1][o], shift[1]), weight)));
        for (int i = o * inputs; i < (o + 1) * inputs; i++) {
            CHECK(abs(w[2][i]) <= 64);
            check_near(effect(w[2][i], mul[2][o], shift[2]),
                       between(effect(w[0][i], mul[0][o], shift[0]), effect(w[1][i], mul[1][o], shift[1]), weight),
                       top / 64 * 0.51 + effect(64, 1, shift[2]), "weight");
        }
        CHECK(mul[2][o] >= 0);
    }
}

static void check_layers(const struct artem_style *a, const struct artem_style *b, const struct artem_style *m,
                         uint32_t weight)
{
    check_layer((const int8_t *[]){a->d0_weights, b->d0_weights, m->d0_weights},
                (const int16_t *[]){a->d0_mul, b->d0_mul, m->d0_mul},
                (const uint8_t[]){a->d0_shift, b->d0_shift, m->d0_shift}, ARTEM_D0_OUT, 9 * ARTEM_CHANNELS, weight);
    check_layer((const int8_t *[]){a->d1_weights, b->d1_weights, m->d1_weights},
                (const int16_t *[]){a->d1_mul, b->d1_mul, m->d1_mul},
                (const uint8_t[]){a->d1_shift, b->d1_shift, m->d1_shift}, ARTEM_D1_OUT, 9 * ARTEM_D0_OUT, weight);
    check_layer((const int8_t *[]){a->d2_weights, b->d2_weights, m->d2_weights},
                (const int16_t *[]){a->d2_mul, b->d2_mul, m->d2_mul},
                (const uint8_t[]){a->d2_shift, b->d2_shift, m->d2_shift}, ARTEM_D2_OUT, 9 * ARTEM_D2_IN, weight);
}

static void check_rest(const struct artem_style *a, const struct artem_style *b, const struct artem_style *m,
                       uint32_t weight)
{
    for (int k = 0; k < ARTEM_NORMS; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            const struct artem_norm_params *p = &a->norms[k], *q = &b->norms[k], *r = &m->norms[k];
            check_near(r->gain[c], between(p->gain[c], q->gain[c], weight), 0.5, "gain");
            check_near(r->bias[c], between(p->bias[c], q->bias[c], weight), 0.5, "bias");
            check_near((double)r->mean[c], between((double)p->mean[c], (double)q->mean[c], weight), 0.5, "mean");
            check_near((double)r->square[c], between((double)p->square[c], (double)q->square[c], weight), 1.5,
                       "square");
            CHECK(r->square[c] - ((r->mean[c] * r->mean[c]) >> 16) >= 1);
        }
    for (int k = 0; k < ARTEM_UNITS; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            const struct artem_unit_params *p = &a->units[k], *q = &b->units[k], *r = &m->units[k];
            check_near(r->threshold[c], between(p->threshold[c], q->threshold[c], weight), 0.5, "threshold");
            check_near(r->slope[c], between(p->slope[c], q->slope[c], weight), 0.5, "slope");
            check_near(r->shift[c], between(p->shift[c], q->shift[c], weight), 0.5, "shift");
        }
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        check_near(m->dec_gain[c], between(a->dec_gain[c], b->dec_gain[c], weight), 0.5, "decoder gain");
    for (int o = 0; o < ARTEM_D0_OUT; o++)
        check_near(m->d0_bias[o], between(a->d0_bias[o], b->d0_bias[o], weight), 0.5, "d0 bias");
}

static void make_extreme(struct artem_style *s, int sign)
{
    s->d0_shift = sign > 0 ? 15 : 0;
    for (int o = 0; o < ARTEM_D0_OUT; o++)
        s->d0_mul[o] = (int16_t)(sign * 32767);
    memset(s->d0_weights, sign > 0 ? 64 : -64, sizeof s->d0_weights);
    memset(s->d1_weights, 0, sizeof s->d1_weights); // an output that does nothing
    for (int k = 0; k < ARTEM_NORMS; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++) { // the least variance, at the ends of the range
            s->norms[k].mean[c] = sign > 0 ? (INT64_C(1) << 31) - 1 : -(INT64_C(1) << 31);
            s->norms[k].square[c] = ((s->norms[k].mean[c] * s->norms[k].mean[c]) >> 16) + 1;
        }
}

// The same bytes as models/train/intsim.py computed from the same two styles.
static void check_vector(const char *folder)
{
    struct artem_style *s[3] = {NULL}, *m = NULL;
    static const char *const names[3] = {"a", "b", "100"};
    char path[1024];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s.artstyle", folder, names[i]);
        CHECK_INT(artem_style_load(path, &s[i]), ARTEM_OK);
    }
    if (s[0] != NULL && s[1] != NULL && s[2] != NULL) {
        CHECK_INT(artem_style_blend(s[0], s[1], 100, &m), ARTEM_OK);
        CHECK(is_same_set(m, s[2]));
        artem_style_unref(&m);
    }
    for (int i = 0; i < 3; i++)
        artem_style_unref(&s[i]);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    check_vector(argv[1]);

    struct artem_style *a = random_style(7), *b = random_style(7), *other = random_style(8), *m = NULL;

    strcpy(b->name, "second");
    strcpy(b->title, "Second");
    a->checksum = 1, b->checksum = 2;
    b->d0_shift = 7, b->d1_shift = 3;
    CHECK_INT(artem_style_blend(a, b, 0, &m), ARTEM_OK);
    CHECK(m == a);
    artem_style_unref(&m);
    CHECK_INT(artem_style_blend(a, b, 256, &m), ARTEM_OK);
    CHECK(strcmp(m->title, a->title) == 0);
    CHECK(is_same_set(m, b) && strcmp(m->name, "random") == 0 && strcmp(m->blend_name, "second") == 0);
    CHECK(m->checksum == 1 && m->blend_checksum == 2 && m->blend_weight == 256);
    artem_style_unref(&m);
    for (uint32_t weight = 1; weight < 256; weight += 51) {
        CHECK_INT(artem_style_blend(a, b, weight, &m), ARTEM_OK);
        CHECK_INT(m->blend_weight, weight);
        check_layers(a, b, m, weight);
        check_rest(a, b, m, weight);
        artem_style_unref(&m);
    }
    // A style with itself changes nothing that is seen: weights at their best scale already stay.
    CHECK_INT(artem_style_blend(a, a, 100, &m), ARTEM_OK);
    check_layers(a, a, m, 100);
    artem_style_unref(&m);
    make_extreme(a, 1);
    make_extreme(b, -1);
    for (uint32_t weight = 1; weight < 256; weight += 127) {
        CHECK_INT(artem_style_blend(a, b, weight, &m), ARTEM_OK);
        check_layers(a, b, m, weight);
        CHECK(m->d1_mul[0] == 0 && m->d1_weights[0] == 0);
        for (int c = 0; c < ARTEM_CHANNELS; c++)
            CHECK(m->norms[0].square[c] - ((m->norms[0].mean[c] * m->norms[0].mean[c]) >> 16) >= 1);
        artem_style_unref(&m);
    }
    CHECK_INT(artem_style_blend(a, other, 9, &m), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_style_blend(a, b, 257, &m), ARTEM_ERROR_ARGUMENT);
    CHECK_INT(artem_style_blend(a, NULL, 9, &m), ARTEM_ERROR_ARGUMENT);
    CHECK(m == NULL);
    artem_style_unref(&a);
    artem_style_unref(&b);
    artem_style_unref(&other);
    return test_result();
}
