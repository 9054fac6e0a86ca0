// SPDX-License-Identifier: Apache-2.0
// Bytes to structs, after docs/model-format.md. Nothing is used before the size, the checksum and its own range have
// been checked.
#include "artem/model.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "artem/log.h"
#include "crc32.h"
#include "model_internal.h"
#include "text.h"

enum {
    FORMAT_VERSION = 1,
    HEADER_SIZE = 64,
    ENC_WEIGHTS = ARTEM_CHANNELS * 9 * ARTEM_ENC_IN,
    TRUNK_BITS = ARTEM_UNITS * ARTEM_CHANNELS * 9 * ARTEM_CHANNELS / 8,
    NETWORK_SIZE = HEADER_SIZE + ENC_WEIGHTS + TRUNK_BITS + 1024,
    STYLE_SIZE = 76304,
    WEIGHT_LIMIT = 64, // arithmetic §5: products of a pair fit int16
};
enum kind { ANY, FACTOR }; // a factor of mulhrs may not be -32768
_Static_assert(NETWORK_SIZE == 259136, "docs/model-format.md says so");

static const uint8_t network_magic[8] = {'A', 'R', 'T', 'N', 'E', 'T', 0, 1};
static const uint8_t style_magic[8] = {'A', 'R', 'T', 'S', 'T', 'Y', 0, 1};

// Walks the payload. The total size was checked before, so that reads stay inside; the first fault is kept.
struct reader {
    const uint8_t *at;
    const uint8_t *start;
    char fault[96];
};

static void __attribute__((format(printf, 2, 3))) set_fault(struct reader *r, const char *format, ...)
{
    if (r->fault[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(r->fault, sizeof r->fault, format, args);
    va_end(args);
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static int64_t get64(const uint8_t *p)
{
    return (int64_t)(get32(p) | (uint64_t)get32(p + 4) << 32);
}

static void expect_zeros(struct reader *r, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (r->at[i] != 0)
            set_fault(r, "%s: byte %zu is not zero", what, (size_t)(r->at - r->start) + i);
    r->at += count;
}

static void skip_padding(struct reader *r)
{
    expect_zeros(r, -(size_t)(r->at - r->start) & 15, "padding");
}

static void read_i8(struct reader *r, int8_t *out, size_t count, int limit, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (int8_t)r->at[i];
        if (out[i] > limit || out[i] < -limit - (limit == 127))
            set_fault(r, "%s[%zu] = %d is out of range", what, i, out[i]);
    }
    r->at += count;
    skip_padding(r);
}

static void read_i16(struct reader *r, int16_t *out, size_t count, enum kind kind, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (int16_t)get16(r->at + 2 * i);
        if (kind == FACTOR && out[i] == INT16_MIN)
            set_fault(r, "%s[%zu] = -32768 is not allowed", what, i);
    }
    r->at += 2 * count;
    skip_padding(r);
}

static void read_norm(struct reader *r, struct artem_norm_params *norm)
{
    read_i16(r, norm->gain, ARTEM_CHANNELS, ANY, "gain");
    read_i16(r, norm->bias, ARTEM_CHANNELS, ANY, "bias");
    for (size_t c = 0; c < ARTEM_CHANNELS; c++) {
        int64_t mean = norm->mean[c] = get64(r->at + 8 * c);
        int64_t square = norm->square[c] = get64(r->at + 8 * (ARTEM_CHANNELS + c));
        if (mean < INT32_MIN || mean > INT32_MAX || square < 0 || square >= (int64_t)1 << 46)
            set_fault(r, "calibrated moments of channel %zu are out of range", c);
        else if (square - ((mean * mean) >> 16) < 1)
            set_fault(r, "calibrated variance of channel %zu is below 1", c);
    }
    r->at += (size_t)16 * ARTEM_CHANNELS;
}

static bool all_zero(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i])
            return false;
    return true;
}

