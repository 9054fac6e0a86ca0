// SPDX-License-Identifier: Apache-2.0
// Weights and parameters in the form that the shaders read (shaders/network_layout.h).
#include <string.h>

#include "backend_vulkan.h"

static uint32_t pair(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFF) | (uint32_t)high << 16;
}

static uint32_t four_bytes(const int8_t *w)
{
    uint32_t word = 0;

    for (int i = 3; i >= 0; i--)
        word = word << 8 | (uint8_t)w[i];
    return word;
}

// From [out][9 taps][in] to [group][9 taps][words][out in group].
static void write_by_tap(uint32_t *to, const int8_t *weights, uint32_t outs, uint32_t words, uint32_t group)
{
    for (uint32_t o = 0; o < outs; o++)
        for (uint32_t tap = 0; tap < 9; tap++)
            for (uint32_t w = 0; w < words; w++)
                to[((o / group * 9 + tap) * words + w) * group + o % group] =
                    four_bytes(weights + ((size_t)(o * 9 + tap) * words + w) * 4);
}

// To [group][words][9 taps][out in group].
static void write_by_word(uint32_t *to, const int8_t *weights, uint32_t outs, uint32_t words, uint32_t group)
{
    for (uint32_t o = 0; o < outs; o++)
        for (uint32_t tap = 0; tap < 9; tap++)
            for (uint32_t w = 0; w < words; w++)
                to[((o / group * words + w) * 9 + tap) * group + o % group] =
                    four_bytes(weights + ((size_t)(o * 9 + tap) * words + w) * 4);
}

// 128 times the sum of each output's weights.
static void write_sums(uint32_t *to, const int8_t *weights, uint32_t outs, uint32_t words)
{
    const uint32_t count = 9 * 4 * words;

    for (uint32_t o = 0; o < outs; o++) {
        int32_t sum = 0;
        for (uint32_t i = 0; i < count; i++)
            sum += weights[o * count + i];
        to[o] = (uint32_t)(128 * sum);
    }
}

static void write_pairs(uint32_t *to, const int16_t *low, const int16_t *high, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        to[i] = pair(low[i], high[i]);
}

static void write_64(uint32_t *to, const int64_t *values)
{
    for (size_t i = 0; i < NET_CHANNELS; i++) {
        to[2 * i] = (uint32_t)values[i];
        to[2 * i + 1] = (uint32_t)((uint64_t)values[i] >> 32);
    }
}

void vulkan_write_network(struct vulkan_backend *vulkan)
{
    const struct artem_network *net = vulkan->network;
    uint32_t *model = vulkan->upload.data;

    memcpy(model + NET_UNIT_WEIGHTS, net->trunk_bits, (size_t)NET_UNITS * NET_CHANNELS * 36 * sizeof *model);
    write_by_tap(model + NET_ENC_WEIGHTS, net->enc_weights, NET_CHANNELS, NET_ENC_WORDS, NET_ENC_GROUP);
    write_sums(model + NET_ENC_SUM, net->enc_weights, NET_CHANNELS, NET_ENC_WORDS);
    memcpy(model + NET_LUT, net->lut, sizeof net->lut);
    model[NET_ADAPT] = net->adapt;
    model[NET_ENC_SHIFT] = net->enc_shift;
}

void vulkan_write_style(struct vulkan_backend *vulkan)
{
    const struct artem_style *style = vulkan->style;
    uint32_t *model = vulkan->upload.data;

    for (uint32_t k = 0; k < NET_LAYERS; k++) {
        const struct artem_norm_params *norm = &style->norms[k];
        const size_t at = (size_t)k * NET_CHANNELS;
        write_pairs(model + NET_NORM + at, norm->gain, norm->bias, NET_CHANNELS);
        write_64(model + NET_CAL_MEAN + 2 * at, norm->mean);
        write_64(model + NET_CAL_SQUARE + 2 * at, norm->square);
    }
    for (uint32_t k = 0; k < NET_UNITS; k++) {
        const struct artem_unit_params *unit = &style->units[k];
        const size_t at = (size_t)k * NET_CHANNELS;
        write_pairs(model + NET_RPRELU + at, unit->slope, unit->shift, NET_CHANNELS);
        for (uint32_t c = 0; c < NET_CHANNELS; c++)
            model[NET_THRESHOLD + at + c] = (uint32_t)unit->threshold[c];
    }
    write_pairs(model + NET_DEC, style->dec_gain, style->dec_bias, NET_CHANNELS);
    write_by_tap(model + NET_D0_WEIGHTS, style->d0_weights, NET_D0_OUT, NET_D0_WORDS, NET_D0_GROUP);
    write_pairs(model + NET_D0_NORM, style->d0_mul, style->d0_bias, NET_D0_OUT);
    write_by_word(model + NET_D1_WEIGHTS, style->d1_weights, NET_D1_OUT, NET_D1_WORDS, NET_D1_GROUP);
    write_pairs(model + NET_D1_NORM, style->d1_mul, style->d1_bias, NET_D1_OUT);
    write_by_word(model + NET_D2_WEIGHTS, style->d2_weights, NET_D2_OUT, NET_D2_WORDS, NET_D2_OUT);
    write_pairs(model + NET_D2_NORM, style->d2_mul, style->d2_bias, NET_D2_OUT);
    model[NET_D0_SHIFT] = style->d0_shift;
    model[NET_D1_SHIFT] = style->d1_shift;
    model[NET_D2_SHIFT] = style->d2_shift;
    write_sums(model + NET_D0_SUM, style->d0_weights, NET_D0_OUT, NET_D0_WORDS);
    write_sums(model + NET_D1_SUM, style->d1_weights, NET_D1_OUT, NET_D1_WORDS);
    write_sums(model + NET_D2_SUM, style->d2_weights, NET_D2_OUT, NET_D2_WORDS);
}
