// SPDX-License-Identifier: Apache-2.0
// A style between two others, docs/arithmetic.md §7a. Integers only, so that a replay on another machine gets the same.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "artem/log.h"
#include "artem/model.h"
#include "model_internal.h"

enum { ONE = ARTEM_BLEND_ONE, WEIGHT_MAX = 64, OUTPUTS_MAX = ARTEM_D0_OUT };

// Rounded quotient for b > 0, halves upwards.
static int64_t divr(int64_t a, int64_t b)
{
    const int64_t n = 2 * a + b, d = 2 * b;

    return n / d - (n % d < 0);
}

static int64_t mix(int64_t a, int64_t b, uint32_t weight)
{
    return divr(a * (ONE - (int64_t)weight) + b * (int64_t)weight, ONE);
}

static void mix16(const int16_t *a, const int16_t *b, int n, uint32_t weight, int16_t *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (int16_t)mix(a[i], b[i], weight);
}

static void mix_norm(const struct artem_norm_params *a, const struct artem_norm_params *b, uint32_t weight,
                     struct artem_norm_params *out)
{
    mix16(a->gain, b->gain, ARTEM_CHANNELS, weight, out->gain);
    mix16(a->bias, b->bias, ARTEM_CHANNELS, weight, out->bias);
    for (int c = 0; c < ARTEM_CHANNELS; c++) {
        out->mean[c] = mix(a->mean[c], b->mean[c], weight);
        out->square[c] = mix(a->square[c], b->square[c], weight);
        // Rounding may not take the last bit of variance.
        const int64_t least = ((out->mean[c] * out->mean[c]) >> 16) + 1;
        out->square[c] = out->square[c] < least ? least : out->square[c];
    }
}

static void mix_unit(const struct artem_unit_params *a, const struct artem_unit_params *b, uint32_t weight,
                     struct artem_unit_params *out)
{
    mix16(a->slope, b->slope, ARTEM_CHANNELS, weight, out->slope);
    mix16(a->shift, b->shift, ARTEM_CHANNELS, weight, out->shift);
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        out->threshold[c] = (int8_t)mix(a->threshold[c], b->threshold[c], weight);
}

struct layer {
    int outputs, inputs; // inputs: of all nine taps
    uint8_t *shift;
    int8_t *weights;
    int16_t *mul, *bias;
};

static void get_layers(struct artem_style *s, struct layer out[3])
{
    out[0] = (struct layer){ARTEM_D0_OUT, 9 * ARTEM_CHANNELS, &s->d0_shift, s->d0_weights, s->d0_mul, s->d0_bias};
    out[1] = (struct layer){ARTEM_D1_OUT, 9 * ARTEM_D0_OUT, &s->d1_shift, s->d1_weights, s->d1_mul, s->d1_bias};
    out[2] = (struct layer){ARTEM_D2_OUT, 9 * ARTEM_D2_IN, &s->d2_shift, s->d2_weights, s->d2_mul, s->d2_bias};
}

// What a weight amounts to, in 2^-30: w · mul · 2^-15 · 2^-shift.
static int64_t effect(const struct layer *l, int output, int input)
{
    return (int64_t)l->weights[output * l->inputs + input] * l->mul[output] * (INT64_C(1) << (15 - *l->shift));
}

static int64_t mixed_effect(const struct layer *a, const struct layer *b, int output, int input, uint32_t weight)
{
    return effect(a, output, input) * (ONE - (int64_t)weight) + effect(b, output, input) * (int64_t)weight;
}

static void mix_layer(const struct layer *a, const struct layer *b, uint32_t weight, const struct layer *out)
{
    int64_t top[OUTPUTS_MAX] = {0}, highest = 0;
    int shift = *a->shift > *b->shift ? *a->shift : *b->shift;

    for (int o = 0; o < out->outputs; o++) {
        for (int i = 0; i < out->inputs; i++) {
            const int64_t e = llabs(mixed_effect(a, b, o, i, weight));
            top[o] = e > top[o] ? e : top[o];
        }
        highest = top[o] > highest ? top[o] : highest;
    }
    // The largest weight of an output becomes ±64, and its multiplier makes up for that. Multipliers are 16 bits.
    while (shift > 0 && divr(highest << shift, INT64_C(1) << 29) > INT16_MAX)
        shift--;
    for (int o = 0; o < out->outputs; o++) {
        const int64_t mul = divr(top[o] << shift, INT64_C(1) << 29); // 2^15 · ONE · WEIGHT_MAX
        out->mul[o] = (int16_t)(mul > INT16_MAX ? INT16_MAX : mul);
        for (int i = 0; i < out->inputs; i++)
            out->weights[o * out->inputs + i] =
                (int8_t)(top[o] == 0 ? 0 : divr(mixed_effect(a, b, o, i, weight) * WEIGHT_MAX, top[o]));
    }
    *out->shift = (uint8_t)shift;
    mix16(a->bias, b->bias, out->outputs, weight, out->bias);
}

enum artem_result artem_style_blend(struct artem_style *a, struct artem_style *b, uint32_t weight,
                                    struct artem_style **out_style)
{
    struct layer from[3], to[3], made[3];

    if (a == NULL || b == NULL || out_style == NULL || weight > ONE || a->network_id != b->network_id)
        return ARTEM_ERROR_ARGUMENT;
    if (weight == 0) {
        *out_style = artem_style_ref(a);
        return ARTEM_OK;
    }
    struct artem_style *style = artem_style_alloc();
    if (style == NULL)
        return ARTEM_ERROR_MEMORY;
    *style = weight == ONE ? *b : *a;
    memcpy(style->name, a->name, sizeof style->name);
    memcpy(style->title, a->title, sizeof style->title);
    style->checksum = a->checksum;
    memcpy(style->blend_name, b->name, sizeof style->blend_name);
    style->blend_checksum = b->checksum;
    style->blend_weight = weight;
    *out_style = style;
    if (weight == ONE)
        return ARTEM_OK;

    for (int i = 0; i < ARTEM_NORMS; i++)
        mix_norm(&a->norms[i], &b->norms[i], weight, &style->norms[i]);
    for (int i = 0; i < ARTEM_UNITS; i++)
        mix_unit(&a->units[i], &b->units[i], weight, &style->units[i]);
    mix16(a->dec_gain, b->dec_gain, ARTEM_CHANNELS, weight, style->dec_gain);
    mix16(a->dec_bias, b->dec_bias, ARTEM_CHANNELS, weight, style->dec_bias);
    get_layers(a, from);
    get_layers(b, to);
    get_layers(style, made);
    for (int i = 0; i < 3; i++)
        mix_layer(&from[i], &to[i], weight, &made[i]);
    return ARTEM_OK;
}

enum artem_result artem_library_load_blend(const char *style_name, const char *blend_name, uint32_t weight,
                                           struct artem_style **out_style)
{
    struct artem_style *a = NULL, *b = NULL;
    enum artem_result result = artem_library_load_style(style_name, &a);

    if (result == ARTEM_OK && blend_name != NULL && blend_name[0] != '\0' && weight > 0) {
        result = artem_library_load_style(blend_name, &b);
        if (result == ARTEM_OK) {
            result = artem_style_blend(a, b, weight, out_style);
            if (result != ARTEM_OK)
                artem_log(ARTEM_LOG_ERROR, "styles %s and %s cannot be blended: %s", style_name, blend_name,
                          a->network_id != b->network_id ? "made for different networks" : artem_result_string(result));
        }
    } else if (result == ARTEM_OK) {
        *out_style = artem_style_ref(a);
    }
    artem_style_unref(&a);
    artem_style_unref(&b);
    return result;
}
