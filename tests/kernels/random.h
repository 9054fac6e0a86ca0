// SPDX-License-Identifier: Apache-2.0
// Random numbers, the same in every run, and random networks and styles.
#ifndef ARTEM_TEST_RANDOM_H
#define ARTEM_TEST_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "artem/model.h"
#include "model_internal.h"

#include "artem_kernels/noise.h"

static uint64_t random_state = 0x9E3779B97F4A7C15;

static inline uint32_t random_u32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16);
}

static inline int random_in(int low, int high)
{
    return low + (int)(random_u32() % (uint32_t)(high - low + 1));
}

static inline void random_bytes(void *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)out)[i] = (uint8_t)random_u32();
}

static inline void random_i8(int8_t *out, size_t count, int low, int high)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (int8_t)random_in(low, high);
}

static inline void random_i16(int16_t *out, size_t count, int low, int high)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (int16_t)random_in(low, high);
}

// One reference, for artem_network_unref.
static inline struct artem_network *random_network(uint32_t id)
{
    const size_t enc = (size_t)ARTEM_CHANNELS * 9 * ARTEM_ENC_IN, bits = (size_t)ARTEM_UNITS * ARTEM_CHANNELS * 9 * 16;
    struct artem_network *network = artem_network_alloc(enc, bits);

    network->id = id;
    network->adapt = 8;
    network->enc_shift = 6;
    random_i8(network->enc_weights, enc, -64, 64);
    random_bytes(network->trunk_bits, bits);
    for (int i = 0; i < 1024; i++)
        network->lut[i] = (uint8_t)(i / 4);
    return network;
}

static inline struct artem_style *random_style(uint32_t network_id)
{
    struct artem_style *style = artem_style_alloc();

    strcpy(style->name, "random");
    style->network_id = network_id;
    style->d0_shift = style->d1_shift = style->d2_shift = 5;
    for (int k = 0; k < ARTEM_NORMS; k++) {
        struct artem_norm_params *n = &style->norms[k];
        random_i16(n->gain, ARTEM_CHANNELS, -6000, 6000);
        random_i16(n->bias, ARTEM_CHANNELS, -100, 100);
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            int64_t deviation = k == 0 ? random_in(500, 4000) : random_in(10, 90);
            n->mean[c] = deviation * random_in(-65536, 65536);
            n->square[c] = deviation * deviation * 65536 + ((n->mean[c] * n->mean[c]) >> 16) + 2;
        }
    }
    for (int k = 0; k < ARTEM_UNITS; k++) {
        random_i8(style->units[k].threshold, ARTEM_CHANNELS, -30, 30);
        random_i16(style->units[k].slope, ARTEM_CHANNELS, -16000, 16000);
        random_i16(style->units[k].shift, ARTEM_CHANNELS, -60, 60);
    }
    random_i16(style->dec_gain, ARTEM_CHANNELS, -400, 400);
    random_i16(style->dec_bias, ARTEM_CHANNELS, -60, 60);
    random_i8(style->d0_weights, sizeof style->d0_weights, -64, 64);
    random_i8(style->d1_weights, sizeof style->d1_weights, -64, 64);
    random_i8(style->d2_weights, sizeof style->d2_weights, -64, 64);
    random_i16(style->d0_mul, ARTEM_D0_OUT, -6000, 6000);
    random_i16(style->d0_bias, ARTEM_D0_OUT, -500, 500);
    random_i16(style->d1_mul, ARTEM_D1_OUT, -15000, 15000);
    random_i16(style->d1_bias, ARTEM_D1_OUT, -500, 500);
    random_i16(style->d2_mul, ARTEM_D2_OUT, -15000, 15000);
    random_i16(style->d2_bias, ARTEM_D2_OUT, -500, 500);
    return style;
}

// Any planar map, or a directional one: a sensible view of the world, a senseless one, or one at the limits.
static inline struct artem_noise_map random_map(bool directional)
{
    const uint32_t kind = random_u32() % 3;
    struct artem_noise_map map = {.density = directional ? random_in(1, kind ? 200 : ARTEM_NOISE_DENSITY) : 0};

    for (int i = 0; i < 9; i++) {
        const int32_t limit = i % 3 == 2 ? ARTEM_NOISE_OFFSET : ARTEM_NOISE_SLOPE;
        map.m[i] = !directional ? (int32_t)random_u32()
                   : kind == 0  ? random_in(-100, 100) * (limit / 100)
                   : kind == 1  ? random_in(-9, 9)
                                : random_in(-limit / 50, limit / 50);
    }
    return map;
}

#endif