static void read_text(struct reader *r, char *out, size_t size, const char *what)
{
    memcpy(out, r->at, size);
    r->at += size;
    size_t length = strnlen(out, size);
    if (length == size || !all_zero(out + length, size - length))
        set_fault(r, "%s is not padded with zeros", what);
    out[size - 1] = '\0';
}

// Bytes 28 to 63 of the header: three small numbers; the shape was checked before, the rest is zero.
static void read_small(struct reader *r, uint8_t *const out[3], const uint8_t limits[3])
{
    for (int i = 0; i < 3; i++) {
        *out[i] = r->at[i];
        if (r->at[i] > limits[i])
            set_fault(r, "byte %d = %d is out of range", 28 + i, r->at[i]);
    }
    r->at += 3;
    expect_zeros(r, 1, "header");
    r->at += 16;
    expect_zeros(r, 16, "header");
}

static bool known_shape(const uint8_t *data)
{
    static const uint16_t shape[8] = {ARTEM_CHANNELS, ARTEM_UNITS, ARTEM_ENC_IN, ARTEM_D0_OUT,
                                      ARTEM_D1_OUT,   ARTEM_D2_IN, ARTEM_D2_OUT, 0};
    for (size_t i = 0; i < 8; i++)
        if (get16(data + 32 + 2 * i) != shape[i])
            return false;
    return true;
}

// What both kinds share. The order is that of docs/model-format.md: the checksum comes before the version, so that a
// damaged version field is not taken for a newer file.
static enum artem_result check_header(const uint8_t *data, size_t size, const uint8_t magic[8], const char *name)
{
    if (size < HEADER_SIZE || memcmp(data, magic, 8) != 0) {
        artem_log(ARTEM_LOG_ERROR, "%s: not a %s file of Art'Em", name, magic == network_magic ? "network" : "style");
        return ARTEM_ERROR_FORMAT;
    }
    if (get32(data + 20) != size) {
        artem_log(ARTEM_LOG_ERROR, "%s: %zu bytes, but its header says %u (cut off?)", name, size, get32(data + 20));
        return ARTEM_ERROR_FORMAT;
    }
    if (get32(data + 8) != artem_crc32(data + 12, size - 12)) {
        artem_log(ARTEM_LOG_ERROR, "%s: damaged (wrong checksum)", name);
        return ARTEM_ERROR_FORMAT;
    }
    if (get32(data + 12) != FORMAT_VERSION) {
        artem_log(ARTEM_LOG_ERROR, "%s: format version %u, but this program reads version %d", name, get32(data + 12),
                  FORMAT_VERSION);
        return ARTEM_ERROR_VERSION;
    }
    if (get32(data + 16) != HEADER_SIZE || !known_shape(data)) {
        artem_log(ARTEM_LOG_ERROR, "%s: a network of another shape than this program's", name);
        return ARTEM_ERROR_VERSION;
    }
    if (size != (magic == network_magic ? (size_t)NETWORK_SIZE : (size_t)STYLE_SIZE)) {
        artem_log(ARTEM_LOG_ERROR, "%s: wrong size of %zu bytes", name, size);
        return ARTEM_ERROR_FORMAT;
    }
    return ARTEM_OK;
}

static enum artem_result finish(const struct reader *r, size_t size, const char *name)
{
    if (!r->fault[0] && (size_t)(r->at - r->start) == size)
        return ARTEM_OK;
    artem_log(ARTEM_LOG_ERROR, "%s: %s", name, r->fault[0] ? r->fault : "unexpected size");
    return ARTEM_ERROR_FORMAT;
}

enum artem_result artem_network_parse(const void *data, size_t size, const char *name,
                                      struct artem_network **out_network)
{
    if (!data || !name || !out_network)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = check_header(data, size, network_magic, name);
    if (result != ARTEM_OK)
        return result;

    struct artem_network *network = artem_network_alloc(ENC_WEIGHTS, TRUNK_BITS);
    if (!network)
        return ARTEM_ERROR_MEMORY;

