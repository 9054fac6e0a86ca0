// SPDX-License-Identifier: Apache-2.0
// Model files: one network (encoder and trunk weights, shared) and many styles. The byte layout is in docs/model-format.md; the
// numbers' meaning in docs/arithmetic.md. Loaded objects are immutable and reference counted, so that any thread may read them.
#ifndef ARTEM_MODEL_H
#define ARTEM_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "artem/config.h"
#include "artem/result.h"

enum {
    ARTEM_CHANNELS = 128,      // trunk
    ARTEM_UNITS = 10,          // binary units
    ARTEM_ENC_IN = 64,         // encoder input channels
    ARTEM_D0_OUT = 32,
    ARTEM_D1_OUT = 12,
    ARTEM_D2_IN = 16,
    ARTEM_D2_OUT = 3,
    ARTEM_NORMS = 1 + ARTEM_UNITS,  // normalised layers: encoder, units
};

struct artem_network {
    uint32_t id;            // CRC-32 of the file's payload; styles name the network they belong to by it
    uint8_t adapt;          // a of arithmetic §7, 0..16
    uint8_t enc_shift;      // requantisation shifts, 0..15
    int8_t *enc_weights;    // [128][3][3][64], |w| <= 64
    uint8_t *trunk_bits;    // [10][128 out][9 taps][16 bytes]: channel c of a tap is bit c%8 of byte c/8; 1 means +1
    uint8_t lut[1024];      // d2's output table
};

struct artem_unit_params {
    int8_t threshold[ARTEM_CHANNELS];   // t
    int16_t slope[ARTEM_CHANNELS];      // P, never -32768
    int16_t shift[ARTEM_CHANNELS];      // C
};

struct artem_norm_params {
    int16_t gain[ARTEM_CHANNELS];       // G
    int16_t bias[ARTEM_CHANNELS];       // b
    int64_t mean[ARTEM_CHANNELS];       // Mc, 1/65536
    int64_t square[ARTEM_CHANNELS];     // Ec, 1/65536
};

struct artem_style {
    char name[ARTEM_NAME_MAX];
    char title[128];         // e.g. "Hokusai, Under the Wave off Kanagawa"
    uint32_t network_id;
    uint32_t checksum;       // of the file: CRC-32 of all that follows its checksum field
    // Only in a blend: the other style and its share in 1/256. Name and checksum above are then those of the first one.
    char blend_name[ARTEM_NAME_MAX];
    uint32_t blend_checksum, blend_weight;
    uint8_t d0_shift, d1_shift, d2_shift;
    struct artem_norm_params norms[ARTEM_NORMS];
    struct artem_unit_params units[ARTEM_UNITS];
    int16_t dec_gain[ARTEM_CHANNELS], dec_bias[ARTEM_CHANNELS];   // DG, DB
    int8_t d0_weights[ARTEM_D0_OUT * 9 * ARTEM_CHANNELS];         // [out][ky][kx][in]
    int16_t d0_mul[ARTEM_D0_OUT], d0_bias[ARTEM_D0_OUT];          // M, B of §5
    int8_t d1_weights[ARTEM_D1_OUT * 9 * ARTEM_D0_OUT];
    int16_t d1_mul[ARTEM_D1_OUT], d1_bias[ARTEM_D1_OUT];
    int8_t d2_weights[ARTEM_D2_OUT * 9 * ARTEM_D2_IN];
    int16_t d2_mul[ARTEM_D2_OUT], d2_bias[ARTEM_D2_OUT];
};

// Parse from memory: every size, range and the checksum are checked before anything is used. *out is set only on success.
// `name` only labels log lines. The input may be freed afterwards.
enum artem_result artem_network_parse(const void *data, size_t size, const char *name, struct artem_network **out_network);
enum artem_result artem_style_parse(const void *data, size_t size, const char *name, struct artem_style **out_style);

enum artem_result artem_network_load(const char *path, struct artem_network **out_network);
enum artem_result artem_style_load(const char *path, struct artem_style **out_style);

struct artem_network *artem_network_ref(struct artem_network *network);
void artem_network_unref(struct artem_network **network);  // clears the pointer; NULL-safe
struct artem_style *artem_style_ref(struct artem_style *style);
void artem_style_unref(struct artem_style **style);

// A style between a (weight 0) and b (weight ARTEM_BLEND_ONE): all parameters of the per-style set are interpolated. Both must be of
// one network (else ARTEM_ERROR_ARGUMENT). The result is a new object, or, at weight 0, a new reference to a.
#define ARTEM_BLEND_ONE 256
enum artem_result artem_style_blend(struct artem_style *a, struct artem_style *b, uint32_t weight, struct artem_style **out_style);

// Library of styles: NAME.artstyle and artem.artnet in, in this order, $ARTEM_MODELS, $XDG_DATA_HOME/artem/models (or
// ~/.local/share/...), each of $XDG_DATA_DIRS/artem/models, the installed or build-time models folder. User paths are ignored in
// AT_SECURE processes. A style name is [A-Za-z0-9_-]+; anything else is ARTEM_ERROR_ARGUMENT (no path can be smuggled in).
enum artem_result artem_library_load_network(struct artem_network **out_network);
enum artem_result artem_library_load_style(const char *style_name, struct artem_style **out_style);
// Both styles and their blend; blend_name NULL or "", or weight 0: the first style alone.
enum artem_result artem_library_load_blend(const char *style_name, const char *blend_name, uint32_t weight,
                                           struct artem_style **out_style);
// Calls fn once per style (first of equal names wins), sorted by name. Stops early when fn returns non-zero.
enum artem_result artem_library_list(int (*fn)(void *user, const char *name, const char *path), void *user);
// The style after (forwards) or before a name in that list, round its ends; the name need not be in it.
// ARTEM_ERROR_NOT_FOUND without any style.
enum artem_result artem_library_step(const char *style_name, bool forwards, char out_name[ARTEM_NAME_MAX]);

#endif
