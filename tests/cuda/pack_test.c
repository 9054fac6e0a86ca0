// SPDX-License-Identifier: Apache-2.0
// What packing works out of the weights: how large a sum of the encoder can become, by which the kernels know whether
// they have to look for saturation; how many weights are +1; and that each input's bit goes to a place of its own.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "test.h"

enum { ENC_WEIGHTS = ARTEM_CUDA_CHANNELS * ARTEM_CUDA_TAPS * 64, UNIT_BYTES = ARTEM_CUDA_TAPS * 16 };

static int8_t enc_weights[ENC_WEIGHTS];
static uint8_t trunk_bits[ARTEM_CUDA_UNITS * ARTEM_CUDA_CHANNELS * UNIT_BYTES], lut[1024];
static struct artem_cuda_network network;

static void pack(int enc_shift)
{
    const struct artem_cuda_network_source source = {trunk_bits, enc_weights, lut, 4, enc_shift};

    artem_cuda_pack_network(&source, &network);
}

// As docs/arithmetic.md §5 has it: inputs are bytes less 128, shifted with rounding.
static int64_t sum_of(const int8_t *weights, bool up, int shift)
{
    int64_t sum = 0;

    for (int i = 0; i < ARTEM_CUDA_TAPS * 64; i++)
        sum += weights[i] * ((weights[i] > 0) == up ? 255 - 128 : 0 - 128);
    return (sum + ((1 << shift) >> 1)) >> shift;
}

static void test_largest(void)
{
    for (int round = 0; round < 200; round++) {
        const int shift = round % 8, spread = 1 + rand() % 64;
        int64_t largest = 0;
        for (int i = 0; i < ENC_WEIGHTS; i++)
            enc_weights[i] = (int8_t)(rand() % (2 * spread + 1) - spread);
        pack(shift);
        for (int o = 0; o < ARTEM_CUDA_CHANNELS; o++)
            for (int up = 0; up < 2; up++) {
                const int64_t sum = llabs(sum_of(enc_weights + (size_t)o * ARTEM_CUDA_TAPS * 64, up, shift));
                largest = sum > largest ? sum : largest;
            }
        CHECK(network.enc_largest >= largest);
        CHECK(network.enc_largest <= largest + largest / 50 + 1); // else the short way is never taken
    }
}

static void test_bits(void)
{
    uint32_t seen = 0;

    for (size_t i = 0; i < sizeof trunk_bits; i++)
        trunk_bits[i] = (uint8_t)(rand() >> 8);
    pack(0);
    for (int unit = 0; unit < ARTEM_CUDA_UNITS; unit++)
        for (int o = 0; o < ARTEM_CUDA_CHANNELS; o++) {
            int32_t ones = 0;
            for (int i = 0; i < UNIT_BYTES; i++)
                ones +=
                    __builtin_popcount(trunk_bits[(size_t)(unit * ARTEM_CUDA_CHANNELS + o) * UNIT_BYTES + (size_t)i]);
            CHECK_INT(network.unit_ones[unit][o], ones);
        }
    for (int channel = 0; channel < 32; channel++)
        seen |= 1u << ARTEM_CUDA_MAP_BIT(channel);
    CHECK_INT(seen, 0xffffffff);
    // One bit at a time arrives where the map has that channel.
    for (int channel = 0; channel < ARTEM_CUDA_CHANNELS; channel++) {
        memset(trunk_bits, 0, sizeof trunk_bits);
        trunk_bits[4 * 16 + channel / 8] = (uint8_t)(1 << channel % 8); // output 0, fifth tap
        pack(0);
        for (int word = 0; word < 4; word++)
            CHECK_INT(network.unit_weights[0][0][4][0][0][word],
                      word == channel / 32 ? 1u << ARTEM_CUDA_MAP_BIT(channel) : 0u);
    }
}

int main(void)
{
    test_largest();
    test_bits();
    return test_result();
}
