// SPDX-License-Identifier: Apache-2.0
// Prints one line per field of a model file as the runtime reads it: its name and the CRC-32 of its little-endian
// bytes, or its value. test_artfile.py compares them with what it wrote.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "artem/model.h"
#include "crc32.h"

static void print_field(const char *name, const void *data, size_t size)
{
    printf("%s %08x\n", name, artem_crc32(data, size));
}
#define FIELD(object, field) print_field(#field, (object)->field, sizeof(object)->field)

static int dump_network(const char *path)
{
    struct artem_network *n = NULL;

    if (artem_network_load(path, &n) != ARTEM_OK)
        return 1;
    printf("id %08x\nadapt %u\nenc_shift %u\n", n->id, n->adapt, n->enc_shift);
    print_field("enc_weights", n->enc_weights, (size_t)ARTEM_CHANNELS * 9 * ARTEM_ENC_IN);
    print_field("trunk_bits", n->trunk_bits, (size_t)ARTEM_UNITS * ARTEM_CHANNELS * 9 * ARTEM_CHANNELS / 8);
    FIELD(n, lut);
    artem_network_unref(&n);
    return 0;
}

static void dump_layers(const struct artem_style *s)
{
    for (int i = 0; i < ARTEM_NORMS; i++) {
        const struct artem_norm_params *norm = &s->norms[i];
        FIELD(norm, gain);
        FIELD(norm, bias);
        FIELD(norm, mean);
        FIELD(norm, square);
    }
    for (int i = 0; i < ARTEM_UNITS; i++) {
        const struct artem_unit_params *unit = &s->units[i];
        FIELD(unit, threshold);
        FIELD(unit, slope);
        FIELD(unit, shift);
    }
}

static int dump_style(const char *path)
{
    struct artem_style *s = NULL;

    if (artem_style_load(path, &s) != ARTEM_OK)
        return 1;
    printf("name %s\ntitle %s\nnetwork_id %08x\n", s->name, s->title, s->network_id);
    printf("d0_shift %u\nd1_shift %u\nd2_shift %u\n", s->d0_shift, s->d1_shift, s->d2_shift);
    dump_layers(s);
    FIELD(s, dec_gain);
    FIELD(s, dec_bias);
    FIELD(s, d0_weights);
    FIELD(s, d0_mul);
    FIELD(s, d0_bias);
    FIELD(s, d1_weights);
    FIELD(s, d1_mul);
    FIELD(s, d1_bias);
    FIELD(s, d2_weights);
    FIELD(s, d2_mul);
    FIELD(s, d2_bias);
    artem_style_unref(&s);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const char *dot = strrchr(argv[1], '.');
    return dot && strcmp(dot, ".artnet") == 0 ? dump_network(argv[1]) : dump_style(argv[1]);
}