    struct reader r = {.start = data, .at = (const uint8_t *)data + 28};
    uint8_t unused;
    network->id = get32(r.start + 24);
    if (network->id != artem_crc32(r.at, size - 28))
        set_fault(&r, "the network id does not match the content");
    read_small(&r, (uint8_t *[3]){&network->adapt, &network->enc_shift, &unused}, (const uint8_t[3]){16, 15, 0});
    read_i8(&r, network->enc_weights, ENC_WEIGHTS, WEIGHT_LIMIT, "encoder weight");
    memcpy(network->trunk_bits, r.at, TRUNK_BITS);
    memcpy(network->lut, r.at + TRUNK_BITS, sizeof network->lut);
    r.at += TRUNK_BITS + sizeof network->lut;

    result = finish(&r, size, name);
    if (result != ARTEM_OK)
        artem_network_unref(&network);
    else
        *out_network = network;
    return result;
}

static void read_layers(struct reader *r, struct artem_style *style)
{
    for (int i = 0; i < ARTEM_NORMS; i++)
        read_norm(r, &style->norms[i]);
    for (int i = 0; i < ARTEM_UNITS; i++) {
        read_i8(r, style->units[i].threshold, ARTEM_CHANNELS, 127, "threshold");
        read_i16(r, style->units[i].slope, ARTEM_CHANNELS, FACTOR, "slope");
        read_i16(r, style->units[i].shift, ARTEM_CHANNELS, ANY, "shift");
    }
    read_i16(r, style->dec_gain, ARTEM_CHANNELS, FACTOR, "decoder gain");
    read_i16(r, style->dec_bias, ARTEM_CHANNELS, ANY, "decoder bias");
    read_i8(r, style->d0_weights, sizeof style->d0_weights, WEIGHT_LIMIT, "d0 weight");
    read_i16(r, style->d0_mul, ARTEM_D0_OUT, FACTOR, "d0 factor");
    read_i16(r, style->d0_bias, ARTEM_D0_OUT, ANY, "d0 bias");
    read_i8(r, style->d1_weights, sizeof style->d1_weights, WEIGHT_LIMIT, "d1 weight");
    read_i16(r, style->d1_mul, ARTEM_D1_OUT, FACTOR, "d1 factor");
    read_i16(r, style->d1_bias, ARTEM_D1_OUT, ANY, "d1 bias");
    read_i8(r, style->d2_weights, sizeof style->d2_weights, WEIGHT_LIMIT, "d2 weight");
    read_i16(r, style->d2_mul, ARTEM_D2_OUT, FACTOR, "d2 factor");
    read_i16(r, style->d2_bias, ARTEM_D2_OUT, ANY, "d2 bias");
}

enum artem_result artem_style_parse(const void *data, size_t size, const char *name, struct artem_style **out_style)
{
    if (!data || !name || !out_style)
        return ARTEM_ERROR_ARGUMENT;
    enum artem_result result = check_header(data, size, style_magic, name);
    if (result != ARTEM_OK)
        return result;

    struct artem_style *style = artem_style_alloc();
    if (!style)
        return ARTEM_ERROR_MEMORY;

    struct reader r = {.start = data, .at = (const uint8_t *)data + 28};
    style->network_id = get32(r.start + 24);
    style->checksum = get32(r.start + 8);
    read_small(&r, (uint8_t *[3]){&style->d0_shift, &style->d1_shift, &style->d2_shift},
               (const uint8_t[3]){15, 15, 15});
    read_text(&r, style->name, sizeof style->name, "name");
    if (!artem_name_valid(style->name))
        set_fault(&r, "the name is not 1 to 63 of A-Z a-z 0-9 _ -");
    read_text(&r, style->title, sizeof style->title, "title");
    if (!artem_text_printable(style->title))
        set_fault(&r, "the title is not printable UTF-8");
    read_layers(&r, style);

    result = finish(&r, size, name);
    if (result != ARTEM_OK)
        artem_style_unref(&style);
    else
        *out_style = style;
    return result;
}
