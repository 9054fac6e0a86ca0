// SPDX-License-Identifier: Apache-2.0
#include "pack.h"

#include <assert.h>
#include <string.h>

// Kernels copy weights 16 bytes at a time.
static_assert(offsetof(struct artem_cuda_network, enc_weights) % 16 == 0, "aligned");
static_assert(offsetof(struct artem_cuda_network, lut) % 16 == 0, "aligned");
static_assert(offsetof(struct artem_cuda_style, d0_weights) % 16 == 0, "aligned");
static_assert(offsetof(struct artem_cuda_style, d1_weights) % 16 == 0, "aligned");

// A matrix has eight outputs; outs is 64 per half in encoder and units.
static void pack_units(const uint8_t *bits, struct artem_cuda_network *network)
{
    for (int unit = 0; unit < ARTEM_CUDA_UNITS; unit++)
        for (int half = 0; half < 2; half++)
            for (int j = 0; j < 8; j++)
                for (int column = 0; column < 8; column++) {
                    const int o = ARTEM_CUDA_COLUMN_CHANNEL(half, j, column);
                    const uint8_t *from = bits + (size_t)(unit * ARTEM_CUDA_CHANNELS + o) * ARTEM_CUDA_TAPS * 16;
                    for (int tap = 0; tap < ARTEM_CUDA_TAPS; tap++, from += 16)
                        for (int word = 0; word < 4; word++) {
                            uint32_t w = 0;
                            for (int c = 32 * word; c < 32 * word + 32; c++)
                                w |= (uint32_t)(from[c / 8] >> c % 8 & 1) << ARTEM_CUDA_MAP_BIT(c);
                            network->unit_weights[unit][half][tap][j][column][word] = w;
                            network->unit_ones[unit][o] += __builtin_popcount(w);
                        }
                }
}

// The most that a sum of the encoder can come to, shifted: all of one output's inputs -128, the others the other way.
static int32_t largest_sum(const int8_t *weights, int32_t shift)
{
    int32_t largest = 0;

    for (int o = 0; o < ARTEM_CUDA_CHANNELS; o++) {
        int32_t sum = (1 << shift) >> 1;
        for (int i = 0; i < ARTEM_CUDA_TAPS * 64; i++, weights++)
            sum += 128 * (*weights < 0 ? -*weights : *weights);
        largest = sum >> shift > largest ? sum >> shift : largest;
    }
    return largest;
}

static void pack_encoder(const int8_t *weights, struct artem_cuda_network *network)
{
    for (int half = 0; half < 2; half++)
        for (int j = 0; j < 8; j++)
            for (int column = 0; column < 8; column++) {
                const int o = ARTEM_CUDA_COLUMN_CHANNEL(half, j, column);
                const int8_t *from = weights + (size_t)o * ARTEM_CUDA_TAPS * 64;
                for (int tap = 0; tap < ARTEM_CUDA_TAPS; tap++)
                    for (int i = 0; i < 64; i++, from++) {
                        network->enc_weights[half][tap][i / 16][j][column][i % 16] = *from;
                        network->enc_offset[o] -= 128 * *from;
                    }
            }
}

void artem_cuda_pack_network(const struct artem_cuda_network_source *source, struct artem_cuda_network *out_network)
{
    memset(out_network, 0, sizeof *out_network);
    pack_units(source->trunk_bits, out_network);
    memcpy(out_network->lut, source->lut, sizeof out_network->lut);
    out_network->adapt = source->adapt;
    out_network->enc_shift = source->enc_shift;
    out_network->enc_largest = largest_sum(source->enc_weights, source->enc_shift);
    pack_encoder(source->enc_weights, out_network);
}

static void pack_d0(const int8_t *weights, struct artem_cuda_style *style)
{
    for (int j = 0; j < 4; j++)
        for (int column = 0; column < 8; column++) {
            const int8_t *from = weights + (size_t)ARTEM_CUDA_D0_CHANNEL(j, column) * ARTEM_CUDA_TAPS * 128;
            for (int tap = 0; tap < ARTEM_CUDA_TAPS; tap++)
                for (int i = 0; i < 128; i++)
                    style->d0_weights[tap][i / 16][j][column][i % 16] = *from++;
        }
}

static void pack_d1(const int8_t *weights, struct artem_cuda_style *style)
{
    for (int j = 0; j < 2; j++)
        for (int column = 0; column < 8; column++) {
            const int o = ARTEM_CUDA_D1_CHANNEL(j, column);
            const int8_t *from = weights + (size_t)o * ARTEM_CUDA_TAPS * 32;
            for (int tap = 0; tap < ARTEM_CUDA_TAPS && o < 12; tap++)
                for (int i = 0; i < 32; i++)
                    style->d1_weights[tap][i / 16][j][column][i % 16] = *from++;
        }
}

static void pack_d2(const int8_t *weights, struct artem_cuda_style *style)
{
    for (int o = 0; o < 3; o++)
        for (int tap = 0; tap < ARTEM_CUDA_TAPS; tap++)
            for (int i = 0; i < 16; i++)
                style->d2_weights[tap][o][i] = *weights++;
}

void artem_cuda_pack_style(const struct artem_cuda_style_source *source, struct artem_cuda_style *out_style)
{
    static const size_t outs[3] = {32, 12, 3};
    int16_t *const mul[3] = {out_style->d0_mul, out_style->d1_mul, out_style->d2_mul};
    int16_t *const bias[3] = {out_style->d0_bias, out_style->d1_bias, out_style->d2_bias};
    int32_t *const shift[3] = {&out_style->d0_shift, &out_style->d1_shift, &out_style->d2_shift};

    memset(out_style, 0, sizeof *out_style);
    for (int k = 0; k < ARTEM_CUDA_LAYERS; k++) {
        memcpy(out_style->gain[k], source->norm[k].gain, sizeof out_style->gain[k]);
        memcpy(out_style->bias[k], source->norm[k].bias, sizeof out_style->bias[k]);
        memcpy(out_style->cal_mean[k], source->norm[k].mean, sizeof out_style->cal_mean[k]);
        memcpy(out_style->cal_square[k], source->norm[k].square, sizeof out_style->cal_square[k]);
    }
    for (int k = 0; k < ARTEM_CUDA_UNITS; k++) {
        memcpy(out_style->slope[k], source->unit[k].slope, sizeof out_style->slope[k]);
        memcpy(out_style->shift[k], source->unit[k].shift, sizeof out_style->shift[k]);
        memcpy(out_style->threshold[k], source->unit[k].threshold, sizeof out_style->threshold[k]);
    }
    memcpy(out_style->dec_gain, source->dec_gain, sizeof out_style->dec_gain);
    memcpy(out_style->dec_bias, source->dec_bias, sizeof out_style->dec_bias);
    pack_d0(source->decoder[0].weights, out_style);
    pack_d1(source->decoder[1].weights, out_style);
    pack_d2(source->decoder[2].weights, out_style);
    for (int i = 0; i < 3; i++) {
        memcpy(mul[i], source->decoder[i].mul, outs[i] * sizeof *mul[i]);
        memcpy(bias[i], source->decoder[i].bias, outs[i] * sizeof *bias[i]);
        *shift[i] = source->decoder[i].shift;
    }
}
